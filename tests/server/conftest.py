"""Servers as processes of their own, started by the command, on a folder or on one PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests import waiting
from tests.postgres import Postgres

from lockwork.client.api import Client
from lockwork.client.http import Http
from lockwork.crypto.keyring import Keyring
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import LogIn
from lockwork.service.server_store import upgrade_server_store

ADMIN, PASSWORD = "root-admin", "a long enough passphrase"


class Running:
    """A server process. It is started by `start`, and may be killed and started again at the same port."""

    def __init__(self, folder: Path, *words: str, within: Sequence[str] = (), **environment: str) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder = folder
        self._within = within or (sys.executable, "-m", "lockwork")
        self._words = words
        self._environment = environment
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str, wait: bool = True) -> Running:
        """Until it is ready."""
        words = [*self._within, "server", "start", "--port", str(self.port), *self._words, *more]
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                words,
                env={**os.environ, "LOCKWORK_HOME": str(self.folder / "home"), **self._environment},
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        until(lambda: self.asks("/readyz") == 200, self)

    def asks(self, path: str, **headers: str) -> int | None:
        """The status of an answer; None where there is none."""
        assert self.process is None or self.process.poll() is None, self.said[-2000:]
        try:
            return httpx2.get(self.url + path, headers=headers).status_code
        except httpx2.TransportError:
            return None

    @property
    def said(self) -> str:
        """All that it wrote."""
        return (self.folder / "said").read_text()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30)

    def ended(self) -> int:
        """The exit code of one that does not stay."""
        assert self.process is not None
        return self.process.wait(60)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def token(self) -> Sensitive:
        """The first admin's, by their password."""
        with closing(Http(self.url, None)) as gateway:
            return gateway.send(LogIn(name=ADMIN, password=Sensitive(PASSWORD), label="test")).text

    def client(self, token: Sensitive, workspace: str = "default") -> Client:
        return Client(workspace=workspace, gateway=Http(self.url, token))


def until(holds: Any, server: Running | None = None, seconds: float = 60) -> None:
    """Wait for a condition; if it never comes, the test fails with what the server said last."""
    waiting.until(holds, seconds, told=lambda: server and server.said[-2000:])


def put_in_place(file: Path, text: str) -> None:
    """A key file of another content, as an editor saves it: at no moment is there half of it."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    fresh.replace(file)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def with_admin(folder: Path) -> tuple[str, ...]:
    """Words that make the first admin."""
    file = folder / "password"
    if not file.exists():
        file.write_text(PASSWORD + "\n")
        file.chmod(0o600)
    return ("--admin", ADMIN, "--admin-password-file", str(file))


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`lockwork WORDS`, as a process."""
    return subprocess.run(
        [sys.executable, "-m", "lockwork", *words],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


class Team:
    """Two servers on one PostgreSQL, each with a root key file of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.key_files = [folder / "keys-1", folder / "keys-2"]
        Keyring.create_file(self.key_files[0])
        self.key_files[1].write_bytes(self.key_files[0].read_bytes())
        self.key_files[1].chmod(0o600)
        upgrade_server_store(url, root_key_file=self.key_files[0])
        database = folder / "database-url"
        database.write_text(url)
        words = ("--database-url", f"@{database}", *with_admin(folder))
        self.servers = [
            Running(folder / f"server-{n}", *words, LOCKWORK_ROOT_KEY_FILE=str(file))
            for n, file in enumerate(self.key_files)
        ]
        try:
            for server in self.servers:
                server.start(wait=False)
            for server in self.servers:
                server.wait_until_ready()
            self.token = self.servers[0].token()
        except BaseException:
            self.close()
            raise

    def client(self, number: int) -> Client:
        return self.servers[number % 2].client(self.token)

    def close(self) -> None:
        for server in self.servers:
            server.close()


@pytest.fixture
def team(own_home: Path, postgres: Postgres) -> Iterator[Team]:
    """Two servers that run."""
    made = Team(own_home, postgres.fresh())
    yield made
    made.close()


@pytest.fixture
def alone(own_home: Path) -> Iterator[Running]:
    """One server that runs, on a store in its folder."""
    made = Running(own_home / "server", *with_admin(own_home))
    yield made.start()
    made.close()
