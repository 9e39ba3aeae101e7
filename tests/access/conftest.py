"""A team on a real server: people in every role, a service account, tokens of every kind."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.contract.conftest import GATEWAYS, OverHttp, recorded
from tests.loading import loaded

from lockwork.client.api import Client
from lockwork.client.http import Http
from lockwork.crypto import passwords
from lockwork.database import access, workspaces
from lockwork.domain.access import Limits, Role
from lockwork.domain.errors import LockworkError, NotFound, NotLoggedIn, NotPermitted
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import TokenKind
from lockwork.messages import Message
from lockwork.messages.access import CreateUser, LogIn, PutMember, UpdateUser
from lockwork.messages.secrets import CreateSecret
from lockwork.messages.workspaces import CreateWorkspace
from lockwork.service import held, tokens
from lockwork.service.callers import Claim

PASSWORD = "correct horse battery"
HERE = "default"
VALUES = {"k": Sensitive("v")}
PEOPLE = {
    "viewer": Role.VIEWER,
    "runner": Role.RUNNER,
    "editor": Role.EDITOR,
    "admin": Role.ADMIN,
    "other": Role.ADMIN,
}


class Team:
    """A server with these people in its workspace `default`; `outsider` is an admin of `lab` alone."""

    def __init__(self, store: OverHttp) -> None:
        self.store = store
        self.root = store.client("default")
        self.root.list_users()  # it is served from here on
        (self._served,) = store._served.values()
        self.url, self.gate = self._served.url, self._served._gate
        self._numbers = iter(range(10_000))
        self.did(CreateWorkspace(name="lab"))
        for name in (*PEOPLE, "outsider", "boss"):
            self.did(CreateUser(name=name))
        for name, role in PEOPLE.items():
            self.did(PutMember(workspace="default", user=name, role=role))
        self.did(PutMember(workspace="lab", user="outsider", role=Role.ADMIN))
        self.did(UpdateUser(user="boss", admin=True))
        self.did(CreateUser(name="robot", service=True))
        self.did(PutMember(workspace="default", user="robot", role=Role.RUNNER))
        self.give_passwords()

    def give_passwords(self) -> None:
        """Everyone's is the same, and made cheaply."""
        with self.gate.house.database.writing() as tx:
            for user in access.users(tx):
                if user.kind == "person":
                    kept = passwords.kept(Sensitive(PASSWORD), cheap=True)
                    access.set_password(tx, user.id, kept)
                    recorded(self.gate, tx, [held.of_password(user.id, user.name, kept)])

    def did(self, message: Message[Any], user: str = "default") -> Any:
        """What the store's owner does, as this user, past all roles."""
        return self.gate.answer(Claim(user, Role.OWNER, "tester"), message)

    def fresh(self) -> str:
        """A name that nothing has."""
        return f"n{next(self._numbers)}"

    def token(self, owner: str, **limits: Any) -> Sensitive:
        """A program's token of a user."""
        house = self.gate.house
        with house.database.writing() as tx:
            user = access.user(tx, owner)
            assert user is not None
            if "workspaces" in limits:
                rooms = [workspaces.one(tx, name) for name in limits["workspaces"]]
                limits["workspaces"] = tuple(room.id for room in rooms if room is not None)
            made = tokens.mint(
                tx,
                user,
                self.fresh(),
                TokenKind.API,
                now=house.clock(),
                expires=None,
                limits=Limits(**limits),
            )
            recorded(self.gate, tx, held.of_tokens(tx, [made.token.id]))
            return made.text

    def client(self, owner: str, workspace: str = "default", **limits: Any) -> Client:
        """A client that shows a fresh token of this user."""
        return self.with_token(self.token(owner, **limits), workspace)

    def with_token(self, token: Sensitive | None, workspace: str = "default") -> Client:
        return Client(workspace=workspace, gateway=Http(self.url, token))


def log_in(team: Team, name: str) -> Sensitive:
    stranger = team.with_token(None)
    made = stranger.send(LogIn(name=name, password=Sensitive(PASSWORD)))
    stranger.close()
    return made.text


def heard(client: Client, message: Message[Any]) -> str:
    """How the server answered, in the words of the table."""
    try:
        client.send(message)
    except NotLoggedIn:
        return "who?"
    except NotPermitted:
        return "no"
    except NotFound:
        return "absent"
    except LockworkError as failure:
        return f"{type(failure).__name__}: {failure}"
    return "yes"


@pytest.fixture(params=["http", "http-postgres"])
def team(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Team]:
    store = GATEWAYS[request.param](request, own_home / "store")
    assert isinstance(store, OverHttp)
    yield Team(store)
    store.close()


@pytest.fixture
def stocked(team: Team) -> Team:
    """A workspace with some secrets."""
    for name in ("prod-db", "prod-api", "Prod-db", "dev-db", "xprod-db"):
        team.did(CreateSecret(workspace=HERE, name=name, values=VALUES))
    return team


@pytest.fixture(scope="session")
def matrix() -> ModuleType:
    """What makes the table of docs/access.md."""
    return loaded("scripts/access_page.py")
