"""Deleting, bringing back, purging."""

from functools import partial
from typing import Any, Protocol

import pytest

from lockwork.client.api import Client
from lockwork.domain.errors import AlreadyExists, Ambiguous, NotFound, Refused


class Store(Protocol):
    clock: Any

    def client(self, user: str = ..., workspace: str = ...) -> Client: ...


def test_a_deleted_secret_comes_back_with_its_versions(client: Client) -> None:
    """Same id, same values, same versions; while it is away only `deleted=True` lists it."""
    made = client.create_secret("db", {"k": "1"})
    client.update_secret("db", add_or_update_values={"k": "2"})
    told = client.delete_secret("db")
    assert (told.id, told.keys) == (made.id, ("k",))
    assert client.list_secrets().total == 0
    (listed,) = client.list_secrets(deleted=True)
    assert (listed.id, listed.name) == (made.id, "db")
    assert listed.deleted is not None
    back = client.undelete_secret("db")
    assert (back.id, back.version, back.deleted) == (made.id, 2, None)
    assert client.get_secret("db", version=1).secret_values == {"k": "1"}
    assert client.list_secrets(deleted=True).total == 0
    assert client.list_secrets().total == 1


def test_a_dry_run_deletes_nothing(client: Client) -> None:
    """It tells what would go, of each noun that can be deleted; no record tells of it."""
    client.create_secret("db", {"k": "v"})
    client.create_user("anna")
    client.create_workspace("lab")
    client.copy_stack("default", "spare")
    client.copy_component("orchestrator", "default", "spare")
    first = client.list_keys()[0].id
    client.activate_key(client.add_key().id)
    client.rewrap_versions()
    client.retire_keys()
    head = client.audit_head()
    for _ in range(2):
        assert client.delete_secret("db", dry_run=True).name == "db"
        assert client.delete_secret("db", purge=True, dry_run=True).name == "db"
        assert client.delete_user("anna", dry_run=True).name == "anna"
        assert client.delete_workspace("lab", dry_run=True).name == "lab"
        assert client.delete_stack("spare", dry_run=True).name == "spare"
        assert client.delete_component("orchestrator", "spare", dry_run=True).name == "spare"
        assert client.destroy_key(first, dry_run=True).id == first
    assert client.audit_head() == head
    assert client.get_secret("db").secret_values == {"k": "v"}
    assert first in [key.id for key in client.list_keys() if key.present]


def test_a_dry_run_is_refused_as_the_deletion_would_be(client: Client) -> None:
    """In the same words."""
    client.create_secret("db", {"k": "v"})
    client.update_component("orchestrator", "default", environment={"K": "{{db.k}}"})
    for delete in (
        partial(client.delete_secret, "db"),
        partial(client.delete_user, "default"),
        partial(client.delete_workspace, "default"),
        partial(client.delete_stack, "default"),
        partial(client.delete_component, "orchestrator", "default"),
        partial(client.destroy_key, client.list_keys()[0].id),
    ):
        said = []
        for dry_run in (True, False):
            with pytest.raises(Refused) as refused:
                delete(dry_run=dry_run)
            said.append((refused.value.message, refused.value.hint))
        assert said[0] == said[1]


def test_its_name_is_free_at_once(client: Client) -> None:
    """A new secret takes it; the old one then comes back by its id, under another name."""
    old = client.create_secret("db", {"k": "old"}).id
    client.delete_secret("db")
    client.create_secret("db", {"k": "new"})
    for spelling in ("db", old):
        with pytest.raises(AlreadyExists):
            client.undelete_secret(spelling)
    assert client.undelete_secret(old, new_name="db-old").name == "db-old"
    assert client.get_secret("db").secret_values == {"k": "new"}
    assert client.get_secret("db-old").secret_values == {"k": "old"}


def test_several_deleted_of_one_name_are_named_by_id(client: Client) -> None:
    """Bringing back by a name that several deleted secrets had is refused, naming their ids."""
    ids = []
    for text in ("first", "second"):
        ids.append(client.create_secret("db", {"k": text}).id)
        client.delete_secret("db")
    with pytest.raises(Ambiguous) as caught:
        client.undelete_secret("db")
    assert all(id_ in str(caught.value) for id_ in ids)
    assert client.undelete_secret(ids[0]).name == "db"
    assert client.get_secret("db").secret_values == {"k": "first"}


def test_what_is_not_deleted_is_not_brought_back(client: Client) -> None:
    """By name and by id, undelete knows deleted secrets alone."""
    id_ = client.create_secret("db", {"k": "v"}).id
    for spelling in ("db", id_):
        with pytest.raises(NotFound, match="no deleted secret"):
            client.undelete_secret(spelling)


def test_thirty_days_to_bring_it_back(store: Store, client: Client) -> None:
    """After 30 days less a minute it comes back; after 30 days and a minute it is gone for good."""
    client.create_secret("db", {"k": "v"})
    client.delete_secret("db")
    store.clock.advance(days=29.999)
    client.undelete_secret("db")
    client.delete_secret("db")
    store.clock.advance(days=30.001)
    assert client.list_secrets(deleted=True).total == 0
    with pytest.raises(NotFound):
        client.undelete_secret("db")
    client.create_secret("other", {"k": "v"})  # any change clears away what is past its time
    with pytest.raises(NotFound):
        client.delete_secret("db", purge=True)
    assert client.verify_audit().ok


def test_purging_is_final(client: Client) -> None:
    """It comes back neither by name nor by id, and is no longer listed as deleted."""
    id_ = client.create_secret("db", {"k": "v"}).id
    client.delete_secret("db", purge=True)
    assert client.list_secrets(deleted=True).total == 0
    for spelling in ("db", id_):
        with pytest.raises(NotFound):
            client.undelete_secret(spelling)
        with pytest.raises(NotFound):
            client.get_secret(spelling)


@pytest.mark.parametrize("spell", ["id", "name"])
def test_what_was_deleted_is_purged_too(client: Client, spell: str) -> None:
    """By id always, by name where no other secret has it."""
    id_ = client.create_secret("db", {"k": "v"}).id
    client.delete_secret("db")
    client.delete_secret(id_ if spell == "id" else "db", purge=True)
    with pytest.raises(NotFound):
        client.undelete_secret(id_)


def test_purging_a_name_means_the_secret_that_has_it_now(client: Client) -> None:
    """Where a new secret has the name of a deleted one, the new one is purged and the old one stays."""
    old = client.create_secret("db", {"k": "old"}).id
    client.delete_secret("db")
    new = client.create_secret("db", {"k": "new"}).id
    assert client.delete_secret("db", purge=True).id == new
    assert client.undelete_secret(old).name == "db"


def test_purging_a_name_that_several_deleted_had_is_refused(client: Client) -> None:
    """Purging cannot be undone: it does not guess."""
    for _ in range(2):
        client.create_secret("db", {"k": "v"})
        client.delete_secret("db")
    with pytest.raises(Ambiguous):
        client.delete_secret("db", purge=True)
    assert client.list_secrets(deleted=True).total == 2


def test_deleting_one_scope_leaves_the_other(client: Client) -> None:
    """`scope=` says which of two goes, comes back, and is purged."""
    for scope in ("workspace", "user"):
        client.create_secret("db", {"k": scope}, scope=scope)
    client.delete_secret("db", "user")
    assert client.get_secret("db").secret_values == {"k": "workspace"}
    client.delete_secret("db")
    with pytest.raises(Ambiguous):
        client.undelete_secret("db")
    client.undelete_secret("db", "user")
    assert client.get_secret("db").secret_values == {"k": "user"}


def test_deleting_twice_is_not_found(client: Client) -> None:
    """A deleted secret has no name any more."""
    client.create_secret("db", {"k": "v"})
    client.delete_secret("db")
    with pytest.raises(NotFound):
        client.delete_secret("db")
