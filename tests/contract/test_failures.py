"""Failures: one tree, caught by habit, pickled, and never with a value in them."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from tests.carried import chain

from lockwork.client.api import Client
from lockwork.domain.checks import Need, Where
from lockwork.domain.errors import InvalidInput, LockworkError
from lockwork.domain.sensitive import Sensitive

MARK = "hunter2-Zq7"
"""In every value here; it must be in no failure."""

WHERE = Where(kind="stack", name="s", path="p")

FAILING: dict[str, Callable[[Client], Any]] = {
    "bad name": lambda c: c.create_secret("bad name", {"k": MARK}),
    "taken": lambda c: c.create_secret("db", {"k": MARK}),
    "bad key": lambda c: c.create_secret("new", {"1k": MARK}),
    "NUL": lambda c: c.create_secret("new", {"k": MARK + "\0"}),
    "surrogate": lambda c: c.create_secret("new", {"k": MARK + "\ud800"}),
    "not text": lambda c: c.create_secret("new", {"k": [MARK]}),  # type: ignore[dict-item]  # what is tested
    "bytes": lambda c: c.create_secret("new", {"k": MARK.encode()}),  # type: ignore[dict-item]  # what is tested
    "too large": lambda c: c.create_secret("new", {"k": MARK * 200_000}),
    "too large whole": lambda c: c.create_secret("new", {f"k{n}": MARK * 90_000 for n in range(5)}),
    "too many keys": lambda c: c.create_secret("new", {f"k{n}": MARK for n in range(1001)}),
    "unknown choice": lambda c: c.create_secret("new", {"k": MARK}, if_exists="no"),  # type: ignore[arg-type]  # too
    "unknown workspace": lambda c: Client(workspace="nowhere", gateway=c).create_secret("new", {"k": MARK}),
    "update: taken": lambda c: c.update_secret("db", new_name="other", add_or_update_values={"k": MARK}),
    "update: missing key": lambda c: c.update_secret(
        "db", add_or_update_values={"k": MARK}, remove_values=["no"]
    ),
    "update: both": lambda c: c.update_secret("db", add_or_update_values={"k": MARK}, remove_values=["k"]),
    "update: version": lambda c: c.update_secret("db", add_or_update_values={"k": MARK}, if_version=9),
    "update: ambiguous": lambda c: c.update_secret("two", add_or_update_values={"k": MARK}),
    "update: absent": lambda c: c.update_secret("absent", add_or_update_values={"k": MARK}),
    "update: last key": lambda c: c.update_secret("other", remove_values=["k"]),
    "update: nothing": lambda c: c.update_secret("db"),
    "restore": lambda c: c.restore_secret("db", 9),
    "destroy": lambda c: c.destroy_secret_versions("db", 1),
    "get: key": lambda c: c.get_secret("db", key="no"),
    "get: version": lambda c: c.get_secret("db", version=9),
    "undelete": lambda c: c.undelete_secret("db"),
    "user": lambda c: c.delete_user("default"),
}


@pytest.fixture
def holding(client: Client) -> Client:
    """A client of a store in which every value has the mark."""
    for name, scope in (("db", "workspace"), ("other", "workspace"), ("two", "workspace"), ("two", "user")):
        client.create_secret(name, {"k": MARK}, scope=scope)
    return client


@pytest.mark.parametrize("act", FAILING.values(), ids=FAILING)
def test_no_failure_carries_a_value(holding: Client, act: Callable[[Client], Any]) -> None:
    """Neither its text, arguments and attributes nor those of its causes and contexts; nor its pickle."""
    with pytest.raises(LockworkError) as caught:
        act(holding)
    for failure in chain(caught.value):
        assert MARK not in f"{failure} {failure!r} {failure.args!r} {vars(failure)!r}"
        assert isinstance(failure, LockworkError), "a builtin would keep what it was given"
    assert MARK.encode() not in pickle.dumps(caught.value)
    assert not any(isinstance(a, Sensitive) for a in vars(caught.value).values())


@pytest.mark.parametrize("act", FAILING.values(), ids=FAILING)
def test_failures_cross_processes(holding: Client, act: Callable[[Client], Any]) -> None:
    """A failure is pickled and comes back as itself: kind, text, hint and all."""
    with pytest.raises(LockworkError) as caught:
        act(holding)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value)
    assert (str(again), vars(again)) == (str(caught.value), vars(caught.value))


def test_failures_are_caught_by_habit(client: Client) -> None:
    """What is not found is a KeyError, bad input and taken names are a ValueError; all are LockworkErrors."""
    with pytest.raises(KeyError):
        client.get_secret("absent")
    with pytest.raises(ValueError, match="not a secret name"):
        client.create_secret("bad name", {"k": "v"})
    client.create_secret("db", {"k": "v"})
    with pytest.raises(ValueError, match="already exists"):
        client.create_secret("db", {"k": "v"})
    with pytest.raises(LockworkError) as caught:
        client.get_secret("absent")
    assert str(caught.value).startswith("no secret 'absent'")
    assert repr(str(caught.value)) not in str(caught.value), "a KeyError would print its own repr"


def test_denied_is_a_permission_error() -> None:
    """Code that catches PermissionError catches our denials."""
    from lockwork.domain.errors import NotPermitted

    assert issubclass(NotPermitted, PermissionError)


def test_an_unknown_workspace_or_user_names_the_near_one(client: Client, store: Any) -> None:
    """Whatever is asked, a workspace or user that is not there is told with what was meant."""
    client.create_workspace("production")
    client.create_user("anna")
    with pytest.raises(KeyError, match="no workspace 'prodction'; did you mean 'production'"):
        store.client(workspace="prodction").list_secrets()
    with pytest.raises(KeyError, match="no user 'ana'; did you mean 'anna'"):
        client.get_user("ana")


def test_a_check_tells_no_value(holding: Client) -> None:
    """Reports, explanations and usage hold names alone."""
    needs = [Need(secret="db", key=k, where=WHERE) for k in ("k", "no")]
    told = (
        holding.check_references(needs),
        holding.explain_reference("{{db.k}}"),
        holding.secret_usage("db"),
    )
    assert MARK not in repr(told)


MISUSED: dict[str, Callable[[Client], Any]] = {
    "values as text": lambda c: c.create_secret("q", values="x=1"),  # type: ignore[arg-type]  # the point
    "values as list": lambda c: c.update_secret("db", add_or_update_values=["a"]),  # type: ignore[arg-type]  # the point
    "one name for names": lambda c: c.update_secret("db", remove_values="k"),
    "a number for names": lambda c: c.update_secret("db", remove_values=5),  # type: ignore[arg-type]  # the point
    "text for a version": lambda c: c.update_secret("db", new_name="x", if_version="1"),  # type: ignore[arg-type]  # the point
    "text for a size": lambda c: c.list_secrets(size="x"),  # type: ignore[arg-type]  # the point
    "nothing for a name": lambda c: c.get_secret(None),  # type: ignore[arg-type]  # the point
    "a number for a new name": lambda c: c.update_secret("db", new_name=5),  # type: ignore[arg-type]  # the point
    "a number for a key": lambda c: c.get_secret("db", key=5),  # type: ignore[arg-type]  # the point
    "text for a switch": lambda c: c.delete_secret("db", purge="no"),  # type: ignore[arg-type]  # the point
    "a list for a scope": lambda c: c.get_secret("db", []),  # type: ignore[arg-type]  # the point
    "nothing for a type": lambda c: c.list_flavors(5),  # type: ignore[arg-type]  # the point
    "a number for a flavor": lambda c: c.get_flavor("alerter", 5),  # type: ignore[arg-type]  # the point
    "one name for secrets": lambda c: c.create_stack("s", {}, secrets="db"),
    "a list for components": lambda c: c.create_stack("s", ["default"]),  # type: ignore[arg-type]  # the point
    "a list for attributes": lambda c: c.register_component("t", "mlflow", "experiment_tracker", ["x"]),  # type: ignore[arg-type]  # the point
    "text for what is wanted": lambda c: c.reveal_secrets(["db"]),  # type: ignore[list-item]  # the point
    "a number for needs": lambda c: c.check_references(5),  # type: ignore[arg-type]  # the point
    "a list for a root key": lambda c: c.destroy_key(["x"]),  # type: ignore[arg-type]  # the point
    "a list for an order": lambda c: c.list_secrets(sort_by=["name"]),  # type: ignore[arg-type]  # the point
    "a number for a filter": lambda c: c.list_secrets(name=5),  # type: ignore[arg-type]  # the point
}


@pytest.mark.parametrize("act", MISUSED.values(), ids=MISUSED)
def test_a_wrong_type_is_bad_input(client: Client, act: Callable[[Client], Any]) -> None:
    """What Python would let through is a ValueError in words, and changes nothing."""
    client.create_secret("db", {"k": "v"})
    with pytest.raises(InvalidInput):
        act(client)
    assert client.get_secret("db").secret_values == {"k": "v"}
    assert client.list_secrets().total == 1
