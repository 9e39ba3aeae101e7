"""What the user types, on its way to the command's pseudo-terminal: byte for byte."""

import os
import select
from collections.abc import Mapping
from contextlib import suppress

from lockwork.injection.terminal import is_in_front

_CHUNK = 4096
_BACKLOG = 64 * 1024  # typed or pasted, before the terminal has to keep the rest


class Keyboard:
    """Listens while the user's terminal is taken."""

    def __init__(self, fd: int, ours: int, *, front: int, listens: bool) -> None:
        self._fd, self._ours, self._front = fd, ours, front
        self.listens = listens
        self._typed = b""
        os.set_blocking(ours, False)

    def want(self, wanted: dict[int, int]) -> None:
        """Add what is to be waited for."""
        if self.listens and len(self._typed) < _BACKLOG:
            wanted[self._fd] = select.POLLIN
        if self._typed:
            wanted[self._ours] = wanted.get(self._ours, 0) | select.POLLOUT

    def pass_on(self, ready: Mapping[int, int]) -> None:
        """Read what was typed, and write what the command's terminal takes."""
        if self.listens and self._fd in ready:
            self._read()
        if self._typed:
            with suppress(OSError):  # no room now; or no command any more
                self._typed = self._typed[os.write(self._ours, self._typed) :]

    def _read(self) -> None:
        if not is_in_front(self._front):  # stopped by force: what is typed is the shell's, until it goes on
            self.listens = False
            return
        try:
            typed = os.read(self._fd, _CHUNK)
        except OSError:
            typed = b""
        self._typed += typed
        self.listens = bool(typed)  # nothing at all: hung up
