"""Versions: kept, read, restored, destroyed, and out of reach after a change of scope."""

from typing import Protocol

import pytest

from lockwork.client.api import Client
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.secrets import SecretVersion
from lockwork.messages.secrets import Wanted
from lockwork.service.context import Policy


class Store(Protocol):
    def client(self, user: str = ..., workspace: str = ..., policy: Policy | None = ...) -> Client: ...


def with_versions(client: Client, count: int) -> None:
    """Secret `db`, version n holding `k` = n and the key `only-n`."""
    client.create_secret("db", {"k": "1", "only-1": ""})
    for n in range(2, count + 1):
        client.update_secret(
            "db", add_or_update_values={"k": str(n), f"only-{n}": ""}, remove_values=[f"only-{n - 1}"]
        )


def states(versions: tuple[SecretVersion, ...]) -> dict[int, str]:
    return {v.version: v.state for v in versions}


def test_every_change_makes_a_version(client: Client) -> None:
    """Values, name and scope: each change counts one up, and versions are told newest first."""
    client.create_secret("db", {"k": "1"})
    client.update_secret("db", add_or_update_values={"k": "2"})
    client.update_secret("db", new_name="db2")
    client.restore_secret("db2", 1)
    told = client.list_secret_versions("db2")
    assert [v.version for v in told] == [4, 3, 2, 1]
    assert states(told) == {4: "current", 3: "kept", 2: "kept", 1: "kept"}
    assert {v.by for v in told} == {"default"}
    assert [v.created for v in told] == sorted((v.created for v in told), reverse=True)


def test_a_version_tells_which_keys_it_changed(client: Client) -> None:
    """Those with another value; what is new or gone is seen in the keys, and the first tells nothing."""
    client.create_secret("db", {"a": "1", "b": "1", "gone": "1"})
    client.update_secret("db", add_or_update_values={"a": "2", "b": "1", "new": "1"}, remove_values=["gone"])
    client.update_secret("db", new_name="db2")
    client.restore_secret("db2", 1)
    assert [v.changed for v in client.list_secret_versions("db2")] == [("a",), (), ("a",), None]


def test_what_was_private_is_not_even_compared(client: Client) -> None:
    """A version in another scope says of no key whether its value is that of before."""
    client.create_secret("db", {"a": "1", "b": "1"}, scope="user")
    client.update_secret("db", new_scope="workspace", add_or_update_values={"a": "2"})
    client.update_secret("db", add_or_update_values={"b": "2"})
    client.update_secret("db", new_scope="user")
    client.update_secret("db", add_or_update_values={"a": "3"})
    assert [v.changed for v in client.list_secret_versions("db")] == [("a",), None, None, None, None]


def test_an_old_version_is_read_as_it_was(client: Client) -> None:
    """Its values, its key names and its number, whole or one key."""
    with_versions(client, 3)
    old = client.get_secret("db", version=1)
    assert old.secret_values == {"k": "1", "only-1": ""}
    assert (old.version, old.keys) == (1, ("k", "only-1"))
    assert client.get_secret("db", version=2, key="k").secret_values == {"k": "2"}
    with pytest.raises(NotFound, match="no key 'only-3'"):
        client.get_secret("db", version=2, key="only-3")
    assert client.get_secret("db", version=3).version == 3


@pytest.mark.parametrize("number", [0, -1, 4, 2**63, 2**70])
def test_a_version_that_never_was_is_not_found(client: Client, number: int) -> None:
    """For reading, restoring and destroying alike."""
    with_versions(client, 3)
    for act in (
        lambda: client.get_secret("db", version=number),
        lambda: client.restore_secret("db", number),
        lambda: client.destroy_secret_versions("db", number),
    ):
        with pytest.raises(NotFound, match="no version"):
            act()
    assert client.describe_secret("db").version == 3


def test_restoring_makes_a_new_version(client: Client) -> None:
    """The old values come as the newest version; those between stay; the current one is there already."""
    with_versions(client, 3)
    assert client.restore_secret("db", 1).version == 4
    assert client.get_secret("db").secret_values == {"k": "1", "only-1": ""}
    assert client.get_secret("db", version=3).secret_values["k"] == "3"
    with pytest.raises(InvalidInput, match="current one already"):
        client.restore_secret("db", 4)


def test_destroying_takes_the_values_and_keeps_the_rest(client: Client) -> None:
    """Number, date and key names stay; reading and restoring are told no; the others are as before."""
    with_versions(client, 3)
    before = {v.version: (v.created, v.by, v.keys) for v in client.list_secret_versions("db")}
    told = client.destroy_secret_versions("db", 1)
    assert states(told) == {3: "current", 2: "kept", 1: "destroyed"}
    assert {v.version: (v.created, v.by, v.keys) for v in told} == before
    for act in (lambda: client.get_secret("db", version=1), lambda: client.restore_secret("db", 1)):
        with pytest.raises(NotFound, match="destroyed"):
            act()
    assert client.get_secret("db", version=2).secret_values["k"] == "2"
    assert states(client.destroy_secret_versions("db", 1))[1] == "destroyed"


def test_destroying_all_but_the_current_one(client: Client) -> None:
    """Without a number every old version goes; the current one cannot be destroyed."""
    with_versions(client, 4)
    assert states(client.destroy_secret_versions("db")) == {
        4: "current", 3: "destroyed", 2: "destroyed", 1: "destroyed",
    }  # fmt: skip
    with pytest.raises(InvalidInput, match="current one"):
        client.destroy_secret_versions("db", 4)
    assert client.get_secret("db").secret_values["k"] == "4"


def test_the_last_twenty_are_kept(client: Client) -> None:
    """The twenty-first change takes the first version away, number and all."""
    with_versions(client, 23)
    assert [v.version for v in client.list_secret_versions("db")] == list(range(23, 3, -1))
    assert client.get_secret("db", version=4).secret_values["k"] == "4"
    with pytest.raises(NotFound):
        client.get_secret("db", version=3)


@pytest.mark.parametrize(("kept", "left"), [(1, [3]), (2, [3, 2]), (0, [3])])
def test_how_many_are_kept_is_a_setting(store: Store, kept: int, left: list[int]) -> None:
    """The current one is never taken away, whatever the setting says."""
    client = store.client(policy=Policy(kept_versions=kept))
    with_versions(client, 3)
    assert [v.version for v in client.list_secret_versions("db")] == left
    assert client.get_secret("db").secret_values["k"] == "3"


def unreachable(client: Client, number: int) -> None:
    """The version is listed without its keys, and neither read nor restored; settled reads fail too."""
    told = {v.version: v for v in client.list_secret_versions("db")}
    assert told[number].keys == ()
    assert told[number].state == "out of scope"
    id_ = client.describe_secret("db").id
    for act in (
        lambda: client.get_secret("db", version=number),
        lambda: client.get_secret("db", version=number, key="k"),
        lambda: client.restore_secret("db", number),
        lambda: client.reveal_secrets([Wanted(id=id_, version=number)]),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize(("first", "second"), [("user", "workspace"), ("workspace", "user")])
def test_versions_from_before_a_change_of_scope_are_out_of_reach(
    client: Client, first: str, second: str
) -> None:
    """What was private stays private, and so for what was shared: by values, by keys, by restoring."""
    client.create_secret("db", {"k": "old", "hidden-key": "v"}, scope=first)
    client.update_secret("db", new_scope=second, remove_values=["hidden-key"])
    client.update_secret("db", add_or_update_values={"k": "new"})
    unreachable(client, 1)
    assert client.get_secret("db", version=2).secret_values == {"k": "old"}


def test_moving_there_and_back_reaches_neither(client: Client) -> None:
    """Back in its first scope, the versions from before the two moves stay out of reach."""
    client.create_secret("db", {"k": "1"}, scope="user")
    client.update_secret("db", new_scope="workspace")
    client.update_secret("db", new_scope="user")
    unreachable(client, 1)
    unreachable(client, 2)
    assert client.get_secret("db").secret_values == {"k": "1"}
    client.delete_secret("db")
    client.undelete_secret("db")
    unreachable(client, 1)


def test_renaming_keeps_versions_in_reach(client: Client) -> None:
    """A name is no boundary."""
    with_versions(client, 2)
    client.update_secret("db", new_name="db2")
    assert client.get_secret("db2", version=1).secret_values["k"] == "1"
    assert client.restore_secret("db2", 1).version == 4


def test_settled_versions_are_read_in_the_order_asked(client: Client) -> None:
    """Several secrets, versions and keys in one question; a deleted secret is still given to a run."""
    with_versions(client, 3)
    one = client.describe_secret("db").id
    two = client.create_secret("other", {"x": "y", "z": ""}).id
    client.delete_secret("other")
    wanted = [Wanted(id=two, version=1, keys=("x",)), Wanted(id=one, version=1), Wanted(id=one, version=3)]
    told = client.reveal_secrets(wanted)
    assert [s.secret_values for s in told] == [
        {"x": "y"}, {"k": "1", "only-1": ""}, {"k": "3", "only-3": ""},
    ]  # fmt: skip
    assert [(s.name, s.version) for s in told] == [("other", 1), ("db", 1), ("db", 3)]


def test_settled_versions_that_are_gone_are_not_found(client: Client) -> None:
    """Destroyed, never there, or without the key: each is told, and nothing of the rest is given."""
    with_versions(client, 3)
    id_ = client.describe_secret("db").id
    client.destroy_secret_versions("db", 1)
    there = Wanted(id=id_, version=3)
    for gone in (
        Wanted(id=id_, version=1),
        Wanted(id=id_, version=9),
        Wanted(id=id_, version=2**70),
        Wanted(id=id_, version=3, keys=("k", "nokey")),
    ):
        with pytest.raises(NotFound):
            client.reveal_secrets([there, gone])
    assert client.reveal_secrets([]) == ()
