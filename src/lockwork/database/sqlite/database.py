"""The embedded store's database: an SQLite file, a connection for each thread and process, one writer."""

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from lockwork.database import forks
from lockwork.database.engine import NUL, Database, Statement, Transaction
from lockwork.database.sqlite import frozen, holds, waiting
from lockwork.database.sqlite.failures import BUSY_SECONDS, asked, code_of, failure_of
from lockwork.database.sqlite.holds import Hold
from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, StoreUnusable

T = TypeVar("T")

_INTEGRITY = Statement("PRAGMA integrity_check")
_FOREIGN_KEYS = Statement("PRAGMA foreign_key_check")
_HAS_TABLE = Statement("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name")
_QUESTIONS = ("SELECT ", _INTEGRITY.sql, _FOREIGN_KEYS.sql)
"""How what changes nothing begins; a SELECT cannot, whatever follows."""


class _Transaction(Transaction):
    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        super().__init__()
        self._connection = connection
        self._folder = folder

    def rows(self, statement: Statement, **parameters: object) -> list[sqlite3.Row]:
        _check_texts(parameters)
        return self._asked(statement, lambda: self._connection.execute(statement.sql, parameters).fetchall())

    def run(self, statement: Statement, **parameters: object) -> int:
        _check_texts(parameters)
        return self._asked(statement, lambda: self._connection.execute(statement.sql, parameters).rowcount)

    def run_many(self, statement: Statement, parameters: Sequence[Mapping[str, object]]) -> None:
        for each in parameters:
            _check_texts(each)
        self._asked(statement, lambda: self._connection.executemany(statement.sql, parameters))

    def run_rows(self, statement: Statement, rows: Iterable[tuple[object, ...]]) -> None:
        self._asked(statement, lambda: self._connection.executemany(statement.sql, rows))

    def script(self, text: str) -> None:
        statement = ""
        for line in text.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.run(Statement(statement))
                statement = ""

    def has_table(self, name: str) -> bool:
        return bool(self.rows(_HAS_TABLE, name=name))

    def is_whole(self) -> bool:
        """Whether every page, index and foreign key agrees with the others; all of them are read."""
        found = [*self.rows(_INTEGRITY), *self.rows(_FOREIGN_KEYS)]
        return [tuple(row) for row in found] == [("ok",)]

    def _asked(self, _statement: Statement, driver: Callable[[], T]) -> T:
        return asked(driver, self._folder)


def _check_texts(parameters: Mapping[str, object]) -> None:
    for parameter in parameters.values():
        if isinstance(parameter, str) and "\0" in parameter:
            raise InvalidInput(NUL)


class _View(_Transaction):
    """Statements that see one state of the store and change nothing: all but questions are refused.

    Not by `PRAGMA query_only`: each time it is set, SQLite prepares every statement of the connection anew.
    """

    def _asked(self, statement: Statement, driver: Callable[[], T]) -> T:
        if not statement.sql.startswith(_QUESTIONS):
            raise StoreUnusable("a view of the store is read-only, and was asked for a change")
        return super()._asked(statement, driver)


class SqliteDatabase(Database):
    """An SQLite file: a connection for each thread and process, opened when first needed.

    While there is one, `hold` is held together with all others who have the file open.
    """

    def __init__(
        self, path: Path, *, hold: Path | None = None, watch: Callable[[str], object] | None = None
    ) -> None:
        # Absolute, as another thread may open it when the process has changed its folder.
        self._path = path.absolute()
        self._folder = self._path.parent
        self._hold = hold and hold.absolute()
        self._watch = watch
        self._first: os.stat_result | None = None
        self._mine = threading.local()
        self._opened: set[_Opened] = set()
        self.at_work = forks.AtWork()
        forks.close_before(self)

    @property
    def folder(self) -> Path:
        """Where the file lies."""
        return self._folder

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One consistent view; nothing can be written. It can be had on a full disk too."""
        with self._view() as connection, self._transaction(connection, _begin):
            yield _View(connection, self._folder)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Waits until no one else writes; commits durably at the end, or nothing at all."""
        with self._connected() as connection, self._transaction(connection, _begin_writing):
            tx = _Transaction(connection, self._folder)
            yield tx
        for act in tx.afterwards:
            act()

    def appending(self) -> AbstractContextManager[Transaction]:
        """SQLite has one lock for all that is written."""
        return self.writing()

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
        """The same where nobody asked for it: what cannot be cleared stays for now, and no one waits."""
        with suppress(StoreUnusable):  # what was asked for is committed
            self._empty_log(patience=0)

    def _empty_log(self, patience: float) -> bool:
        """Whether the write-ahead log is empty now; waits `patience` seconds for readers and writers.

        SQLite waits for those, but not for another checkpoint: it answers "busy" to that at once.
        """
        with self._connected() as connection, waiting.patience(connection, patience, BUSY_SECONDS):
            busy, *_ = self._asked(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        return not busy

    def copy_into(self, empty: Path) -> None:
        """Write all that is committed into an empty file, packed: nothing of what was ever removed is in it.

        Others go on reading and writing meanwhile.
        """
        with self._connected() as connection:
            self._asked(lambda: connection.execute("VACUUM INTO ?", (str(empty),)))

    def fold(self) -> None:
        """Leave everything in the one file, and nothing in a log. A file that is too damaged stays as it is.

        `StoreUnusable` where another program has it open.
        """
        self.close()
        try:
            # The last to close takes the log away.
            with self.at_work.here(), closing(self._open()) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.DatabaseError as error:
            if code_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return
            failure = failure_of(error, self.folder)
        else:
            if not self._path.with_name(f"{self._path.name}-wal").exists():
                return
            failure = StoreUnusable(f"another program has {self._path} open", hint="close it, and try again")
        raise failure

    def close(self) -> None:
        """Close what this process opened; what it inherited by a fork is left untouched."""
        self._let_go(list(self._opened))
        self._mine = threading.local()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection; no fork takes it along meanwhile."""
        with self.at_work.here():
            yield self._asked(self._connection)

    @contextmanager
    def _view(self) -> Iterator[sqlite3.Connection]:
        """The same, or where nothing can be written one for this time alone."""
        with self.at_work.here():
            shared = self._asked(self._shared)
            if shared is not None:
                yield shared
                return
            with frozen.connection(self._path, self._hold) as apart:
                yield apart

    @contextmanager
    def _transaction(
        self, connection: sqlite3.Connection, begin: Callable[[sqlite3.Connection], object]
    ) -> Iterator[None]:
        try:  # from the first word on, so that an interrupt leaves nothing begun
            self._asked(lambda: begin(connection))
            yield
            self._asked(lambda: connection.execute("COMMIT"))
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _asked(self, driver: Callable[[], T]) -> T:
        return asked(driver, self._folder)

    def _shared(self) -> sqlite3.Connection | None:
        """This thread's connection; None where what SQLite needs beside the file cannot be made."""
        try:
            return self._connection()
        except sqlite3.Error as error:
            if code_of(error) not in frozen.CALLED_FOR:
                raise
            return None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if connection is not None and self._mine.process == os.getpid():
            return connection
        self._check_not_inherited()
        hold = holds.together(self._hold, BUSY_SECONDS) if self._hold else Hold(None)
        try:
            self._check_same()
            connection = self._open()
        except BaseException:
            hold.close()
            raise
        self._mine.connection, self._mine.process = connection, os.getpid()
        self._close_orphaned()
        self._opened.add(_Opened(os.getpid(), threading.current_thread(), connection, hold))
        return connection

    def _check_not_inherited(self) -> None:
        """A fork that could not wait, or was none of Python's: see `forks`."""
        if any(opened.process != os.getpid() for opened in list(self._opened)):
            raise StoreUnusable(
                "this process was forked while its parent had the store open: what it wrote could be lost",
                hint="start it anew instead, in multiprocessing by the method 'spawn'",
            )

    def _close_orphaned(self) -> None:
        """A host that starts a thread for each task would else run out of descriptors."""
        self._let_go(opened for opened in list(self._opened) if not opened.thread.is_alive())

    def _let_go(self, these: Iterable["_Opened"]) -> None:
        for opened in these:
            if opened.process == os.getpid():
                with suppress(KeyError):  # another thread closes it
                    self._opened.remove(opened)
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
        # Of two who give a file its log at once SQLite refuses one without waiting.
        return waiting.until_free(self._opened_once, BUSY_SECONDS)

    def _opened_once(self) -> sqlite3.Connection:
        # mode=rw: a file that has gone since is an error, never made anew with other people's permissions.
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                " PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
            )
        except BaseException:
            connection.close()
            raise
        connection.row_factory = sqlite3.Row
        connection.set_trace_callback(self._watch)
        return connection


def _begin(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")


def _begin_writing(connection: sqlite3.Connection) -> None:
    # SQLite itself asks ever more rarely: of many writers one would wait until it is refused.
    with waiting.patience(connection, 0, BUSY_SECONDS):
        waiting.until_free(lambda: connection.execute("BEGIN IMMEDIATE"), BUSY_SECONDS)


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
        raise StoreUnusable(
            f"{path} cannot be created: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None
