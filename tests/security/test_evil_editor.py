"""Over a server: who may write a workspace's configuration gets no value that they may not read by it."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contract.conftest import GATEWAYS, Store

from lockwork import load_output, pipeline, step
from lockwork.domain.access import Role
from lockwork.domain.attributes import Attribute
from lockwork.domain.errors import (
    InvalidInput,
    LockworkError,
    NotFound,
    NotPermitted,
    Refused,
    Tampered,
    ValidationFailed,
)
from lockwork.domain.runs import Run, RunStatus
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import ComponentType, Flavor
from lockwork.flavors import registry
from lockwork.messages.access import PutMember
from lockwork.messages.runs import FinishStep
from lockwork.messages.secrets import RevealSecrets, Wanted
from lockwork.pipelines import files, runner

TRACKER = "experiment_tracker"
PARTS: dict[ComponentType | str, str] = {"orchestrator": "default", "artifact_store": "default"}
seen: dict[str, Any] = {}


@step(experiment_tracker="tracker")
def tracked() -> None:
    seen["uri"] = os.environ.get("MLFLOW_TRACKING_URI")


@step
def plain() -> dict[str, object]:
    seen.update(os.environ)
    return {"a": {1, 2}}  # a set: no form but pickle keeps it


@pipeline
def tracking() -> None:
    tracked()


@pipeline
def training() -> None:
    plain()


class Team:
    """Anna, who is attacked, and mallory, an editor of the same workspace of a server."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.admin = store.client()
        for name in ("anna", "mallory"):
            self.admin.create_user(name)
            self.admin.send(PutMember(workspace="default", user=name, role=Role.EDITOR))
        self.anna, self.mallory = store.client("anna"), store.client("mallory")

    def run(self, what: Any, **how: Any) -> Run:
        """What anna runs on the team's stack."""
        return runner.run(files.put_together(what), client=self.anna, stack="team", **how)


@pytest.fixture(params=["http", "http-postgres"])
def team(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Team]:
    seen.clear()
    store = GATEWAYS[request.param](request, own_home / "store")
    yield Team(store)
    store.close()


def refused(team: Team, what: Any) -> str:
    with pytest.raises(ValidationFailed) as caught:
        team.run(what)
    assert not seen, "a step has run"
    return str(caught.value)


def test_a_destination_that_was_swapped(team: Team) -> None:
    """Anna's own password goes nowhere that mallory wrote, not even where an earlier version had it."""
    team.anna.create_secret("mlflow", {"pw": "annas-own-password"}, scope=SecretScope.USER)
    attributes = {"tracking_uri": "https://good.example", "tracking_username": "anna"}
    team.anna.register_component(
        "tracker", "mlflow", TRACKER, {**attributes, "tracking_password": "{{mlflow.pw}}"}
    )
    team.anna.create_stack("team", {**PARTS, TRACKER: "tracker"})
    assert team.anna.get_stack_trust("team").waiting == ()
    team.mallory.update_component(TRACKER, "tracker", {"tracking_uri": "https://evil.example"})
    assert "user 'mallory' changed it last" in refused(team, tracking)
    # What mallory makes and puts into the stack in its place is hers as well.
    team.mallory.register_component(
        "tracker2", "mlflow", TRACKER, {**attributes, "tracking_password": "{{mlflow.pw}}"}
    )
    team.anna.update_component(TRACKER, "tracker", {"tracking_uri": "https://good.example"})
    team.mallory.update_stack("team", {TRACKER: "tracker2"})
    assert "experiment-tracker 'tracker2' would get" in refused(team, training)


def test_anothers_consent_is_not_anna_s(team: Team) -> None:
    """Mallory accepts for herself alone; and of anna's own secrets she learns nothing, by name or by id."""
    made = team.anna.create_secret("mlflow", {"pw": "annas-own-password"}, scope=SecretScope.USER)
    team.mallory.register_component("store", "local", "artifact_store", environment={"KEY": "{{mlflow.pw}}"})
    team.mallory.create_stack("team", {**PARTS, "artifact_store": "store"})
    parts = {team.mallory.get_component("artifact_store", "store").id: 1}
    with pytest.raises(NotFound):  # to her these are no parts that others have changed
        team.mallory.trust_stack("team", parts)
    assert "not" in refused(team, training)
    wanted = Wanted(id=made.id, version=1)
    for message in (
        RevealSecrets(workspace="default", wanted=(wanted,)),
        RevealSecrets(workspace="default", wanted=(wanted,), run=run_of(team)),
    ):
        with pytest.raises(NotFound):
            team.mallory.send(message)


def run_of(team: Team) -> str:
    """The last run of anna's."""
    return team.anna.list_runs().items[0].id


@pytest.mark.parametrize("key", ["LD_PRELOAD", "PATH", "PYTHONSTARTUP", "https_proxy", "LOCKWORK_URL"])
def test_keys_that_would_steer_programs(team: Team, key: str) -> None:
    """A declared secret of such a key is refused before anything runs; so are a component's variables."""
    team.mallory.create_secret("helpful", {key: "/tmp/evil.so"})
    team.mallory.create_stack("team", PARTS, secrets=["helpful"])
    assert key in refused(team, training)
    with pytest.raises(InvalidInput):
        team.mallory.register_component("store", "local", "artifact_store", environment={key: "/tmp/evil.so"})


def test_a_value_that_holds_a_reference(team: Team) -> None:
    """Filling is one pass: a value of mallory's that reads as a reference to anna's secret stays text."""
    team.anna.create_secret("private", {"pw": "annas-own-password"}, scope=SecretScope.USER)
    team.mallory.create_secret("shared", {"text": "{{private.pw}}"})
    team.mallory.register_component(
        "store", "local", "artifact_store", environment={"SHOWN": "{{shared.text}}"}
    )
    team.mallory.create_stack("team", {**PARTS, "artifact_store": "store"})
    assert team.run(training).status is RunStatus.COMPLETED
    assert seen["SHOWN"] == "{{private.pw}}"
    assert "annas-own-password" not in str(seen)


class Evil:
    """What mallory would like anna to unpickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (seen.update, ({"evil": "has run"},))


def test_a_doctored_artifact(team: Team) -> None:
    """Bytes that are not those of the run are not loaded, pickles not even begun; the record stays anna's."""
    team.anna.create_stack("team", PARTS)
    run = team.run(training)
    output = run.step("plain").outputs[0]
    assert output.format == "pickle"
    file = Path(output.uri.removeprefix("file://"))
    file.chmod(0o600)
    file.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(Tampered):
        load_output(run, "plain", client=team.anna)
    assert "evil" not in seen
    forged = FinishStep(
        workspace="default", run=run.id, step="plain", status=RunStatus.COMPLETED, outputs=(output,)
    )
    with pytest.raises(NotPermitted):
        team.mallory.send(forged)


def test_a_flavor_that_calls_itself_mlflow(team: Team) -> None:
    """A declaration under a built-in name counts for nothing: sensitive stays sensitive, unknown unknown."""
    claimed = Flavor(
        help="",
        name="mlflow",
        type=ComponentType.EXPERIMENT_TRACKER,
        attributes=(Attribute(name="tracking_password", help=""), Attribute(name="send_all_to", help="")),
    )
    with pytest.raises(LockworkError, match="send_all_to"):
        team.mallory.register_component(
            "tracker", "mlflow", TRACKER, {"send_all_to": "https://evil.example"}, declaration=claimed
        )
    made = team.mallory.register_component(
        "tracker",
        "mlflow",
        TRACKER,
        {"tracking_uri": "https://h", "tracking_username": "u", "tracking_password": "in the clear"},
        declaration=claimed,
    )
    assert made.attributes["tracking_password"].startswith("{{")
    assert made.declaration is None
    declared = registry.flavor(ComponentType.EXPERIMENT_TRACKER, "mlflow", claimed)
    assert declared == registry.flavor(ComponentType.EXPERIMENT_TRACKER, "mlflow")


@pytest.mark.parametrize("is_back", [False, True])
def test_what_was_private_stays_private(team: Team, is_back: bool) -> None:
    """Moved to the workspace, a secret shows nobody a version from before: listed, read, restored, by id."""
    made = team.anna.create_secret("mine", {"k1": "annas-first"}, scope=SecretScope.USER)
    team.anna.update_secret("mine", add_or_update_values={"k2": "annas-second"})
    team.anna.update_secret("mine", new_scope=SecretScope.WORKSPACE, remove_values=["k1"])
    last = 3
    if is_back:
        team.anna.update_secret("mine", new_scope=SecretScope.USER)
        team.anna.update_secret("mine", new_scope=SecretScope.WORKSPACE)
        last = 5
    for client in (team.mallory, team.admin, team.anna):
        for name in ("mine", made.id):
            assert {v.version for v in client.list_secret_versions(name) if v.keys} == {last}
            for version in range(1, last):
                with pytest.raises((NotFound, Refused)):
                    client.get_secret(name, version=version)
                with pytest.raises((NotFound, Refused)):
                    client.restore_secret(name, version)
        asked = RevealSecrets(workspace="default", wanted=(Wanted(id=made.id, version=1),))
        with pytest.raises(NotFound):
            client.send(asked)
    assert team.mallory.get_secret("mine").secret_values == {"k2": "annas-second"}
