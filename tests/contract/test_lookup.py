"""Which secret a name or an id means, to whom."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from lockwork.client.api import Client
from lockwork.domain.checks import Need, Where
from lockwork.domain.errors import AlreadyExists, Ambiguous, LockworkError, NotFound
from lockwork.messages.secrets import Wanted

NOWHERE = "00000000-0000-4000-8000-000000000000"


class Store(Protocol):
    def client(self, user: str = ..., workspace: str = ...) -> Client: ...


def both_scopes(client: Client) -> None:
    client.create_secret("db", {"k": "everyone's"})
    client.create_secret("db", {"k": "mine"}, scope="user")


def test_the_users_own_secret_comes_first(client: Client) -> None:
    """Without a scope the caller's own secret is read, then the workspace's; `scope=` says which."""
    client.create_secret("db", {"k": "everyone's"})
    assert client.get_secret("db").secret_values["k"] == "everyone's"
    client.create_secret("db", {"k": "mine"}, scope="user")
    assert client.get_secret("db").secret_values["k"] == "mine"
    assert client.get_secret("db", scope="user").secret_values["k"] == "mine"
    assert client.get_secret("db", scope="workspace").secret_values["k"] == "everyone's"
    client.delete_secret("db", scope="user")
    assert client.get_secret("db").secret_values["k"] == "everyone's"


def test_a_scope_that_has_none_is_not_widened(client: Client) -> None:
    """Asked for one scope, the other is not looked at."""
    client.create_secret("db", {"k": "v"})
    with pytest.raises(NotFound) as caught:
        client.get_secret("db", scope="user")
    assert "own scope" in str(caught.value.hint)
    assert "workspace" not in str(caught.value.hint).replace("lockwork", "")


def test_a_name_is_unique_in_its_scope(store: Store, client: Client, anna: Client) -> None:
    """A second secret of a name is refused in one workspace and for one user, and nowhere else."""
    both_scopes(client)
    for scope in ("workspace", "user"):
        with pytest.raises(AlreadyExists, match=r"'db' already exists"):
            client.create_secret("db", {"k": "again"}, scope=scope)
    with pytest.raises(AlreadyExists):
        anna.create_secret("db", {"k": "again"})
    anna.create_secret("db", {"k": "anna's"}, scope="user")
    client.create_workspace("lab")
    store.client(workspace="lab").create_secret("db", {"k": "lab's"})
    assert client.get_secret("db").secret_values["k"] == "mine"
    assert anna.get_secret("db").secret_values["k"] == "anna's"
    assert store.client(workspace="lab").get_secret("db", "workspace").secret_values["k"] == "lab's"


def test_names_are_told_apart_by_case(client: Client) -> None:
    """`db` and `DB` are two secrets; asking for a third spelling finds neither and hints at one."""
    client.create_secret("db", {"k": "small"})
    client.create_secret("DB", {"k": "large"})
    assert client.get_secret("DB").secret_values["k"] == "large"
    with pytest.raises(NotFound, match="did you mean"):
        client.get_secret("Db")


def test_a_user_secret_is_in_every_workspace_of_its_owner(store: Store, client: Client) -> None:
    """What belongs to a user goes along; what belongs to a workspace stays there."""
    both_scopes(client)
    client.create_secret("only-here", {"k": "v"})
    client.create_workspace("lab")
    lab = store.client(workspace="lab")
    assert lab.get_secret("db").secret_values["k"] == "mine"
    with pytest.raises(NotFound):
        lab.get_secret("only-here")
    assert [s.name for s in lab.list_secrets()] == ["db"]


WRITES: dict[str, Callable[[Client, str], Any]] = {
    "update": lambda c, name: c.update_secret(name, add_or_update_values={"k": "new"}),
    "rename": lambda c, name: c.update_secret(name, new_name="other"),
    "move": lambda c, name: c.update_secret(name, new_scope="user"),
    "delete": lambda c, name: c.delete_secret(name),
    "purge": lambda c, name: c.delete_secret(name, purge=True),
    "restore": lambda c, name: c.restore_secret(name, 1),
    "destroy": lambda c, name: c.destroy_secret_versions(name),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_does_not_guess(client: Client, write: Callable[[Client, str], Any]) -> None:
    """A name that is in both scopes is refused for every write, with the way out; nothing is changed."""
    both_scopes(client)
    with pytest.raises(Ambiguous) as caught:
        write(client, "db")
    assert caught.value.hint == "add --scope user or --scope workspace"
    assert [s.version for s in client.list_secrets()] == [1, 1]


def test_an_id_is_never_ambiguous(client: Client) -> None:
    """An id means one secret, for reading and writing, whatever else has its name."""
    both_scopes(client)
    ours = client.describe_secret("db", "workspace").id
    assert client.get_secret(ours).secret_values["k"] == "everyone's"
    client.update_secret(ours, add_or_update_values={"k": "new"})
    assert client.get_secret("db", "workspace").secret_values["k"] == "new"
    assert client.get_secret("db", "user").secret_values["k"] == "mine"
    for spelling in (ours.upper(), ours.replace("-", "")):
        assert client.get_secret(spelling).id == ours


def test_an_id_in_another_scope_is_not_found(client: Client) -> None:
    """A scope narrows ids as well."""
    id_ = client.create_secret("db", {"k": "v"}).id
    with pytest.raises(NotFound):
        client.get_secret(id_, scope="user")


READS: dict[str, Callable[[Client, str], Any]] = {
    "get": lambda c, name: c.get_secret(name),
    "describe": lambda c, name: c.describe_secret(name),
    "versions": lambda c, name: c.list_secret_versions(name),
    "usage": lambda c, name: c.secret_usage(name),
    "undelete": lambda c, name: c.undelete_secret(name),
}


@pytest.mark.parametrize("act", [*READS.values(), *WRITES.values()], ids=[*READS, *WRITES])
@pytest.mark.parametrize("text", ["prod", "rod", "prod-e", "prod%", "prod_eu", "PROD-EU"])
def test_nothing_matches_by_a_part_of_the_name(
    client: Client, act: Callable[[Client, str], Any], text: str
) -> None:
    """Neither a beginning, nor a middle, nor a pattern finds a secret; the near miss is named."""
    client.create_secret("prod-eu", {"k": "v"})
    with pytest.raises(NotFound) as caught:
        act(client, text)
    if caught.value.kind == "secret" and text != "rod":
        assert caught.value.near == ("prod-eu",)
        assert "did you mean 'prod-eu'?" in str(caught.value)
    assert client.describe_secret("prod-eu").version == 1


def test_a_description_takes_an_unambiguous_beginning(client: Client) -> None:
    """Only `describe_secret(prefix=True)` does; an exact name goes before longer ones."""
    client.create_secret("prod-eu", {"k": "v"})
    client.create_secret("prod-us", {"k": "v"})
    client.create_secret("prod", {"k": "v"})
    assert client.describe_secret("prod-e", prefix=True).name == "prod-eu"
    assert client.describe_secret("prod", prefix=True).name == "prod"
    with pytest.raises(Ambiguous, match="'prod-eu', 'prod-us'"):
        client.describe_secret("prod-", prefix=True)
    for text in ("rod", "%", "prod_e", "", "PROD-E"):
        with pytest.raises(NotFound):
            client.describe_secret(text, prefix=True)


def test_a_beginning_that_means_one_name_follows_the_order_of_looking(client: Client) -> None:
    """One name in both scopes is not ambiguous to read: the user's own comes first."""
    both_scopes(client)
    assert client.describe_secret("d", prefix=True).scope == "user"
    assert client.describe_secret("d", "workspace", prefix=True).scope == "workspace"


def test_a_description_takes_the_beginning_of_an_id(client: Client) -> None:
    """8 hex digits or more, with or without dashes, in either case; 7 are too few."""
    secret = client.create_secret("db", {"k": "v"})
    for text in (secret.id[:8], secret.id[:13].upper(), secret.id[:18].replace("-", "")):
        assert client.describe_secret(text, prefix=True).id == secret.id
    for text in (secret.id[:7], secret.id[1:12]):
        with pytest.raises(NotFound):
            client.describe_secret(text, prefix=True)


def test_hiding_is_told(client: Client, anna: Client) -> None:
    """A user secret that hides a workspace secret says so when it is made, described and read."""
    client.create_secret("db", {"k": "v"})
    told = "hides the 'default' workspace's secret of that name"
    made = client.create_secret("db", {"k": "v"}, scope="user")
    for info in (made, client.describe_secret("db"), client.get_secret("db").info):
        assert len(info.notes) == 1
        assert told in info.notes[0]
    assert client.describe_secret("db", "workspace").notes == ()
    assert anna.describe_secret("db").notes == ()
    assert anna.create_secret("other", {"k": "v"}, scope="user").notes == ()
    renamed = anna.update_secret("other", new_name="db")
    assert told in renamed.notes[0]
    client.delete_secret("db", "workspace")
    assert client.describe_secret("db").notes == ()


def test_hiding_is_told_by_a_check(client: Client) -> None:
    """A check that meets a hiding secret notes it and says what the name means."""
    both_scopes(client)
    need = Need(secret="db", key="k", where=Where(kind="stack", name="s", path="p"))
    report = client.check_references([need])
    assert report.ok
    assert "hides" in report.notes[0]
    assert str(report.found[0]) == "user default/db v1, hides workspace db"
    assert client.check_references([need], scope=None).found[0].hides
    assert client.explain_reference("{{db.k}}").found


ASKS: dict[str, Callable[[Client, str], Any]] = {
    **READS,
    **WRITES,
    "describe a beginning": lambda c, text: c.describe_secret(text, prefix=True),
    "reveal settled": lambda c, text: c.reveal_secrets([Wanted(id=text, version=1)]),
    "scoped": lambda c, text: c.get_secret(text, scope="user"),
}


def answer(ask: Callable[[Client, str], Any], client: Client, text: str) -> str:
    """All that a caller gets, with what they themselves wrote left out."""
    with pytest.raises(LockworkError) as caught:
        ask(client, text)
    failure = caught.value
    return re.sub(re.escape(text), "<asked>", repr((type(failure), failure.args, vars(failure))))


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_absent_and_unseen_are_told_alike(
    store: Store, client: Client, anna: Client, ask: Callable[[Client, str], Any]
) -> None:
    """A secret of another user or workspace gives, byte for byte, what one that does not exist gives."""
    client.create_secret("wanted", {"k": "v"}, scope="user")
    client.create_workspace("lab")
    lab = store.client(workspace="lab")
    lab.create_secret("wanted", {"k": "v"})
    deleted = lab.create_secret("gone", {"k": "v"}).id
    lab.delete_secret("gone")
    unseen = ["wanted", client.describe_secret("wanted").id, lab.describe_secret("wanted", "workspace").id]
    for text in (*unseen, deleted, "gone"):
        absent = NOWHERE if len(text) == 36 else "tedwan"
        assert answer(ask, anna, text) == answer(ask, anna, absent)


def test_deleted_and_absent_are_told_alike_to_readers(client: Client) -> None:
    """By name and by id, a deleted secret reads as one that never was."""
    id_ = client.create_secret("wanted", {"k": "v"}).id
    client.delete_secret("wanted")
    for ask in (READS["get"], READS["describe"], WRITES["update"], WRITES["delete"]):
        assert answer(ask, client, id_) == answer(ask, client, NOWHERE)
        assert answer(ask, client, "wanted") == answer(ask, client, "tedwan")


def test_another_users_secrets_leave_no_trace_in_answers(client: Client, anna: Client) -> None:
    """Lists, totals, near misses, checks and explanations know nothing of what their caller cannot see."""
    client.create_secret("private-name", {"private-key": "v"}, scope="user")
    need = Need(secret="private-nam", key="k", where=Where(kind="stack", name="s", path="p"))
    page = anna.list_secrets()
    assert (len(page), page.total) == (0, 0)
    assert anna.list_secrets(name="contains:private").total == 0
    told = repr((anna.check_references([need]), anna.explain_reference("{{private-nam.k}}")))
    assert "private-name" not in told
    assert "private-key" not in told
    with pytest.raises(NotFound) as caught:
        anna.get_secret("private-nam")
    assert caught.value.near == ()
    with pytest.raises(NotFound) as caught:
        client.get_secret("private-nam")
    assert caught.value.near == ("private-name",)
