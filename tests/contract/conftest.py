"""One suite for every way to a store: a gateway, or a database, is one more row in GATEWAYS."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from tests.postgres import Founded, Postgres

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.crypto.keyring import RootKey
from lockwork.domain.access import Role
from lockwork.messages import Gateway, Message
from lockwork.service.context import Policy
from lockwork.service.gate import Claim, Gate
from lockwork.service.server_store import open_server_store, upgrade_server_store

R = TypeVar("R")


class Clock:
    """A clock given in: each look at it is a second later than the one before."""

    def __init__(self) -> None:
        self.now = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now

    def advance(self, *, days: float) -> None:
        self.now += round(days * 24 * 60 * 60 * 1_000_000)


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


class ServerStore(Store):
    """A store on PostgreSQL, whose gate is in this process."""

    def __init__(self, postgres: Postgres) -> None:
        super().__init__()
        self._postgres = postgres
        if postgres.founded:
            self._founded = postgres.founded.pop()
            self._founded.begin_again()
            self.clock()  # by which it was founded
        else:
            url = postgres.fresh()
            root_key = ",".join(RootKey.generate().reveal() for _ in range(2))  # one waits to be added
            upgrade_server_store(url, root_key=root_key, clock=self.clock)
            self._founded = Founded(url, root_key)
        self._gates: dict[Policy | None, Gate] = {}

    def _gateway(self, user: str, policy: Policy | None) -> Gateway:
        if policy not in self._gates:
            self._gates[policy] = open_server_store(
                self._founded.url, root_key=self._founded.root_key, policy=policy, clock=self.clock
            )
        return AtTheGate(self._gates[policy], user)

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


def embedded(_: pytest.FixtureRequest, folder: Path) -> Store:
    return EmbeddedStore(folder)


def on_postgres(request: pytest.FixtureRequest, _: Path) -> Store:
    return ServerStore(request.getfixturevalue("postgres"))


GATEWAYS: dict[str, Callable[[pytest.FixtureRequest, Path], Store]] = {
    "embedded": embedded,
    "postgres": on_postgres,
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
    """Another user of the same store and workspace."""
    client.create_user("anna")
    return store.client("anna")


@pytest.fixture(scope="module", params=GATEWAYS)
def lasting_client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A client of a store that many examples of one test share."""
    made = GATEWAYS[request.param](request, tmp_path_factory.mktemp("lasting") / "store")
    yield made.client()
    made.close()
