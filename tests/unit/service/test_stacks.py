"""Stacks through the Client, on a real store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.errors import (
    AlreadyExists,
    InvalidInput,
    LockworkError,
    NotFound,
    Refused,
    VersionMismatch,
)
from lockwork.domain.stacks import ComponentType, Stack

BASE = {"orchestrator": "default", "artifact-store": "default"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    client = Client(gateway=Embedded(tmp_path / "home", user="default"))
    client.register_component(
        "mlflow", "mlflow", "experiment-tracker", {"tracking_password": "{{login.password}}"}
    )
    yield client
    client.close()


def _tracked(client: Client, name: str = "tracked", **more: Any) -> Stack:
    return client.create_stack(name, {**BASE, "experiment_tracker": "mlflow"}, **more)


def test_a_fresh_store_has_a_stack(client: Client) -> None:
    """`default` is there and active: a local orchestrator and a local artifact store."""
    stack = client.active_stack
    assert (stack.name, stack.orchestrator.flavor, stack.artifact_store.flavor) == (
        "default",
        "local",
        "local",
    )
    assert not stack.experiment_tracker
    assert {c.name for c in client.list_components()} == {"default", "mlflow"}


def test_a_new_workspace_has_a_stack_of_its_own(client: Client) -> None:
    """It is another stack, of components of its own."""
    client.create_workspace("team")
    theirs = Client(workspace="team", gateway=client._gateway).get_stack("default")
    assert theirs.workspace == "team"
    assert theirs.orchestrator.id != client.get_stack("default").orchestrator.id


def test_a_stack_is_told_with_its_components(client: Client) -> None:
    """By name and by id, with each component as it is now."""
    made = _tracked(client, secrets={"wandb": "WANDB_"})
    assert list(made.components) == [
        ComponentType.ORCHESTRATOR, ComponentType.ARTIFACT_STORE, ComponentType.EXPERIMENT_TRACKER,
    ]  # fmt: skip
    client.update_component("experiment-tracker", "mlflow", {"tracking_uri": "http://new"})
    for name in ("tracked", made.id):
        told = client.get_stack(name)
        assert told.experiment_tracker
        assert told.experiment_tracker.attributes["tracking_uri"] == "http://new"
        assert told.secrets == {"wandb": "WANDB_"}


def test_registering_warns_of_all_that_is_missing(client: Client) -> None:
    """Its own declared secrets and its components' references are checked; nothing is refused."""
    made = _tracked(client, secrets=["wandb"])
    assert [(p.problem, p.where.kind, p.secret) for p in made.problems] == [
        ("no_secret", "experiment-tracker", "login"),
        ("no_secret", "stack", "wandb"),
    ]
    client.create_secret("login", {"password": "x"})
    client.create_secret("wandb", {"key": "x"})
    assert client.update_stack("tracked", remove_secrets=["wandb"]).problems == ()


@pytest.mark.parametrize(
    ("parts", "failure", "told"),
    [
        ({"orchestrator": "default"}, InvalidInput, "one artifact store"),
        ({}, InvalidInput, "one orchestrator"),
        ({**BASE, "alerter": "slack"}, NotFound, "no alerter 'slack'"),
        ({**BASE, "experiment-tracker": "mlfow"}, NotFound, "did you mean 'mlflow'"),
        ({**BASE, "experiment-tracker": "default"}, NotFound, "no experiment tracker 'default'"),
        ({**BASE, "tracker": "mlflow"}, InvalidInput, "not a component type"),
    ],
)
def test_what_cannot_be_a_stack_is_refused(
    client: Client, parts: dict[str, str], failure: type[LockworkError], told: str
) -> None:
    """A missing part, an unknown component or one of another type refuses the whole."""
    with pytest.raises(failure, match=told):
        client.create_stack("s", parts)
    assert client.list_stacks().total == 1


@pytest.mark.parametrize("secrets", [["no.dots"], {"db": "1_"}, ["name"]])
def test_declared_secrets_have_names_and_prefixes_that_can_be(client: Client, secrets: Any) -> None:
    """A declared secret is named as secrets are, and its prefix begins a variable."""
    with pytest.raises(InvalidInput):
        _tracked(client, secrets=secrets)


def test_a_taken_name_is_refused(client: Client) -> None:
    """When it is made, copied to or renamed to."""
    _tracked(client)
    for take in (
        lambda: _tracked(client),
        lambda: client.copy_stack("default", "tracked"),
        lambda: client.update_stack(client.copy_stack("tracked", "t2").name, new_name="tracked"),
    ):
        with pytest.raises(AlreadyExists, match="stack 'tracked' already exists"):
            take()


def test_an_update_changes_parts_secrets_and_name_at_once(client: Client) -> None:
    """One new version holds all of it."""
    _tracked(client, secrets=["a", "b"])
    client.register_component("two", "local", "orchestrator", {"parallel": 2})
    made = client.update_stack(
        "tracked", {"orchestrator": "two"}, remove=["experiment-tracker"],
        secrets={"c": "C_"}, remove_secrets=["a"], new_name="t", if_version=1,
    )  # fmt: skip
    told = client.get_stack("t")
    assert (told.orchestrator.name, bool(told.experiment_tracker), told.version) == ("two", False, 2)
    assert told.secrets == {"b": "", "c": "C_"} == made.secrets


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ({}, InvalidInput),
        ({"new_name": "tracked"}, InvalidInput),
        ({"remove": ["orchestrator"]}, InvalidInput),
        ({"remove": ["alerter"]}, InvalidInput),
        ({"components": {"alerter": "x"}}, NotFound),
        ({"components": {"orchestrator": "default"}, "remove": ["orchestrator"]}, InvalidInput),
        ({"secrets": ["a"], "remove_secrets": ["a"]}, InvalidInput),
        ({"remove_secrets": ["b"]}, NotFound),
        ({"secrets": ["b"], "if_version": 7}, VersionMismatch),
        ({"new_name": "default"}, AlreadyExists),
    ],
)
def test_a_refused_update_changes_nothing(
    client: Client, change: dict[str, Any], failure: type[LockworkError]
) -> None:
    """Whatever is wrong with an update, the stack is afterwards what it was."""
    _tracked(client, secrets=["a"])
    with pytest.raises(failure):
        client.update_stack("tracked", **change)
    now = client.get_stack("tracked")
    assert (len(now.components), now.secrets, now.version) == (3, {"a": ""}, 1)


def test_the_default_stack_stays(client: Client) -> None:
    """It is neither deleted nor renamed, and what is in it can be exchanged."""
    with pytest.raises(Refused, match="the stack 'default' is not deleted"):
        client.delete_stack("default")
    with pytest.raises(Refused, match="the stack 'default' is not renamed"):
        client.update_stack("default", new_name="mine")
    client.update_stack("default", {"experiment_tracker": "mlflow"})
    assert client.active_stack.experiment_tracker


def test_deleting_a_stack_leaves_its_components(client: Client) -> None:
    """The components stay, and what the stack declared refers to nothing any more."""
    client.create_secret("a", {"k": "v"})
    _tracked(client, secrets=["a"])
    client.delete_stack("tracked")
    with pytest.raises(NotFound, match="no stack 'tracked'"):
        client.get_stack("tracked")
    assert client.get_component("experiment-tracker", "mlflow")
    client.delete_secret("a")


def test_a_list_is_three_statements_however_long(tmp_path: Path) -> None:
    """Stacks, their components and their number: one statement each."""
    seen: list[str] = []
    client = Client(gateway=Embedded(tmp_path / "counted", user="default", watch=seen.append))
    for n in range(5):
        client.create_stack(f"s{n}", BASE)
    seen.clear()
    page = client.list_stacks(name="startswith:s")
    assert [s.orchestrator.name for s in page] == ["default"] * 5
    assert sum("stack" in s and s.startswith("SELECT") for s in seen) == 3
    client.close()
