"""`zenml.client.Client` and stacks, components, users and runs."""

from __future__ import annotations

from uuid import UUID

import pytest

import lockwork
from zenml.client import Client
from zenml.enums import ExecutionStatus, StackComponentType
from zenml.exceptions import (
    DoesNotExistException,
    IllegalOperationError,
    StackComponentExistsError,
    StackExistsError,
    ValidationError,
)

TRACKER = {
    "tracking_uri": "https://mlflow.example.com",
    "tracking_username": "{{mlflow.username}}",
    "tracking_password": "{{mlflow.password}}",
}


@pytest.fixture
def tracked(client: Client) -> Client:
    """The active stack has an experiment tracker."""
    tracker = client.create_stack_component(
        name="tracker",
        flavor="mlflow",
        component_type=StackComponentType.EXPERIMENT_TRACKER,
        configuration=TRACKER,
    )
    stack = client.create_stack(
        "tracked",
        {
            StackComponentType.ORCHESTRATOR: "default",
            StackComponentType.ARTIFACT_STORE: client.active_stack.artifact_store.id,
            StackComponentType.EXPERIMENT_TRACKER: tracker.id,
        },
    )
    client.activate_stack(stack.id)
    return client


def test_the_active_stack_is_there_at_once(client: Client):
    """A fresh store has the stack `default`, whose artifacts lie in a folder."""
    stack = client.active_stack
    assert (stack.name, stack.orchestrator.name, stack.artifact_store.name) == ("default",) * 3
    assert stack.artifact_store.path == str(client.lockwork.profile.settings.home.value / "artifacts")
    assert stack.artifact_store.config.path is None
    assert isinstance(stack.id, UUID)


def test_what_a_stack_lacks_has_no_name(client: Client):
    """`experiment_tracker.name` holds for every stack, at import time too; what is no part is refused."""
    stack = client.active_stack
    for lacking in (stack.experiment_tracker, stack.model_deployer, stack.alerter, stack.step_operator):
        assert not lacking
        assert lacking.name is None
    with pytest.raises(AttributeError, match="a stack has no 'experiment_trackers'"):
        _ = stack.experiment_trackers


def test_components_are_read_by_attribute(tracked: Client):
    """`.config` has the flavor's attributes, `.configuration` is the mapping; a reference stays one."""
    tracker = tracked.active_stack.experiment_tracker
    assert (tracker.name, tracker.flavor, tracker.type) == ("tracker", "mlflow", "experiment_tracker")
    assert tracker.config.tracking_uri == "https://mlflow.example.com"
    assert tracker.config.tracking_password == "{{mlflow.password}}"
    assert tracker.config.registry_uri is None
    assert tracker.configuration == TRACKER
    assert (tracker.user.name, tracker.workspace.name) == ("default", "default")


def test_a_model_of_a_stack_lists_its_components(tracked: Client):
    """In `active_stack_model` and what lists answer, each type has a list of components."""
    model = tracked.active_stack_model
    assert {type_: [c.name for c in parts] for type_, parts in model.components.items()} == {
        "orchestrator": ["default"],
        "artifact_store": ["default"],
        "experiment_tracker": ["tracker"],
    }
    assert model.components[StackComponentType.EXPERIMENT_TRACKER][0].name == "tracker"
    assert model == tracked.active_stack == tracked.get_stack() == tracked.get_stack("tracked")
    assert [s.name for s in tracked.list_stacks()] == ["default", "tracked"]
    assert [s.name for s in tracked.list_stacks(name="tracked")] == ["tracked"]


def test_components_are_found_and_listed(tracked: Client):
    """By type and name or id; without a name, the active stack's."""
    type_ = StackComponentType.EXPERIMENT_TRACKER
    found = tracked.get_stack_component(type_, "tracker")
    assert found == tracked.get_stack_component(type_, found.id) == tracked.get_stack_component(type_)
    assert [c.name for c in tracked.list_stack_components(type="experiment_tracker")] == ["tracker"]
    assert [c.name for c in tracked.list_stack_components(flavor="mlflow")] == ["tracker"]
    assert len(tracked.list_stack_components()) == 3
    with pytest.raises(KeyError):
        tracked.get_stack_component(type_, "nowhere")
    with pytest.raises(DoesNotExistException):
        tracked.get_stack_component(StackComponentType.ALERTER)


def test_taken_names_and_wrong_stacks(tracked: Client):
    """Each failure is the exception that ZenML's users catch."""
    default = {"orchestrator": "default", "artifact_store": "default"}
    with pytest.raises(StackExistsError):
        tracked.create_stack("tracked", default)
    with pytest.raises(StackComponentExistsError):
        tracked.create_stack_component("tracker", "mlflow", "experiment_tracker", TRACKER)
    with pytest.raises(ValidationError, match="artifact store"):
        tracked.create_stack("half", {"orchestrator": "default"})
    with pytest.raises(KeyError):
        tracked.create_stack_component("odd", "no-such-flavor", "orchestrator", {})
    with pytest.raises(ValueError, match="'colour'"):
        tracked.create_stack_component("odd", "local", "orchestrator", {"colour": "red"})
    with pytest.raises(KeyError):
        tracked.activate_stack("nowhere")


def test_what_is_used_is_not_deleted(tracked: Client):
    """A component that a stack holds stays; the stack goes first."""
    with pytest.raises(IllegalOperationError):
        tracked.delete_stack_component("tracker", StackComponentType.EXPERIMENT_TRACKER)
    tracked.activate_stack("default")
    tracked.delete_stack("tracked")
    tracked.delete_stack_component("tracker", StackComponentType.EXPERIMENT_TRACKER)
    assert len(tracked.list_stack_components(type="experiment_tracker")) == 0


def test_a_plain_credential_becomes_a_secret(client: Client, capsys: pytest.CaptureFixture[str]):
    """What scripts pass as a password is kept as a secret and referred to; labels are told to be none."""
    made = client.create_stack_component(
        "tracker", "mlflow", "experiment_tracker", {"tracking_password": "plain-pw"}, labels={"team": "ml"}
    )
    assert "plain-pw" not in str(made.configuration)
    assert made.configuration == {"tracking_password": "{{tracker-experiment-tracker.tracking_password}}"}
    assert client.list_secrets().total == 1
    assert capsys.readouterr().err == "note: labels: components have no labels\n"


def test_who_and_where(client: Client):
    """The active user and workspace, by name and id."""
    assert client.get_user(client.active_user.id).name == "default"
    assert client.get_workspace("default") == client.active_workspace


@lockwork.step
def seven() -> int:
    return 7


@lockwork.step
def broken(number: int) -> int:
    raise RuntimeError("on purpose")


def test_runs_are_read_back(client: Client):
    """Any run of Lockwork's, by name, id or beginning of it: its status, its steps and their outputs."""

    @lockwork.pipeline
    def works() -> None:
        seven()

    @lockwork.pipeline
    def fails() -> None:
        broken(seven())

    works()
    with pytest.raises(lockwork.RunFailed):
        fails()
    failed, fine = client.list_pipeline_runs()
    assert (failed.status, fine.status) == (ExecutionStatus.FAILED, ExecutionStatus.COMPLETED)
    assert fine.status == "completed"
    assert fine.steps["seven"].output.load() == fine.steps["seven"].outputs["output"].read() == 7
    assert failed.steps["broken"].status == ExecutionStatus.FAILED
    for given in (fine.name, fine.id, str(fine.id)[:8]):
        assert client.get_pipeline_run(given) == fine
    assert fine.start_time <= fine.steps["seven"].start_time <= fine.steps["seven"].end_time <= fine.end_time
    assert fine.stack.name == "default"
    assert fine.name.startswith("works-")
    assert [r.id for r in client.list_pipeline_runs(sort_by="created")] == [fine.id, failed.id]
    assert [r.id for r in client.list_pipeline_runs(pipeline_name="fails")] == [failed.id]
    assert [r.id for r in client.list_pipeline_runs(status="completed")] == [fine.id]
    with pytest.raises(KeyError):
        client.get_pipeline_run("nowhere")
