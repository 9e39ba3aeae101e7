"""One line from a terminal, seen or unseen; and whether more came with it than one line.

Why not `getpass`: it throws away what else was pasted, so that a key of thirty lines would become its first.
"""

import os
import select
import sys
import termios
from typing import Any

QUIET = 0.1
"""Seconds without a byte after which a paste is over; over a slow line it comes in pieces."""


def read_line(prompt: str, *, is_hidden: bool) -> tuple[bytes, bool]:
    """The line without its end, and whether more was pasted with it; that is dropped. EOFError at the end."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    quiet = _without(before, termios.ECHO) if is_hidden else before
    # What was typed ahead was typed for something else; the rest of a paste never reaches the next question.
    termios.tcsetattr(terminal, termios.TCSAFLUSH, quiet)
    try:
        print(prompt, end="", file=sys.stderr, flush=True)
        line = _one(terminal)
        return line, _drained(terminal, quiet)
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
        if is_hidden:
            print(file=sys.stderr)  # the Enter that was not shown


def _one(terminal: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        if not (more := os.read(terminal, 65536)):
            if line:
                break
            raise EOFError
        line += more
    return line.removesuffix(b"\n")


def _drained(terminal: int, modes: list[Any]) -> bool:
    """Whether there was more to read; waits until nothing more comes."""
    # Line by line, the terminal would keep the last line of a paste, which has no end yet, to itself.
    termios.tcsetattr(terminal, termios.TCSANOW, _without(modes, termios.ICANON | termios.ECHO))
    found = False
    while select.select([terminal], [], [], QUIET)[0] and os.read(terminal, 65536):
        found = True
    return found


def _without(modes: list[Any], flags: int) -> list[Any]:
    local = modes[3]
    assert isinstance(local, int)  # noqa: S101 - so it is in every answer of tcgetattr
    return [*modes[:3], local & ~flags, *modes[4:]]
