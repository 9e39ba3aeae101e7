"""What the command prints, on its way: read, masked, and written as fast as its reader takes it.

The mask holds back an end of the stream that may begin a value. Somebody may wait for that end, a prompt or
the echo of a key, so it goes out when nothing has followed for a while: up to three bytes soon, for they tell
nothing; more only on a terminal, where programs write whole lines and prompts at once. Into a pipe they write
blocks, cut anywhere, and the rest of a value may be a long time coming. It is masked even then.
"""

import errno
import os
import select
import time

from lockwork.capture.forms import SHORTEST_VALUE
from lockwork.capture.screen import Sink
from lockwork.capture.scrubber import Known, Scrubber

SOON, LATER = 0.01, 0.3
"""Seconds of quiet after which fewer bytes than a value has, and more of them, are put out."""
_CHUNK = 64 * 1024
_BACKLOG = 256 * 1024  # what waits for a slow reader before the command has to wait too
_LEFT = 64  # chunks: more than a pipe holds, once whoever wrote into it has ended
_GONE = (errno.EPIPE, errno.EIO)  # the reader has gone, or the terminal: the command hears of it as ever


class Output:
    """One stream."""

    def __init__(self, fd: int, sink: Sink, known: Known, *, is_terminal: bool) -> None:
        self.fd, self.sink = fd, sink
        self._is_terminal = is_terminal
        self._scrubber = Scrubber(known)
        self._last = 0.0
        self.is_open = True

    @property
    def has_room(self) -> bool:
        """Whether more of it can be read: its reader keeps up."""
        return self.is_open and self.sink.backlog < _BACKLOG

    @property
    def failure(self) -> int | None:
        """The error number with which it could not be written, but for a reader who just went away."""
        return None if self.sink.failure in _GONE else self.sink.failure

    def read(self) -> None:
        """Take what has been printed."""
        try:
            data = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return
        except OSError:  # how a pseudo-terminal says that nobody has its other end any more
            data = b""
        if data:
            self._last = time.monotonic()
            self._put(self._scrubber.feed(data))
        else:
            self.close()

    def wait(self) -> float | None:
        """Seconds after which to `hurry`; None: nobody waits."""
        if not self._scrubber.is_withholding:
            return None
        if self._scrubber.held < SHORTEST_VALUE:
            return max(0.0, self._last + SOON - time.monotonic())
        return max(0.0, self._last + LATER - time.monotonic()) if self._is_terminal else None

    def hurry(self) -> None:
        """Put out what somebody waits for, if it is time."""
        if self.wait() == 0.0:
            self._put(self._scrubber.hurry())

    def settle(self) -> None:
        """The command has ended: take what it left, and no more; others may go on printing."""
        for _ in range(_LEFT):
            if not self.is_open or not self._is_readable():
                break
            self.read()
        self._put(self._scrubber.flush())

    def close(self) -> None:
        """Who still prints there is told by the system, as where there is no masking."""
        if self.is_open:
            self.is_open = False
            self._put(self._scrubber.flush())
            os.close(self.fd)

    def pump(self) -> None:
        """Write what there is room for."""
        self.sink.pump()
        if self.sink.failure is not None:
            self.close()

    def _put(self, data: bytes) -> None:
        self.sink.put(data)
        self.pump()

    def _is_readable(self) -> bool:
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        return bool(poll.poll(0))
