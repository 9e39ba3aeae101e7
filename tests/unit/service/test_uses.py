"""Who refers to a secret: told, guarded and rewritten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.errors import InvalidInput, StillReferenced
from lockwork.domain.runs import Pipeline, Step
from lockwork.domain.secrets import SecretScope
from lockwork.messages.runs import StartRun

BASE = {"orchestrator": "default", "artifact-store": "default"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A secret `db` that a component's attributes and variable and a stack refer to."""
    client = Client(gateway=Embedded(tmp_path / "home", user="default"))
    client.create_secret("db", {"user": "u", "password": "p", "spare": "s"})
    client.register_component(
        "mlflow", "mlflow", "experiment-tracker",
        {
            "tracking_username": "{{db.user}}",
            "tracking_uri": "http://{{db.user}}:{{ db.password }}@h/{{dbx.k}}",
        },
        environment={"DSN": r"\{{db.user}} {{db.user}}"},
        secrets={"db": "DB_"},
    )  # fmt: skip
    client.create_stack("tracked", {**BASE, "experiment-tracker": "mlflow"}, secrets=["db"])
    yield client
    client.close()


def test_usage_names_attributes_stacks_and_the_last_reader(client: Client) -> None:
    """Every place by its path, the stacks that contain them, and who read it last."""
    uses = {(u.kind, u.name, u.path, u.key) for u in client.secret_usage("db").uses}
    assert uses == {
        ("experiment-tracker", "mlflow", "tracking_username", "user"),
        ("experiment-tracker", "mlflow", "tracking_uri", "user"),
        ("experiment-tracker", "mlflow", "tracking_uri", "password"),
        ("experiment-tracker", "mlflow", "environment.DSN", "user"),
        ("experiment-tracker", "mlflow", "secrets", None),
        ("stack", "tracked", "secrets", None),
        ("stack", "tracked", "experiment-tracker 'mlflow'", None),
    }
    assert client.secret_usage("db").last_read is None
    client.get_secret("db").secret_values  # noqa: B018 - reading is the point
    assert client.secret_usage("db").last_read_by == "default"


def test_usage_names_the_last_runs(client: Client) -> None:
    """Runs that were settled on the secret, newest first, also once it is renamed."""
    pipeline = Pipeline(name="training", steps=(Step(name="load", secrets={"db": "DB_"}),))
    runs = [
        client.send(StartRun(workspace="default", pipeline=pipeline, stack="default")).run.id
        for _ in range(2)
    ]
    client.update_secret("db", new_name="new", update_references=True)
    told = [(u.name, u.path, u.workspace) for u in client.secret_usage("new").uses if u.kind == "run"]
    assert told == [(run, "training", "default") for run in reversed(runs)]


def test_what_would_break_references_is_refused_by_name(client: Client) -> None:
    """Deleting, renaming, moving, and removing a referenced key; the key that nobody names may go."""
    for break_it in (
        lambda: client.delete_secret("db"),
        lambda: client.update_secret("db", new_name="db2"),
        lambda: client.update_secret("db", new_scope=SecretScope.USER),
        lambda: client.update_secret("db", remove_values=["password"]),
    ):
        with pytest.raises(StillReferenced, match=r"experiment-tracker 'mlflow' \(tracking_uri\)") as failure:
            break_it()
        assert "--force" in (failure.value.hint or "")
    assert client.update_secret("db", remove_values=["spare"]).keys == ("password", "user")


def test_force_does_it_all_the_same(client: Client) -> None:
    """With `force` nothing is asked; the references stay as they are."""
    client.update_secret("db", new_name="db2", force=True)
    attributes = client.get_component("experiment-tracker", "mlflow").attributes
    assert attributes["tracking_username"] == "{{db.user}}"


def test_renaming_with_the_references(client: Client) -> None:
    """Every place in components and stacks is rewritten, all else stays byte for byte; versions go up."""
    info = client.update_secret("db", new_name="prod-db", update_references=True)
    assert info.notes == ("6 references in 1 component and 1 stack now name 'prod-db'",)
    component = client.get_component("experiment-tracker", "mlflow")
    assert component.attributes == {
        "tracking_username": "{{prod-db.user}}",
        "tracking_uri": "http://{{prod-db.user}}:{{ prod-db.password }}@h/{{dbx.k}}",
    }
    assert component.environment == {"DSN": r"\{{db.user}} {{prod-db.user}}"}
    assert (component.secrets, component.version) == ({"prod-db": "DB_"}, 2)
    assert (client.get_stack("tracked").secrets, client.get_stack("tracked").version) == ({"prod-db": ""}, 2)
    assert len(client.secret_usage("prod-db").uses) == 7
    touched = {(r.kind, r.name, r.version) for r in client.list_audit() if r.action == "secret.update"}
    assert {r.detail for r in client.list_audit() if r.action == "secret.update"} == {"renamed db to prod-db"}
    assert touched >= {("component", "mlflow", 2), ("stack", "tracked", 2), ("secret", "prod-db", 2)}


def test_a_rename_that_would_lose_a_declaration_changes_nothing(client: Client) -> None:
    """Where old and new name are declared side by side, neither secret nor references change."""
    client.update_stack("tracked", secrets={"db2": "OTHER_"})
    with pytest.raises(InvalidInput, match="declares both 'db' and 'db2'"):
        client.update_secret("db", new_name="db2", update_references=True)
    assert client.get_secret("db").version == 1
    assert client.get_component("experiment-tracker", "mlflow").version == 1


def test_secrets_of_the_users_own_scope_are_only_warned_about(client: Client) -> None:
    """References belong to the workspace: a user's secret is renamed with a note, never with rewriting."""
    client.create_secret("db", {"user": "me"}, scope=SecretScope.USER)
    with pytest.raises(InvalidInput, match="belong to their workspace"):
        client.update_secret("db", new_name="mine", scope=SecretScope.USER, update_references=True)
    info = client.update_secret("db", new_name="mine", scope=SecretScope.USER)
    assert any("tracking_username" in note for note in info.notes)
    assert client.get_component("experiment-tracker", "mlflow").version == 1


def test_other_workspaces_are_not_touched(client: Client) -> None:
    """A reference of the same name elsewhere means another secret: it neither blocks nor changes."""
    client.create_workspace("other")
    elsewhere = Client(workspace="other", gateway=client._gateway)
    elsewhere.create_secret("db", {"user": "v"})
    elsewhere.update_secret("db", new_name="free")
    elsewhere.register_component("m", "mlflow", "experiment-tracker", {"tracking_username": "{{db.user}}"})
    client.update_secret("db", new_name="new", update_references=True)
    assert elsewhere.get_component("experiment-tracker", "m").attributes == {
        "tracking_username": "{{db.user}}"
    }


def test_a_component_that_refers_no_more_holds_nothing_up(client: Client) -> None:
    """What an update took out, and what went with a deleted component, is referred to no more."""
    client.update_component(
        "experiment-tracker", "mlflow", remove=["tracking_uri", "tracking_username"],
        remove_environment=["DSN"], remove_secrets=["db"],
    )  # fmt: skip
    client.delete_stack("tracked")
    assert client.secret_usage("db").uses == ()
    client.delete_secret("db")
