"""How a secret is changed: merged, all or nothing, never over somebody else's change."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.client.api import Client
from lockwork.domain.errors import AlreadyExists, InvalidInput, LockworkError, NotFound, VersionMismatch

counter = itertools.count()
KEYS = st.sampled_from(["a", "b", "c.d", "_e"])
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
UPDATE = st.tuples(st.dictionaries(KEYS, VALUES, max_size=3), st.lists(KEYS, max_size=2))


def plainly_merged(present: dict[str, str], set_: dict[str, str], remove: list[str]) -> dict[str, str] | None:
    """The model: what an update makes of a plain dict; None where it must be refused."""
    if set(set_) & set(remove) or not set(remove) <= set(present) or not (set_ or remove):
        return None
    merged = {key: text for key, text in {**present, **set_}.items() if key not in remove}
    return merged or None


@given(start=st.dictionaries(KEYS, VALUES, min_size=1), updates=st.lists(UPDATE, max_size=5))
def test_updates_merge_as_dicts_do(
    lasting_client: Client, start: dict[str, str], updates: list[tuple[dict[str, str], list[str]]]
) -> None:
    """Given keys are set, others stay, removed ones go; what is refused does not even make a version."""
    name = f"s{next(counter)}"
    lasting_client.create_secret(name, start)
    model, version = start, 1
    for set_, remove in updates:
        expected = plainly_merged(model, set_, remove)
        if expected is None:
            with pytest.raises((InvalidInput, NotFound)):
                lasting_client.update_secret(name, add_or_update_values=set_, remove_values=remove)
        else:
            lasting_client.update_secret(name, add_or_update_values=set_, remove_values=remove)
            model, version = expected, version + (expected != model)
        secret = lasting_client.get_secret(name)
        assert (secret.secret_values, secret.version) == (model, version)
        assert secret.keys == tuple(sorted(model))


def test_setting_and_removing_one_key_is_an_error(client: Client) -> None:
    """Both at once contradict each other: the key is named and nothing changes."""
    client.create_secret("db", {"k": "v", "other": "v"})
    with pytest.raises(InvalidInput, match="'k' cannot be both set and removed"):
        client.update_secret("db", add_or_update_values={"k": "new"}, remove_values=["k"])
    assert client.get_secret("db").secret_values == {"k": "v", "other": "v"}


def test_removing_what_is_not_there_is_an_error(client: Client) -> None:
    """The missing key is named with the near miss and the keys there are; nothing of the call is done."""
    client.create_secret("db", {"password": "v"})
    with pytest.raises(NotFound, match="no key 'pasword'; did you mean 'password'") as caught:
        client.update_secret("db", add_or_update_values={"new": "v"}, remove_values=["pasword"])
    assert "password" in str(caught.value.hint)
    assert client.get_secret("db").secret_values == {"password": "v"}


NOTHING: dict[str, dict[str, Any]] = {
    "nothing given": {},
    "empty": {"add_or_update_values": {}, "remove_values": []},
    "its own name": {"new_name": "db"},
    "its own scope": {"new_scope": "workspace"},
    "both its own": {"new_name": "db", "new_scope": "workspace"},
    "forced": {"force": True},
}


@pytest.mark.parametrize("given_", NOTHING.values(), ids=NOTHING)
def test_changing_nothing_is_an_error(client: Client, given_: dict[str, Any]) -> None:
    """An update that would change nothing says so and makes no version."""
    client.create_secret("db", {"k": "v"})
    with pytest.raises(InvalidInput, match="nothing to change"):
        client.update_secret("db", **given_)
    assert client.describe_secret("db").version == 1


def test_the_same_value_again_makes_no_version(client: Client) -> None:
    """A script that sets what is set already pushes no older version out; it is told so."""
    client.create_secret("db", {"k": "v"})
    told = client.update_secret("db", add_or_update_values={"k": "v"})
    assert (told.version, told.notes) == (1, ("nothing changed: version 1 holds just this already",))
    assert client.create_secret("db", {"k": "v"}, if_exists="update").version == 1
    assert client.update_secret("db", add_or_update_values={"k": "v"}, new_name="db2").version == 2
    assert client.verify_audit().ok


def test_a_write_may_demand_the_version_it_read(client: Client) -> None:
    """With `if_version` another's change is not overwritten; the failure tells both numbers."""
    client.create_secret("db", {"k": "v"})
    assert client.update_secret("db", add_or_update_values={"k": "2"}, if_version=1).version == 2
    for wrong in (1, 3, 0, -1, 2**70):
        with pytest.raises(VersionMismatch, match=f"is at version 2, not {wrong}") as caught:
            client.update_secret("db", add_or_update_values={"k": "lost"}, new_name="other", if_version=wrong)
        assert (caught.value.wanted, caught.value.found) == (wrong, 2)
    assert client.get_secret("db").secret_values == {"k": "2"}


def test_name_scope_and_values_change_together(client: Client) -> None:
    """One call, one new version, the same secret."""
    made = client.create_secret("db", {"k": "v"})
    changed = client.update_secret(
        "db", new_name="mine", new_scope="user", add_or_update_values={"n": "w"}, remove_values=["k"]
    )
    assert (changed.id, changed.name, changed.scope, changed.version) == (made.id, "mine", "user", 2)
    assert changed.workspace is None
    assert changed.created == made.created
    assert changed.updated > made.updated
    assert client.get_secret("mine").secret_values == {"n": "w"}
    with pytest.raises(NotFound):
        client.get_secret("db")


REFUSED: dict[str, dict[str, Any]] = {
    "name taken": {"new_name": "taken"},
    "bad name": {"new_name": "bad name"},
    "name taken there": {"new_scope": "user", "new_name": "mine"},
    "missing key": {"remove_values": ["missing"], "new_name": "free", "new_scope": "user"},
    "too large": {"add_or_update_values": {"x": "x" * (1024 * 1024 + 1)}, "new_name": "free"},
    "old version": {"if_version": 7, "new_scope": "user"},
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_a_refused_change_changes_nothing(client: Client, change: dict[str, Any]) -> None:
    """All or nothing: name, scope, version, values and versions are as before."""
    client.create_secret("db", {"k": "v"})
    client.create_secret("taken", {"k": "v"})
    client.create_secret("mine", {"k": "v"}, scope="user")
    before = (client.get_secret("db").secret_values, client.describe_secret("db"), client.list_secrets())
    with pytest.raises(LockworkError):
        client.update_secret("db", **{"add_or_update_values": {"new": "w"}, **change})
    after = (client.get_secret("db").secret_values, client.describe_secret("db"), client.list_secrets())
    assert after == before
    assert len(client.list_secret_versions("db")) == 1


def test_what_becomes_ones_own_belongs_to_one(client: Client, anna: Client) -> None:
    """Moving a secret that another made into the own scope makes its mover its owner, and out again too."""
    client.create_secret("db", {"k": "v"})
    assert anna.update_secret("db", new_scope="user").owner == "anna"
    with pytest.raises(NotFound):
        client.get_secret("db")
    assert anna.update_secret("db", new_scope="workspace").owner == "anna"
    assert client.get_secret("db").owner == "anna"


def test_an_existing_name_fails_is_updated_or_skipped(client: Client) -> None:
    """`if_exists` says what to do where a name is taken in that scope; without it, that is an error."""
    client.create_secret("db", {"k": "v", "kept": "v"})
    with pytest.raises(AlreadyExists, match=r"secret 'db' already exists in workspace 'default'"):
        client.create_secret("db", {"k": "new"})
    assert client.create_secret("db", {"k": "new"}, if_exists="skip").version == 1
    assert client.get_secret("db").secret_values["k"] == "v"
    assert client.create_secret("db", {"k": "new"}, if_exists="update").version == 2
    assert client.get_secret("db").secret_values == {"k": "new", "kept": "v"}
    for choice in ("skip", "update"):
        assert client.create_secret(choice, {"k": "v"}, if_exists=choice).version == 1


def test_an_unknown_choice_for_existing_names_is_an_error(client: Client) -> None:
    """Something else than the three is not taken for one of them."""
    with pytest.raises(InvalidInput, match="fail, update or skip"):
        client.create_secret("db", {"k": "v"}, if_exists="replace")  # type: ignore[arg-type]  # what is tested
    assert len(client.list_secrets()) == 0


def test_updating_what_exists_looks_in_that_scope_alone(client: Client) -> None:
    """`if_exists` in one scope leaves a secret of that name in the other as it is."""
    client.create_secret("db", {"k": "everyone's"})
    assert client.create_secret("db", {"k": "mine"}, scope="user", if_exists="update").version == 1
    assert client.get_secret("db", "workspace").secret_values["k"] == "everyone's"


GONE: dict[str, Callable[[Client], Any]] = {
    "update": lambda c: c.update_secret("db", add_or_update_values={"k": "v"}),
    "delete": lambda c: c.delete_secret("db"),
    "restore": lambda c: c.restore_secret("db", 1),
    "destroy": lambda c: c.destroy_secret_versions("db"),
}


@pytest.mark.parametrize("act", GONE.values(), ids=GONE)
def test_a_deleted_secret_is_not_changed(client: Client, act: Callable[[Client], Any]) -> None:
    """Nothing but bringing it back or purging it is done to a deleted secret."""
    client.create_secret("db", {"k": "v"})
    client.update_secret("db", add_or_update_values={"k": "2"})
    client.delete_secret("db")
    with pytest.raises(NotFound):
        act(client)
    client.undelete_secret("db")
    assert client.get_secret("db").secret_values == {"k": "2"}
