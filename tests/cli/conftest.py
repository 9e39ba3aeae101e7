"""A real terminal for commands that ask, and a client that sees what they did."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from lockwork import Client


class Terminal:
    """A command on a pseudo-terminal of its own; types each answer when its question is on the screen."""

    def __init__(
        self, *words: str, width: int = 200, program: Sequence[str] = (sys.executable, "-m", "lockwork")
    ) -> None:
        self._master, slave = os.openpty()
        self.screen = ""
        self._seen = 0
        environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm", "LANG": "C.UTF-8"}
        self._process = subprocess.Popen(
            [*program, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            preexec_fn=lambda: os.login_tty(slave),  # so that Ctrl-C reaches it
        )
        os.close(slave)

    def answer(self, question: str, text: str) -> None:
        """Wait for the question, then type."""
        self._read_until(lambda: question in self.screen[self._seen :])
        self._seen = len(self.screen)
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Everything it still says, and its exit code."""
        self._read_until(lambda: False)
        os.close(self._master)
        return self._process.wait(10)

    def _read_until(self, is_there: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not is_there():
            ready, _, _ = select.select([self._master], [], [], deadline - time.monotonic())
            assert ready, f"nothing more came after: {self.screen!r}"
            try:
                self.screen += os.read(self._master, 65536).decode()
            except OSError:  # Linux's way to say that the other end is closed
                return


@pytest.fixture
def open_terminal() -> type[Terminal]:
    """Starts a command on a terminal; see `Terminal`."""
    return Terminal


@pytest.fixture
def talk() -> Callable[..., tuple[int, str]]:
    """Runs a command to its end, with (question, answer) pairs: its exit code, and all that was shown."""

    def talk(words: Sequence[str], *answers: tuple[str, str]) -> tuple[int, str]:
        terminal = Terminal(*words)
        for question, text in answers:
            terminal.answer(question, text)
        return terminal.end(), terminal.screen

    return talk


@pytest.fixture
def client(own_home: Path) -> Iterator[Client]:
    """Of the store that the commands use."""
    found = Client()
    yield found
    found.close()
