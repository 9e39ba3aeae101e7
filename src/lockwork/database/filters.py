"""Filters, sorts and pages: the only place where SQL is put together, always with parameters.

No LIKE: it differs in case between databases, and `%` and `_` are ordinary characters to our users.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from lockwork.database.engine import Statement, Transaction
from lockwork.domain.errors import InvalidInput
from lockwork.messages import Listing

MAX_PAGE_SIZE = 10_000
COUNTED_TO = 10_000


class Field(NamedTuple):
    """What can be filtered and sorted by: a column, and how its filter is read."""

    column: str
    kind: Literal["text", "time", "number"] = "text"
    nullable: bool = False


Fields = Mapping[str, Field]


class Condition(NamedTuple):
    """Part of a WHERE, with its parameters."""

    sql: str
    parameters: dict[str, object]


_NUMBER = re.compile("-?[0-9]{1,18}")
_COMPARED = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_TEXTUAL = {
    "contains": "replace({column}, {p}, '') <> {column}",
    "startswith": "substr({column}, 1, length({p})) = {p}",
    "endswith": "(length({column}) >= length({p})"
    " AND substr({column}, length({column}) - length({p}) + 1) = {p})",
}

_OPERATORS = ("equals", *_TEXTUAL, *_COMPARED)


def condition(listing: Listing, fields: Fields) -> Condition:
    """The listing's filters as one condition; `1 = 1` where there are none."""
    parts: list[str] = []
    parameters: dict[str, object] = {}
    for name, text in listing.filters.items():
        part = _filter(name, text, _field(name, fields), f"f{len(parts)}")
        parts.append(part.sql)
        parameters.update(part.parameters)
    joined = (" OR " if listing.any else " AND ").join(parts)
    return Condition(f"({joined})" if parts else "1 = 1", parameters)


def order(listing: Listing, fields: Fields, tie: str = "id") -> str:
    """The listing's order as an ORDER BY list; ties by id."""
    direction, _, name = listing.sort_by.rpartition(":")
    if direction not in ("", "asc", "desc"):
        raise InvalidInput(f"{listing.sort_by!r} is not an order", hint="write asc:FIELD or desc:FIELD")
    field = _field(name, fields)
    way, empty = ("DESC", "LAST") if direction == "desc" else ("ASC", "FIRST")
    # Only where it matters: with these words PostgreSQL goes by an index no more.
    nulls = f" NULLS {empty}" if field.nullable else ""
    return f"{field.column} {way}{nulls}, {tie} {way}"


def bounds(listing: Listing) -> dict[str, object]:
    """Parameters `size`, `offset` and `end` of the page."""
    if not 1 <= listing.size <= MAX_PAGE_SIZE:
        raise InvalidInput(f"a page holds 1 to {MAX_PAGE_SIZE:,}, not {listing.size:,}")
    if not 1 <= listing.page <= 1_000_000_000:
        raise InvalidInput(f"pages count from 1; there is no page {listing.page}")
    offset = (listing.page - 1) * listing.size
    return {"size": listing.size, "offset": offset, "end": offset + listing.size}


def _field(name: str, fields: Fields) -> Field:
    field = fields.get(name.replace("-", "_"))
    if field is None:
        raise InvalidInput(f"cannot filter or sort by {name!r}", hint=f"it goes by {', '.join(fields)}")
    return field


def _filter(name: str, text: str, field: Field, p: str) -> Condition:
    operator, colon, value = text.partition(":")
    if not colon or operator not in _OPERATORS:
        if colon and name == "name":  # no name holds a colon, so this would find nothing without a word
            raise InvalidInput(
                f"filter 'name' knows no {operator + ':'!r}",
                hint=f"it knows {', '.join(f'{o}:' for o in _OPERATORS)}",
            )
        operator, value = "equals", text
    if field.kind == "time":
        return _time_filter(name, operator, value, field.column, p)
    if field.kind == "number":
        return _compared(field.column, operator, _number(name, operator, value), p)
    if operator in _TEXTUAL:
        if not value:
            return Condition("1 = 1", {})
        return Condition(_TEXTUAL[operator].format(column=field.column, p=f":{p}"), {p: value})
    return _compared(field.column, operator, value, p)


def _compared(column: str, operator: str, value: object, p: str) -> Condition:
    return Condition(f"{column} {_COMPARED.get(operator, '=')} :{p}", {p: value})


def _number(name: str, operator: str, text: str) -> int:
    if operator in _TEXTUAL or not _NUMBER.fullmatch(text):
        raise InvalidInput(f"filter {name!r} takes a whole number, or gt:, gte:, lt:, lte: and one")
    return int(text)


def _time_filter(name: str, operator: str, text: str, column: str, p: str) -> Condition:
    """A day alone means the whole of it: `gt:2026-01-31` begins with February. Two with a slash between them,
    as ISO 8601 writes an interval, mean all from the first through the second."""
    if operator in _TEXTUAL:
        raise InvalidInput(f"filter {name!r} is a time: it takes gt:, gte:, lt:, lte: or a day")
    if operator == "equals" and "/" in text:
        since, _, until = text.partition("/")
        begin = _time_filter(name, "gte", since, column, f"{p}a")
        last = _time_filter(name, "lte", until, column, f"{p}b")
        return Condition(f"({begin.sql} AND {last.sql})", begin.parameters | last.parameters)
    try:
        start = datetime.fromisoformat(text.replace("Z", "+00:00"))
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        end = start + (timedelta(days=1) if _is_day(text) else timedelta(microseconds=1))
        first, after = microseconds(start), microseconds(end)
    except (ValueError, OverflowError):
        hint = "write it as 2026-01-31 or 2026-01-31T18:00:00+01:00; without an offset it is UTC"
        raise InvalidInput(f"filter {name!r}: {text!r} is not a time", hint=hint) from None
    if operator == "equals":
        return Condition(f"({column} >= :{p} AND {column} < :{p}e)", {p: first, f"{p}e": after})
    edge = {"gt": (">=", after), "gte": (">=", first), "lt": ("<", first), "lte": ("<", after)}
    comparison, value = edge[operator]
    return Condition(f"{column} {comparison} :{p}", {p: value})


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def microseconds(time: datetime) -> int:
    """A time as it is stored: microseconds since 1970, UTC."""
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def total(tx: Transaction, select: str, parameters: Mapping[str, object]) -> tuple[int, bool]:
    """How many rows `select` has, counted up to 10,000, and whether that was all."""
    counted = Statement(f"SELECT count(*) AS total FROM ({select} LIMIT :most) m")
    found = int(tx.one(counted, **parameters, most=COUNTED_TO + 1)["total"])
    return min(found, COUNTED_TO), found <= COUNTED_TO


def total_by(listing: Listing, found: int) -> int | None:
    """How many there are in all where the page itself says so, as it is not full: then nobody need count.

    A search that finds little has looked at everything once; counting would look again.
    """
    before = (listing.page - 1) * listing.size
    ends_here = 0 < found < listing.size or (found == 0 and listing.page == 1)
    return before + found if ends_here and before + found <= COUNTED_TO else None
