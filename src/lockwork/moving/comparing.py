"""How what is to come compares with what is there: the same for all that is moved into a store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import ComponentType, Stack
from lockwork.messages import Page

T = TypeVar("T")
State = Literal["new", "same", "differs"]

_PAGE = 10_000


def equal_values(kept: Mapping[str, Sensitive], coming: Mapping[str, Sensitive]) -> int:
    """How many of the values that come are there already."""
    return sum(key in kept and kept[key] == value for key, value in coming.items())


def are_equal(kept: Mapping[str, Sensitive], coming: Mapping[str, Sensitive]) -> bool:
    """Whether both hold the same, and nothing beside."""
    return equal_values(kept, coming) == len(coming) == len(kept)


def parts_of(stack: Stack) -> dict[ComponentType, str]:
    """What a stack is put together of."""
    return {type_: component.name for type_, component in stack.components.items()}


def all_of(ask: Callable[..., Page[T]]) -> Iterator[T]:
    """Every item of a list, page by page."""
    page = 1
    while items := ask(page=page, size=_PAGE).items:
        yield from items
        if len(items) < _PAGE:
            return
        page += 1


def batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Some at a time."""
    return (things[start : start + size] for start in range(0, len(things), size))
