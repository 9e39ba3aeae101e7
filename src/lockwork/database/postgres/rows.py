"""Rows of an answer: columns in order, and by name, as the embedded database's own are."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from psycopg import Cursor


class Row:
    """One row. All rows of an answer share the places of their names."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: dict[str, int], values: Sequence[Any]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, column: int | str | slice, /) -> Any:
        if isinstance(column, str):
            return self._values[self._places[column]]
        return self._values[column]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self._places)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return tuple(self) == tuple(other) and self.keys() == other.keys()

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:  # of its shape alone: a row may hold what no log should
        return f"Row({', '.join(self._places)})"


def by_place_and_name(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    """A row factory of the driver's."""
    places = {column.name: place for place, column in enumerate(cursor.description or ())}
    return lambda values: Row(places, values)
