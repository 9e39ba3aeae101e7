"""A database: open it, begin a transaction, run a statement. SQLite here, by the interpreter's own driver.

Statements are constants with `:name` parameters. Every statement is read to its end. Times are integers,
microseconds since 1970 in UTC; ids are text.
"""

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec

from lockwork.database import holds
from lockwork.database.holds import Hold
from lockwork.domain.errors import InvalidInput, LockworkError, StoreUnusable, Tampered

BUSY_SECONDS = 30
Row = sqlite3.Row
T = TypeVar("T")

Time = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)]
"""Microseconds since 1970, up to the year 9999: what a row may hold as a time."""


class Statement(NamedTuple):
    """SQL with `:name` parameters, the same text on every database."""

    sql: str


_INTEGRITY = Statement("PRAGMA integrity_check")
_FOREIGN_KEYS = Statement("PRAGMA foreign_key_check")


class Transaction:
    """Statements that happen together or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.afterwards: list[Callable[[], None]] = []
        """What to do once this is committed, such as emptying the write-ahead log."""

    def rows(self, statement: Statement, **parameters: object) -> list[Row]:
        """All rows of the answer."""
        return _asked(lambda: self._connection.execute(statement.sql, parameters).fetchall())

    def row(self, statement: Statement, **parameters: object) -> Row | None:
        """The first row, or None."""
        rows = self.rows(statement, **parameters)
        return rows[0] if rows else None

    def one(self, statement: Statement, **parameters: object) -> Row:
        """The row of a statement that always has one."""
        row = self.row(statement, **parameters)
        if row is None:
            raise Tampered("a row that every store has is missing", hint="lockwork audit verify")
        return row

    def run(self, statement: Statement, **parameters: object) -> int:
        """How many rows were changed."""
        return _asked(lambda: self._connection.execute(statement.sql, parameters).rowcount)

    def run_many(self, statement: Statement, parameters: Sequence[Mapping[str, object]]) -> None:
        """One statement for each set of parameters."""
        _asked(lambda: self._connection.executemany(statement.sql, parameters))

    def script(self, text: str) -> None:
        """Every statement of a migration."""
        statement = ""
        for line in text.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.run(Statement(statement))
                statement = ""


def read(kind: type[T], row: Iterable[object], what: str) -> T:
    """A row as a named tuple, its columns in the order of the fields and of their types, or `Tampered`.

    SQLite keeps whatever is written into a column: text for a number, a state that there is not.
    """
    try:
        return msgspec.convert(tuple(row), kind)
    except msgspec.ValidationError:
        raise Tampered(f"a row of {what} in the store is damaged", hint="lockwork audit verify") from None


def text(column: object, what: str) -> str:
    """One column that holds text, or `Tampered`."""
    if isinstance(column, str):
        return column
    raise Tampered(f"a row of {what} in the store is damaged", hint="lockwork audit verify")


def as_set(items: Sequence[Any]) -> str:
    """Many things as one parameter, read by `json_each(:x)`: an object, spelled alike everywhere."""
    return _asked(lambda: msgspec.json.encode(dict(enumerate(items)), enc_hook=str).decode())


class Database:
    """An SQLite file: a connection for each thread and process, opened when first needed.

    While there is one, `hold` is held together with all others who have the file open.
    """

    def __init__(
        self, path: Path, *, hold: Path | None = None, watch: Callable[[str], object] | None = None
    ) -> None:
        # Absolute, as another thread may open it when the process has changed its folder.
        self._path = path.absolute()
        self._hold = hold and hold.absolute()
        self._watch = watch
        self._first: os.stat_result | None = None
        self._mine = threading.local()
        self._opened: set[_Opened] = set()

    @property
    def folder(self) -> Path:
        """Where the file lies."""
        return self._path.parent

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One consistent view; nothing can be written."""
        with self._transaction("BEGIN") as transaction:
            yield transaction

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Waits until no one else writes; commits durably at the end, or nothing at all."""
        with self._transaction("BEGIN IMMEDIATE") as transaction:
            yield transaction
        for act in transaction.afterwards:
            act()

    def forget_removed(self) -> None:
        """Leave nothing of what was removed in the write-ahead log; `secure_delete` saw to the rest."""
        until = time.monotonic() + BUSY_SECONDS
        while not self._empty_log(BUSY_SECONDS):
            if time.monotonic() > until:
                raise StoreUnusable(
                    "done, but another process kept the log in use: what was removed may still be in it",
                    hint="let that process finish; the next lockwork secret destroy or key rotate clears it",
                )
            time.sleep(0.01)

    def forget_pruned(self) -> None:
        """The same where nobody asked for it: what is in use stays for now, and no one waits."""
        self._empty_log(patience=0)

    def _empty_log(self, patience: float) -> bool:
        """Whether the write-ahead log is empty now; waits `patience` seconds for readers and writers.

        SQLite waits for those, but not for another checkpoint: it answers "busy" to that at once.
        """
        connection = self._connection()
        with self._waiting(connection, patience):
            busy, *_ = _asked(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        return not busy

    @contextmanager
    def _waiting(self, connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
        connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
        try:
            yield
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")

    def copy_into(self, empty: Path) -> None:
        """Write all that is committed into an empty file, packed: nothing of what was ever removed is in it.

        Others go on reading and writing meanwhile.
        """
        connection = self._connection()
        _asked(lambda: connection.execute("VACUUM INTO ?", (str(empty),)))

    def check_whole(self) -> None:
        """Read every page, index and foreign key; `StoreUnusable` where they do not agree."""
        with self.reading() as tx:
            found = [*tx.rows(_INTEGRITY), *tx.rows(_FOREIGN_KEYS)]
            if [tuple(row) for row in found] != [("ok",)]:
                raise StoreUnusable("the database is damaged", hint="take another copy of it")

    def fold(self) -> None:
        """Leave everything in the one file, and nothing in a log. A file that is too damaged stays as it is.

        `StoreUnusable` where another program has it open.
        """
        self.close()
        try:
            connection = self._open()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.close()  # the last one to close takes the log away
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                sqlite3.SQLITE_CORRUPT,
                sqlite3.SQLITE_NOTADB,
            ):
                return
            failure = _failure(error)
        else:
            if not self._path.with_name(f"{self._path.name}-wal").exists():
                return
            failure = StoreUnusable(f"another program has {self._path} open", hint="close it, and try again")
        raise failure

    def close(self) -> None:
        """Close what this process opened; what it inherited by a fork is left untouched."""
        for opened in list(self._opened):
            if opened.process == os.getpid():
                self._opened.discard(opened)
                opened.close()
        self._mine = threading.local()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        connection = self._connection()
        _asked(lambda: connection.execute(begin))
        try:
            yield Transaction(connection)
            _asked(lambda: connection.execute("COMMIT"))
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is not None and self._mine.process == os.getpid():
            return connection
        # One inherited by a fork stays in `_opened`: closing it here would drop the parent's locks.
        hold = holds.together(self._hold, BUSY_SECONDS) if self._hold else Hold(None)
        self._check_same()
        connection = _asked(self._open)
        self._mine.connection, self._mine.process = connection, os.getpid()
        self._close_orphaned()
        self._opened.add(_Opened(os.getpid(), threading.current_thread(), connection, hold))
        return connection

    def _close_orphaned(self) -> None:
        """A host that starts a thread for each task would else run out of descriptors."""
        for opened in list(self._opened):
            if opened.process == os.getpid() and not opened.thread.is_alive():
                self._opened.discard(opened)
                opened.close()

    def _check_same(self) -> None:
        """Refuse a file that took the place of the first: what is known of that one does not hold for it."""
        try:
            found = self._path.stat()
        except FileNotFoundError:  # SQLite says so
            return
        if self._first is None:
            self._first = found
        elif not os.path.samestat(self._first, found):
            raise StoreUnusable(
                "another store was put in the place of this one since it was opened",
                hint="open it anew: with a new Client, or by the command once more",
            )

    def _open(self) -> sqlite3.Connection:
        # mode=rw: a file that has gone since is an error, never made anew with other people's permissions.
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            " PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
        )
        connection.set_trace_callback(self._watch)
        return connection


class _Opened(NamedTuple):
    process: int
    thread: threading.Thread
    connection: sqlite3.Connection
    hold: Hold

    def close(self) -> None:
        self.connection.close()
        self.hold.close()


def check_private(path: Path) -> None:
    """Refuse a file or folder that others can read: whoever reads it may copy what it protects."""
    mode = path.stat().st_mode
    if stat.S_IMODE(mode) & 0o077:
        wanted = "700" if stat.S_ISDIR(mode) else "600"
        raise StoreUnusable(
            f"{path} can be read or written by others (mode {stat.S_IMODE(mode):o})",
            hint=f"chmod {wanted} {path}",
        )


def create_private(path: Path) -> None:
    """An empty file for its owner alone, before any library sees it; an existing one is left as it is."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreUnusable(f"{path} cannot be created: {error.strerror}") from None


_SAID: dict[int, tuple[str, str | None]] = {
    sqlite3.SQLITE_BUSY: (
        f"the store was locked by another process for {BUSY_SECONDS} seconds",
        "find the process that holds it, or try again",
    ),
    sqlite3.SQLITE_READONLY: (
        "the store cannot be written: it is read-only",
        "check the folder's permissions",
    ),
    sqlite3.SQLITE_FULL: (
        "the disk is full; nothing was changed",
        "free some space, then repeat the command",
    ),
    sqlite3.SQLITE_CORRUPT: ("the store is damaged", "restore it from a copy"),
    sqlite3.SQLITE_NOTADB: ("the store's file is not a database, or is damaged", "restore it from a copy"),
    sqlite3.SQLITE_CANTOPEN: ("the store cannot be opened", "check that its folder exists and is yours"),
    sqlite3.SQLITE_CONSTRAINT: ("the store contradicts itself; nothing was changed", "lockwork audit verify"),
    sqlite3.SQLITE_IOERR: ("the disk failed while the store was used", None),
}


def _asked(driver: Callable[[], T]) -> T:
    """What the driver answers; its failure as one of ours, raised so that no chain keeps its text."""
    try:
        return driver()
    except sqlite3.Error as error:
        failure = _failure(error)
    except UnicodeEncodeError:
        failure = InvalidInput("what was given holds a lone surrogate, which is not text")
    except OverflowError:
        failure = InvalidInput("what was given holds a number that is too large")
    raise failure


def _failure(error: sqlite3.Error) -> LockworkError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    message, hint = _SAID.get(code, (f"the store failed ({type(error).__name__}, code {code})", None))
    return StoreUnusable(message, hint=hint)
