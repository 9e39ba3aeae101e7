"""The captured side's line to the masker. Knows requests and answers; knows no streams and no values."""

import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from lockwork.capture.frames import DONE, Verb, frame
from lockwork.domain.errors import Unavailable


class Control:
    """One request at a time, each answered. At the `door` every process opens a line of its own."""

    def __init__(self, door: int) -> None:
        os.set_inheritable(door, False)
        self._door = socket.socket(fileno=door)
        self._line: socket.socket | None = None
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._hang_up()

    @property
    def door(self) -> int:
        """The descriptor that another process needs to open its own line."""
        return self._door.fileno()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else of this process asks meanwhile."""
        if os.getpid() != self._pid:  # a fork: the lock may be held for ever, and the line is its parent's
            self._begin_anew()
        with self._lock:
            yield

    def ask(self, verb: Verb, payload: bytes = b"", descriptors: Sequence[int] = ()) -> None:
        """Returns when the masker has done it."""
        with self.alone():
            try:
                self._send(frame(verb, payload), descriptors)
                answer = self._open_line().recv(1)
            except OSError:
                answer = b""
            except BaseException:  # interrupted: what is half sent or not yet answered must not meet the next
                self._hang_up()
                raise
            if answer != DONE:
                self._hang_up()
                raise Unavailable("the process that masks secrets in the output has gone")

    def stop(self) -> None:
        """Ask the masker to finish; its end is the answer."""
        with self.alone(), suppress(OSError):
            self._send(frame(Verb.STOP), ())
        self._hang_up()
        self._door.close()

    def _send(self, message: bytes, descriptors: Sequence[int]) -> None:
        line = self._open_line()
        if descriptors:
            socket.send_fds(line, [message], descriptors)  # short: it goes in one piece
        else:
            line.sendall(message)

    def _open_line(self) -> socket.socket:
        if self._line is None:
            self._line, theirs = socket.socketpair()
            with theirs:
                socket.send_fds(self._door, [b"+"], [theirs.fileno()])
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None
