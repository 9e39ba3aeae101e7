"""What both databases promise: transactions, failures in our words, and a fork that loses nothing."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.databases import ALL, INSERT, check_told_in_our_words, rows, with_table, write
from tests.forking import ended_well, forked

from lockwork.database.engine import Database, Statement, as_set
from lockwork.database.postgres.database import PostgresDatabase
from lockwork.database.sqlite.database import SqliteDatabase, create_private
from lockwork.domain.errors import InvalidInput, LockworkError, StoreUnusable, Tampered

Opened = Callable[[], Database]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, own_home: Path) -> Opened:
    """Opens the same database, anew each time."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").fresh()
        return lambda: PostgresDatabase(url)
    path = own_home / "lockwork.db"
    create_private(path)
    return lambda: SqliteDatabase(path, hold=own_home / "open.lock")


@pytest.fixture
def database(opened: Opened) -> Iterator[Database]:
    database = with_table(opened())
    yield database
    database.close()


def rows_anew(opened: Opened) -> list[object]:
    """What somebody finds who opens it now."""
    another = opened()
    found = rows(another)
    another.close()
    return found


# ---- transactions ----


def test_a_transaction_is_whole_or_not_at_all(database: Database) -> None:
    """What was done before a failure is undone with it, and what was to follow does not."""
    followed: list[str] = []

    def fail() -> None:
        with database.writing() as tx:
            tx.run(INSERT, x="1")
            tx.afterwards.append(lambda: followed.append("done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(database) == []
    with database.writing() as tx:
        tx.run(INSERT, x="1")
        tx.run_many(INSERT, [{"x": "2"}, {"x": "3"}])
        tx.run_many(INSERT, [])
        tx.afterwards.append(lambda: followed.append("done"))
    assert rows(database) == ["1", "2", "3"]
    assert followed == ["done"]


def test_a_view_stays_as_it_began(database: Database) -> None:
    """What others commit meanwhile is not in it."""
    write(database, "1")
    with database.reading() as tx:
        assert len(tx.rows(ALL)) == 1
        with ThreadPoolExecutor(1) as other:
            other.submit(write, database, "2").result()
        assert len(tx.rows(ALL)) == 1
    assert rows(database) == ["1", "2"]


@pytest.mark.parametrize("change", ["INSERT INTO t (x) VALUES ('1')", "DELETE FROM t", "DROP TABLE t"])
def test_a_view_writes_nothing(database: Database, change: str) -> None:
    """It refuses every change, and the next write is as free as ever."""
    database.close()  # so that the connection has not written before
    with pytest.raises(StoreUnusable, match="read-only"), database.reading() as tx:
        tx.run(Statement(change))
    write(database, "2")
    assert rows(database) == ["2"]


def test_what_was_closed_opens_with_the_next_question(database: Database) -> None:
    """For reading and for writing."""
    database.close()
    write(database, "1")
    database.close()
    assert rows(database) == ["1"]


def test_sets_are_read_alike(database: Database) -> None:
    """Texts, numbers and objects in one parameter, in their order."""
    texts = Statement("SELECT value ->> 0 AS x FROM json_each(:these) i ORDER BY CAST(i.key AS integer)")
    number = Statement("SELECT CAST(value ->> 0 AS bigint) AS x FROM json_each(:these) i")
    field = Statement("SELECT value ->> 'a' AS x FROM json_each(:these) i")
    with database.reading() as tx:
        assert [row["x"] for row in tx.rows(texts, these=as_set(["b", "ä%s'", "a"]))] == ["b", "ä%s'", "a"]
        assert tx.one(number, these=as_set([2**62]))["x"] == 2**62
        assert tx.one(field, these=as_set([{"a": None}]))["x"] is None


# ---- failures ----

FAILING: dict[str, tuple[Callable[[Database], object], type[LockworkError], str]] = {
    "taken": (lambda d: [write(d, "value-7"), write(d, "value-7")], StoreUnusable, "contradicts itself"),
    "no table": (lambda d: write(d, "value-7", Statement("SELECT :x FROM no")), StoreUnusable, "failed"),
    "surrogate": (lambda d: write(d, "value-7\ud800"), InvalidInput, "surrogate"),
    "surrogate in a set": (lambda _: as_set(["value-7\ud800"]), InvalidInput, "surrogate"),
    "large": (lambda d: write(d, 2**70, Statement("UPDATE t SET n = :x")), InvalidInput, "too large"),
    "no row": (lambda d: _one(d), Tampered, "is missing"),
}


def _one(database: Database) -> None:
    with database.reading() as tx:
        tx.one(ALL)


@pytest.mark.parametrize("name", FAILING)
def test_failures_of_the_driver_become_ours(database: Database, name: str) -> None:
    """With our words; no chain keeps the driver's, which quotes rows. The next question is answered."""
    act, kind, words = FAILING[name]
    check_told_in_our_words(lambda: act(database), kind, words)
    rows(database)


# ---- forks ----


def test_what_a_child_writes_is_there_when_its_parent_has_closed(database: Database, opened: Opened) -> None:
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
    assert rows_anew(opened) == ["before", "child 1", "child 2", "parent"]


def test_what_a_parent_writes_is_there_when_its_child_has_closed(database: Database, opened: Opened) -> None:
    """And the other way round."""
    write(database, "before")

    def write_and_close() -> None:
        write(database, "child")
        database.close()

    assert ended_well(forked(write_and_close))
    write(database, "parent")
    database.close()
    assert rows_anew(opened) == ["before", "child", "parent"]


def test_children_of_children(database: Database) -> None:
    """A child that forks in turn, with the store open, loses nothing either."""

    def write_and_fork() -> None:
        write(database, "child")
        grandchild = forked(lambda: write(database, "grandchild"))
        write(database, "child again")
        assert ended_well(grandchild)

    assert ended_well(forked(write_and_fork))
    assert rows(database) == ["child", "child again", "grandchild"]


def test_a_fork_waits_for_other_threads(database: Database) -> None:
    """A thread in the middle of a transaction ends it first; then parent, thread and child all go on."""
    inside, forking, over = threading.Event(), threading.Event(), threading.Event()

    def long() -> None:
        with database.writing() as tx:
            inside.set()
            forking.wait()
            tx.run(INSERT, x="thread")
            over.set()
        write(database, "thread again")

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
