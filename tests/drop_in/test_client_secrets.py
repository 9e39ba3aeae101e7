"""`zenml.client.Client` and secrets, driven as ZenML's users and tests drive it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import lockwork
from zenml.client import Client
from zenml.enums import LogicalOperators, SecretScope
from zenml.exceptions import EntityExistsError, ValidationError, ZenKeyError, ZenMLBaseException

VALUES = {"username": "anna", "password": "s3cr3t-of-anna"}


# ---- what a secret is ----


def test_a_created_secret_is_as_scripts_read_it(client: Client):
    """Its id is a UUID, its values hide themselves and come out by the name that pydantic gave."""
    secret = client.create_secret(name="db", values=VALUES, scope=SecretScope.WORKSPACE)
    assert isinstance(secret.id, UUID)
    assert (secret.name, secret.scope, secret.private) == ("db", SecretScope.WORKSPACE, False)
    assert secret.values["password"].get_secret_value() == "s3cr3t-of-anna"
    assert secret.secret_values == VALUES
    assert secret.has_missing_values is False
    assert "s3cr3t" not in f"{secret} {secret!r} {secret.values}"
    assert (secret.user.name, secret.workspace.name) == ("default", "default")
    assert secret.user.id == client.active_user.id
    assert secret.workspace.id == client.active_workspace.id
    assert secret.updated == secret.created


def test_times_have_no_zone(client: Client):
    """They are UTC, as in ZenML: `datetime.utcnow() - secret.created` is an age; filters take them back."""
    secret = client.create_secret("db", {"k": "v"})
    now = datetime.now(UTC).replace(tzinfo=None)
    assert timedelta(0) <= now - secret.created < timedelta(minutes=2)
    assert secret.updated.tzinfo is None
    assert client.list_secrets(updated=f"lte:{secret.updated.isoformat()}").total == 1


def test_the_same_secret_is_found_by_name_id_and_beginning(client: Client):
    """A name, a UUID, its text and an unambiguous beginning of a name or id all find it."""
    made = client.create_secret("postgres", VALUES)
    for given in ("postgres", made.id, str(made.id), "post", str(made.id)[:8]):
        assert client.get_secret(given) == made
        assert client.get_secret(given).secret_values == VALUES


def test_a_beginning_is_not_enough_where_the_caller_says_so(client: Client):
    """Partial matches of names and of ids are switched off one by one."""
    made = client.create_secret("postgres", VALUES)
    with pytest.raises(KeyError, match="no secret 'post'"):
        client.get_secret("post", allow_partial_name_match=False)
    with pytest.raises(KeyError):
        client.get_secret(str(made.id)[:8], allow_partial_id_match=False)
    assert client.get_secret("post", allow_partial_id_match=False) == made
    with pytest.raises(KeyError):
        client.get_secret_by_name_and_scope("post")


def test_a_beginning_of_several_is_a_zen_key_error(client: Client):
    """What could be several secrets is refused as ZenKeyError, which `except KeyError` catches too."""
    client.create_secret("prod-eu", VALUES)
    client.create_secret("prod-us", VALUES)
    with pytest.raises(ZenKeyError, match="'prod-eu', 'prod-us'"):
        client.get_secret("prod")
    with pytest.raises(KeyError):
        client.get_secret("prod")


def test_no_such_secret_is_a_key_error(client: Client):
    """Scripts catch KeyError, or the root of all exceptions."""
    for expected in (KeyError, ZenMLBaseException, lockwork.NotFound):
        with pytest.raises(expected, match="no secret 'nowhere'"):
            client.get_secret("nowhere")
        with pytest.raises(expected):
            client.delete_secret("nowhere")


def test_what_is_there_exists(client: Client):
    """A name taken in that scope is EntityExistsError; the other scope is free."""
    client.create_secret("db", VALUES)
    with pytest.raises(EntityExistsError):
        client.create_secret("db", VALUES)
    assert client.create_secret("db", VALUES, SecretScope.USER).scope == "user"


# ---- scopes, in both spellings ----


@pytest.mark.parametrize(
    "private", [{"scope": SecretScope.USER}, {"scope": "user"}, {"private": True}, {"scope": True}]
)
def test_private_is_the_scope_user(client: Client, private: dict[str, Any]):
    """Every spelling of 0.5x and 0.9x means the same secret, and finds it before the workspace's."""
    client.create_secret("db", {"a": "everyone's"})
    client.create_secret("db", {"a": "mine"}, **private)
    assert client.get_secret("db", **private).private is True
    assert client.get_secret("db").secret_values == {"a": "mine"}
    assert client.get_secret("db", private=False).secret_values == {"a": "everyone's"}
    assert [s.scope for s in client.list_secrets(**private)] == [SecretScope.USER]
    client.delete_secret("db", **private)
    assert client.get_secret("db").secret_values == {"a": "everyone's"}


def test_by_name_and_scope_or_private_status(client: Client):
    """The exact getters and lists of both releases."""
    client.create_secret("db", {"a": "1"})
    client.create_secret("db", {"a": "2"}, private=True)
    assert client.get_secret_by_name_and_scope("db", SecretScope.WORKSPACE).secret_values == {"a": "1"}
    assert client.get_secret_by_name_and_private_status("db", True).secret_values == {"a": "2"}
    assert client.get_secret_by_name_and_private_status("db").private is True
    assert [s.private for s in client.list_secrets_in_scope(SecretScope.USER)] == [True]
    assert [s.private for s in client.list_secrets_by_private_status(False)] == [False]


def test_a_change_that_could_mean_two_secrets_is_refused(client: Client):
    """Where a name exists in both scopes, a write without a scope touches neither."""
    client.create_secret("db", {"a": "1"})
    client.create_secret("db", {"a": "2"}, private=True)
    with pytest.raises(ZenKeyError):
        client.delete_secret("db")
    assert len(client.list_secrets()) == 2


# ---- values ----


def test_numbers_and_booleans_become_text(client: Client):
    """As 0.55 did it; None is no value."""
    made = client.create_secret("db", {"port": 5432, "tls": True, "ratio": 0.5, "none": None})
    assert made.secret_values == {"port": "5432", "tls": "True", "ratio": "0.5"}
    assert client.update_secret("db", add_or_update_values={"port": 1}).secret_values["port"] == "1"


@pytest.mark.parametrize("value", [b"bytes-of-value", ["list-of-value"], object()])
def test_what_is_no_text_is_refused_unquoted(client: Client, value: object):
    """Bytes and structures are refused; the failure names the key alone."""
    with pytest.raises(ValidationError, match="the value of 'key' is") as caught:
        client.create_secret("db", {"key": value})
    assert "of-value" not in str(caught.value)


def test_no_values_are_refused(client: Client):
    """A secret without keys, or values that are no mapping, is a ValidationError and a ValueError."""
    never_checked: list[Any] = [{}, ["a", "b"], "text"]
    for wrong in never_checked:
        with pytest.raises(ValidationError) as refused:
            client.create_secret("db", wrong)
        assert isinstance(refused.value, ValueError)


# ---- change ----


def test_an_update_sets_removes_renames_and_moves_at_once(client: Client):
    """Everything in one call; what is not named stays."""
    made = client.create_secret("db", {**VALUES, "host": "h"})
    changed = client.update_secret(
        made.id,
        new_name="database",
        new_scope=SecretScope.USER,
        add_or_update_values={"password": "new"},
        remove_values=["host"],
    )
    assert changed.id == made.id
    assert (changed.name, changed.private) == ("database", True)
    assert changed.secret_values == {"username": "anna", "password": "new"}
    assert client.update_secret("database", update_private=False).private is False
    with pytest.raises(KeyError):
        client.update_secret("database", remove_values=["no-such-key"])


def test_a_secret_in_use_is_deleted_and_comes_back(client: Client):
    """Others that refer to it do not hold up a script's tidying; Lockwork keeps it for a while."""
    client.create_secret("login", VALUES)
    client.create_stack_component(
        "mlflow", "mlflow", "experiment_tracker", {"tracking_password": "{{login.password}}"}
    )
    client.update_secret("login", new_name="other")
    client.delete_secret("other")
    with pytest.raises(KeyError):
        client.get_secret("other")
    client.lockwork.undelete_secret("other")
    assert client.get_secret("other").secret_values == VALUES


# ---- lists ----


@pytest.fixture
def many(client: Client) -> Client:
    for number in range(5):
        client.create_secret(f"db-{number}", {"k": "v"}, private=number % 2 == 1)
    client.create_secret("api", {"k": "v"})
    return client


def test_a_page_has_the_shape_that_scripts_read(many: Client):
    """items, index, max_size, total_pages, total and size; it counts, iterates and indexes."""
    page = many.list_secrets(page=2, size=4)
    assert (page.index, page.max_size, page.total_pages, page.total, page.size) == (2, 4, 2, 6, 2)
    assert len(page) == 2
    assert [s.name for s in page] == [s.name for s in page.items] == ["db-4", "api"]
    assert page[0].name == "db-4"
    assert page[0] in page
    assert many.list_secrets(page=3, size=4).items == []


def test_a_list_holds_no_values(many: Client):
    """What is listed was never read: the audit trail knows of no look."""
    before = len(many.lockwork.list_audit())
    assert [s.secret_values for s in many.list_secrets()] == [{}] * 6
    assert [s.values for s in many.list_secrets()] == [{}] * 6
    assert len(many.lockwork.list_audit()) == before


def names(page: Any) -> list[str]:
    return [s.name for s in page]


def test_filters_and_orders(many: Client):
    """ZenML's filter words and orders; several filters are joined by and, or by or."""
    assert names(many.list_secrets(name="api")) == ["api"]
    assert names(many.list_secrets(name="b-")) == []
    assert names(many.list_secrets(name="equals:db-1")) == ["db-1"]
    assert names(many.list_secrets(name="startswith:db", sort_by="desc:name", size=2)) == ["db-4", "db-3"]
    assert names(many.list_secrets(name="contains:-1")) == ["db-1"]
    assert names(many.list_secrets(name="endswith:-1", private=False)) == []
    assert names(many.list_secrets(id=many.get_secret("api").id)) == ["api"]
    both = {"name": "api", "id": many.get_secret("db-0").id}
    assert names(many.list_secrets(**both)) == []
    assert names(many.list_secrets(**both, logical_operator=LogicalOperators.OR)) == ["db-0", "api"]
    scoped = {"name": "db-0", "private": True, "logical_operator": "or"}
    assert len(many.list_secrets(**scoped)) == 1 + len(many.list_secrets(private=True))
    with pytest.raises(ValidationError, match="no way to join"):
        many.list_secrets(logical_operator="xor")
    with pytest.raises(ValidationError):
        many.list_secrets(sort_by="colour")


def test_filters_by_time_user_and_workspace(many: Client):
    """Times as datetime or text, users and workspaces by id, as they stand in other answers."""
    soon = datetime.now(UTC) + timedelta(minutes=5)
    assert len(many.list_secrets(created=f"lt:{soon.isoformat()}")) == 6
    assert names(many.list_secrets(updated=soon)) == []
    assert names(many.list_secrets(created=many.get_secret("api").created)) == ["api"]
    assert len(many.list_secrets(user_id=many.active_user.id)) == 6
    assert len(many.list_secrets(user=str(many.active_user.id))) == 6
    assert names(many.list_secrets(user_id=many.lockwork.create_user("ben").id)) == []
    other = many.lockwork.create_workspace("lab")
    lockwork.Client(workspace="lab").create_secret("lab-key", {"k": "v"})
    assert names(many.list_secrets(workspace_id=other.id, scope=SecretScope.WORKSPACE)) == ["lab-key"]


def test_hydrate_is_taken_with_one_notice(client: Client, capsys: pytest.CaptureFixture[str]):
    """Every answer is whole, so the word changes nothing and is told once."""
    client.create_secret("db", VALUES)
    client.get_secret("db", hydrate=True)
    client.list_secrets(hydrate=False)
    assert capsys.readouterr().err == "note: hydrate: an answer is always whole\n"
