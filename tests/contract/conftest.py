"""One suite for every way to a store: a gateway, or a database, is one more row in GATEWAYS."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.client.http import Http
from lockwork.database import access
from lockwork.domain.access import Caller, Role
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import TokenKind
from lockwork.messages.access import PutMember
from lockwork.server import running
from lockwork.server.logs import Log
from lockwork.service import assembly, states, tokens
from lockwork.service.context import Policy
from lockwork.service.readiness import Readiness


class Clock:
    """A clock given in: each look at it is a second later than the one before."""

    def __init__(self) -> None:
        self.now = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now

    def advance(self, *, days: float) -> None:
        self.now += round(days * 24 * 60 * 60 * 1_000_000)


class Store(Protocol):
    """A way to a fresh store."""

    clock: Clock

    def client(
        self, user: str = "default", workspace: str = "default", policy: Policy | None = None
    ) -> Client:
        """A client that acts as this user in this workspace, both of which must exist when it is used."""
        ...

    def close(self) -> None:
        """Let go of all of it."""
        ...


class EmbeddedStore:
    """A store in a folder, opened in this process."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self._folder = folder
        self._clients: list[Client] = []

    def client(
        self, user: str = "default", workspace: str = "default", policy: Policy | None = None
    ) -> Client:
        gateway = Embedded(self._folder, user=user, clock=self.clock, policy=policy)
        client = Client(workspace=workspace, gateway=gateway)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


class ServedStore:
    """A real server on loopback, in a thread of this process; each client shows a token of its user."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self._folder = folder
        self._servers: dict[int | None, Served] = {}
        self._clients: list[Client] = []

    def client(
        self, user: str = "default", workspace: str = "default", policy: Policy | None = None
    ) -> Client:
        served = self._served(policy)
        client = Client(workspace=workspace, gateway=Http(served.url, served.token_of(user)))
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        for served in self._servers.values():
            served.close()

    def _served(self, policy: Policy | None) -> "Served":
        key = None if policy is None else hash((policy.kept_versions, policy.kept_days))
        if key not in self._servers:
            self._servers[key] = Served(self._folder, self.clock, policy)
        return self._servers[key]


class Served:
    """One server process's worth, whose first admin is the user `default`."""

    def __init__(self, folder: Path, clock: Clock, policy: Policy | None) -> None:
        self.gate = assembly.open_store(folder, clock=clock, policy=policy)
        readiness = Readiness(self.gate.house)
        opened = running.bound(running.Listening(port=0))
        listening = running.Listening(port=opened.getsockname()[1])
        self.url = listening.url
        site = running.site_of(
            self.gate,
            listening,
            Log(requests=False),
            is_set_up=lambda: True,
            check_ready=readiness.check_ready,
        )
        self._server = running.server(site, listening)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [opened]}, daemon=True)
        self._thread.start()

    def token_of(self, name: str) -> Sensitive:
        """A fresh token of a user; `default` administers the server."""
        house = self.gate.house
        with house.database.writing() as tx:
            user = access.user(tx, name)
            if user is None:
                return Sensitive("lkw_of_nobody")
            if name == "default" and not user.admin:
                user = user._replace(admin=1)
                access.change_user(tx, user)
                subject = Subject(kind="user", name=name, id=user.id, state=states.of_user(user))
                caller = Caller(user=user.id, name=name)
                house.trail.append(tx, now=house.clock(), caller=caller, action="setup", outcome=Outcome.DONE,
                                   subjects=[subject])  # fmt: skip
            return tokens.mint(tx, user, "test", TokenKind.API, now=house.clock(), expires=None).text

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self.gate.close()


GATEWAYS: dict[str, Callable[[Path], Store]] = {"embedded": EmbeddedStore, "http": ServedStore}


@pytest.fixture(params=GATEWAYS)
def store(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Store]:
    """A fresh store; `store.client()` opens it, `store.clock` is its time."""
    made = GATEWAYS[request.param](own_home / "store")
    yield made
    made.close()


@pytest.fixture
def client(store: Store) -> Client:
    """A client of a fresh store."""
    return store.client()


@pytest.fixture
def anna(store: Store, client: Client) -> Client:
    """Another user of the same store, an admin of the same workspace."""
    client.create_user("anna")
    client.send(PutMember(workspace="default", user="anna", role=Role.ADMIN))
    return store.client("anna")


@pytest.fixture(scope="module", params=GATEWAYS)
def lasting_client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A client of a store that many examples of one test share."""
    made = GATEWAYS[request.param](tmp_path_factory.mktemp("lasting") / "store")
    yield made.client()
    made.close()
