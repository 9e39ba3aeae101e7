"""What rows hold, with their types: SQLite keeps whatever is written, and someone may have written it."""

from collections.abc import Callable, Iterable
from typing import Annotated, TypeVar

import msgspec

from lockwork.domain.errors import Tampered

T = TypeVar("T")

Time = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)]
"""Microseconds since 1970, up to the year 9999: what a row may hold as a time."""


def read(kind: type[T], row: Iterable[object], what: str) -> T:
    """A row as a named tuple, its columns in the order of the fields and of their types, or `Tampered`.

    SQLite keeps whatever is written into a column: text for a number, a state that there is not.
    """
    return _sound(lambda: msgspec.convert(tuple(row), kind), what)


def read_all(kind: type[T], rows: Iterable[Iterable[object]], what: str) -> list[T]:
    """The same for many at once."""
    return _sound(lambda: msgspec.convert([tuple(row) for row in rows], list[kind]), what)  # type: ignore[valid-type]  # a type where it runs


def read_json(kind: msgspec.json.Decoder[T], columns: Iterable[object], what: str) -> list[T]:
    """One column of each of many rows, which holds JSON of this form, or `Tampered`."""
    return _sound(lambda: [kind.decode(text(column, what)) for column in columns], what)


def _sound(reading: Callable[[], T], what: str) -> T:
    try:
        return reading()
    except msgspec.DecodeError:  # what is of another form is one, too
        raise Tampered(f"a row of {what} in the store is damaged") from None


def text(column: object, what: str) -> str:
    """One column that holds text, or `Tampered`."""
    if isinstance(column, str):
        return column
    raise Tampered(f"a row of {what} in the store is damaged")
