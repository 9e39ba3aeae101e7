"""Questions that wait are answered together, in one thread as long as nobody waits for long."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

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
