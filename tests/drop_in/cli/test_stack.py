"""`zenml stack …` as scripts drive it."""

from __future__ import annotations

from pathlib import Path

import pytest

from zenml.client import Client

from .conftest import Run

MISSING = "reference secrets or secret keys that do not exist"
PARTS = {
    "experiment_tracker": ("-e", "mlflow"),
    "container_registry": ("-c", "default"),
    "model_registry": ("-r", "mlflow"),
    "step_operator": ("-s", "kubernetes"),
    "feature_store": ("-f", "feast"),
    "model_deployer": ("-d", "mlflow"),
    "alerter": ("-al", "slack"),
    "annotator": ("-an", "label_studio"),
    "data_validator": ("-dv", "evidently"),
    "image_builder": ("-i", "local"),
}
NEEDED = {"container_registry": {"uri": "ghcr.io/x"}, "feature_store": {"feast_repo": "repo"},
          "alerter": {"webhook_url": "{{slack.url}}"}}  # fmt: skip


@pytest.fixture
def client(own_home: Path) -> Client:
    """A component `one` of each type that a stack need not have."""
    client = Client()
    for type_, (_, flavor) in PARTS.items():
        client.create_stack_component("one", flavor, type_, NEEDED.get(type_, {}))
    client.create_secret("slack", {"url": "https://hooks.slack.com/services/x"})
    return client


def types_of(client: Client, name: str) -> set[str]:
    return {str(type_) for type_ in client.get_stack(name).components}


@pytest.mark.parametrize("spelling", ["short", "underscores", "dashes", "equals"])
def test_register_with_every_part(run: Run, client: Client, spelling: str):
    """Each of the twelve types has ZenML's short option, and a long one with underscores or dashes."""
    words = ["-o", "default", "-a", "default"]
    for type_, (short, _) in PARTS.items():
        long, dashed = f"--{type_}", f"--{type_}".replace("_", "-")
        words += {
            "short": [short, "one"],
            "underscores": [long, "one"],
            "dashes": [dashed, "one"],
            "equals": [f"{long}=one"],
        }[spelling]
    run("stack register", "all", *words, exit_code=0)
    assert types_of(client, "all") == {"orchestrator", "artifact_store", *PARTS}


def test_register_set_get_list_describe(run: Run, client: Client):
    """A stack is made the active one with --set or `set`, printed by `get`, and shown with its parts."""
    run("stack register", "first", "-o", "default", "-a", "default", "--set", exit_code=0)
    assert run("stack get", exit_code=0).stdout == "first\n"
    run("stack register", "second", "-a", "default", "-o", "default", "-e", "one", exit_code=0)
    run("stack set", "second", exit_code=0)
    assert run("stack get").stdout == "second\n"
    assert Client().active_stack.name == "second"
    listed = run("stack list", exit_code=0).output
    assert all(name in listed for name in ("default", "first", "second"))
    for words in ([], ["second"]):
        assert "experiment-tracker" in run("stack describe", *words, exit_code=0).output


def test_update_and_remove_component(run: Run, client: Client):
    """Parts are exchanged, added and taken out, of a stack that is named and of the active one."""
    run("stack register", "s", "-o", "default", "-a", "default", "--set", exit_code=0)
    run("stack update", "s", "-e", "one", "--container_registry", "one", exit_code=0)
    run("stack update", "-al", "one", exit_code=0)
    assert types_of(client, "s") == {
        "orchestrator", "artifact_store", "experiment_tracker", "container_registry", "alerter"
    }  # fmt: skip
    run("stack remove-component", "s", "-c", "--experiment_tracker", exit_code=0)
    run("stack remove-component", "-al", exit_code=0)
    assert types_of(client, "s") == {"orchestrator", "artifact_store"}
    assert "nothing was taken out" in run("stack remove-component", "s", exit_code=0).output
    for type_, (short, _) in PARTS.items():
        run("stack update", "s", short, "one", exit_code=0)
        assert type_ in types_of(client, "s")
        run("stack remove-component", "s", short, exit_code=0)
        assert type_ not in types_of(client, "s")


def test_copy_rename_delete(run: Run, client: Client):
    """A stack is copied, renamed and, with -y, deleted; what is not there is told."""
    run("stack copy", "default", "s", exit_code=0)
    run("stack rename", "s", "t", exit_code=0)
    assert "--yes" in run("stack delete", "t", exit_code=2).output
    run("stack delete", "t", "-y", exit_code=0)
    assert [stack.name for stack in client.list_stacks()] == ["default"]
    for command in ("set", "describe", "export", "delete -y", "update", "remove-component -c"):
        name, *words = command.split()
        assert "no stack 't'" in run(f"stack {name}", "t", *words, exit_code=1).output


def test_export_and_import(run: Run, client: Client):
    """A stack is written where it is said, else into NAME.yaml, over what is there, and read again."""
    run("stack register", "s", "-o", "default", "-a", "default", "-al", "one", exit_code=0)
    for words in (["s"], ["s"], ["s", "out.yaml"]):
        run("stack export", *words, exit_code=0)
    assert Path("out.yaml").read_text() == Path("s.yaml").read_text()
    assert "{{slack.url}}" in Path("s.yaml").read_text()
    run("stack import", "t", "-f", "out.yaml", exit_code=0)
    run("stack import", "u", "--filename=out.yaml", "--ignore_version_mismatch", exit_code=0)
    assert types_of(client, "t") == types_of(client, "u") == types_of(client, "s")
    client.delete_stack("s")
    run("stack import", "s", exit_code=0)
    assert "nowhere.yaml" in run("stack import", "v", "-f", "nowhere.yaml", exit_code=1).output


def test_import_of_what_would_get_ones_own_secrets(run: Run, client: Client):
    """Whoever wrote the file does not get them unasked: it is asked first, and `-y` is the answer."""
    client.create_secret("mine", {"url": "https://hooks.example"}, scope="user")
    run("stack register", "s", "-o", "default", "-a", "default", "-al", "one", exit_code=0)
    run("stack export", "s", exit_code=0)
    text = Path("s.yaml").read_text().replace("slack.url", "mine.url").replace("name: one", "name: two")
    Path("s.yaml").write_text(text)
    run("stack import", "t", "-f", "s.yaml", exit_code=2)
    assert "t" not in [stack.name for stack in client.list_stacks()]
    run("stack import", "t", "-f", "s.yaml", "-y", exit_code=0)


def test_register_secrets(run: Run, client: Client, monkeypatch: pytest.MonkeyPatch):
    """What a stack refers to is registered where there is somebody to ask; else each is told."""
    client.delete_secret("slack")
    run("stack register", "s", "-o", "default", "-a", "default", "-al", "one", "--set", exit_code=0)
    for words in ([], ["s"], ["s", "--skip-existing"], ["--skip_existing"]):
        assert "{{slack.url}}" in run("stack register-secrets", *words, exit_code=1).output
    monkeypatch.setenv("LOCKWORK_SECRET_SLACK__URL", "https://hooks.slack.com/services/y")
    run("stack register-secrets", "s", "--from-env", exit_code=0)
    assert client.get_secret("slack").secret_values == {"url": "https://hooks.slack.com/services/y"}
    assert "nothing to store" in run("stack register-secrets", "s", "--skip-existing", exit_code=0).output


def test_what_a_stack_lacks_is_said_in_the_words_that_scripts_look_for(run: Run, client: Client):
    """Where its secrets are missing, each command that tells of a stack warns, and does its work."""
    parts = ["-o", "default", "-a", "default", "-al", "one"]
    assert MISSING not in run("stack register", "fine", *parts, exit_code=0).output
    client.delete_secret("slack")
    for command, words in [("register", ["s", *parts]), ("set", ["s"]), ("describe", ["s"]), ("describe", []),
                           ("update", ["s", "-e", "one"])]:  # fmt: skip
        result = run(f"stack {command}", *words, exit_code=0)
        assert MISSING in result.stderr
        assert "{{slack.url}}" in result.stderr


@pytest.mark.parametrize(
    ("command", "words", "says"),
    [
        ("register", ["s", "-o", "default"], "missing option '-a'"),
        ("register", ["s", "-o", "default", "-a", "nope"], "no artifact store 'nope'"),
        ("register", ["-o", "default", "-a", "default"], "missing argument"),
        ("register", ["default", "-o", "default", "-a", "default"], "already exists"),
        ("update", ["default", "--colour=red"], "no such option"),
        ("set", [], "missing argument"),
    ],
)
def test_refused_cleanly(run: Run, client: Client, command: str, words: list[str], says: str):
    """What is wrong is said in the runner's output, and changes nothing."""
    result = run(f"stack {command}", *words)
    assert result.exit_code in (1, 2)
    assert says in result.output
    assert isinstance(result.exception, SystemExit)
    assert [stack.name for stack in client.list_stacks()] == ["default"]
