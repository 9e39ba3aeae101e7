"""The server's database: PostgreSQL, a few connections a process, changes of one store one after another.

reading      REPEATABLE READ, READ ONLY: one view from its first question on
writing      READ COMMITTED behind a lock that all who change this store take first, on whichever server
appending    READ COMMITTED without it: the audit trail's head is locked as a row (docs/decisions/010)
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg

from lockwork.database import forks
from lockwork.database.engine import Database, Statement, Transaction
from lockwork.database.postgres import spelling
from lockwork.database.postgres.failures import asked
from lockwork.database.postgres.pool import MOST, Connection, Place, Pool
from lockwork.database.postgres.rows import Row
from lockwork.domain.errors import StoreUnusable

T = TypeVar("T")

_INTRANS = psycopg.pq.TransactionStatus.INTRANS
_LOCK = 0x6C6F636B776F726B
"""Ours among all advisory locks of the database: the letters `lockwork`."""
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGIN_APPENDING = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_BEGIN_WRITING = f"{_BEGIN_APPENDING}; SELECT pg_advisory_xact_lock({_LOCK})"
_HAS_TABLE = Statement("SELECT 1 WHERE to_regclass(:name) IS NOT NULL")
_TAKE_YOUR_TIME = "SET statement_timeout = 0"
_HOLDING_VALUES = "secrets, secret_versions, secret_values"


class _Transaction(Transaction):
    def __init__(self, connection: Connection, database: "PostgresDatabase") -> None:
        super().__init__()
        self._connection = connection
        self._database = database

    def rows(self, statement: Statement, **parameters: object) -> list[Row]:
        return self._asked(lambda: self._told(statement, parameters).fetchall())

    def run(self, statement: Statement, **parameters: object) -> int:
        return self._asked(lambda: self._told(statement, parameters).rowcount)

    def run_many(self, statement: Statement, parameters: Sequence[Mapping[str, object]]) -> None:
        if parameters:
            self._database.tell(statement.sql)
            sql = spelling.spelled(statement.sql)
            self._asked(lambda: self._connection.cursor().executemany(sql.encode(), parameters))

    def run_rows(self, statement: Statement, rows: Iterable[tuple[object, ...]]) -> None:
        self._database.tell(statement.sql)
        sql = spelling.spelled(statement.sql)
        self._asked(lambda: self._connection.cursor().executemany(sql.encode(), list(rows)))

    def script(self, text: str) -> None:
        whole = f"SET LOCAL statement_timeout = 0; {spelling.migration(text)}"  # a large table takes its time
        self._asked(lambda: self._connection.execute(whole.encode()))

    def has_table(self, name: str) -> bool:
        return bool(self.rows(_HAS_TABLE, name=name))

    def is_whole(self) -> bool:
        """True: PostgreSQL tells of a damaged page when it reads it; pg_amcheck looks at all of them."""
        return True

    def _told(self, statement: Statement, parameters: Mapping[str, Any]) -> psycopg.Cursor[Row]:
        self._database.tell(statement.sql)
        return self._connection.execute(spelling.spelled(statement.sql).encode(), parameters)

    def _asked(self, driver: Callable[[], T]) -> T:
        return asked(driver, self._database.name)


class PostgresDatabase(Database):
    """A database of a PostgreSQL server, named by its URL. Nothing is connected before the first question."""

    folder = None

    def __init__(self, url: str, *, most: int = MOST, watch: Callable[[str], object] | None = None) -> None:
        place = Place.parse(url)
        self.name = place.name
        """The server, for people: host and port."""
        self._pool = Pool(place, most)
        self._watch = watch
        self.at_work = forks.AtWork()
        forks.close_before(self)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        with self._transaction(_BEGIN_READING) as tx:
            yield tx

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        with self._transaction(_BEGIN_WRITING) as tx:
            yield tx
        _do_what_follows(tx)

    @contextmanager
    def appending(self) -> Iterator[Transaction]:
        with self._transaction(_BEGIN_APPENDING) as tx:
            yield tx
        _do_what_follows(tx)

    def forget_removed(self) -> None:
        """Take what was removed out of the tables' pages. Their free space, the log of changes and copies of
        either are PostgreSQL's: see docs/security.md."""
        try:
            with self.at_work.here(), self._pool.connection() as connection:
                try:
                    for words in (_TAKE_YOUR_TIME, f"VACUUM {_HOLDING_VALUES}"):
                        self._asked(lambda: connection.execute(words.encode()))  # noqa: B023 - asked at once
                finally:
                    connection.close()  # no other question may take as long
        except StoreUnusable as failure:
            raise StoreUnusable(
                f"done, but what was removed may still be in the tables: {failure.message}",
                hint=f"VACUUM {_HOLDING_VALUES}; the next lockwork secret destroy does it too",
            ) from None

    def forget_pruned(self) -> None:
        """PostgreSQL does that by itself, in its own time."""

    def close(self) -> None:
        self._pool.close()

    def tell(self, sql: str) -> None:
        """Whoever watches is told what is asked."""
        if self._watch is not None:
            self._watch(sql)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        with self.at_work.here(), self._begun(begin) as connection:
            process = os.getpid()
            try:
                yield _Transaction(connection, self)
                _check_not_inherited(process)
                self._commit(connection)
            finally:
                if os.getpid() == process:
                    _end(connection)

    def _commit(self, connection: Connection) -> None:
        self.tell("COMMIT")
        ended = self._asked(lambda: connection.execute("COMMIT"))
        if ended.statusmessage != "COMMIT":  # a question failed, and somebody went on all the same
            raise StoreUnusable(f"{self.name} undid what was asked, as a part of it failed")

    @contextmanager
    def _begun(self, begin: str) -> Iterator[Connection]:
        """A connection in a transaction. One that was lost without a word costs a second attempt."""
        for is_last in (False, True):
            with self._pool.connection() as connection:
                try:
                    self.tell(begin)
                    self._asked(lambda: connection.execute(begin.encode()))
                except StoreUnusable:
                    if is_last or not connection.closed:
                        raise
                    continue
                finally:
                    if connection.info.transaction_status != _INTRANS:
                        _end(connection)
                yield connection
                return

    def _asked(self, driver: Callable[[], T]) -> T:
        return asked(driver, self.name)


def _end(connection: Connection) -> None:
    """Undo what is not committed; where that cannot be said, by closing the connection."""
    if connection.closed or connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
        return
    try:
        connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()


def _do_what_follows(tx: Transaction) -> None:
    for act in tx.afterwards:
        act()


def _check_not_inherited(process: int) -> None:
    if os.getpid() != process:
        raise StoreUnusable(
            "this process was forked in the middle of a transaction, which is its parent's",
            hint="start it anew instead, in multiprocessing by the method 'spawn'",
        )
