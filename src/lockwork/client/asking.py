"""What every part of the Client stands on: a way to send a message, and what is active."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from lockwork.domain.errors import InvalidInput
from lockwork.messages import Listing, Message

if TYPE_CHECKING:
    from lockwork.client.profile import Profile

R = TypeVar("R")
K = TypeVar("K")
T = TypeVar("T")


class Asking:
    """Sends messages. `workspace` is the name of the active one."""

    if TYPE_CHECKING:
        profile: Profile  # which each Client has

    @property
    def workspace(self) -> str:
        """The active workspace's name."""
        raise NotImplementedError

    @property
    def asks_by_profile(self) -> bool:
        """Whether what it asks is the store that the profile names, and no gateway that it was given."""
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
    given = {name: word for name, word in filters.items() if word is not None}
    for name, word in given.items():
        text(word, f"filter {name}")
    numbers = {"page": page, "size": size}
    order = text(sort_by, "sort_by")
    return Listing(
        filters=given,
        any=any,
        sort_by=order,
        **{n: number(v, n) for n, v in numbers.items()},
    )


def named(name_or_id: object) -> str:
    """What something is called, or its id: text, or a UUID as other libraries give it."""
    if isinstance(name_or_id, str | UUID):
        return str(name_or_id)
    raise InvalidInput(f"a name or id is text, not {type(name_or_id).__name__}")


def number(value: object, what: str) -> int:
    """A whole number, such as a version: a `bool` or text is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise InvalidInput(f"{what!r} is a whole number, not {type(value).__name__}")


def text(value: object, what: str) -> str:
    """What is looked up here and not by the store."""
    if isinstance(value, str):
        return value
    raise InvalidInput(f"{what!r} is text, not {type(value).__name__}")


def mapping(value: Mapping[K, T] | None, what: str) -> dict[K, T]:
    """Names and what each is given; None is none."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    raise InvalidInput(f"{what!r} is a mapping, not {type(value).__name__}")


def several(values: Iterable[T], what: str) -> tuple[T, ...]:
    """All of what may be given as a list, a tuple or a generator."""
    if isinstance(values, Iterable):
        return tuple(values)
    raise InvalidInput(f"{what!r} is a list, not {type(values).__name__}")


def texts(values: object, what: str) -> tuple[str, ...]:
    """Several names; one alone is refused, or its letters would be taken for names."""
    if isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping):
        given = tuple(values)
        if all(isinstance(value, str) for value in given):
            return given
    raise InvalidInput(f"{what!r} is a list of names", hint=f"{what}=['one', 'another']")
