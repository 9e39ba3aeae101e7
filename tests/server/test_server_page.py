"""docs/server.md: its commands, in its order, typed into terminals as someone would who follows it."""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.conftest import ROOT
from tests.postgres import Server, server
from tests.server.conftest import free_port

PAGE = ROOT / "docs" / "server.md"
_BLOCK = re.compile(
    r"<!-- (?P<who>\w+)(?:: (?P<how>[^>]*))? -->\n```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL
)
_READY = re.compile(r"<<(\d+)>>$")
PASSWORD, SHARED, TOKEN, API_KEY = "a long enough passphrase", "hunter2-shared", "hf-of-anna", "wandb-of-bea"


class Block(NamedTuple):
    """Some lines of the page: for whose terminal, and what is said of them."""

    who: str
    how: str
    kind: str
    text: str


def blocks() -> list[Block]:
    return [Block(who, how, kind, text) for who, how, kind, text in _BLOCK.findall(PAGE.read_text())]


class Terminal:
    """A shell on a terminal of its own: a line is typed when the one before is done, an answer when asked."""

    def __init__(self, environment: dict[str, str], folder: Path, answers: dict[str, str]) -> None:
        self._master, slave = os.openpty()
        self._answers = answers
        self._seen = 0
        self.screen = ""
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "--noediting", "-i"],
            stdin=slave, stdout=slave, stderr=slave, cwd=folder, preexec_fn=lambda: os.login_tty(slave),
            env=environment | {"PS1": "<<$?>>", "TERM": "dumb", "COLUMNS": "200"},
        )  # fmt: skip
        os.close(slave)
        self._wait_until_done()

    def type(self, line: str) -> None:
        """To its end, which is a good one."""
        self._send(line)
        self._wait_until_done()
        code = _READY.search(self.screen)
        assert code is not None
        assert code[1] == "0", self.screen

    def begin(self, line: str, until: str) -> None:
        """What stays: until it says so."""
        self._send(line)
        self._read_until(lambda: until in self.screen[self._seen :])

    def close(self) -> None:
        os.close(self._master)
        self._process.wait(30)

    def _send(self, text: str) -> None:
        self._seen = len(self.screen)
        os.write(self._master, f"{text}\n".encode())

    def _wait_until_done(self) -> None:
        while True:
            self._read_until(lambda: self._question() is not None or self._is_done())
            question = self._question()
            if question is None:
                return
            self._send(self._answers[question])

    def _is_done(self) -> bool:
        return _READY.search(self.screen, self._seen) is not None

    def _question(self) -> str | None:
        said = self.screen[self._seen :]
        return next((asked for asked in self._answers if said.endswith(asked)), None)

    def _read_until(self, holds: object) -> None:
        assert callable(holds)
        deadline = time.monotonic() + 60
        while not holds():
            ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"nothing more came after: {self.screen[-2000:]}"
            self.screen += os.read(self._master, 65536).decode().replace("\r", "")


def commands(text: str) -> Iterator[str]:
    """Each with the lines that belong to it: after a backslash, and up to the end of a here-document."""
    whole: list[str] = []
    end = None
    for line in text.splitlines():
        whole.append(line)
        if end is None and (found := re.search(r"<<(\w+)$", line)):
            end = found[1]
        elif line == end:
            end = None
        if end is None and not line.endswith("\\"):
            yield "\n".join(whole)
            whole = []


@pytest.fixture
def database_server() -> Iterator[Server]:
    """A PostgreSQL of this test's own, in which there is nothing yet."""
    with server() as running:
        yield running


def _environment(home: Path, database: Server) -> dict[str, str]:
    """A machine whose `sudo -u postgres` needs no password."""
    programs = home / "bin"
    programs.mkdir()
    (programs / "sudo").write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    (programs / "sudo").chmod(0o755)
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    path = os.pathsep.join([str(programs), str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    return kept | {
        "PATH": path,
        "PGHOST": str(database.folder),
        "PGPORT": str(database.port),
        "PGUSER": "lockwork",
        "PGDATABASE": "postgres",
    }


def test_following_the_page_leads_two_people_into_one_workspace(
    own_home: Path, database_server: Server
) -> None:
    """From an empty machine to a shared secret, a masked pipeline, a token for CI and a push."""
    port = str(free_port())
    environment = _environment(own_home, database_server)
    answers = {
        "your name there: ": "anna",
        "choose a password (not shown): ": PASSWORD,
        "once more: ": PASSWORD,
        "value of password (not shown): ": SHARED,
        "value of token (not shown): ": TOKEN,
        "value of api_key (not shown): ": API_KEY,
        "\npassword (not shown): ": PASSWORD,
    }
    terminals = {who: Terminal(environment, own_home, answers) for who in ("server", "anna", "bea", "ci")}
    try:
        for block in blocks():
            if block.who == "everywhere":
                continue
            if block.kind == "python":
                (own_home / block.how).write_text(block.text)
                continue
            text = block.text.replace("8237", port).replace(
                "127.0.0.1:5432", f"127.0.0.1:{database_server.port}"
            )
            text = text.replace("server start", f"server start --port {port}")
            shell = terminals[block.who]
            for line in commands(text):
                if block.how == "stays":
                    shell.begin(line, "listening on")
                    code = re.search(r"comes in by (\S+)", shell.screen)
                    assert code is not None, shell.screen
                    answers["set-up code (not shown): "] = code[1]
                    continue
                shell.type(line)
                if " invite " in line:
                    code = re.search(r"^(lkc_\S+)$", shell.screen, re.MULTILINE)
                    assert code is not None, shell.screen
                    answers["\ncode (not shown): "] = code[1]
    finally:
        for shell in terminals.values():
            shell.close()
    anna, bea, ci = (terminals[who].screen for who in ("anna", "bea", "ci"))
    assert f"password\n{SHARED}" in bea
    assert "huggingface" not in bea
    assert "db.example" in bea
    assert f"trainer:{SHARED}" not in bea + ci
    assert "connecting to postgresql://***:***@db.example/training" in bea
    assert "connecting to postgresql://***:***@db.example/training" in ci
    assert "completed" in anna
    assert "1 values compared, 1 equal" in bea
    assert PASSWORD not in anna + bea


def test_every_command_of_the_page_is_one_that_is_followed() -> None:
    """A block of shell lines that no terminal is named for would be true only by chance."""
    text = PAGE.read_text()
    assert text.count("```sh\n") + text.count("```python\n") == len(blocks())
    assert {block.who for block in blocks()} == {"everywhere", "server", "anna", "bea", "ci"}
