"""The user's terminal, and pseudo-terminals that are like it: modes, size, and whose turn it is."""

import fcntl
import os
import termios
import tty
from contextlib import suppress
from pathlib import Path
from typing import Any

Modes = list[Any]
_ECHOED = termios.ECHO | termios.ECHONL
_PROCESSED = termios.OPOST


class Terminal:
    """What the user types on. While it is taken, every key reaches the command's terminal, Ctrl-C too."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.modes: Modes = termios.tcgetattr(fd)
        self.is_taken = False

    def take(self) -> bool:
        """Take it, unless another job of the shell has it; whether it is ours now.

        Also where it was: a shell takes it from a job that is stopped by force, and sets modes of its own.
        """
        if not self._is_ours():
            self.is_taken = False
            return False
        if not self.is_taken:
            self.modes = termios.tcgetattr(self.fd)
        tty.setraw(self.fd, termios.TCSADRAIN)
        self.is_taken = True
        return True

    def give_back(self) -> None:
        """As it was before. Where another job has it by now, that one's modes stay, and we go on."""
        if self.is_taken:
            self.is_taken = False
            with suppress(termios.error):  # hung up
                if self._is_ours():
                    termios.tcsetattr(self.fd, termios.TCSADRAIN, self.modes)

    def _is_ours(self) -> bool:
        try:
            return os.tcgetpgrp(self.fd) == os.getpgrp()
        except OSError:  # no shell has given it to us: it controls another session, or none
            return True


def is_in_front(pid: int) -> bool:
    """Whether a process of another session has its terminal; so we take it where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return True
    group, in_front = fields[2], fields[5]
    return in_front in (group, "-1")  # -1: it has none, as `_is_ours` says


def open_like(fd: int, modes: Modes | None = None) -> tuple[int, int]:
    """A pseudo-terminal of the size of this one: our end, and the command's.

    Without `modes` it is for output alone, and the real one does what a terminal does to that.
    """
    ours, theirs = os.openpty()
    copy_size(fd, ours)
    if modes is None:
        modes = termios.tcgetattr(fd)
        modes[1] &= ~_PROCESSED
        modes[3] &= ~_ECHOED
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    return ours, theirs


def copy_size(fd: int, ours: int) -> None:
    """Programs on our pseudo-terminal hear of it where it has changed."""
    with suppress(OSError):  # hung up
        size = fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8))
        fcntl.ioctl(ours, termios.TIOCSWINSZ, size)


def is_same(one: int, other: int) -> bool:
    """Whether both descriptors are one terminal."""
    return os.isatty(one) and os.isatty(other) and os.fstat(one).st_rdev == os.fstat(other).st_rdev
