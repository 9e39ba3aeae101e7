"""Forks: each process has connections of its own, whatever its parent does with its own."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.forking import ended_well, forked

from lockwork.database import forks
from lockwork.database.engine import Statement
from lockwork.database.sqlite.database import SqliteDatabase, create_private
from lockwork.domain.errors import StoreUnusable

INSERT = Statement("INSERT INTO t (x) VALUES (:x)")
ALL = Statement("SELECT x FROM t ORDER BY x")


@pytest.fixture
def database(own_home: Path) -> Iterator[SqliteDatabase]:
    path = own_home / "lockwork.db"
    create_private(path)
    database = SqliteDatabase(path, hold=own_home / "open.lock")
    with database.writing() as tx:
        tx.script("CREATE TABLE t (x);")
    yield database
    database.close()


def rows(database: SqliteDatabase) -> list[object]:
    with database.reading() as tx:
        return [row["x"] for row in tx.rows(ALL)]


def write(database: SqliteDatabase, x: object) -> None:
    with database.writing() as tx:
        tx.run(INSERT, x=x)


def test_what_a_child_writes_is_there_when_its_parent_has_closed(
    database: SqliteDatabase, own_home: Path
) -> None:
    """Both had the store open; the parent closes it, the child goes on writing: nothing is lost."""
    write(database, "before")
    wrote, closed = os.pipe(), os.pipe()

    def write_twice() -> None:
        write(database, "child 1")
        os.write(wrote[1], b"1")
        os.read(closed[0], 1)
        write(database, "child 2")

    child = forked(write_twice)
    os.read(wrote[0], 1)
    write(database, "parent")
    database.close()
    os.write(closed[1], b"1")
    assert ended_well(child)
    assert rows(SqliteDatabase(own_home / "lockwork.db")) == ["before", "child 1", "child 2", "parent"]


def test_what_a_parent_writes_is_there_when_its_child_has_closed(
    database: SqliteDatabase, own_home: Path
) -> None:
    """And the other way round."""
    write(database, "before")

    def write_and_close() -> None:
        write(database, "child")
        database.close()

    assert ended_well(forked(write_and_close))
    write(database, "parent")
    database.close()
    assert rows(SqliteDatabase(own_home / "lockwork.db")) == ["before", "child", "parent"]


def test_a_fork_waits_for_other_threads(database: SqliteDatabase) -> None:
    """A thread in the middle of a transaction ends it first; then parent, thread and child all go on."""
    inside, over = threading.Event(), threading.Event()

    def long() -> None:
        with database.writing() as tx:
            inside.set()
            forking.wait()
            tx.run(INSERT, x="thread")
        over.set()
        write(database, "thread again")

    forking = threading.Event()
    thread = threading.Thread(target=long)
    thread.start()
    inside.wait()
    with pytest.MonkeyPatch.context() as patch:
        really = database.at_work.pause
        patch.setattr(database.at_work, "pause", lambda: (forking.set(), really())[1])
        child = forked(lambda: write(database, "child" if over.is_set() else "too early"))
    assert ended_well(child)
    thread.join()
    assert rows(database) == ["child", "thread", "thread again"]


def test_a_fork_in_the_middle_of_a_transaction(database: SqliteDatabase) -> None:
    """The child is refused, as what it wrote could be lost; the parent goes on as if nothing was."""
    said = os.pipe()

    def try_it() -> None:
        for act in (lambda: rows(database), lambda: write(database, "child")):
            with pytest.raises(StoreUnusable, match="was forked while"):
                act()
        os.write(said[1], b"refused")

    with database.writing() as tx:
        tx.run(INSERT, x=1)
        assert ended_well(forked(try_it))
        tx.run(INSERT, x=2)
    assert os.read(said[0], 7) == b"refused"
    assert rows(database) == [1, 2]


def test_a_thread_that_never_ends_holds_up_no_fork(database: SqliteDatabase) -> None:
    """A fork waits for a while only; then the child does without the store."""
    inside, let_go = threading.Event(), threading.Event()

    def stuck() -> None:
        with database.reading():
            inside.set()
            let_go.wait()

    def refused() -> None:
        with pytest.raises(StoreUnusable, match="was forked while"):
            rows(database)

    thread = threading.Thread(target=stuck)
    thread.start()
    inside.wait()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forks, "PATIENCE", 0.01)
        child = forked(refused)
    assert ended_well(child)
    let_go.set()
    thread.join()
    write(database, 1)
    assert rows(database) == [1]


def test_children_of_children(database: SqliteDatabase) -> None:
    """A child that forks in turn, with the store open, loses nothing either."""

    def write_and_fork() -> None:
        write(database, "child")
        grandchild = forked(lambda: write(database, "grandchild"))
        write(database, "child again")
        assert ended_well(grandchild)

    assert ended_well(forked(write_and_fork))
    assert rows(database) == ["child", "child again", "grandchild"]
