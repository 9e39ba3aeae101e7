"""A store with secrets, and commands that run with them: in pipes, and on a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import termios
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from lockwork import Client

LOCKWORK = [sys.executable, "-m", "lockwork"]


@pytest.fixture
def values() -> dict[str, str]:
    """What `db` holds."""
    return {
        "user": "anna-db-user",
        "pw": "hunter2-pw",
        "key": "-----BEGIN-----\nabc\ndef\nghijklmnop\n-----END-----\n",
        "crlf": "a1\r\nb2\r\nc3",
    }


@pytest.fixture
def client(own_home: Path, values: dict[str, str]) -> Iterator[Client]:
    """The store that `lockwork` finds, with the secret `db` in it."""
    client = Client()
    client.create_secret("db", values)
    yield client
    client.close()


Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(client: Client) -> Run:
    """Run `lockwork WORDS…` with pipes for its outputs, in no terminal's session."""

    def run(*words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        more = {"stdin": subprocess.DEVNULL, **more} if "input" not in more else more
        return subprocess.run(
            [*LOCKWORK, *words], capture_output=True, start_new_session=True, timeout=60, check=False, **more
        )

    return run


@pytest.fixture
def begin(client: Client) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Begin `lockwork WORDS…`; whatever is left of it at the end is ended."""
    begun: list[subprocess.Popen[bytes]] = []

    def begin(*words: str, **more: Any) -> subprocess.Popen[bytes]:
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        process = subprocess.Popen([*LOCKWORK, *words], start_new_session=True, **more)
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


@pytest.fixture
def python(own_home: Path) -> Callable[[str], list[str]]:
    """The command that runs this source."""

    def python(source: str) -> list[str]:
        file = own_home / "program.py"
        file.write_text(textwrap.dedent(source))
        return [sys.executable, "-u", str(file)]

    return python


class Screen(pexpect.spawn):  # type: ignore[misc]  # pexpect has no types
    """A command on a terminal of its own."""

    def modes(self) -> list[Any]:
        """How the terminal is set now."""
        return termios.tcgetattr(self.child_fd)

    def is_raw(self) -> bool:
        return not self.modes()[3] & termios.ICANON

    def rest(self) -> str:
        """All that it still shows."""
        self.expect(pexpect.EOF)
        return str(self.before)

    def ended(self) -> int:
        """Its exit code, once it has ended; a signal's negative."""
        self.expect(pexpect.EOF)
        self.wait()
        return int(self.exitstatus if self.signalstatus is None else -self.signalstatus)


@pytest.fixture
def on_terminal(client: Client) -> Iterator[Callable[..., Screen]]:
    """Begin `lockwork WORDS…` on a terminal of 30 lines and 100 columns."""
    begun: list[Screen] = []

    def on_terminal(*words: str, command: list[str] = LOCKWORK, **more: Any) -> Screen:
        environment = {**os.environ, "TERM": "xterm", "PS1": "$ "}
        screen = Screen(
            command[0], [*command[1:], *words], env=environment, dimensions=(30, 100), timeout=30,
            encoding="utf-8", **more,
        )  # fmt: skip
        screen.delaybeforesend = None
        begun.append(screen)
        return screen

    yield on_terminal
    for screen in begun:
        screen.close(force=True)


@pytest.fixture
def processes() -> Callable[[], dict[int, tuple[int, str, str]]]:
    """Asks for all processes: each one's parent, its state, and all that its command line says."""
    return _processes


def _processes() -> dict[int, tuple[int, str, str]]:
    """Process → its parent, its state, and all that its command line says."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "status").read_text()
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:  # it has just ended
                continue
            parent, state = re.search(r"PPid:\s*(\d+)", status), re.search(r"State:\s*(\w)", status)
            assert parent is not None
            assert state is not None
            found[int(entry.name)] = int(parent[1]), state[1], line
    return found
