"""Questions that wait are answered together, in one thread as long as nobody waits for long."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from lockwork.server.threads import Threads
from lockwork.server.together import MOST, Together

Lanes = tuple[Threads, ...]


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = (Threads(1, patient=0), Threads(1, patient=0))
    yield made
    for lane in made:
        lane.close()


class Held:
    """Answers each number with its double, once it is let go; the first batch holds all until then."""

    def __init__(self, *, holds: int = 1) -> None:
        self.batches: list[list[int]] = []
        self.let_go = threading.Event()
        self._holds = holds

    def __call__(self, questions: Sequence[int]) -> list[int]:
        self.batches.append(list(questions))
        if len(self.batches) <= self._holds:
            assert self.let_go.wait(20)
        if -1 in questions:
            raise ValueError("one of them is negative")
        return [2 * n for n in questions]


class Apart:
    """Answers each number with its double, once that number is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.let_go = {n: threading.Event() for n in range(1, 5)}

    def __call__(self, questions: Sequence[int]) -> list[int]:
        self.batches.append(list(questions))
        assert all(self.let_go[n].wait(20) for n in questions)
        return [2 * n for n in questions]


class Timers:
    """What stands in for the loop's own: they go off when they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.running: list[Timer] = []
        monkeypatch.setattr(asyncio.get_running_loop(), "call_later", self._call_later)

    def _call_later(self, _: float, act: Callable[[], None]) -> "Timer":
        self.running.append(made := Timer(self, act))
        return made

    def go_off(self) -> None:
        (only,) = self.running
        only.cancel()
        only.act()


@dataclass(eq=False)
class Timer:
    """One of them."""

    timers: Timers
    act: Callable[[], None]

    def cancel(self) -> None:
        if self in self.timers.running:
            self.timers.running.remove(self)


async def asked(together: Together[int, int], *numbers: int) -> list["asyncio.Task[int]"]:
    tasks = [asyncio.create_task(together.answer(n)) for n in numbers]
    await asyncio.sleep(0)  # they stand in line now
    return tasks


def test_who_waits_is_answered_with_all_who_wait(lanes: Lanes) -> None:
    """While the first is answered the others wait, and are the next, together; each gets its own answer."""
    held = Held()

    async def ask() -> list[int]:
        together = Together(held, lanes[:1])
        tasks = await asked(together, *range(MOST + 3))
        held.let_go.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(ask()) == [2 * n for n in range(MOST + 3)]
    assert held.batches == [[0], [*range(1, MOST + 1)], [MOST + 1, MOST + 2]]


def test_who_waits_long_gets_another_thread(lanes: Lanes) -> None:
    """One that takes long holds nobody up for long: another thread answers the others meanwhile."""
    held = Held()

    async def ask() -> tuple[list[int], bool]:
        slow, *others = await asked(Together(held, lanes), 1, 2, 3)
        answers = await asyncio.gather(*others)
        is_slow = not slow.done()
        held.let_go.set()
        return [await slow, *answers], is_slow

    assert asyncio.run(ask()) == ([2, 4, 6], True)


def test_patience_begins_anew_with_each_batch(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes after a batch has begun has waited for nothing yet, however long others waited before."""
    apart = Apart()

    async def ask() -> list[int]:
        timers = Timers(monkeypatch)
        together = Together(apart, lanes)
        tasks = await asked(together, 1, 2)
        (before,) = timers.running
        apart.let_go[1].set()
        await tasks[0]
        assert timers.running == []
        tasks += await asked(together, 3)
        assert before not in timers.running
        assert len(timers.running) == 1
        for event in apart.let_go.values():
            event.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(ask()) == [2, 4, 6]
    assert apart.batches == [[1], [2], [3]]


def test_a_second_thread_is_for_who_waited_long_alone(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once begun it does not share the work for ever: one thread is quicker, unless it is slow."""
    apart = Apart()

    async def ask() -> list[int]:
        timers = Timers(monkeypatch)
        together = Together(apart, lanes)
        tasks = await asked(together, 1, 2)
        timers.go_off()
        while len(apart.batches) < 2:
            await asyncio.sleep(0)
        tasks += await asked(together, 3, 4)
        apart.let_go[1].set()
        await tasks[0]
        assert apart.batches == [[1], [2]]
        for event in apart.let_go.values():
            event.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(ask()) == [2, 4, 6, 8]
    assert apart.batches == [[1], [2], [3, 4]]


def test_a_failure_is_that_of_its_batch(lanes: Lanes) -> None:
    """What goes wrong with all of a batch is told to each of it; the next is answered all the same."""
    held = Held()

    async def ask() -> list[int | BaseException]:
        together = Together(held, lanes[:1])
        tasks = await asked(together, -1)
        tasks += await asked(together, 4, 5)
        held.let_go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    failure, *answers = asyncio.run(ask())
    assert isinstance(failure, ValueError)
    assert answers == [8, 10]


def test_who_has_gone_is_left_alone(lanes: Lanes) -> None:
    """Whoever gives up waiting changes nothing for the others."""
    held = Held()

    async def ask() -> list[int]:
        first, gone, last = await asked(Together(held, lanes[:1]), 1, 2, 3)
        gone.cancel()
        held.let_go.set()
        return [await first, await last]

    assert asyncio.run(ask()) == [2, 6]
