"""Who has a store open is known, however they end; nothing is written into a file that was replaced."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lockwork.database.engine import Statement
from lockwork.database.sqlite import holds
from lockwork.database.sqlite.database import SqliteDatabase, create_private
from lockwork.domain.errors import StoreUnusable

INSERT = Statement("INSERT INTO t (x) VALUES (:x)")
ALL = Statement("SELECT x FROM t ORDER BY x")


def made(folder: Path, name: str = "lockwork.db") -> SqliteDatabase:
    path = folder / name
    create_private(path)
    database = SqliteDatabase(path, hold=folder / "open.lock")
    with database.writing() as tx:
        tx.script("CREATE TABLE t (x);")
        tx.run(INSERT, x=name)
    return database


def rows(database: SqliteDatabase) -> list[object]:
    with database.reading() as tx:
        return [row["x"] for row in tx.rows(ALL)]


def is_free(folder: Path) -> bool:
    try:
        holds.alone(folder / "open.lock", patience=0).close()
    except StoreUnusable:
        return False
    return True


def test_a_store_is_held_while_it_is_open(own_home: Path) -> None:
    """From the first question to the closing, by each thread, in a file of its owner's alone."""
    database = made(own_home)
    assert not is_free(own_home)
    database.close()
    assert is_free(own_home)
    threads = [threading.Thread(target=rows, args=(database,)) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    assert not is_free(own_home)
    database.close()
    assert is_free(own_home)
    assert stat.S_IMODE((own_home / "open.lock").stat().st_mode) == 0o600


def test_what_is_forgotten_is_let_go(own_home: Path) -> None:
    """A database that nobody has any more, such as after a failure, holds nothing."""
    database = made(own_home)
    del database
    assert is_free(own_home)


OPEN = """
import sys
from pathlib import Path
from lockwork.database.engine import Statement
from lockwork.database.sqlite.database import SqliteDatabase
database = SqliteDatabase(Path(sys.argv[1]), hold=Path(sys.argv[2]))
with database.reading() as tx:
    tx.rows(Statement("SELECT 1"))
print("open", flush=True)
sys.stdin.read()
"""


def test_another_process_holds_it_until_it_ends(own_home: Path) -> None:
    """The failure names the process and the way out; a killed one holds nothing."""
    made(own_home).close()
    command = [sys.executable, "-c", OPEN, str(own_home / "lockwork.db"), str(own_home / "open.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreUnusable, match=f"in use by process {other.pid}") as caught:
            holds.alone(own_home / "open.lock", patience=0.05)
        assert caught.value.hint
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert is_free(own_home)


def test_a_fork_holds_what_it_asks(own_home: Path) -> None:
    """A child counts as one who has it open from its own first question on, the parent's closing aside."""
    database = made(own_home)
    (wait, go), (told, tell) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.read(wait, 1)
        rows(database)
        os.write(tell, b"1")
        os.read(wait, 1)
        os._exit(0)
    os.close(wait)
    database.close()
    assert is_free(own_home)
    os.write(go, b"1")
    os.read(told, 1)
    assert not is_free(own_home)
    os.close(go)
    os.waitpid(child, 0)
    assert is_free(own_home)


def test_who_opens_waits_for_who_replaces(own_home: Path) -> None:
    """Nobody gets at a store while another takes its place; then they have the new one."""
    made(own_home).close()
    made(own_home, "new.db").close()
    alone = holds.alone(own_home / "open.lock", patience=0)
    found: list[list[object]] = []
    late = SqliteDatabase(own_home / "lockwork.db", hold=own_home / "open.lock")
    thread = threading.Thread(target=lambda: found.append(rows(late)) or late.close())
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    (own_home / "new.db").replace(own_home / "lockwork.db")
    alone.close()
    thread.join()
    assert found == [["new.db"]]


def test_it_is_not_waited_for_without_end(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes longer than any replacing does is told."""
    monkeypatch.setattr("lockwork.database.sqlite.database.BUSY_SECONDS", 0.05)
    made(own_home).close()
    alone = holds.alone(own_home / "open.lock", patience=0)
    with pytest.raises(StoreUnusable, match="is being put in the place of this one"):
        rows(SqliteDatabase(own_home / "lockwork.db", hold=own_home / "open.lock"))
    alone.close()


def test_a_file_that_was_replaced_is_not_taken_for_the_old_one(own_home: Path) -> None:
    """What was learnt of the first store, such as its keys, is not used on another."""
    database = made(own_home)
    database.close()
    made(own_home, "new.db").close()
    (own_home / "lockwork.db").rename(own_home / "old.db")
    (own_home / "new.db").rename(own_home / "lockwork.db")
    with pytest.raises(StoreUnusable, match="was put in the place of this one since"):
        rows(database)
    assert rows(SqliteDatabase(own_home / "lockwork.db")) == ["new.db"]


def test_a_copy_holds_what_is_committed_and_nothing_removed(own_home: Path) -> None:
    """Taken while others write; its file is as private as it was made."""
    database = made(own_home)
    with database.writing() as tx:
        tx.run(INSERT, x="removed" * 1000)
        tx.run(Statement("DELETE FROM t WHERE x <> 'lockwork.db'"))
    writer = SqliteDatabase(own_home / "lockwork.db")
    create_private(own_home / "copy.db")
    with writer.writing() as tx:
        tx.run(INSERT, x="not committed")
        database.copy_into(own_home / "copy.db")
    copy = SqliteDatabase(own_home / "copy.db")
    copy.check_whole()
    assert rows(copy) == ["lockwork.db"]
    assert b"removed" not in (own_home / "copy.db").read_bytes()
    assert stat.S_IMODE((own_home / "copy.db").stat().st_mode) == 0o600
    for each in (copy, writer, database):
        each.close()


def test_damage_is_found(own_home: Path) -> None:
    """An index that does not fit its table, a reference to nothing: a query may not meet it."""
    database = made(own_home)
    database.check_whole()
    with database.writing() as tx:
        tx.script("CREATE TABLE p (id PRIMARY KEY);\nCREATE TABLE c (p REFERENCES p (id));\n")
    raw = sqlite3.connect(own_home / "lockwork.db")
    raw.execute("INSERT INTO c VALUES (7)")
    raw.commit()
    raw.close()
    with pytest.raises(StoreUnusable, match="is damaged"):
        database.check_whole()
    database.close()


def test_folding_leaves_one_file(own_home: Path) -> None:
    """All that is committed lies in the file itself; another program that has it open is noticed."""
    database = made(own_home)
    other = sqlite3.connect(own_home / "lockwork.db")
    other.execute("SELECT * FROM t").fetchall()
    with pytest.raises(StoreUnusable, match="another program has"):
        database.fold()
    other.close()
    database.fold()
    assert {file.name for file in own_home.glob("lockwork.db*")} == {"lockwork.db"}
    assert rows(database) == ["lockwork.db"]
    database.close()


def test_a_damaged_file_is_left_as_it_is(own_home: Path) -> None:
    """Folding is not mending: what cannot be opened keeps its every byte."""
    path = own_home / "lockwork.db"
    path.write_bytes(b"no database" * 1000)
    SqliteDatabase(path).fold()
    assert path.read_bytes() == b"no database" * 1000
