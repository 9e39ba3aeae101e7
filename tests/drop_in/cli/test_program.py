"""The program as a whole: its tree, its help, how it ends, and what it loads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import zenml
import zenml.cli
import zenml.cli.cli
from zenml.cli.cli import cli, main
from zenml.client import Client

from .conftest import Run, Session

SECRET = "hunter2-hunter2"


def commands(root: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with the words that lead to it."""
    if not isinstance(root, click.Group):
        yield path, root
        return
    for name, command in root.commands.items():
        yield from commands(command, *path, name)


# One type of component stands for the twelve, which are made alike.
TYPES = {*cli.commands} & {"orchestrator", "artifact-store", "alerter", "annotator", "model-registry",
                           "model-deployer", "data-validator", "feature-store", "image-builder",
                           "step-operator", "container-registry"}  # fmt: skip
EVERY = [
    pytest.param(path, command, id=" ".join(path)) for path, command in commands(cli) if path[0] not in TYPES
]


# ---- the tree ----


def test_the_group_under_all_its_names():
    """As an import from the module, and as an attribute of the package and of what stands there."""
    assert zenml.cli.cli.cli.commands["secret"].commands["create"].name == "create"
    assert zenml.cli.cli.commands["secret"] is cli.commands["secret"]
    assert zenml.cli.cli.cli is cli
    assert isinstance(zenml.cli.cli, click.Group)


def test_commands_are_a_mapping_like_any_other():
    """Groups are in, counted, listed and got by name; their commands too."""
    assert "secret" in cli.commands
    assert "nothing" not in cli.commands
    assert cli.commands.get("nothing") is None
    assert len(cli.commands) == len([*cli.commands]) == len(dict(cli.commands))
    assert all(isinstance(command, click.Command) for command in cli.commands.values())
    secret = cli.commands["secret"]
    assert isinstance(secret, click.Group)
    assert {"create", "get", "list", "update", "rename", "delete", "export"} <= {*secret.commands}


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_explains_itself(
    path: tuple[str, ...], command: click.Command, own_home: Path, capsys: pytest.CaptureFixture[str]
):
    """`--help` ends with 0, alone and in its group, makes no store, and tells of each option."""
    assert main([*path, "--help"]) == 0
    assert f"Usage: zenml {' '.join(path)}" in capsys.readouterr().out
    assert CliRunner().invoke(command, ["--help"]).exit_code == 0
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.opts} says nothing"
    assert not list(own_home.iterdir())


@pytest.mark.parametrize(("path", "command"), EVERY)
def test_every_command_refuses_what_it_does_not_know(
    path: tuple[str, ...], command: click.Command, own_home: Path, capsys: pytest.CaptureFixture[str]
):
    """An unknown option ends with 1 or 2, `error:` and a way out, and never repeats what follows it."""
    takes_any = any(parameter.name in ("words", "attributes") for parameter in command.params)
    if takes_any:  # what does nothing with its words, and `remove-attribute --ATTR`
        return
    assert main([*path, "--definitely-not-an-option", SECRET]) in (1, 2)
    said = capsys.readouterr()
    alone = CliRunner().invoke(command, ["--definitely-not-an-option", SECRET])
    assert alone.exit_code in (1, 2)
    for output in (said.out + said.err, alone.output):
        assert output.startswith("error: ")
        assert "hint: " in output
        assert SECRET not in output
    assert not list(own_home.iterdir())


def test_help_of_the_program(capsys: pytest.CaptureFixture[str]):
    """It lists every group with a line about it, by what they are for."""
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, row in [item for section in cli.sections.values() for item in section.items()]:
        assert f"  {name} " in shown
        assert row.help.split()[0] in shown


# ---- how it ends ----


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["secret", "get", "nope"], 1, "Could not find a secret"),
        (["secret", "create", "x", "--scope=z", "--a=1"], 2, "--scope takes one of"),
        (["secrets"], 2, "did you mean 'secret'"),
        (["create", "secret"], 2, "did you mean 'secret create'"),
        (["secret", "greate"], 2, "greate"),
    ],
)
def test_whole_and_through_the_runner(
    capsys: pytest.CaptureFixture[str], own_home: Path, words: list[str], code: int, says: str
):
    """A failure has the same words and the same exit code in the command, and under click's runner."""
    assert main(words) == code
    assert says in capsys.readouterr().err
    through = CliRunner().invoke(cli, words)
    assert through.exit_code == code
    assert says in through.output
    assert isinstance(through.exception, SystemExit)


def test_a_failure_is_click_s_own_for_who_catches_it(own_home: Path):
    """Without standalone mode a command raises a ClickException, with our words and our exit code."""
    command = cli.commands["secret"].commands["get"]
    with pytest.raises(click.ClickException, match="Could not find a secret") as caught:
        command.main(["db"], standalone_mode=False)
    assert caught.value.exit_code == 1


def test_a_store_that_cannot_be_asked_is_3(run: Run, own_home: Path, monkeypatch: pytest.MonkeyPatch):
    """As everywhere in Lockwork: refused is 1, wrong usage 2, what could not be asked 3."""
    monkeypatch.setenv("LOCKWORK_ROOT_KEY", "too short")
    assert "error: " in run("secret list", exit_code=3).output


def test_commands_in_one_process_see_each_other_s_work(run: Run, own_home: Path):
    """A runner that calls one command after the other works on one store; nothing is kept open between."""
    for number in range(5):
        run("secret create", f"s{number}", "--a=1", exit_code=0)
    assert Client().list_secrets().total == 5
    for number in range(5):
        assert f"s{number}" in run("secret list").output
        run("secret delete", f"s{number}", "-y", exit_code=0)
    held = [os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()]
    assert not [name for name in held if name.startswith(str(own_home)) and "lockwork.db" in name]


def test_version_and_status(run: Run, zenml: Session):
    """The version by either word, and what is active."""
    for words in (["version"], ["--version"]):
        assert zenml(*words).stdout.endswith("0.1.0\n")
    assert "validation level" in run("status", exit_code=0).output


def test_a_session(zenml: Session):
    """A story in processes of their own: values go to stdout, all that is said beside goes to stderr."""
    zenml("secret", "create", "db", f"--password={SECRET}", "--user=anna")
    got = zenml("secret", "get", "db")
    assert SECRET in got.stdout
    assert "\x1b[" not in got.stdout + got.stderr
    assert zenml("secret", "get", "db", "--scope=user").returncode == 1
    bad = zenml("secret", "create", "db", f"password={SECRET}")
    assert (bad.returncode, SECRET in bad.stderr + bad.stdout) == (2, False)
    assert zenml("secret", "list").stdout.splitlines()[1].startswith("db ")
    assert zenml("stack", "get", COLUMNS="40").stdout == "default\n"


def test_words_are_completed(zenml: Session):
    """A shell that asks gets the commands, and the names of secrets."""
    zenml("secret", "create", "db-prod", "--a=1")
    groups = zenml(_ZENML_COMPLETE="bash_complete", COMP_WORDS="zenml sec", COMP_CWORD="1")
    assert groups.stdout == "plain,secret\n"
    names = zenml(_ZENML_COMPLETE="bash_complete", COMP_WORDS="zenml secret get d", COMP_CWORD="3")
    assert names.stdout == "plain,db-prod\n"


# ---- pipelines ----

TRAINING = """
from zenml import pipeline, step

@step
def load() -> int:
    return 1

@step(secrets=["nowhere"])
def use() -> None: ...

@pipeline
def fine() -> None:
    load()

@pipeline
def lacking() -> None:
    use()
"""


def test_pipeline_run(run: Run):
    """A pipeline by its module, as there, or by its file; what it lacks is told as scripts know it."""
    Path("jobs").mkdir()
    Path("jobs/training.py").write_text(TRAINING)
    for source in ("jobs.training.fine", "jobs/training.py:fine"):
        run("pipeline run", source, "-s", "default", "--prevent-build-reuse", exit_code=0)
    lacking = run("pipeline run", "jobs.training.lacking", exit_code=1)
    assert "reference secrets or secret keys that do not exist" in lacking.output
    assert "nowhere" in lacking.output
    assert run("pipeline runs list", exit_code=0).stdout.count("fine") == 2
    assert "there is no file" in run("pipeline run", "jobs.nothing.fine", exit_code=1).output
    for words in (["-c", "run.yaml"], ["--build=1"]):
        assert "docs/moving-from-zenml.md" in run("pipeline run", "x", *words, exit_code=1).output


# ---- what it loads ----


def loaded_by(*words: str) -> set[str]:
    code = "import sys; from zenml.cli.cli import main; main(sys.argv[1:]); print('\\n', *sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(ran.stdout.splitlines()[-1].split())


def test_help_loads_the_table_alone(own_home: Path):
    """`zenml --help` loads no group, no store and no messages."""
    loaded = loaded_by("--help")
    assert not loaded & {"sqlite3", "cryptography", "lockwork.messages", "zenml.cli.secret", "zenml.client"}


def test_reading_a_secret_loads_what_lockwork_itself_does(own_home: Path):
    """`zenml secret get` stays as quick as `lockwork secret get`: nothing heavy, and few modules more."""
    Client().create_secret("db", {"a": "1"})
    code = "import sys; from lockwork.cli.main import run; run(sys.argv[1:]); print('\\n', *sys.modules)"
    words = [sys.executable, "-c", code, "secret", "get", "db", "--reveal"]
    ours = set(
        subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()[-1].split()
    )
    more = loaded_by("secret", "get", "db") - ours
    assert {name.partition(".")[0] for name in more} <= {"zenml"}
    assert len(more) < 10
