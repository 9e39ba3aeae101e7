"""One suite for every way to a store: a gateway, or a database, is one more row in GATEWAYS."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.service.context import Policy


class Clock:
    """A clock given in: each look at it is a second later than the one before."""

    def __init__(self) -> None:
        self.now = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now

    def advance(self, *, days: float) -> None:
        self.now += round(days * 24 * 60 * 60 * 1_000_000)


class EmbeddedStore:
    """A store in a folder, opened in this process."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self._folder = folder
        self._clients: list[Client] = []

    def client(
        self, user: str = "default", workspace: str = "default", policy: Policy | None = None
    ) -> Client:
        """A client that acts as this user in this workspace, both of which must exist when it is used."""
        gateway = Embedded(self._folder, user=user, clock=self.clock, policy=policy)
        client = Client(workspace=workspace, gateway=gateway)
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()


GATEWAYS: dict[str, Callable[[Path], EmbeddedStore]] = {"embedded": EmbeddedStore}


@pytest.fixture(params=GATEWAYS)
def store(request: pytest.FixtureRequest, own_home: Path) -> Iterator[EmbeddedStore]:
    """A fresh store; `store.client()` opens it, `store.clock` is its time."""
    made = GATEWAYS[request.param](own_home / "store")
    yield made
    made.close()


@pytest.fixture
def client(store: EmbeddedStore) -> Client:
    """A client of a fresh store."""
    return store.client()


@pytest.fixture
def anna(store: EmbeddedStore, client: Client) -> Client:
    """Another user of the same store and workspace."""
    client.create_user("anna")
    return store.client("anna")


@pytest.fixture(scope="module", params=GATEWAYS)
def lasting_client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A client of a store that many examples of one test share."""
    made = GATEWAYS[request.param](tmp_path_factory.mktemp("lasting") / "store")
    yield made.client()
    made.close()
