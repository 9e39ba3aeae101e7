"""`lockwork push`: what the store on this machine holds, on the server afterwards, each value as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.conftest import ServerStore
from tests.postgres import Postgres
from tests.serving import Team

from lockwork import Client, SecretScope
from lockwork.cli.main import run as command
from lockwork.domain.access import Role
from lockwork.domain.errors import NotFound, NotPermitted, Refused
from lockwork.moving.push import push
from lockwork.service import assembly

ODD = {"a": "", "b": "line\r\n  \u2028\U0001f511\\{{x.y}}", "c.d": "x" * 100_000}


@pytest.fixture(params=["sqlite", "postgres"])
def team(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Team]:
    """A server on either database; in this home is a store with things in it, and nobody is logged in."""
    store = None
    if request.param == "postgres":
        postgres: Postgres = request.getfixturevalue("postgres")
        store = ServerStore(postgres, own_home / "root-keys")
    team = Team(store.gate(None) if store else assembly.open_store(own_home / "server"))
    _fill()
    yield team
    team.close()
    if store is not None:
        store.close()


def _fill() -> None:
    here = Client()
    here.create_secret("db", {"user": "anna-db-user", "pw": "of before"})
    here.update_secret("db", add_or_update_values={"pw": "hunter2-pw"})
    here.create_secret("odd", ODD)
    here.create_secret("mine", {"pw": "my-own-value"}, scope=SecretScope.USER)
    for number in range(60):
        here.create_secret(f"many-{number}", {"n": str(number)})
    here.register_component(
        "tracker", "mlflow", "experiment-tracker", {"tracking_uri": "https://mlflow.example",
        "tracking_username": "{{db.user}}", "tracking_password": "{{db.pw}}"}, environment={"A": "{{odd.a}}"},
    )  # fmt: skip
    here.update_component("orchestrator", "default", environment={"LEVEL": "1"})
    here.create_stack(
        "prod", {"orchestrator": "default", "artifact-store": "default", "experiment-tracker": "tracker"},
        secrets=["odd"],
    )  # fmt: skip
    here.close()


def test_all_of_it_arrives(team: Team, capfd: pytest.CaptureFixture[str]):
    """Values byte for byte, references as references, one's own secrets as one's own; pushed again, all is
    there already and nothing is written."""
    team.log_in("anna", Role.EDITOR)
    client = Client()
    team.admin.update_component("orchestrator", "default", environment={"LEVEL": "1"})
    assert command(["push"]) == 0
    assert "65 went, 3 there already; 66 values compared, 66 equal" in capfd.readouterr().out
    assert client.get_secret("odd").secret_values == ODD
    assert client.get_secret("db").secret_values == {"user": "anna-db-user", "pw": "hunter2-pw"}
    assert client.get_secret("db").info.version == 1
    mine = client.get_secret("mine", scope="user")
    assert (mine.info.owner, mine.secret_values) == ("anna", {"pw": "my-own-value"})
    with pytest.raises(NotFound):
        team.admin.get_secret("mine")
    stack = client.get_stack("prod")
    assert stack.experiment_tracker.attributes["tracking_password"] == "{{db.pw}}"
    assert stack.experiment_tracker.environment == {"A": "{{odd.a}}"}
    assert stack.secrets == {"odd": ""}
    versions = {info.id: info.version for info in client.list_secrets(size=100)}
    assert command(["push"]) == 0
    out = capfd.readouterr().out
    assert "0 went" in out
    assert "66 values compared, 66 equal" in out
    assert "hunter2" not in out
    assert {info.id: info.version for info in client.list_secrets(size=100)} == versions


def test_a_dry_run_lists_and_changes_nothing(team: Team, capfd: pytest.CaptureFixture[str]):
    """What would go, what is there and what differs; exit 1 where a push would be refused."""
    team.log_in("anna", Role.EDITOR)
    client = Client()
    client.create_secret("odd", ODD)
    client.create_secret("db", {"user": "somebody-else"})
    head = team.admin.list_secrets(size=100).total
    assert command(["push", "--dry-run", "-o", "json"]) == 1
    told = json.loads(capfd.readouterr().out)
    states = {item["name"]: item["state"] for item in told["items"] if item["kind"] == "secret"}
    assert (states["odd"], states["db"], states["mine"]) == ("same", "differs", "new")
    assert told["dry_run"] is True
    assert team.admin.list_secrets(size=100).total == head


def test_what_differs_is_never_overwritten_unasked(team: Team):
    """Refused whole; left as it is, or made as it is here in a new version, where that is asked for."""
    team.log_in("anna", Role.EDITOR)
    client = Client()
    client.create_secret("db", {"user": "somebody-else", "more": "x"})
    with pytest.raises(Refused, match="secret 'db'"):
        push(client)
    assert client.list_secrets().total == 1
    pushed = push(client, if_exists="skip")
    assert {item.name for item in pushed.differing} == {"db", "default"}
    assert client.get_secret("db").secret_values == {"user": "somebody-else", "more": "x"}
    push(client, if_exists="update")
    assert client.get_secret("db").secret_values == {"user": "anna-db-user", "pw": "hunter2-pw"}
    assert client.get_secret("db", version=1).secret_values == {"user": "somebody-else", "more": "x"}
    assert client.get_component("orchestrator", "default").environment == {"LEVEL": "1"}


def test_what_was_interrupted_is_finished_by_the_next_one(team: Team):
    """Part of it is there already: the rest follows."""
    team.log_in("anna", Role.EDITOR)
    client = Client()
    for number in range(30):
        client.create_secret(f"many-{number}", {"n": str(number)})
    team.admin.update_component("orchestrator", "default", environment={"LEVEL": "1"})
    pushed = push(client)
    assert sum(item.state == "same" for item in pushed.items) == 30 + 3
    assert (pushed.compared, pushed.equal) == (66, 66)


def test_it_goes_into_the_workspace_that_is_said(team: Team):
    """`--workspace` says where to, `--from` what: neither needs the other's name."""
    team.log_in("anna", Role.EDITOR)
    team.admin.create_workspace("team")
    with pytest.raises(NotFound, match="team"):
        push(Client(workspace="team"))
    with pytest.raises(NotFound, match="team"):  # where anna is no member
        push(Client(workspace="team"), source="default")
    team.log_in("default")
    assert command(["--workspace", "team", "push", "--from", "default", "--if-exists", "update"]) == 0
    assert Client(workspace="team").get_secret("odd").secret_values == ODD


def test_who_may_not_write_pushes_nothing(team: Team):
    """A runner is refused."""
    team.log_in("rick", Role.RUNNER)
    with pytest.raises(NotPermitted):
        push(Client(), if_exists="update")
    assert team.admin.list_secrets().total == 0


def test_a_credential_in_the_clear_stays_here(team: Team):
    """Viewers read components: what holds a plain password does not go, nor a stack with it; that is told."""
    here = Client()
    here.register_component(
        "bare", "mlflow", "experiment-tracker", {"tracking_uri": "https://mlflow.example",
        "tracking_username": "anna", "tracking_password": "in-the-clear"}, plaintext=True,
    )  # fmt: skip
    here.create_stack(
        "risky", {"orchestrator": "default", "artifact-store": "default", "experiment-tracker": "bare"}
    )
    here.close()
    team.log_in("anna", Role.EDITOR)
    pushed = push(Client(), if_exists="update")
    assert {one.name for one in pushed.left_out} == {"bare", "risky"}
    assert {stack.name for stack in Client().list_stacks()} == {"default", "prod"}


def test_without_a_server_it_says_what_to_do(own_home: Path, capfd: pytest.CaptureFixture[str]):
    """Nothing is made on this machine by that."""
    assert command(["push"]) == 1
    assert "hint: lockwork login URL" in capfd.readouterr().err
    assert not list(own_home.rglob("lockwork.db"))
