"""No connection crosses a fork.

With one a child would inherit SQLite's notes of the parent's locks, take them for its own and hold none: once
the parent closes, what the child writes is in a log that is gone. To a server both would speak at once.

    before a fork    whoever is at work is waited for and nobody begins; then every connection is closed
    afterwards       parent and child open their own when they next ask

Programs that are started (`subprocess`) inherit nothing and are no forks in this sense.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from weakref import WeakSet

PATIENCE = 10
"""Seconds that a fork waits for other threads. Who is at work then is left alone; the child is refused."""


class AtWork:
    """Which threads use a database at this moment."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._threads: set[int] = set()
        self._is_paused = False

    @contextmanager
    def here(self) -> Iterator[None]:
        """This thread is, meanwhile; first it waits for a fork to be over."""
        me = threading.get_ident()
        try:
            with self._changed:
                self._changed.wait_for(lambda: not self._is_paused)
                self._threads.add(me)
            yield
        finally:
            with self._changed:
                self._threads.discard(me)
                self._changed.notify_all()

    def pause(self) -> bool:
        """Let nobody begin until `resume`; whether nobody is at work any more."""
        me = threading.get_ident()
        with self._changed:
            self._is_paused = True
            self._changed.wait_for(lambda: not self._threads - {me}, PATIENCE)
            return not self._threads

    def resume(self) -> None:
        with self._changed:
            self._is_paused = False
            self._changed.notify_all()


class Closable(Protocol):
    """What has connections."""

    at_work: AtWork

    def close(self) -> None:
        """Close all of them; the next question opens others."""


_known: WeakSet[Closable] = WeakSet()
_knowing = threading.Lock()


def close_before(one: Closable) -> None:
    """Close its connections before each fork from here on."""
    with _knowing:
        _known.add(one)


def _before() -> None:
    _knowing.acquire()  # until the fork is over
    for one in _known:
        if one.at_work.pause():
            one.close()


def _in_parent() -> None:
    for one in _known:
        one.at_work.resume()
    _knowing.release()


def _in_child() -> None:
    for one in _known:
        one.at_work = AtWork()  # threads that waited at the old one are not here
    _knowing.release()


os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
