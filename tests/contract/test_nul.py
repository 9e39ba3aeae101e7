"""A NUL in a name: told alike by every gateway and database, as a fault of what was given."""

from collections.abc import Callable
from typing import Any

import pytest

from lockwork.client.api import Client
from lockwork.domain.checks import Need, Where
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretScope
from lockwork.messages.secrets import Wanted

BAD = "d\0b"
FIELDS: dict[str, Callable[[Client], Any]] = {
    "name": lambda c: c.create_secret(BAD, {"k": "v"}),
    "secret": lambda c: c.get_secret(BAD),
    "key": lambda c: c.get_secret("db", key=BAD),
    "new_name": lambda c: c.update_secret("db", new_name=BAD),
    "user": lambda c: c.get_user(BAD),
    "workspace": lambda c: c.get_workspace(BAD),
    "stack": lambda c: c.get_stack(BAD),
    "run": lambda c: c.get_run(BAD),
    "token": lambda c: c.revoke_token(BAD),
}


@pytest.mark.parametrize("field", FIELDS)
def test_a_nul_in_a_name_is_told_by_its_field(client: Client, field: str) -> None:
    """Making, looking for and changing are refused in the same words, and nothing is changed."""
    client.create_secret("db", {"k": "v"})
    with pytest.raises(InvalidInput) as caught:
        FIELDS[field](client)
    assert caught.value.message == f"{field!r} holds a NUL character (U+0000)"
    assert [secret.name for secret in client.list_secrets()] == ["db"]


WHERE = Where(kind="stack", name="s", path="p")
WITHIN: dict[str, Callable[[Client], Any]] = {
    "a filter": lambda c: c.list_secrets(name=BAD),
    "what is wanted": lambda c: c.reveal_secrets([Wanted(id=BAD, version=1)]),
    "a need": lambda c: c.check_references([Need(secret=BAD, key="k", where=WHERE)]),
    "a need's key": lambda c: c.check_references([Need(secret="db", key=BAD, where=WHERE)]),
}


@pytest.mark.parametrize("what", WITHIN)
def test_a_nul_further_in_is_told_alike(client: Client, what: str) -> None:
    """What is looked for among many, in the same words."""
    client.create_secret("db", {"k": "v"})
    with pytest.raises(InvalidInput, match="what was given holds a NUL character"):
        WITHIN[what](client)


def test_what_only_looks_like_one_is_none(client: Client) -> None:
    """The six characters by which JSON writes it are characters like others."""
    client.create_secret("db", {"k": "v"})
    report = client.check_references([Need(secret="db", key="\\u0000", where=WHERE)])
    assert [problem.problem for problem in report.problems] == ["no_key"]
    assert client.get_secret("db", SecretScope.WORKSPACE).secret_values == {"k": "v"}
