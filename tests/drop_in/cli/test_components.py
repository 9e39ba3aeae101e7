"""`zenml TYPE …` as scripts drive it, for the twelve types."""

from __future__ import annotations

import pytest

from lockwork.messages import Listing
from zenml.client import Client
from zenml.enums import StackComponentType

from .conftest import Run

VALUE = "hunter2-hunter2"
URI = "http://127.0.0.1:1"
FLAVORS = {
    "orchestrator": ("local", []),
    "artifact_store": ("local", []),
    "experiment_tracker": ("mlflow", [f"--tracking_uri={URI}"]),
    "step_operator": ("kubernetes", []),
    "container_registry": ("default", ["--uri=ghcr.io/x"]),
    "alerter": ("slack", ["--webhook_url={{slack.url}}"]),
    "model_registry": ("mlflow", []),
    "model_deployer": ("mlflow", []),
    "data_validator": ("evidently", []),
    "feature_store": ("feast", ["--feast_repo=repo"]),
    "annotator": ("label_studio", []),
    "image_builder": ("local", []),
}


@pytest.mark.parametrize("type_", StackComponentType)
def test_every_type_has_every_command(run: Run, type_: StackComponentType):
    """Register, list, describe, get, rename, copy, delete and the flavors, for each of the twelve."""
    flavor, attributes = FLAVORS[type_.value]
    group, client = type_.dashed, Client()
    run(f"{group} register", "one", f"--flavor={flavor}", *attributes, exit_code=0)
    assert client.get_stack_component(type_, "one").flavor == flavor
    assert "one" in run(f"{group} list", exit_code=0).output
    assert flavor in run(f"{group} describe", "one", exit_code=0).output
    run(f"{group} copy", "one", "two", exit_code=0)
    run(f"{group} rename", "two", "three", exit_code=0)
    run(f"{group} delete", "three", exit_code=0)
    parts = {"orchestrator": "default", "artifact_store": "default", type_: "one"}
    client.create_stack("s", parts)
    client.activate_stack("s")
    assert run(f"{group} get", exit_code=0).stdout == "one\n"
    assert "one" in run(f"{group} describe", exit_code=0).stdout
    assert flavor in run(f"{group} flavor list", exit_code=0).output
    assert flavor in run(f"{group} flavor describe", flavor, exit_code=0).output
    assert "docs/moving-from-zenml.md" in run(f"{group} flavor register", "a.B", exit_code=1).output


ATTRIBUTES = [
    "--tracking_uri=" + URI,
    "--tracking_username={{ml.user}}",
    "--tracking-password={{ml.password}}",
]
ORDERS = [
    ["ml", "--flavor=mlflow", *ATTRIBUTES],
    ["ml", "-f", "mlflow", *ATTRIBUTES],
    [*ATTRIBUTES, "--flavor", "mlflow", "ml"],
    ["--flavor", "mlflow", *ATTRIBUTES, "ml"],
    ["-f", "mlflow", "ml", *ATTRIBUTES],
]


@pytest.mark.parametrize("words", ORDERS)
def test_the_name_stands_first_or_last(run: Run, words: list[str]):
    """`--flavor F` with a space or an equals sign, and the name on either side of the attributes."""
    run("experiment-tracker register", *words, exit_code=0)
    assert Client().get_stack_component("experiment_tracker", "ml").configuration == {
        "tracking_uri": URI,
        "tracking_username": "{{ml.user}}",
        "tracking_password": "{{ml.password}}",
    }


def test_update_and_remove_attribute(run: Run):
    """Attributes are set and taken away, by their names or with dashes, of one that is named or active."""
    client = Client()
    run("experiment-tracker register", "ml", "-f", "mlflow", *ATTRIBUTES, exit_code=0)
    client.create_stack(
        "s", {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "ml"}
    )
    client.activate_stack("s")
    run("experiment-tracker update", "ml", "--tracking_uri=http://127.0.0.1:2", exit_code=0)
    run("experiment-tracker update", "--experiment_name=daily", exit_code=0)
    run("experiment-tracker remove-attribute", "ml", "--tracking_username", "tracking_password", exit_code=0)
    changed = client.get_stack_component("experiment_tracker", "ml")
    assert changed.configuration == {"tracking_uri": "http://127.0.0.1:2", "experiment_name": "daily"}
    run("experiment-tracker remove-attribute", "--experiment-name", "ml", exit_code=0)
    assert "experiment_name" not in client.get_stack_component("experiment_tracker", "ml").configuration
    refused = run("experiment-tracker remove-attribute", "ml", f"--tracking_uri={VALUE}", exit_code=2)
    assert VALUE not in refused.output
    assert (
        "'tracking_token'"
        in run("experiment-tracker remove-attribute", "ml", "tracking_token", exit_code=1).output
    )


def test_a_secret_by_name(run: Run):
    """`--authentication_secret` becomes references to the keys that are for the flavor, or variables."""
    client = Client()
    registry, store = ["cr", "-f", "default", "--uri=ghcr.io/x"], ["s3", "-f", "s3", "--path=s3://bucket"]
    run("container-registry register", *registry, "--authentication_secret=login", exit_code=0)
    assert (
        client.get_stack_component("container_registry", "cr").configuration["password"]
        == "{{login.password}}"
    )
    client.create_secret(
        "aws", {"aws_access_key_id": "1", "aws_secret_access_key": "2", "aws_session_token": "3"}
    )
    run("artifact-store register", *store, "--authentication_secret=aws", exit_code=0)
    assert (
        client.get_stack_component("artifact_store", "s3").configuration["token"]
        == "{{aws.aws_session_token}}"
    )
    run("orchestrator register", "o", "-f", "local", "--authentication_secret=aws", exit_code=0)
    assert client.lockwork.get_component("orchestrator", "o").secrets == {"aws": ""}
    run("container-registry update", "cr", "--authentication_secret=other", exit_code=0)
    assert (
        client.get_stack_component("container_registry", "cr").configuration["username"]
        == "{{other.username}}"
    )


def test_an_attribute_called_secret(run: Run):
    """`--secret=…` of S3 is its attribute, unless a secret is called so: then it is not guessed."""
    client = Client()
    words = ["-f", "s3", "--path=s3://bucket"]
    run("artifact-store register", "a", *words, "--secret={{aws.secret}}", exit_code=0)
    run("artifact-store register", "b", *words, f"--secret={VALUE}", exit_code=0)
    run("artifact-store update", "a", f"--secret={VALUE}", exit_code=0)
    assert (
        client.get_stack_component("artifact_store", "b").configuration["secret"]
        == "{{b-artifact-store.secret}}"
    )
    assert client.get_secret("a-artifact-store").secret_values == {"secret": VALUE}
    client.create_secret("aws", {"secret": "1"})
    assert "not guessed" in run("artifact-store register", "c", *words, "--secret=aws", exit_code=2).output
    run("orchestrator register", "o", "-f", "local", "--secret=aws", "--env", "A=b", exit_code=0)
    assert client.lockwork.get_component("orchestrator", "o").secrets == {"aws": ""}


def test_a_value_given_to_an_attribute_of_s3_is_in_no_record(run: Run):
    """Finding out what `--secret` means asks nothing by the value, so the trail does not hold it."""
    run("artifact-store register", "a", "-f", "s3", "--path=s3://b", f"--secret={VALUE}", exit_code=0)
    records = Client().lockwork.list_audit(Listing(sort_by="desc:number", size=1_000))
    assert len(records) > 1
    assert VALUE not in repr(records)


def test_labels_are_taken_with_a_notice(run: Run):
    """`-l` and `--label` have no effect, and say so; alone they change nothing."""
    for name, words in (("one", ["-l", "a=b"]), ("two", ["--label=a=b", "--label", "c=d"])):
        result = run("orchestrator register", name, "-f", "local", *words, exit_code=0)
        assert "note: labels: " in result.stderr
    run("orchestrator update", "default", "-l", "a=b", exit_code=0)
    assert Client().lockwork.get_component("orchestrator", "default").version == 1


def test_connectors_are_refused(run: Run):
    """A service connector is refused, with what does its work, and nothing is made."""
    for words in (["-c", "aws"], ["--connector=aws", "--resource-id", "b"], ["--resource_id=b"]):
        result = run("orchestrator register", "o", "-f", "local", *words, exit_code=1)
        assert "docs/moving-from-zenml.md" in result.output
    assert len(Client().list_stack_components(type="orchestrator")) == 1


@pytest.mark.parametrize(
    ("command", "words", "says"),
    [
        ("register", ["a", "-f", "nowhere"], "no flavor of experiment tracker 'nowhere'"),
        ("register", ["a", "-f", "mlflow", "--tracking_colour=red"], "tracking_colour"),
        ("register", ["a"], "missing option '-f'"),
        ("register", ["-f", "mlflow"], "missing argument"),
        ("describe", ["a"], "no experiment tracker 'a'"),
        ("describe", [], "stack 'default' has no experiment tracker"),
        ("update", [], "stack 'default' has no experiment tracker"),
        ("update", ["a", f"--tracking_password={VALUE}"], "no experiment tracker 'a'"),
        ("delete", ["a"], "no experiment tracker 'a'"),
        ("rename", ["a"], "missing argument"),
        ("copy", ["a", "b"], "no experiment tracker 'a'"),
        ("remove-attribute", ["a", "--tracking_uri"], "no experiment tracker 'a'"),
    ],
)
def test_refused_cleanly(run: Run, command: str, words: list[str], says: str):
    """What is wrong is said in the runner's output, without a value, and makes nothing."""
    result = run(f"experiment-tracker {command}", *words)
    assert result.exit_code in (1, 2)
    assert says in result.output
    assert VALUE not in result.output
    assert isinstance(result.exception, SystemExit)
    assert len(Client().list_stack_components(type="experiment_tracker")) == 0


def test_get_without_one(run: Run):
    """A type that the active stack lacks is told, and is no failure."""
    assert "has no alerter" in run("alerter get", exit_code=0).output


def test_flavors_of_all_types(run: Run):
    """`zenml flavor` lists and describes them."""
    assert "slack" in run("flavor list", exit_code=0).output
    assert "webhook_url" in run("flavor describe", "slack", exit_code=0).output
