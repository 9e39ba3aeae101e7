"""One suite for every way to a store: a gateway, or a database, is one more row in GATEWAYS."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from tests.postgres import Founded, Postgres

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.client.http import Http
from lockwork.crypto.keyring import RootKey
from lockwork.database import access
from lockwork.database.engine import Transaction
from lockwork.domain.access import Caller, Role
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import TokenKind
from lockwork.messages import Gateway, Message
from lockwork.messages.access import PutMember
from lockwork.server import running
from lockwork.server.logs import Log
from lockwork.service import assembly, held, states, tokens
from lockwork.service.callers import Claim
from lockwork.service.context import Policy
from lockwork.service.gate import Gate
from lockwork.service.readiness import Readiness
from lockwork.service.server_store import open_server_store, upgrade_server_store

R = TypeVar("R")


class Clock:
    """A clock given in: each look at it is a second later than the one before."""

    def __init__(self) -> None:
        self.now = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z
        self.step = 1_000_000

    def __call__(self) -> int:
        self.now += self.step
        return self.now

    def advance(self, *, days: float = 0, minutes: float = 0) -> None:
        self.now += round((days * 24 * 60 + minutes) * 60 * 1_000_000)


class Store(ABC):
    """A fresh store, which clients come into as this way in lets them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._clients: list[Client] = []

    def client(
        self, user: str = "default", workspace: str = "default", policy: Policy | None = None
    ) -> Client:
        """A client that acts as this user in this workspace, both of which must exist when it is used."""
        client = Client(workspace=workspace, gateway=self._gateway(user, policy))
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()

    @abstractmethod
    def _gateway(self, user: str, policy: Policy | None) -> Gateway: ...


class EmbeddedStore(Store):
    """A store in a folder, opened in this process."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def _gateway(self, user: str, policy: Policy | None) -> Gateway:
        return Embedded(self._folder, user=user, clock=self.clock, policy=policy)

    def gate(self, policy: Policy | None) -> Gate:
        return assembly.open_store(self._folder, policy=policy, clock=self.clock, grouped=True)


class ServerStore(Store):
    """A store on PostgreSQL, whose gate is in this process; its root keys are in a file, to be rotated."""

    def __init__(self, postgres: Postgres, key_file: Path) -> None:
        super().__init__()
        self._postgres = postgres
        if postgres.founded:
            self._founded = postgres.founded.pop()
            self._founded.begin_again()
            self.clock()  # by which it was founded
        else:
            url, root_key = postgres.fresh(), RootKey.generate().reveal()
            upgrade_server_store(url, root_key=root_key, clock=self.clock)
            self._founded = Founded(url, root_key)
        self._key_file = key_file
        key_file.touch(0o600)
        key_file.write_text(self._founded.root_key + "\n")
        self._gates: dict[Policy | None, Gate] = {}

    def _gateway(self, user: str, policy: Policy | None) -> Gateway:
        return AtTheGate(self.gate(policy), user)

    def gate(self, policy: Policy | None) -> Gate:
        if policy not in self._gates:
            self._gates[policy] = open_server_store(
                self._founded.url, root_key_file=self._key_file, policy=policy, clock=self.clock
            )
        return self._gates[policy]

    def close(self) -> None:
        super().close()
        self._postgres.founded.append(self._founded)


class AtTheGate:
    """A gateway for the owner of a store whose gate is here."""

    def __init__(self, gate: Gate, user: str) -> None:
        self._gate = gate
        self._user = user

    def send(self, message: Message[R]) -> R:
        return self._gate.answer(Claim(self._user, Role.OWNER, "tester"), message)

    def close(self) -> None:
        self._gate.close()


class OverHttp(Store):
    """A store behind a real server on loopback, in a thread of this process; a client shows a token."""

    def __init__(self, behind: "EmbeddedStore | ServerStore") -> None:
        super().__init__()
        self.clock = behind.clock
        self._behind = behind
        self._served: dict[Policy | None, Served] = {}

    def _gateway(self, user: str, policy: Policy | None) -> Gateway:
        if policy not in self._served:
            self._served[policy] = Served(self._behind.gate(policy))
        served = self._served[policy]
        return Http(served.url, served.token_of(user))

    def close(self) -> None:
        super().close()
        for served in self._served.values():
            served.close()
        self._behind.close()


class Served:
    """A server whose first admin is the user `default`."""

    def __init__(self, gate: Gate, port: int = 0) -> None:
        self._gate = gate
        opened = running.bound(running.Listening(port=port))
        listening = running.Listening(port=opened.getsockname()[1])
        self.url = listening.url
        self._site = site = running.site_of(
            gate,
            listening,
            Log(requests=False),
            is_set_up=lambda: True,
            check_ready=Readiness(gate.house).check_ready,
        )
        self._server = running.server(site, listening)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [opened]}, daemon=True)
        self._thread.start()

    def token_of(self, name: str) -> Sensitive:
        """A fresh token of a user; `default` administers the server."""
        house = self._gate.house
        with house.database.writing() as tx:
            user = access.user(tx, name)
            if user is None:
                return Sensitive("lkw_of_nobody")
            if name == "default" and not user.admin:
                user = user._replace(admin=1)
                access.change_user(tx, user)
                subject = Subject(kind="user", name=name, id=user.id, state=states.of_user(user))
                recorded(self._gate, tx, [subject])
            made = tokens.mint(tx, user, "test", TokenKind.API, now=house.clock(), expires=None)
            recorded(self._gate, tx, held.of_tokens(tx, [made.token.id]))
            return made.text

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._site.close()
        self._gate.close()


def recorded(gate: Gate, tx: Transaction, subjects: Sequence[Subject]) -> None:
    """Tell the trail of what a test has put into the tables by itself."""
    gate.house.trail.append(
        tx,
        now=gate.house.clock(),
        caller=Caller(user="", name="tester"),
        action="setup",
        outcome=Outcome.DONE,
        subjects=subjects,
    )


def embedded(_: pytest.FixtureRequest, folder: Path) -> EmbeddedStore:
    return EmbeddedStore(folder)


def on_postgres(request: pytest.FixtureRequest, folder: Path) -> ServerStore:
    return ServerStore(request.getfixturevalue("postgres"), folder.with_name("root-keys"))


GATEWAYS: dict[str, Callable[[pytest.FixtureRequest, Path], Store]] = {
    "embedded": embedded,
    "postgres": on_postgres,
    "http": lambda request, folder: OverHttp(embedded(request, folder)),
    "http-postgres": lambda request, folder: OverHttp(on_postgres(request, folder)),
}


@pytest.fixture(params=GATEWAYS)
def store(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Store]:
    """A fresh store; `store.client()` opens it, `store.clock` is its time."""
    made = GATEWAYS[request.param](request, own_home / "store")
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
    made = GATEWAYS[request.param](request, tmp_path_factory.mktemp("lasting") / "store")
    yield made.client()
    made.close()
