"""Connections to one PostgreSQL database: a few, each for one transaction at a time, made when needed.

Why not the driver's own pool: see docs/decisions/011-a-pool-without-threads.md.
"""

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import psycopg
from psycopg import conninfo
from psycopg.adapt import AdaptersMap
from psycopg.types.numeric import Int8Dumper

from lockwork.database.postgres import rows
from lockwork.database.postgres.failures import (
    CONNECT_SECONDS,
    LOCK_SECONDS,
    STATEMENT_SECONDS,
    connected,
)
from lockwork.database.postgres.rows import Row
from lockwork.domain.errors import InvalidInput, StoreUnusable

Connection = psycopg.Connection[Row]
MOST = 10
_OLDEST = 15
# Statements are written for indexes, joined by nested loops, which is all that SQLite has. Left to guess how
# many things a `json_each` holds (it says 100), PostgreSQL would rather read a million secrets into a hash,
# or keep in memory what half of an index's columns find: a name in all namespaces, the whole index for each.
_JOINS = (
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_memoize = off;"
    " SET enable_material = off; SET jit = off"
)
_AT_CONNECT = (
    f"SET statement_timeout = '{STATEMENT_SECONDS}s'; SET lock_timeout = '{LOCK_SECONDS}s';"
    " SET idle_in_transaction_session_timeout = '5min'; SET synchronous_commit = on;"
    f" SET client_min_messages = warning; {_JOINS}"
)


class Place(NamedTuple):
    """Where the database is; its password is in `url` alone."""

    url: str
    name: str
    """For people."""

    @classmethod
    def parse(cls, url: str) -> "Place":
        """A URL, or libpq's keywords. A refusal quotes nothing of it: it holds a password."""
        try:
            parts = conninfo.conninfo_to_dict(url)
        except psycopg.Error:
            parts = None
        if parts is None:
            raise InvalidInput(
                "what was given is not the URL of a PostgreSQL database",
                hint="write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE",
            )
        host = parts.get("host") or parts.get("hostaddr") or os.environ.get("PGHOST") or "localhost"
        port = parts.get("port") or os.environ.get("PGPORT") or "5432"
        return cls(url, f"the PostgreSQL server at {host}:{port}")

    def __repr__(self) -> str:
        return f"Place({self.name!r})"


class Pool:
    """At most `most` connections of this process. One that was lost meanwhile is replaced."""

    def __init__(self, place: Place, most: int = MOST) -> None:
        self._place = place
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._room = threading.BoundedSemaphore(self._most)
        self._idle: list[Connection] = []
        self._knowing = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One that nobody else has meanwhile. It comes back only if it is in no transaction and not lost."""
        self._leave_inherited()
        room = self._room
        if not room.acquire(timeout=LOCK_SECONDS):
            raise StoreUnusable(
                f"all {self._most} connections of this process were in use for {LOCK_SECONDS} seconds",
                hint="try again",
            )
        try:
            taken = self._taken() or self._made()
            try:
                yield taken
            finally:
                self._give_back(taken)
        finally:
            room.release()

    def close(self) -> None:
        """Close all that nobody uses. The next question makes others."""
        self._leave_inherited()
        with self._knowing:
            idle, self._idle = self._idle, []
        for one in idle:
            one.close()

    def _taken(self) -> Connection | None:
        """The one that was used last, unless it was lost."""
        while True:
            with self._knowing:
                one = self._idle.pop() if self._idle else None
            if one is None or not _has_word(one):
                return one
            # Nobody asked it anything, and it says something: that it ends, mostly.
            one.close()

    def _give_back(self, one: Connection) -> None:
        if os.getpid() != self._process:  # it is the parent's: closing it would end the parent's session
            _inherited.append(one)
        elif one.closed or one.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            one.close()
        else:
            with self._knowing:
                self._idle.append(one)

    def _made(self) -> Connection:
        made = connected(self._connect, self._place.name)
        try:
            self._check(made)
            connected(lambda: made.execute(_AT_CONNECT), self._place.name)
        except BaseException:
            made.close()
            raise
        return made

    def _connect(self) -> Connection:
        return psycopg.Connection.connect(
            self._place.url,
            autocommit=True,  # transactions are begun and ended by words of ours
            row_factory=rows.by_place_and_name,
            context=_ALIKE,
            connect_timeout=CONNECT_SECONDS,
            client_encoding="utf8",
            keepalives_idle=30,
            fallback_application_name="lockwork",
        )

    def _check(self, made: Connection) -> None:
        if made.info.server_version < _OLDEST * 10_000:
            version = made.info.server_version // 10_000
            raise StoreUnusable(f"{self._place.name} is version {version}: Lockwork needs {_OLDEST} or later")
        if made.info.parameter_status("server_encoding") != "UTF8":
            raise StoreUnusable(
                f"the database on {self._place.name} does not keep all text: its encoding is not UTF8",
                hint="CREATE DATABASE lockwork TEMPLATE template0 ENCODING 'UTF8'",
            )

    def _leave_inherited(self) -> None:
        """What a forked child has of its parent's stays untouched, and open: closing it would be heard."""
        if os.getpid() != self._process:
            _inherited.extend(self._idle)
            self._begin()


_inherited: list[Connection] = []


def _has_word(one: Connection) -> bool:
    """Whether the server has sent something since: costs no question."""
    with suppress(psycopg.Error, OSError, ValueError):
        poll = select.poll()
        poll.register(one.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    return True


_ALIKE = AdaptersMap(psycopg.adapters)
"""Whole numbers go as one type, whatever their size: else each size would be a statement of its own."""
_ALIKE.register_dumper(int, Int8Dumper)
