"""Lockwork keeps the secrets of machine-learning pipelines. The public names, loaded on first use."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockwork.client.api import Client as Client
    from lockwork.domain.checks import ValidationLevel as ValidationLevel
    from lockwork.domain.errors import AlreadyExists as AlreadyExists
    from lockwork.domain.errors import Ambiguous as Ambiguous
    from lockwork.domain.errors import InvalidInput as InvalidInput
    from lockwork.domain.errors import LockworkError as LockworkError
    from lockwork.domain.errors import NotFound as NotFound
    from lockwork.domain.errors import NotPermitted as NotPermitted
    from lockwork.domain.errors import Refused as Refused
    from lockwork.domain.errors import RunFailed as RunFailed
    from lockwork.domain.errors import StillReferenced as StillReferenced
    from lockwork.domain.errors import Unavailable as Unavailable
    from lockwork.domain.errors import ValidationFailed as ValidationFailed
    from lockwork.domain.errors import VersionMismatch as VersionMismatch
    from lockwork.domain.secrets import RevealedSecret as RevealedSecret
    from lockwork.domain.secrets import SecretInfo as SecretInfo
    from lockwork.domain.secrets import SecretScope as SecretScope
    from lockwork.domain.sensitive import Sensitive as Sensitive
    from lockwork.domain.stacks import ComponentType as ComponentType
    from lockwork.pipelines.authoring import pipeline as pipeline
    from lockwork.pipelines.authoring import step as step
    from lockwork.pipelines.loading import load_output as load_output

__version__ = "0.1.0"

_HOMES = {
    "AlreadyExists": "domain.errors",
    "Ambiguous": "domain.errors",
    "Client": "client.api",
    "ComponentType": "domain.stacks",
    "InvalidInput": "domain.errors",
    "LockworkError": "domain.errors",
    "NotFound": "domain.errors",
    "NotPermitted": "domain.errors",
    "Refused": "domain.errors",
    "RevealedSecret": "domain.secrets",
    "RunFailed": "domain.errors",
    "SecretInfo": "domain.secrets",
    "SecretScope": "domain.secrets",
    "Sensitive": "domain.sensitive",
    "StillReferenced": "domain.errors",
    "Unavailable": "domain.errors",
    "ValidationFailed": "domain.errors",
    "ValidationLevel": "domain.checks",
    "VersionMismatch": "domain.errors",
    "load_output": "pipelines.loading",
    "pipeline": "pipelines.authoring",
    "step": "pipelines.authoring",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lockwork' has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"lockwork.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
