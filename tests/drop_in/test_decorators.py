"""`@step` and `@pipeline` as ZenML's scripts write them."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

import lockwork
from zenml import Model, pipeline, step
from zenml.client import Client
from zenml.config import DockerSettings, ResourceSettings
from zenml.exceptions import IllegalOperationError, StackValidationError, StepInterfaceError
from zenml.integrations.mlflow.flavors.mlflow_experiment_tracker_flavor import (
    MLFlowExperimentTrackerSettings,
)
from zenml.pipelines import pipeline as older_pipeline
from zenml.steps import step as older_step


@step
def load() -> tuple[Annotated[int, "train"], Annotated[int, "test"]]:
    return 1, 2


@step(enable_cache=False)
def add(number: int, by: int = 1) -> Annotated[int, "sum"]:
    return number + by


@step
def done() -> None: ...


def test_bare_and_called_run_and_answer_a_run(client: Client):
    """A pipeline that is called answers the run, from which outputs are loaded by name."""

    @pipeline
    def bare() -> None:
        train, _ = load()
        add(train, by=5)

    @pipeline(name="other", enable_cache=True)
    def called() -> None:
        done()

    run = bare()
    assert run.status == "completed"
    assert run.steps["add"].output.load() == 6
    assert run.steps["load"].outputs["test"].load() == 2
    assert called().name.startswith("other-")
    assert client.get_pipeline_run(run.id) == run


def test_several_outputs_are_no_single_one(client: Client):
    """`.output` of a step with two is refused, naming them."""

    @pipeline
    def two() -> None:
        load()

    with pytest.raises(ValueError, match="several outputs"):
        _ = two().steps["load"].output


def test_order_without_data():
    """`after=` takes names and outputs, one or several, or None; `id=` names one use of a step."""

    @pipeline
    def ordered() -> None:
        train, _ = load()
        summed = add(train, id="first_sum")
        done(after="first_sum")
        done(after=["load", summed])
        done(after=None)

    steps = {s.name: s for s in ordered.graph().pipeline.steps}
    assert list(steps) == ["load", "first_sum", "done", "done_2", "done_3"]
    assert steps["done"].after == ("first_sum",)
    assert steps["done_2"].after == ("load", "first_sum")
    assert steps["done_3"].after == ()


def test_a_parameter_called_id_stays_the_steps_own():
    """A step whose function takes `id` gets it."""

    @step
    def look(id: str) -> str:
        return id

    @pipeline
    def looking() -> None:
        look(id="row-7")

    assert looking.graph().calls["look"].arguments == {"id": "row-7"}


def test_outside_a_pipeline_a_step_is_its_function():
    """Unit tests call steps, or their entrypoint, as functions."""
    assert add(1) == add.entrypoint(1) == 2
    assert load() == (1, 2)


def test_options_over_options(client: Client):
    """`.with_options` gives another step or pipeline, with what is accepted told and dropped."""

    @pipeline
    def one() -> None:
        add.with_options(enable_cache=True, name="more")(1)

    again = one.with_options(run_name="mine", enable_cache=False, stack="default")
    assert list(again().steps) == ["more"]


def test_older_imports_are_the_same():
    """`zenml.steps.step` and `zenml.pipelines.pipeline` are the decorators."""
    assert older_step is step
    assert older_pipeline is pipeline


def test_they_are_lockworks_own():
    """`lockwork pipeline run FILE` finds them, and Lockwork's step may stand in their pipeline."""

    @lockwork.step
    def ours() -> int:
        return 1

    @pipeline
    def mixed() -> None:
        add(ours())

    assert isinstance(mixed, type(lockwork.pipeline(lambda: None)))
    assert [s.name for s in mixed.graph().pipeline.steps] == ["ours", "add"]


# ---- accepted ----

ACCEPTED: dict[str, Any] = {
    "enable_cache": True,
    "enable_artifact_metadata": False,
    "enable_artifact_visualization": False,
    "enable_step_logs": True,
    "model": Model(name="classifier", version="production"),
    "extra": {"owner": "anna"},
    "on_failure": print,
    "on_success": print,
    "output_materializers": object(),
}


@pytest.mark.parametrize("decorator", [step, pipeline])
@pytest.mark.parametrize("name", ACCEPTED)
def test_what_has_no_effect_is_told_in_one_line(name, decorator, capsys: pytest.CaptureFixture[str]):
    """Each accepted word gives one line on stderr, once; None, its default, gives none."""
    for value in (None, ACCEPTED[name], ACCEPTED[name]):
        decorator(**{name: value})(lambda: None)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith(f"note: {name}: ")


def test_settings_for_images_and_resources_are_dropped(capsys: pytest.CaptureFixture[str]):
    """`docker` and `resources` are told; settings that count stay."""
    tracking = MLFlowExperimentTrackerSettings(experiment_name="diabetes", nested=True, tags={"k": "v"})
    made = step(
        settings={
            "docker": DockerSettings(requirements=["mlflow"]),
            "resources": ResourceSettings(cpu_count=8),
            "experiment_tracker.mlflow": tracking,
        }
    )(lambda: None)
    assert made.options.settings == {
        "experiment_tracker.mlflow": {"experiment_name": "diabetes", "nested": True, "tags": {"k": "v"}}
    }
    assert tracking.experiment_name == "diabetes"
    assert [line.split(": ")[1] for line in capsys.readouterr().err.splitlines()] == [
        "settings['docker']",
        "settings['resources']",
    ]


# ---- refused ----


@pytest.mark.parametrize("name", ["step_operator", "parameters"])
def test_what_is_not_there_is_refused_where_it_is_written(name):
    """A decorator that asks for more than Lockwork has fails at import, with where to read on."""
    with pytest.raises(IllegalOperationError, match=name) as caught:
        step(**{name: "remote"})(lambda: None)
    assert "docs/moving-from-zenml.md" in str(caught.value.hint)


def test_an_unknown_word_is_refused():
    """A misspelling is no option, of a step or a pipeline."""
    with pytest.raises(StepInterfaceError, match="@step takes no 'experiment_trakcer'"):
        step(experiment_trakcer="mlflow")
    with pytest.raises(ValueError, match="@pipeline takes no 'experiment_tracker'"):
        pipeline(experiment_tracker="mlflow")


def test_a_missing_secret_refuses_the_run(client: Client):
    """What the stack refers to and is not there is a StackValidationError, and no step has run."""
    client.create_stack_component(
        "tracker", "mlflow", "experiment_tracker", {"tracking_password": "{{nowhere.password}}"}
    )
    parts = {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "tracker"}
    client.create_stack("tracked", parts)
    client.activate_stack("tracked")
    ran: list[str] = []

    @step(experiment_tracker=Client().active_stack.experiment_tracker.name)
    def train() -> None:
        ran.append("train")

    @pipeline
    def training() -> None:
        train()

    with pytest.raises(StackValidationError, match=r"(?s)keys that do not exist.*\{\{nowhere.password\}\}"):
        training()
    assert ran == []
