"""Forks where the one file is in use: who could lose something is refused; the rest is in tests/contract."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import INSERT, rows, with_table, write
from tests.forking import ended_well, forked

from lockwork.database import forks
from lockwork.database.sqlite.database import SqliteDatabase, create_private
from lockwork.domain.errors import StoreUnusable


@pytest.fixture
def database(own_home: Path) -> Iterator[SqliteDatabase]:
    path = own_home / "lockwork.db"
    create_private(path)
    database = SqliteDatabase(path, hold=own_home / "open.lock")
    with_table(database)
    yield database
    database.close()


def test_a_fork_in_the_middle_of_a_transaction(database: SqliteDatabase) -> None:
    """The child is refused, as what it wrote could be lost; the parent goes on as if nothing was."""
    said = os.pipe()

    def try_it() -> None:
        for act in (lambda: rows(database), lambda: write(database, "child")):
            with pytest.raises(StoreUnusable, match="was forked while"):
                act()
        os.write(said[1], b"refused")

    with database.writing() as tx:
        tx.run(INSERT, x="1")
        assert ended_well(forked(try_it))
        tx.run(INSERT, x="2")
    assert os.read(said[0], 7) == b"refused"
    assert rows(database) == ["1", "2"]


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
    write(database, "1")
    assert rows(database) == ["1"]
