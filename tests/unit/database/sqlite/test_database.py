"""The embedded database: transactions, failures of the driver, and a fork in the middle of it all."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.databases import rows, write

from lockwork.database.engine import Statement
from lockwork.database.sqlite.database import SqliteDatabase, create_private
from lockwork.domain.errors import StoreUnusable


@pytest.fixture
def database(own_home: Path) -> Iterator[SqliteDatabase]:
    path = own_home / "some name?#%.db"
    create_private(path)
    database = SqliteDatabase(path)
    with database.writing() as tx:
        tx.script("CREATE TABLE t (\n  x PRIMARY KEY\n);\nCREATE INDEX i ON t (x);\n")
    yield database
    database.close()


def test_reading_sets_nothing(database: SqliteDatabase) -> None:
    """A view refuses what is no change of rows, too, and the next write is as free as ever."""
    database.close()  # so that the connection has not written before
    with database.reading() as tx, pytest.raises(StoreUnusable, match="read-only"):
        tx.run(Statement("PRAGMA user_version=7"))
    write(database, "2")
    assert rows(database) == ["2"]


def test_an_interrupt_leaves_nothing_begun(own_home: Path) -> None:
    """Ctrl-C between the first word of a transaction and the second: the next one begins, and others too."""
    path = own_home / "interrupted.db"
    create_private(path)
    begun: list[str] = []

    def watch(sql: str) -> None:
        if sql == "BEGIN IMMEDIATE":
            begun.append(sql)

    def interrupted(driver: Callable[[], object]) -> object:
        answer = driver()
        if len(begun) == 1:
            begun.append("interrupted")
            raise KeyboardInterrupt
        return answer

    database = SqliteDatabase(path, watch=watch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_asked", interrupted)
        with pytest.raises(KeyboardInterrupt), database.writing():
            pass
    assert begun == ["BEGIN IMMEDIATE", "interrupted"]
    other = sqlite3.connect(path, timeout=0, isolation_level=None)
    other.execute("CREATE TABLE t (x)")
    other.close()
    write(database, "1")
    assert rows(database) == ["1"]
    database.close()


def test_many_give_a_file_its_log_at_once(own_home: Path) -> None:
    """SQLite refuses one of two without waiting: it tries again, and nobody is told of a lock."""
    path = own_home / "lockwork.db"
    create_private(path)
    refused: list[int] = []

    class Refusing(SqliteDatabase):
        def _opened_once(self) -> sqlite3.Connection:
            if len(refused) < 3:
                refused.append(1)
                failure = sqlite3.OperationalError("database is locked")
                failure.sqlite_errorcode = sqlite3.SQLITE_BUSY
                raise failure
            return super()._opened_once()

    database = Refusing(path)
    with database.reading() as tx:
        assert tx.rows(Statement("SELECT 1 AS x"))[0]["x"] == 1
    assert len(refused) == 3
    database.close()


def test_a_file_that_is_no_database_is_told(own_home: Path) -> None:
    """Damaged or mistaken: said in words, with a way out."""
    path = own_home / "bad.db"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(StoreUnusable, match="not a database") as caught:
        rows(SqliteDatabase(path))
    assert caught.value.hint


def test_a_store_that_another_holds_is_told(database: SqliteDatabase, own_home: Path) -> None:
    """A writer that never ends is waited for, and then named as the reason."""
    from lockwork.database.sqlite import database as engine

    holder = sqlite3.connect(own_home / "some name?#%.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "BUSY_SECONDS", 0.05)
        waiting = SqliteDatabase(own_home / "some name?#%.db")
        with pytest.raises(StoreUnusable, match="locked by another process"):
            write(waiting, "1")
        waiting.close()
    holder.close()
    write(database, "1")


def test_who_waits_to_write_asks_as_often_as_who_came_later(own_home: Path, database: SqliteDatabase) -> None:
    """SQLite asks ever more rarely, so that of many writers one might wait for ever: here all ask alike."""
    path, asked = own_home / "some name?#%.db", []
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")

    def watch(sql: str) -> None:
        asked.append(sql == "BEGIN IMMEDIATE")
        if sum(asked) == 100:
            holder.execute("COMMIT")

    began = time.monotonic()
    waiting = SqliteDatabase(path, watch=watch)
    write(waiting, "1")
    waiting.close()
    holder.close()
    assert sum(asked) >= 100
    assert time.monotonic() - began < 30
    assert rows(database) == ["1"]


def test_many_threads_open_it_at_once(database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each gets its connection, wherever the interpreter switches between them."""
    together, really = threading.Barrier(16), os.getpid

    def switching() -> int:
        time.sleep(0.0001)  # here, where each looks at the connections that there are
        return really()

    def ask(_: int) -> list[object]:
        together.wait()  # every one in a thread of its own
        return rows(database)

    monkeypatch.setattr(os, "getpid", switching)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == [[]] * 16


# Holds the lock that a checkpoint takes: byte 121 of the shared index (SQLite, "WAL-mode File Format").
CHECKPOINTING = """
import fcntl, sys
with open(sys.argv[1], "r+b") as index:
    fcntl.lockf(index, fcntl.LOCK_EX, 1, 121)
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_checkpoint(database: Path) -> Iterator[subprocess.Popen[str]]:
    index = f"{database}-shm"
    command = [sys.executable, "-c", CHECKPOINTING, index]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other


def test_what_was_removed_waits_for_another_checkpoint(own_home: Path) -> None:
    """SQLite answers "busy" to a second checkpoint at once: it is asked again until the first is over."""
    path = own_home / "lockwork.db"
    create_private(path)
    asked: list[str] = []
    at_the_third: list[Callable[[], object]] = []

    def watch(sql: str) -> None:
        if "wal_checkpoint" in sql:
            asked.append(sql)
            if len(asked) == 3:
                at_the_third[0]()

    database = SqliteDatabase(path, watch=watch)
    with database.writing() as tx:
        tx.script("CREATE TABLE t (x);")
    with another_checkpoint(path) as other:
        at_the_third.append(other.communicate)
        database.forget_pruned()
        assert len(asked) == 1
        assert Path(f"{path}-wal").stat().st_size > 0
        database.forget_removed()
    assert len(asked) >= 3
    assert Path(f"{path}-wal").stat().st_size == 0
    database.close()
