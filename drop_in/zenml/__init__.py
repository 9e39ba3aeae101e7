"""ZenML's names for secrets, stacks and pipelines, over Lockwork; loaded on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zenml.absent import not_here, refuse_what_is_absent
from zenml.conflict import refuse_two_owners

if TYPE_CHECKING:
    from zenml.config import Model as Model
    from zenml.decorators import pipeline as pipeline
    from zenml.decorators import step as step

refuse_two_owners()
refuse_what_is_absent()

__version__ = "0.1.0"

_HOMES = {"Model": "config", "pipeline": "decorators", "step": "decorators"}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"zenml.{_HOMES[name]}"), name)
    table = import_module("zenml.table")
    if f"zenml.{name}" in table.REFUSED:
        raise not_here(f"zenml.{name}")
    raise AttributeError(f"module 'zenml' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
