"""Reveals that are answered together say what each says alone, on every database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.conftest import GATEWAYS, EmbeddedStore, ServerStore

from lockwork.client.api import Client
from lockwork.domain.access import Role
from lockwork.domain.errors import LockworkError
from lockwork.domain.secrets import SecretScope
from lockwork.messages.secrets import RevealSecret
from lockwork.service.callers import Claim
from lockwork.service.gate import Gate

HERE = ("embedded", "postgres")
"""Stores whose gate is in this process."""


@pytest.fixture(params=HERE)
def store(request: pytest.FixtureRequest, own_home: Path) -> Iterator[EmbeddedStore | ServerStore]:
    """One on each database."""
    made = GATEWAYS[request.param](request, own_home / "store")
    assert isinstance(made, EmbeddedStore | ServerStore)
    yield made
    made.close()


@pytest.fixture
def gate(store: EmbeddedStore | ServerStore) -> Iterator[Gate]:
    made = store.gate(None)
    yield made
    made.close()


def ids(client: Client) -> dict[str, str]:
    """Secrets of both scopes; `both` stands in each, `changed` has two versions, `gone` is deleted."""
    client.create_secret("shared", {"k": "shared"})
    client.create_secret("mine", {"k": "mine"}, scope=SecretScope.USER)
    client.create_secret("both", {"k": "shared both"})
    client.create_secret("both", {"k": "my both"}, scope=SecretScope.USER)
    client.create_secret("changed", {"k": "before"})
    client.update_secret("changed", add_or_update_values={"k": "after", "more": ""})
    client.create_secret("gone", {"k": "gone"})
    found = {f"{s.name} {s.scope}": s.id for s in client.list_secrets(size=20)}
    client.delete_secret("gone")
    return found


Asking = Callable[[dict[str, str]], dict[str, Any]]
PLAIN: dict[str, Asking] = {
    "a name": lambda _: {"secret": "shared"},
    "one's own": lambda _: {"secret": "mine"},
    "a name in both scopes": lambda _: {"secret": "both"},
    "a name in both, of the workspace": lambda _: {"secret": "both", "scope": SecretScope.WORKSPACE},
    "a name that changed": lambda _: {"secret": "changed"},
    "an id": lambda ids: {"secret": ids["shared workspace"]},
    "an id of one's own that hides another": lambda ids: {"secret": ids["both user"]},
    "an id in capitals": lambda ids: {"secret": ids["both workspace"].upper().replace("-", "")},
}
OTHERS: dict[str, Asking] = {
    "what is not there": lambda _: {"secret": "missing"},
    "a deleted one": lambda _: {"secret": "gone"},
    "a deleted one, by its id": lambda ids: {"secret": ids["gone workspace"]},
    "an id in the wrong scope": lambda ids: {"secret": ids["mine user"], "scope": SecretScope.WORKSPACE},
    "an old version": lambda _: {"secret": "changed", "version": 1},
    "one key": lambda _: {"secret": "changed", "key": "more"},
    "a key that is not there": lambda _: {"secret": "changed", "key": "none"},
    "a NUL": lambda _: {"secret": "sha\0red"},
    "nothing": lambda _: {"secret": ""},
}


def alone(gate: Gate, door: Claim, message: RevealSecret) -> object:
    try:
        return gate.answer(door, message)
    except LockworkError as failure:
        return failure.message


def test_each_is_told_what_it_is_told_alone(store: EmbeddedStore | ServerStore, gate: Gate) -> None:
    """Asked in one go: the plain ones are answered as alone, all others are left to be asked alone."""
    known = ids(store.client())
    door = Claim("default", Role.OWNER, "tester")
    ways = {**PLAIN, **OTHERS}
    messages = [RevealSecret(workspace="default", **asking(known)) for asking in ways.values()]
    together = dict(zip(ways, gate.answer_together([(door, one) for one in messages]), strict=True))
    apart = dict(zip(ways, [alone(gate, door, one) for one in messages], strict=True))
    assert {way: together[way] for way in PLAIN} == {way: apart[way] for way in PLAIN}
    assert {together[way] for way in OTHERS} == {None}
    assert "one key" in {way for way in OTHERS if not isinstance(apart[way], str)}
