"""Users and workspaces of a store."""

from typing import Protocol

import pytest

from lockwork.client.api import Client
from lockwork.domain.access import Role
from lockwork.domain.errors import (
    AlreadyExists,
    InvalidInput,
    NotFound,
    NotLoggedIn,
    Refused,
    StillReferenced,
)
from lockwork.messages.access import PutMember


class Store(Protocol):
    def client(self, user: str = ..., workspace: str = ...) -> Client: ...


def test_a_fresh_store_has_one_user_and_one_workspace(client: Client) -> None:
    """Both are called `default`, and are active."""
    assert [u.name for u in client.list_users()] == ["default"]
    assert [w.name for w in client.list_workspaces()] == ["default"]
    assert (client.active_user.name, client.active_workspace.name) == ("default", "default")


def test_a_user_is_found_by_name_and_id(store: Store, client: Client) -> None:
    """Who was created is there, and may come in."""
    anna = client.create_user("anna")
    assert client.get_user("anna").id == client.get_user(anna.id).id == anna.id
    assert store.client("anna").active_user.name == "anna"
    assert [u.name for u in client.list_users(name="startswith:a")] == ["anna"]


@pytest.mark.parametrize("name", ["", "a b", "name", "a.b", "6f1c2b3a-0000-4000-8000-0123456789ab"])
def test_names_of_users_and_workspaces_are_checked(client: Client, name: str) -> None:
    """They follow the rules of secrets' names, and the failure says which kind of name it was."""
    with pytest.raises(InvalidInput, match="user"):
        client.create_user(name)
    with pytest.raises(InvalidInput, match="workspace"):
        client.create_workspace(name)


def test_their_names_are_unique(client: Client) -> None:
    """A second user or workspace of a name is refused."""
    for create in (client.create_user, client.create_workspace):
        create("lab")
        with pytest.raises(AlreadyExists):
            create("lab")


def test_a_user_who_has_secrets_is_not_deleted_by_accident(
    store: Store, client: Client, anna: Client
) -> None:
    """Without force, secrets of their own keep a user; with it, these are purged and shared ones pass on."""
    anna.create_secret("own", {"k": "v"}, scope="user")
    shared = anna.create_secret("shared", {"k": "v"}).id
    with pytest.raises(StillReferenced, match="1 secret"):
        client.delete_user("anna")
    client.delete_user("anna", force=True)
    with pytest.raises(NotFound):
        client.get_user("anna")
    with pytest.raises((NotFound, NotLoggedIn)):  # on a server their tokens are gone with them
        anna.list_secrets()
    assert client.get_secret(shared).owner == "default"
    assert client.get_secret(shared).secret_values == {"k": "v"}
    assert client.verify_audit().problems == ()


def test_a_new_user_of_an_old_name_is_another(store: Store, client: Client, anna: Client) -> None:
    """Nothing of a deleted user's comes back with the name."""
    anna.create_secret("own", {"k": "v"}, scope="user")
    anna.delete_secret("own")
    client.delete_user("anna", force=True)
    client.create_user("anna")
    client.send(PutMember(workspace="default", user="anna", role=Role.VIEWER))
    fresh = store.client("anna")
    assert fresh.list_secrets().total == fresh.list_secrets(deleted=True).total == 0


def test_nobody_deletes_themselves(client: Client) -> None:
    """The user that one acts as stays."""
    with pytest.raises(Refused, match="act as"):
        client.delete_user("default")


def test_a_workspace_keeps_its_own_things(store: Store, client: Client) -> None:
    """Secrets, stacks and totals of one workspace are not another's."""
    made = client.create_workspace("lab")
    assert (made.secrets, made.stacks) == (0, 1)
    lab = store.client(workspace="lab")
    lab.create_secret("db", {"k": "v"})
    assert client.get_workspace("lab").secrets == client.get_workspace(made.id).secrets == 1
    assert client.list_secrets().total == 0


def test_a_workspace_that_is_not_empty_is_not_deleted_by_accident(store: Store, client: Client) -> None:
    """Secrets, deleted ones that could still come back too, and stacks keep it; with force all of it goes."""
    client.create_workspace("lab")
    lab = store.client(workspace="lab")
    id_ = lab.create_secret("db", {"k": "v"}).id
    with pytest.raises(StillReferenced, match="1 secret"):
        client.delete_workspace("lab")
    lab.delete_secret("db")
    with pytest.raises(StillReferenced, match="1 deleted secret"):
        client.delete_workspace("lab")
    lab.undelete_secret(id_)
    client.delete_workspace("lab", force=True)
    with pytest.raises(NotFound, match="no workspace 'lab'"):
        lab.list_secrets()
    client.create_workspace("lab")
    assert lab.list_secrets().total == lab.list_secrets(deleted=True).total == 0
    assert client.verify_audit().problems == ()


def test_a_workspace_with_a_stack_of_its_own_is_not_deleted_by_accident(store: Store, client: Client) -> None:
    """What it was furnished with does not count; another stack or component does."""
    client.create_workspace("bare")
    client.delete_workspace("bare")
    client.create_workspace("lab")
    lab = store.client(workspace="lab")
    lab.copy_stack("default", "mine")
    with pytest.raises(StillReferenced, match="1 stack"):
        client.delete_workspace("lab")
    client.delete_workspace("lab", force=True)


def test_the_first_workspace_stays(client: Client) -> None:
    """`default` is where everything begins, and is not deleted even with force."""
    with pytest.raises(Refused, match="stays"):
        client.delete_workspace("default", force=True)


def test_pages_of_users_and_workspaces(client: Client) -> None:
    """They are listed, filtered and sorted as secrets are."""
    for name in ("b", "a", "c"):
        client.create_user(name)
        client.create_workspace(name)
    assert [u.name for u in client.list_users(sort_by="desc:name", size=2)] == ["default", "c"]
    assert [w.name for w in client.list_workspaces(sort_by="asc:created", page=2, size=2)] == ["a", "c"]
    assert client.list_users(page=9).items == ()
    assert client.list_users().total == 4
