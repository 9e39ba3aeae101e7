"""The signals that end a run, as one interrupt: so that whoever stops a job finds it recorded, its logs kept.

Ctrl-C is Python's already. A closed terminal (SIGHUP) and a job that is stopped (SIGTERM) are made like it,
where nobody has decided otherwise: a handler of the user's own, or `nohup`, stays as it is.
"""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from lockwork.pipelines import attempts

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STOPPING = (signal.SIGTERM, signal.SIGHUP)
_UNDECIDED = (signal.SIG_DFL, signal.default_int_handler)


class Watch:
    """Stopped as by Ctrl-C: meanwhile SIGTERM and SIGHUP are a KeyboardInterrupt, and at its end exit code
    128 + the signal's number."""

    def __init__(self) -> None:
        self.heard: signal.Signals | None = None
        self._holds = 0

    def check(self) -> None:
        """Interrupt, if a signal was heard: it may have been held back, or swallowed in a finalizer."""
        if self.heard is not None:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is done in one piece: a signal interrupts after it, but for steps that run in it."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
        self.check()

    def __enter__(self) -> Self:
        _install(self, _STOPPING)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        _put_back(self)
        if self.heard is not None and kind is KeyboardInterrupt:
            # Not the signal itself once more: the first process of a container would not hear it.
            raise SystemExit(128 + self.heard) from None

    def __call__(self, number: int, _: FrameType | None) -> None:
        """Once; again only for a step that goes on all the same. Recording is not interrupted."""
        is_first = self.heard is None
        self.heard = self.heard or signal.Signals(number)
        if attempts.is_inside() or (is_first and not self._holds):
            raise KeyboardInterrupt


@contextmanager
def waking() -> Iterator[int | None]:
    """A descriptor that can be read once a signal has come, however close it comes before a wait.

    A signal that arrives after Python has last looked and before the system waits ends no wait by itself.
    None outside of the main thread, which hears none.
    """
    if threading.current_thread() is not threading.main_thread():
        yield None
        return
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    before = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    try:
        yield woken
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(wake)


def left_to_the_main_thread() -> None:
    """In a thread of ours: what ends a run reaches the one that knows when to hold it back."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)


class Listening:
    """In a worker, that is born with these signals blocked: they reach it while it `listens`, and no code of
    ours before or after."""

    def __init__(self) -> None:
        self._listens = False
        _install(self, ENDING)

    def __enter__(self) -> None:
        self._listens = True
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def __exit__(self, *_: object) -> None:
        self._listens = False

    def __call__(self, *_: object) -> None:
        if self._listens:
            raise KeyboardInterrupt


_installed: dict[int, tuple[Watch | Listening, object]] = {}


def _install(handler: Watch | Listening, numbers: Iterable[signal.Signals]) -> None:
    if threading.current_thread() is not threading.main_thread():
        return  # only there can Python hear signals
    for number in numbers:
        before = signal.getsignal(number)
        if before in _UNDECIDED:
            _installed[number] = handler, before
            signal.signal(number, handler)


def _put_back(handler: Watch | Listening) -> None:
    for number, (ours, before) in list(_installed.items()):
        if ours is handler:
            del _installed[number]
            if signal.getsignal(number) is handler:  # else the step has put its own in place
                signal.signal(number, before)  # type: ignore[arg-type]  # what `getsignal` gave


# A child that a step forks is no run: `Process.terminate()` must end it at once, however early it comes.
_masks = threading.local()


def _hold() -> None:
    if _installed:
        _masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)


def _release() -> None:
    if hasattr(_masks, "before"):
        signal.pthread_sigmask(signal.SIG_SETMASK, _masks.before)
        del _masks.before


def _forget() -> None:
    for number in _STOPPING:
        if number in _installed and signal.getsignal(number) is _installed[number][0]:
            signal.signal(number, signal.SIG_DFL)
    _release()


os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_forget)
