"""The typed Client, and the gateways that it can speak through."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockwork.client.api import Client as Client

__all__ = ["Client"]


def __getattr__(name: str) -> Any:
    if name != "Client":
        raise AttributeError(f"module 'lockwork.client' has no attribute {name!r}")
    from lockwork.client.api import Client  # lazy: a gateway or a profile alone needs no Client

    return Client
