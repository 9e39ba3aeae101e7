"""What every part of the Client stands on: a way to send a message, and what is active."""

from typing import Any, TypeVar

from lockwork.messages import Listing, Message

R = TypeVar("R")


class Asking:
    """Sends messages. `workspace` is the name of the active one."""

    @property
    def workspace(self) -> str:
        """The active workspace's name."""
        raise NotImplementedError

    def send(self, message: Message[R]) -> R:
        """The answer to any message of `lockwork.messages`, or a failure from `lockwork.domain.errors`."""
        raise NotImplementedError


def listing(
    filters: dict[str, Any],
    *,
    any: bool,
    sort_by: str,
    page: int,
    size: int,
) -> Listing:
    """A listing by those filters that were given."""
    given = {name: str(text) for name, text in filters.items() if text is not None}
    return Listing(filters=given, any=any, sort_by=sort_by, page=page, size=size)
