"""A server as programs meet it, over sockets: someone of each role, and each statement that it makes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from tests.contract.conftest import Clock, Served
from tests.postgres import Postgres

from lockwork.crypto import passwords
from lockwork.crypto.keyring import RootKey
from lockwork.database import access, members, workspaces
from lockwork.database.access import UserRow
from lockwork.database.members import MemberRow
from lockwork.domain.access import Limits, Role
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import TokenKind
from lockwork.service import assembly, tokens
from lockwork.service.context import new_id
from lockwork.service.server_store import open_server_store, upgrade_server_store

PASSWORD = "correct horse battery"
PLANTED = "plánted-vâlue-7Qx"
"""A value that stands in secrets alone."""
PEOPLE = {"ada": Role.ADMIN, "eve": Role.EDITOR, "rob": Role.RUNNER, "vic": Role.VIEWER, "sam": None}


class Raw(NamedTuple):
    """What came over a socket."""

    head: str
    body: bytes

    @property
    def status(self) -> int:
        return int(self.head.split(" ")[1])

    def header(self, name: str) -> str | None:
        for line in self.head.split("\r\n")[1:]:
            if line.lower().startswith(f"{name}:"):
                return line.partition(":")[2].strip()
        return None


class Api:
    """A server, its people's tokens, and the statements that it has made."""

    def __init__(self, folder: Path | None = None, postgres: Postgres | None = None) -> None:
        self.clock = Clock()
        self.statements: list[str] = []
        if postgres is not None:
            url, key = postgres.fresh(), RootKey.generate().reveal()
            upgrade_server_store(url, root_key=key, clock=self.clock)
            self.gate = open_server_store(url, root_key=key, clock=self.clock, watch=self.statements.append)
        else:
            assert folder is not None
            self.gate = assembly.open_store(folder, clock=self.clock, watch=self.statements.append)
        self.served = Served(self.gate)
        self.url = self.served.url
        self.tokens = {"root": self.served.token_of("default").reveal()}
        for name, role in PEOPLE.items():
            self.join(name, role)
        limits = httpx2.Limits(max_connections=200)
        self._client = httpx2.Client(base_url=self.url, timeout=60, limits=limits)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def join(self, name: str, role: Role | None, workspace: str = "default") -> None:
        """A person with a password and a token; `role` None: a member of nothing."""
        with self.gate.house.database.writing() as tx:
            user = UserRow(new_id(), name, self.clock())
            access.insert_user(tx, user)
            access.set_password(tx, user.id, passwords.kept(Sensitive(PASSWORD), cheap=True))
            if role is not None:
                room = workspaces.one(tx, workspace)
                assert room is not None
                members.put(tx, MemberRow(room.id, user.id, role, self.clock()))
        self.tokens[name] = self.served.token_of(name).reveal()

    def limited(self, name: str, limits: Limits) -> str:
        """Another token of theirs, held to less."""
        with self.gate.house.database.writing() as tx:
            user = access.user(tx, name)
            assert user is not None
            now = self.clock()
            made = tokens.mint(tx, user, "limited", TokenKind.API, now=now, expires=None, limits=limits)
            return made.text.reveal()

    def ask(
        self,
        method: str,
        path: str,
        who: str | None = "root",
        body: Any = None,
        content: bytes | None = None,
        **more: str,
    ) -> Any:
        """The response; `more` are headers. `who` is a name or a token."""
        headers = {name.replace("_", "-"): text for name, text in more.items()}
        if who is not None:
            headers["authorization"] = f"Bearer {self.tokens.get(who, who)}"
        given: dict[str, Any] = {"content": content} if body is None else {"json": body}
        return self._client.request(method, path, headers=headers, **given)

    def secret(self, name: str, who: str = "root", workspace: str = "default", **more: Any) -> Any:
        """A secret in which the planted value is."""
        values = {"password": PLANTED, "user": "someone"}
        body = {"name": name, "values": values, **more}
        made = self.ask("POST", f"/v1/workspaces/{workspace}/secrets", who, body)
        assert made.status_code == 201, made.text
        return made.json()

    def raw(self, sent: bytes, *, timeout: float = 30) -> Raw:
        """Bytes as they are; everything that comes back until the other side closes, or has said it all."""
        with socket.create_connection(self.host.split(":"), timeout=timeout) as line:
            line.sendall(sent)
            return read_answer(line)

    def head(self, line: str, *headers: str) -> bytes:
        return "\r\n".join([line, f"Host: {self.host}", *headers, "", ""]).encode("latin-1")

    def close(self) -> None:
        self._client.close()
        self.served.close()


def read_answer(line: socket.socket) -> Raw:
    """One answer."""
    found = b""
    while b"\r\n\r\n" not in found:
        part = line.recv(65536)
        if not part:
            raise ConnectionError("closed without an answer")
        found += part
    head, _, body = found.partition(b"\r\n\r\n")
    answer = Raw(head.decode("latin-1"), body)
    size = int(answer.header("content-length") or 0)
    while len(body) < size and (part := line.recv(65536)):
        body += part
    return Raw(answer.head, body)


@pytest.fixture(params=["sqlite", "postgres"])
def each_api(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Api]:
    """A fresh server on each database."""
    if request.param == "postgres":
        made = Api(postgres=request.getfixturevalue("postgres"))
    else:
        made = Api(own_home / "store")
    yield made
    made.close()


@pytest.fixture
def api(own_home: Path) -> Iterator[Api]:
    """A fresh server."""
    made = Api(own_home / "store")
    yield made
    made.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lasting_each_api(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """A server on each database that the tests of a file share."""
    if request.param == "postgres":
        made = Api(postgres=request.getfixturevalue("postgres"))
    else:
        made = Api(tmp_path_factory.mktemp("api") / "store")
    yield made
    made.close()


@pytest.fixture(scope="module")
def lasting_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server that the tests of a file share."""
    made = Api(tmp_path_factory.mktemp("api") / "store")
    yield made
    made.close()
