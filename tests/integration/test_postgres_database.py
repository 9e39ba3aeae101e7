"""What PostgreSQL alone does: turns, lost connections, servers that are away. What all do: tests/contract."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from tests.databases import ALL, INSERT, check_told_in_our_words, rows, with_table, write
from tests.forking import ended_well, forked
from tests.postgres import Postgres, Server, run, server

from lockwork.database.engine import Statement, as_set
from lockwork.database.postgres import database as module
from lockwork.database.postgres.database import PostgresDatabase
from lockwork.domain.errors import InvalidInput, LockworkError, StoreUnusable

PROCESS = Statement("SELECT pg_backend_pid() AS pid")


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.fresh()


@pytest.fixture
def database(url: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(url)
    with_table(database)
    yield database
    database.close()


def process(database: PostgresDatabase) -> int:
    with database.reading() as tx:
        return int(tx.one(PROCESS)["pid"])


# ---- transactions ----


def test_a_failure_that_somebody_swallows_is_no_commit(database: PostgresDatabase) -> None:
    """PostgreSQL undoes such a transaction at its end: that is told, and not taken for done."""
    write(database, "1")

    def go_on() -> None:
        with database.writing() as tx:
            tx.run(INSERT, x="2")
            with pytest.raises(StoreUnusable):
                tx.run(INSERT, x="1")

    with pytest.raises(StoreUnusable, match="undid"):
        go_on()
    assert rows(database) == ["1"]


def test_changes_follow_each_other_and_records_wait_for_none_of_them(database: PostgresDatabase) -> None:
    """A second change begins when the first is over, and sees what it did; an append begins at once."""
    begun, seen = threading.Event(), []

    def second() -> None:
        begun.set()
        with database.writing() as tx:
            seen.append([row["x"] for row in tx.rows(ALL)])

    with ThreadPoolExecutor(1) as other:
        with database.writing() as tx:
            later = other.submit(second)
            begun.wait()
            with database.appending() as append:
                append.run(INSERT, x="record")
            assert not later.done()
            tx.run(INSERT, x="first")
        later.result()
    assert seen == [["first", "record"]]


# ---- failures ----

FAILING: dict[str, tuple[Callable[[PostgresDatabase], object], type[LockworkError], str]] = {
    "NUL": (lambda d: write(d, "value-7\0"), InvalidInput, "NUL"),
    "NUL in a set": (lambda d: _chosen(d, "value-7\0"), InvalidInput, "NUL"),
    "large in a set": (lambda d: _chosen(d, 2**70), InvalidInput, "too large"),
    "no table": (lambda d: write(d, "value-7", Statement("SELECT :x FROM no")), StoreUnusable, "42P01"),
    "a table that is there": (lambda d: _made(d), StoreUnusable, "another program"),
}


def _chosen(database: PostgresDatabase, item: object) -> None:
    cast = "value ->> 0" if isinstance(item, str) else "CAST(value ->> 0 AS bigint)"
    with database.reading() as tx:
        tx.rows(Statement(f"SELECT {cast} FROM json_each(:these) i"), these=as_set([item]))


def _made(database: PostgresDatabase) -> None:
    with database.writing() as tx:
        tx.script("CREATE TABLE t (x TEXT);")


@pytest.mark.parametrize("name", FAILING)
def test_failures_of_the_driver_become_ours(database: PostgresDatabase, name: str) -> None:
    """Those that only PostgreSQL has; that which all have in common is in tests/contract."""
    act, kind, words = FAILING[name]
    check_told_in_our_words(lambda: act(database), kind, words)
    rows(database)


def test_who_waits_too_long_is_told(database: PostgresDatabase, url: str) -> None:
    """A change that never ends is waited for, and then named as the reason."""
    with database.writing():
        other = PostgresDatabase(url)
        with pytest.MonkeyPatch.context() as patch:
            quick = f"SET lock_timeout = '50ms'; {module._BEGIN_WRITING}"
            patch.setattr(module, "_BEGIN_WRITING", quick)
            with pytest.raises(StoreUnusable, match="was locked by another process"):
                write(other, "1")
        other.close()
    write(database, "1")


# ---- connections ----


def test_a_connection_serves_many_questions(database: PostgresDatabase) -> None:
    """One after another they go over the same; at once each has its own, up to the most there may be."""
    assert len({process(database) for _ in range(20)}) == 1
    together = threading.Barrier(10)

    def held() -> int:
        with database.reading() as tx:
            together.wait()
            return int(tx.one(PROCESS)["pid"])

    with ThreadPoolExecutor(10) as threads:
        assert len({pid.result() for pid in [threads.submit(held) for _ in range(10)]}) == 10


def test_more_threads_than_connections_take_turns(url: str, database: PostgresDatabase) -> None:
    """Two connections serve sixteen threads."""
    few = PostgresDatabase(url, most=2)
    with ThreadPoolExecutor(16) as threads:
        asked = [threads.submit(process, few) for _ in range(200)]
        assert len({pid.result() for pid in asked}) <= 2
    few.close()


def test_a_connection_that_was_cut_is_replaced(database: PostgresDatabase, postgres: Postgres) -> None:
    """The next question goes over another; what is cut in the middle fails, and nothing of it is there."""
    was = process(database)
    postgres.run(f"SELECT pg_terminate_backend({was}, 5000)")
    assert process(database) != was

    def cut() -> None:
        with database.writing() as tx:
            tx.run(INSERT, x="cut")
            postgres.run(f"SELECT pg_terminate_backend({tx.one(PROCESS)['pid']}, 5000)")
            tx.run(INSERT, x="off")

    with pytest.raises(StoreUnusable, match="was lost"):
        cut()
    assert rows(database) == []


def test_a_loss_that_nobody_saw_costs_a_second_attempt(
    database: PostgresDatabase, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the socket did not tell, a transaction that cannot begin begins on another connection."""
    was = process(database)
    monkeypatch.setattr("lockwork.database.postgres.pool._has_word", lambda _: False)
    postgres.run(f"SELECT pg_terminate_backend({was}, 5000)")
    write(database, "1")
    assert rows(database) == ["1"]


# ---- forks ----


def test_a_fork_in_the_middle_of_a_transaction(database: PostgresDatabase) -> None:
    """The child asks over another connection; its parent ends the transaction as if nothing was."""

    def append() -> None:
        with database.appending() as tx:
            tx.run(INSERT, x="child")

    with database.writing() as tx:
        tx.run(INSERT, x="1")
        assert ended_well(forked(append))
        tx.run(INSERT, x="parent")
    assert rows(database) == ["1", "child", "parent"]


def test_a_child_cannot_end_its_parents_transaction(database: PostgresDatabase) -> None:
    """It is refused where it would commit, and says nothing over its parent's connection."""
    said = os.pipe()
    child = -1
    try:
        with database.writing() as tx:
            tx.run(INSERT, x="1")
            child = os.fork()
    except StoreUnusable as failure:  # in the child alone
        os.write(said[1], str(failure).encode())
        os._exit(0)
    if child == 0:
        os._exit(1)
    assert ended_well(child)
    assert b"its parent's" in os.read(said[0], 200)
    assert rows(database) == ["1"]


# ---- a server that is away, wrong, or comes back ----


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """One that a test may stop: never the one that is given, but one of our own."""
    with server() as running:
        yield running


def tcp(server: Server, **parts: Any) -> str:
    named = server.over_tcp(user="lockwork", dbname="postgres") | parts
    return "postgresql://?" + "&".join(f"{name}={quote(str(text), safe='')}" for name, text in named.items())


def test_a_server_that_comes_back_is_asked_again(own_server: Server) -> None:
    """While it is away that is told, with host and port; afterwards the next question is answered."""
    database = PostgresDatabase(tcp(own_server))
    process(database)
    own_server.stop()
    with pytest.raises(StoreUnusable, match=f"127.0.0.1:{own_server.port} refuses connections") as caught:
        process(database)
    assert caught.value.hint
    own_server.start()
    process(database)
    own_server.stop(signal.SIGQUIT)  # as after a crash
    own_server.start()
    process(database)
    database.close()


WRONG = {
    "password": ({"password": "not-the-password"}, "does not let this user in"),
    "user": ({"user": "nobody-here"}, "does not let this user in"),
    "database": ({"dbname": "nowhere"}, "no such database"),
    "port": ({"port": 1}, "refuses connections"),
    "tls": ({"sslmode": "require"}, "TLS"),
    "socket": ({"host": "/nowhere"}, "is not there"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_url_is_told(own_server: Server, name: str) -> None:
    """By what it is, at once; the password stands nowhere."""
    parts, words = WRONG[name]
    database = PostgresDatabase(tcp(own_server, **parts))
    with pytest.raises(StoreUnusable, match=words) as caught:
        process(database)
    assert caught.value.hint
    password = parts.get("password", Server.PASSWORD)
    for shown in (repr(caught.value), str(caught.value.hint), repr(database._pool._place)):
        assert str(password) not in shown
    assert caught.value.__context__ is None


@pytest.mark.parametrize("url", ["postgresql://me:value-7@[", "value-7", "mysql://me:value-7@here/x"])
def test_what_is_no_url_is_refused(url: str) -> None:
    """Without quoting it: it may hold a password."""
    with pytest.raises(InvalidInput, match="is not the URL") as caught:
        PostgresDatabase(url)
    assert "value-7" not in f"{caught.value!r}{caught.value.hint}"
    assert caught.value.__context__ is None


def test_a_database_of_another_encoding_is_refused(own_server: Server) -> None:
    """It could not keep all that is text."""
    made = "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'"
    run(own_server.url, made)
    database = PostgresDatabase(tcp(own_server, dbname="latin"))
    with pytest.raises(StoreUnusable, match="UTF8"):
        process(database)
