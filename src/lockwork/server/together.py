"""Questions that are answered together: all that come while others are answered are the next.

A thread for each of them costs more than the questions: at every word with the database the others fight
for the interpreter, sixty changes of thread a question as measured with sixteen at once. Together they cost
one way to a thread and back, one view of the store and one commit: docs/decisions/021-answered-together.md.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from lockwork.server.threads import Threads

Q = TypeVar("Q")
A = TypeVar("A")
MOST = 32
"""Questions that are answered together: the first of them waits for the last."""
PATIENCE = 0.02
"""Seconds that a question waits for the thread that is at work; then another begins, where there is one."""


class _Waiting(NamedTuple, Generic[Q, A]):
    question: Q
    answer: "asyncio.Future[A]"


class Together(Generic[Q, A]):
    """Answers in one lane as long as that is quick, else in as many as there are: threads of one each.

    The one that was at work last is taken first: what SQLite keeps of a file in memory, it keeps by thread.
    """

    def __init__(self, answer_all: Callable[[Sequence[Q]], Sequence[A]], lanes: Sequence[Threads]) -> None:
        self._answer_all = answer_all
        self._free = list(lanes)
        self._all_free = len(lanes)
        self._waiting: list[_Waiting[Q, A]] = []
        self._late: asyncio.TimerHandle | None = None

    async def answer(self, question: Q) -> A:
        """What `answer_all` has for it; its failure is that of all that were asked with it."""
        one = _Waiting[Q, A](question, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._is_idle:
            self._begin()
        elif self._late is None:
            self._be_patient()
        return await one.answer

    @property
    def _is_idle(self) -> bool:
        return len(self._free) == self._all_free

    def _be_patient(self) -> None:
        """With those who wait from here on; with those who waited before, it is over."""
        if self._late is not None:
            self._late.cancel()
        loop = asyncio.get_running_loop()
        self._late = loop.call_later(PATIENCE, self._begin_another) if self._waiting else None

    def _begin_another(self) -> None:
        self._late = None
        if self._free:
            self._begin()

    def _begin(self) -> None:
        those, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        self._be_patient()
        lane = self._free.pop()
        answers = lane.begin(self._answer_all, [one.question for one in those])
        answers.add_done_callback(lambda answers: self._end(lane, those, answers))

    def _end(
        self, lane: Threads, those: Sequence[_Waiting[Q, A]], answers: "asyncio.Future[Sequence[A]]"
    ) -> None:
        self._free.append(lane)
        if self._waiting and self._is_idle:  # or two lanes that began once would share the work for ever
            self._begin()
        failure = asyncio.CancelledError() if answers.cancelled() else answers.exception()
        for n, one in enumerate(those):
            if one.answer.done():  # who asked has gone
                continue
            if failure is None:
                one.answer.set_result(answers.result()[n])
            else:
                one.answer.set_exception(failure)
