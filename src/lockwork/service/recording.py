"""How audit records that stand alone get to disk: one at a time, or for a server as many as wait, together.

`write` returns once the record is durable; until then nothing that it tells of may leave. Where it fails
nothing is known to be written, and the failure is that of everyone who waited for the same commit.
"""

import os
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from lockwork.database.engine import Database
from lockwork.domain.errors import LockworkError, StoreUnusable, Unavailable
from lockwork.service.trail import Entry, Trail

MOST = 256
"""Entries that share one commit."""


class Recorder(Protocol):
    """Writes records of what changes nothing: reveals, refusals, failures."""

    def write(self, entry: Entry) -> None:
        """Durable when this returns."""
        ...


class Direct:
    """Each record in a transaction of its own: for a store that one process has open."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database, self._trail = database, trail

    def write(self, entry: Entry) -> None:
        _written(self._database, self._trail, (entry,))


class Grouped:
    """Whoever comes while a commit is under way waits, and then all who wait share the next one.

    The first who waits writes for all, in its own thread: there is none to start, to stop or to lose. See
    docs/decisions/012-records-share-commits.md.
    """

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database, self._trail = database, trail
        self._lines: dict[int, _Line] = {}

    def write(self, entry: Entry) -> None:
        # A forked child has a line of its own: those who waited in its parent's are not here.
        line = self._lines.get(os.getpid())
        if line is None:
            line = self._lines.setdefault(os.getpid(), _Line())
        mine = _Waiting(entry)
        if line.joined(mine) or line.has_turn(mine):
            self._write_for_all(line)
        if mine.failure is not None:
            raise mine.failure

    @property
    def waiting(self) -> int:
        """How many wait for others' commit at this moment, in this process."""
        line = self._lines.get(os.getpid())
        return 0 if line is None else len(line)

    def _write_for_all(self, line: "_Line") -> None:
        those = line.taken()
        try:
            self._write(those)
        finally:
            line.wake(those)

    def _write(self, those: "Sequence[_Waiting]") -> None:
        failures = recorded(self._database, self._trail, [waiting.entry for waiting in those])
        for waiting, failure in zip(those, failures, strict=True):
            waiting.failure = failure


class _Waiting:
    """An entry, and the thread that waits for it to be written."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.failure: LockworkError | None = StoreUnusable(
            "the audit record could not be written: whoever wrote it was stopped", hint="try again"
        )
        """What is the matter until it is written."""
        self.must_write = False
        self._awake = threading.Lock()
        self._awake.acquire()

    def wait(self) -> None:
        """Until it is written, or must write."""
        self._awake.acquire()

    def wake(self) -> None:
        self._awake.release()


class _Line:
    """Those who wait. While there are any, exactly one of them writes."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._writing: tuple[_Waiting, ...] = ()

    def __len__(self) -> int:
        return len(self._waiting)

    def joined(self, one: _Waiting) -> bool:
        """Stand in line; whether nobody writes, so that this one must."""
        with self._changing:
            self._waiting.append(one)
            one.must_write = not self._writing and len(self._waiting) == 1
            return one.must_write

    def has_turn(self, one: _Waiting) -> bool:
        """Wait; then whether this one must write, and is not written already."""
        try:
            one.wait()
        except BaseException:  # an interrupt, in a main thread: nobody may wait for who has left
            self._leave(one)
            raise
        return one.must_write

    def _leave(self, one: _Waiting) -> None:
        with self._changing:
            with suppress(ValueError):  # it is being written
                self._waiting.remove(one)
            following = self._waiting[0] if one.must_write and self._waiting else None
            if following is not None:
                following.must_write = True
        if following is not None:
            following.wake()

    def taken(self) -> "tuple[_Waiting, ...]":
        """Those whose turn it is, the one who writes at their head."""
        with self._changing:
            count = min(len(self._waiting), MOST)
            self._writing = tuple(self._waiting.popleft() for _ in range(count))
            return self._writing

    def wake(self, those: "Sequence[_Waiting]") -> None:
        """They are done; the next in line writes for those behind."""
        with self._changing:
            self._writing = ()
            following = self._waiting[0] if self._waiting else None
            if following is not None:
                following.must_write = True
        if following is not None:
            following.wake()
        for one in those[1:]:
            one.wake()


def recorded(database: Database, trail: Trail, entries: Sequence[Entry]) -> list[LockworkError | None]:
    """One commit for all: of each what went wrong. Where one alone is at fault, the others do not suffer."""
    try:
        _written(database, trail, entries)
    except LockworkError as failure:
        if len(entries) > 1 and not isinstance(failure, Unavailable):
            return [one for entry in entries for one in recorded(database, trail, (entry,))]
        from copy import copy  # lazy: only where something fails

        return [copy(failure) for _ in entries]  # raised in several places at once
    return [None for _ in entries]


def _written(database: Database, trail: Trail, entries: Sequence[Entry]) -> None:
    with database.appending() as tx:
        trail.append_all(tx, entries)
