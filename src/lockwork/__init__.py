"""Lockwork keeps the secrets of machine-learning pipelines. The public names, loaded on first use."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockwork.client.api import Client as Client
    from lockwork.domain.checks import ValidationLevel as ValidationLevel
    from lockwork.domain.errors import LockworkError as LockworkError
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
    "Client": "client.api",
    "ComponentType": "domain.stacks",
    "LockworkError": "domain.errors",
    "RevealedSecret": "domain.secrets",
    "SecretInfo": "domain.secrets",
    "SecretScope": "domain.secrets",
    "Sensitive": "domain.sensitive",
    "ValidationLevel": "domain.checks",
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
