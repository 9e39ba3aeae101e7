"""A database: begin a transaction, run a statement. Both databases promise this: `sqlite` and `postgres`.

Statements are constants with `:name` parameters, the same text on every database. Every statement is read to
its end. Times are integers, microseconds since 1970 in UTC; ids are text. What is alike, and how:

    many things at once     `json_each(:x)` of `as_set`; each item is `value ->> 'field'`, or `value ->> 0`
                            and so on; a number among them is CAST(… AS bigint)
    yes and no              CASE WHEN … THEN 1 ELSE 0 END, as one of the two has no such type
    rows that are locked    `/* FOR UPDATE */` or `/* FOR SHARE */`: a comment where the whole file is locked
    texts in one            json_group_array(CASE typeof(x) WHEN 'text' THEN x END), as JSON in any order
    nothing, when sorted    NULLS FIRST or NULLS LAST is written wherever a column may hold it
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol, overload

import msgspec

from lockwork.database.forks import AtWork
from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, StoreUnusable, Tampered


class Row(Protocol):
    """One row of an answer: its columns in order, and each by its name."""

    @overload
    def __getitem__(self, column: int | str, /) -> Any: ...

    @overload
    def __getitem__(self, columns: slice, /) -> Sequence[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def keys(self) -> list[str]:
        """The names of the columns, in order."""
        ...


class Statement(NamedTuple):
    """SQL with `:name` parameters, or `?` for rows; the same text on every database."""

    sql: str


class Transaction(ABC):
    """Statements that happen together or not at all."""

    def __init__(self) -> None:
        self.afterwards: list[Callable[[], None]] = []
        """What to do once this is committed, such as emptying the write-ahead log."""

    @abstractmethod
    def rows(self, statement: Statement, **parameters: object) -> Sequence[Row]:
        """All rows of the answer."""

    def row(self, statement: Statement, **parameters: object) -> Row | None:
        """The first row, or None."""
        rows = self.rows(statement, **parameters)
        return rows[0] if rows else None

    def one(self, statement: Statement, **parameters: object) -> Row:
        """The row of a statement that always has one."""
        row = self.row(statement, **parameters)
        if row is None:
            raise Tampered("a row that every store has is missing", hint=ways_out.RESTORE)
        return row

    @abstractmethod
    def run(self, statement: Statement, **parameters: object) -> int:
        """How many rows were changed."""

    @abstractmethod
    def run_many(self, statement: Statement, parameters: Sequence[Mapping[str, object]]) -> None:
        """One statement for each set of parameters."""

    @abstractmethod
    def run_rows(self, statement: Statement, rows: Iterable[tuple[object, ...]]) -> None:
        """One statement for each row. Quickest for plain tuples of plain things: no name is looked up."""

    @abstractmethod
    def script(self, text: str) -> None:
        """Every statement of a migration, in this database's words."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""

    @abstractmethod
    def is_whole(self) -> bool:
        """Whether the database agrees with itself, as far as it can be asked."""


class Database(ABC):
    """Where transactions begin. Safe in several threads, and after a fork: see `forks`."""

    at_work: AtWork

    @property
    @abstractmethod
    def folder(self) -> Path | None:
        """Where files of the store's lie; None where it has none on this machine."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Transaction]:
        """One consistent view; nothing can be written."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Transaction]:
        """Waits until no one else changes the store; commits durably at the end, or nothing at all."""

    @abstractmethod
    def appending(self) -> AbstractContextManager[Transaction]:
        """The same for records alone, which wait for nobody but each other, where the database can tell."""

    @abstractmethod
    def forget_removed(self) -> None:
        """After a commit: leave as little as can be of what was removed."""

    @abstractmethod
    def forget_pruned(self) -> None:
        """The same where nobody asked for it, and no one waits."""

    @abstractmethod
    def close(self) -> None:
        """Close what this process opened; the next question opens it again."""

    def check_whole(self, *, hint: str = ways_out.RESTORE) -> None:
        """`StoreUnusable` where it is not: see `Transaction.is_whole`."""
        with self.reading() as tx:
            if not tx.is_whole():
                raise StoreUnusable("the database is damaged", hint=hint)


NUL = "what was given holds a NUL character (U+0000), which no store can keep"
"""PostgreSQL refuses it; SQLite would keep it, and some of its functions end there: refused alike."""


def as_set(items: Iterable[object]) -> str:
    """Many things as one parameter, read by `json_each(:x)`: an object, spelled alike everywhere.

    What is a single thing is wrapped, as only parts read alike: `value ->> 0`.
    """
    whole = {n: (item,) if isinstance(item, str | int) else item for n, item in enumerate(items)}
    try:
        text = msgspec.json.encode(whole, enc_hook=str).decode()
    except UnicodeEncodeError:
        failure = InvalidInput("what was given holds a lone surrogate, which is not text")
    else:
        if "\\u0000" not in text or not _holds_nul(whole):
            return text
        failure = InvalidInput(NUL)
    raise failure


def _holds_nul(thing: object) -> bool:
    """Whether there is a NUL in it, and not the six characters that JSON writes for one."""
    if isinstance(thing, Mapping):
        return any(map(_holds_nul, (*thing, *thing.values())))
    if isinstance(thing, list | tuple):
        return any(map(_holds_nul, thing))
    return isinstance(thing, str) and "\0" in thing
