"""Whole scripts in the style of ZenML's documentation, run as a user runs them: MLflow, S3, Slack."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.hearing import Listener, listening
from tests.printing import Script

from zenml.client import Client

# ---- MLflow ----

TRAINING = """
import mlflow
from typing import Tuple
from typing_extensions import Annotated

from zenml import pipeline, step
from zenml.client import Client
from zenml.config import DockerSettings
from zenml.integrations.mlflow.flavors.mlflow_experiment_tracker_flavor import (
    MLFlowExperimentTrackerSettings,
)
from zenml.integrations.mlflow.mlflow_utils import get_tracking_uri
from zenml.logger import get_logger

logger = get_logger(__name__)
experiment_tracker = Client().active_stack.experiment_tracker
if not experiment_tracker:
    raise RuntimeError("your active stack needs an experiment tracker")

docker_settings = DockerSettings(required_integrations=["mlflow"])
mlflow_settings = MLFlowExperimentTrackerSettings(experiment_name="<experiment>", tags={"team": "ml"})


@step
def importer() -> Tuple[Annotated[list, "x_train"], Annotated[list, "y_train"]]:
    return [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]


@step(
    enable_cache=False,
    experiment_tracker=experiment_tracker.name,
    settings={"experiment_tracker.mlflow": mlflow_settings},
)
def trainer(x_train: list, y_train: list, epochs: int = 5) -> Annotated[float, "slope"]:
    slope = sum(y_train) / sum(x_train)
    mlflow.log_param("epochs", epochs)
    mlflow.log_metric("slope", slope)
    logger.info(f"logged in as {Client().get_secret('mlflow_login').secret_values['password']}")
    return slope


@pipeline(enable_cache=True, settings={"docker": docker_settings})
def train_and_evaluate(epochs: int = 1):
    x_train, y_train = importer()
    trainer(x_train=x_train, y_train=y_train, epochs=epochs)


if __name__ == "__main__":
    run = train_and_evaluate.with_options(run_name="mine")(epochs=3)
    trained = Client().get_pipeline_run(run.id).steps["trainer"]
    print("slope", trained.output.load(), trained.status, "at", get_tracking_uri())
"""


def test_training_is_tracked_on_a_real_mlflow_server(script: Script, client: Client, mlflow_server: Any):
    """The tracker's name is read while the script is imported; the run is on the server, its login masked."""
    user, password = f"user-{uuid.uuid4().hex[:8]}", f"right-{uuid.uuid4().hex}"
    experiment = f"experiment-{uuid.uuid4().hex[:8]}"
    mlflow_server.ask("POST", "users/create", {"username": user, "password": password})
    client.create_secret(name="mlflow_login", values={"username": user, "password": password})
    client.create_stack_component(
        name="mlflow_tracker",
        flavor="mlflow",
        component_type="experiment_tracker",
        configuration={
            "tracking_uri": mlflow_server.url,
            "tracking_username": "{{mlflow_login.username}}",
            "tracking_password": "{{mlflow_login.password}}",
        },
    )
    parts = {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "mlflow_tracker"}
    client.create_stack("mlflow_stack", parts)
    client.activate_stack("mlflow_stack")
    told = script(TRAINING.replace("<experiment>", experiment))
    assert f"slope 2.0 completed at {mlflow_server.url}" in told
    assert "logged in as ***" in told
    assert password not in told
    assert told.count("note: enable_cache") == told.count("note: settings['docker']") == 1
    found = mlflow_server.ask_as(
        user, password, "GET", f"experiments/get-by-name?experiment_name={experiment}"
    )
    body = {"experiment_ids": [found["experiment"]["experiment_id"]]}
    [tracked] = mlflow_server.ask_as(user, password, "POST", "runs/search", body)["runs"]
    assert tracked["info"]["user_id"] == user
    assert {p["key"]: p["value"] for p in tracked["data"]["params"]} == {"epochs": "3"}
    assert {"key": "team", "value": "ml"} in tracked["data"]["tags"]


def test_a_script_says_by_itself_that_its_stack_lacks_a_tracker(script: Script):
    """What the stack lacks is false, as scripts ask; nothing is run."""
    assert "RuntimeError: your active stack needs an experiment tracker" in script(TRAINING, expect=1)


# ---- S3 ----

IN_A_BUCKET = """
from zenml import pipeline, step
from zenml.client import Client


@step
def digits() -> list:
    return [3, 1, 4]


@step
def total(numbers: list) -> int:
    return sum(numbers)


@pipeline
def summing():
    total(digits())


if __name__ == "__main__":
    print("artifacts lie in", Client().active_stack.artifact_store.path)
    summing()
    last = Client().list_pipeline_runs()[0]
    print(last.steps["total"].output.uri, last.steps["total"].output.load())
"""


@pytest.fixture
def bucket(loopback_only: None) -> Iterator[str]:
    """The address of an S3 with the bucket `zenml-artifacts`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    login = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    boto3.client("s3", endpoint_url=url, region_name="us-east-1", **login).create_bucket(
        Bucket="zenml-artifacts"
    )
    yield url
    server.stop()


def test_artifacts_lie_in_a_bucket(script: Script, client: Client, bucket: str):
    """Credentials come from a secret; outputs are stored there and loaded from there."""
    client.create_secret(
        "s3_secret", {"aws_access_key_id": "AKIA-of-test", "aws_secret_access_key": "secret-of-test"}
    )
    client.create_stack_component(
        "s3_store",
        "s3",
        "artifact_store",
        {
            "path": "s3://zenml-artifacts",
            "key": "{{s3_secret.aws_access_key_id}}",
            "secret": "{{s3_secret.aws_secret_access_key}}",
            "client_kwargs": {"endpoint_url": bucket, "region_name": "us-east-1"},
        },
    )
    client.create_stack("s3_stack", {"orchestrator": "default", "artifact_store": "s3_store"})
    client.activate_stack("s3_stack")
    told = script(IN_A_BUCKET)
    assert "artifacts lie in s3://zenml-artifacts" in told
    assert "s3://zenml-artifacts/summing/" in told
    assert told.rstrip().endswith(" 8")


def test_lockwork_runs_such_a_file_too(own_home: Path, client: Client):
    """`lockwork pipeline run` finds its pipeline, and each step runs in a process of its own if asked."""
    client.create_stack_component("wide", "local", "orchestrator", {"parallel": 2})
    client.create_stack("wide", {"orchestrator": "wide", "artifact_store": "default"})
    (own_home / "summing.py").write_text(IN_A_BUCKET)
    command = [Path(sys.executable).with_name("lockwork"), "pipeline", "run", "summing.py", "--stack", "wide"]
    subprocess.run(command, check=True, capture_output=True)
    [run] = client.list_pipeline_runs()
    assert run.steps["total"].output.load() == 8


# ---- Slack ----

ALERTING = """
from zenml import pipeline, step
from zenml.client import Client
from zenml.hooks import alerter_failure_hook
from zenml.integrations.slack.steps.slack_alerter_post_step import slack_alerter_post_step


@step
def announce() -> str:
    Client().active_stack.alerter.post("training begins")
    return "all went well"


@step(on_failure=alerter_failure_hook)
def fragile(message: str) -> None:
    raise ValueError("the data is gone")


@pipeline
def telling():
    message = announce()
    slack_alerter_post_step(message)
    fragile(message, after="slack_alerter_post_step")


if __name__ == "__main__":
    telling()
"""


@pytest.fixture
def slack() -> Iterator[Listener]:
    """Takes messages as Slack's API does, and keeps them."""
    with listening() as server:
        yield server


def test_slack_hears_of_steps_and_of_a_failure(script: Script, client: Client, slack: Listener):
    """Steps post by the alerter, and a failing run is told without any hook; the token stays hidden."""
    client.create_secret("slack_secret", {"token": "xoxb-of-a-test"})
    client.create_stack_component(
        "slack_alerter",
        "slack",
        "alerter",
        {
            "slack_token": "{{slack_secret.token}}",
            "slack_channel_id": "C0123",
            "base_url": f"{slack.url}/api",
        },
    )
    parts = {"orchestrator": "default", "artifact_store": "default", "alerter": "slack_alerter"}
    client.create_stack("slack_stack", parts)
    client.activate_stack("slack_stack")
    told = script(ALERTING, expect=1)
    assert "note: on_failure: it is not called; the stack's alerter is told when a run fails" in told
    assert "xoxb-of-a-test" not in told
    assert [message.login for message in slack.heard] == ["Bearer xoxb-of-a-test"] * 3
    assert [message.body["channel"] for message in slack.heard] == ["C0123"] * 3
    first, second, third = [message.body["text"] for message in slack.heard]
    assert (first, second) == ("training begins", "all went well")
    assert "step 'fragile': ValueError: the data is gone" in third


# ---- the page ----


def test_the_example_of_the_page_runs(script: Script, client: Client):
    """What docs/moving-from-zenml.md shows is a script that works."""
    page = Path(__file__).parents[2] / "docs" / "moving-from-zenml.md"
    _, _, rest = page.read_text("utf-8").partition("```python\n")
    client.create_secret("huggingface", {"token": "hf_of-a-test"})
    assert script(rest.partition("```")[0]).rstrip().endswith("completed 0.2")
