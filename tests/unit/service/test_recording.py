"""Records of many requests share commits; none is lost, and nobody's values leave without theirs."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.waiting import until

from lockwork.database.engine import Statement
from lockwork.domain.access import Role
from lockwork.domain.errors import StoreUnusable
from lockwork.domain.secrets import RevealedSecret
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Listing
from lockwork.messages.audit import ListAudit, VerifyAudit
from lockwork.messages.secrets import CreateSecret, GetSecret, RevealSecret
from lockwork.service import assembly
from lockwork.service.callers import Claim
from lockwork.service.gate import Gate
from lockwork.service.recording import Grouped

OWNER = Claim("default", Role.OWNER)
MANY = 20
BEGINS = "BEGIN IMMEDIATE"


class Served:
    """A store as a server opens it, and every statement that it ran."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.gate: Gate = assembly.open_store(folder, grouped=True, watch=self.said.append)
        self.gate.answer(
            OWNER, CreateSecret(workspace="default", name="db", values={"k": Sensitive("value")})
        )
        assert isinstance(self.gate.house.recorder, Grouped)
        self.recorder = self.gate.house.recorder

    def reveal(self) -> RevealedSecret:
        return self.gate.answer(OWNER, RevealSecret(workspace="default", secret="db"))

    def run(self, sql: str) -> None:
        with self.gate.house.database.writing() as tx:
            tx.run(Statement(sql))

    def reveals_recorded(self) -> int:
        listing = Listing(filters={"action": "secret.reveal"}, sort_by="asc:number", size=1000)
        return self.gate.answer(OWNER, ListAudit(listing=listing)).total

    def is_whole(self) -> bool:
        return self.gate.answer(OWNER, VerifyAudit()).ok

    def commits(self) -> int:
        return sum(text.startswith("UPDATE audit_head") for text in self.said)


@pytest.fixture
def served(own_home: Path) -> Iterator[Served]:
    made = Served(own_home / "store")
    yield made
    made.gate.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(MANY) as pool:
        yield pool


def revealing(served: Served, threads: ThreadPoolExecutor) -> list[Future[RevealedSecret]]:
    """Many at once, all in line behind one who waits for the database."""
    asked = [threads.submit(served.reveal) for _ in range(MANY)]
    until(lambda: served.recorder.waiting == MANY - 1)
    return asked


def test_who_waits_together_shares_a_commit(served: Served, threads: ThreadPoolExecutor) -> None:
    """However many wait for a commit that is under way, the next one holds the records of all of them."""
    with served.gate.house.database.writing():
        asked = revealing(served, threads)
        before = served.commits()
        assert not any(future.done() for future in asked)
    assert {future.result().values["k"].reveal() for future in asked} == {"value"}
    assert served.commits() - before == 2
    assert served.reveals_recorded() == MANY
    assert served.is_whole()


def test_each_answer_has_its_record(served: Served, threads: ThreadPoolExecutor) -> None:
    """When an answer is there, so is a record of it, however the requests fall together."""

    def reveal_and_count(asked: int) -> int:
        for _ in range(asked):
            served.reveal()
        return served.reveals_recorded()

    counts = [future.result() for future in [threads.submit(reveal_and_count, 10) for _ in range(MANY)]]
    assert max(counts) == served.reveals_recorded() == 10 * MANY
    assert min(counts) >= 10
    assert served.is_whole()


def test_no_record_no_values(served: Served, threads: ThreadPoolExecutor) -> None:
    """Where the records cannot be written, all who wait are told so and get no value; the rest goes on."""
    stop = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END"
    with served.gate.house.database.writing() as tx:
        asked = revealing(served, threads)
        tx.run(Statement(stop))
    failures = [future.exception() for future in asked]
    assert all(isinstance(failure, StoreUnusable) for failure in failures)
    assert len({id(failure) for failure in failures}) == MANY
    assert served.gate.answer(OWNER, GetSecret(workspace="default", secret="db")).keys == ("k",)
    assert served.reveals_recorded() == 0
    served.run("DROP TRIGGER full")
    assert served.reveal().values["k"].reveal() == "value"


def test_who_is_interrupted_leaves_the_line(served: Served, threads: ThreadPoolExecutor) -> None:
    """An interrupt while waiting ends that one's question, and nobody waits for it."""
    before = signal.signal(signal.SIGUSR1, _interrupt)
    held, enough = threading.Event(), threading.Event()
    holding = threads.submit(_hold, served, held, enough)
    try:
        held.wait()
        begun = served.said.count(BEGINS)
        first = threads.submit(served.reveal)
        until(lambda: served.said.count(BEGINS) > begun)
        second = threads.submit(_kill_when, served, threading.main_thread().ident or 0)
        with pytest.raises(KeyboardInterrupt):
            served.reveal()
        third = threads.submit(served.reveal)
        until(lambda: served.recorder.waiting == 1)
    finally:
        enough.set()
        signal.signal(signal.SIGUSR1, before)
    assert holding.result() is second.result() is None
    assert first.result()
    assert third.result()
    assert served.reveals_recorded() == 2


def _hold(served: Served, held: threading.Event, enough: threading.Event) -> None:
    with served.gate.house.database.writing():
        held.set()
        enough.wait()


def _kill_when(served: Served, thread: int) -> None:
    until(lambda: served.recorder.waiting == 1)
    signal.pthread_kill(thread, signal.SIGUSR1)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_forked_child_has_a_line_of_its_own(served: Served) -> None:
    """A process that was forked while its parent's requests wait records its own all the same."""
    served.reveal()
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            served.reveal()
            served.gate.close()
            ended = 0
        finally:
            os._exit(ended)
    assert os.waitpid(child, 0)[1] == 0
    assert served.reveals_recorded() == 2
    assert served.is_whole()
