"""Stack files that ZenML wrote, taken by `lockwork stack import`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lockwork import Client
from lockwork.cli.main import run

OLDER = """\
components:
  artifact_store:
    configuration:
      authentication_secret: aws
      path: s3://bucket/a
      region: null
    flavor: s3
    name: bucket
    type: artifact_store
  experiment_tracker:
    configuration:
      tracking_password: '{{ml.password}}'
      tracking_uri: http://127.0.0.1:1
      tracking_username: '{{ml.user}}'
    flavor: mlflow
    name: tracker
    type: experiment_tracker
  orchestrator:
    configuration: {}
    flavor: local
    name: default
    type: orchestrator
stack_name: training
zenml_version: 0.55.5
"""
NEWER = """\
components:
  artifact_store:
  - configuration: {}
    flavor: local
    name: default
    type: artifact_store
  orchestrator:
  - configuration: {}
    flavor: local
    name: default
    type: orchestrator
stack_name: training
zenml_version: 0.98.0
"""


@pytest.fixture
def client(own_home: Path) -> Iterator[Client]:
    found = Client()
    yield found
    found.close()


def imported(text: str) -> int:
    Path("stack.yaml").write_text(text)
    return run(["stack", "import", "stack.yaml"])


def test_an_older_file(client: Client) -> None:
    """Its components are made; a secret that one named as a whole is referred to by the keys it is for."""
    assert imported(OLDER) == 0
    stack = client.get_stack("training")
    assert stack.artifact_store.attributes == {
        "path": "s3://bucket/a",
        "key": "{{aws.aws_access_key_id}}",
        "secret": "{{aws.aws_secret_access_key}}",
    }
    assert stack.experiment_tracker.attributes["tracking_password"] == "{{ml.password}}"
    assert stack.orchestrator.id == client.get_component("orchestrator", "default").id


def test_a_newer_file(client: Client) -> None:
    """A list of one component for each type is that component."""
    assert imported(NEWER) == 0
    assert client.get_stack("training").artifact_store.name == "default"


def test_a_secret_that_no_attribute_takes_is_declared(client: Client) -> None:
    """What the flavor has no attributes for reaches its steps as variables."""
    added = "      authentication_secret: extra\n      tracking_uri"
    assert imported(OLDER.replace("      tracking_uri", added)) == 0
    assert client.get_component("experiment_tracker", "tracker").secrets == {"extra": ""}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("flavor: mlflow", "flavor: nowhere"),
        ("  orchestrator:", "  log_store:"),
        ("      tracking_uri:", "      tracking_colour:"),
        ("stack_name: training", "stack_name: [1]"),
        ("    configuration: {}", "    configuration: 5"),
        ("components:", "others:"),
    ],
)
def test_what_is_not_here_is_refused_whole(
    client: Client, old: str, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A flavor, type or attribute that there is not, or another shape, makes nothing."""
    assert imported(OLDER.replace(old, new)) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert [stack.name for stack in client.list_stacks()] == ["default"]
    assert len(client.list_components()) == 2
