"""Every command of ZenML 0.55.5 and 0.98.0 is one here: it runs, is accepted, or is refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from zenml import table
from zenml.cli.cli import cli

from .conftest import Run

COMMANDS = """
TYPE: connect, copy, delete, deploy, describe, destroy, disconnect, down, explain, flavor delete, flavor
  describe, flavor list, flavor register, get, list, logs, register, remove-attribute, rename, up, update
analytics: get, opt-in, opt-out
annotator: dataset
artifact: list, prune, update, version delete, version describe, version list, version update
authorized-device: delete, describe, list, lock, unlock
backup-database:
clean:
code-repository: delete, describe, list, register, update
connect:
deploy:
deployer:
deployment: delete, deprovision, describe, invoke, list, logs, provision, refresh
destroy:
disconnect:
down:
downgrade:
feature-store: feature
go:
hook-invocation: delete, describe, list
hub: clone, install, list, login, logout, logs, submit, submit-batch, uninstall
info:
init:
integration: export-requirements, install, list, requirements, uninstall, upgrade
log-store:
logging: set-verbosity
login:
logout:
logs:
migrate-database:
model: data_artifacts, delete, deployment_artifacts, list, model_artifacts, register, runs, update,
  version delete, version list, version update
model-deployer: models
model-registry: models
pipeline: build, builds delete, builds list, create-run-template, delete, deploy, list, register, run,
  runs delete, runs list, runs refresh, runs resume, runs retry, runs stop, runs wait-conditions list,
  runs wait-conditions resolve, schedule activate, schedule deactivate, schedule delete, schedule list,
  schedule update, snapshot create, snapshot delete, snapshot deploy, snapshot list, snapshot prune,
  snapshot run
project: delete, describe, list, register, set
prune: artifacts, snapshots
resource-request: describe, list
restore-database:
sandbox:
secret: backup, create, delete, export, get, list, rename, restore, update
server: list, show
service-account: api-key create, api-key delete, api-key describe, api-key list, api-key rotate, api-key
  update, create, delete, describe, list, update
service-connector: delete, describe, describe-type, list, list-resources, list-types, login, register,
  update, verify
show:
stack: connect, copy, delete, deploy, describe, destroy, down, export, export-requirements, get, import,
  list, recipe clean, recipe deploy, recipe describe, recipe destroy, recipe info, recipe list, recipe
  output, recipe pull, recipe version, register, register-secrets, remove-component, rename, set,
  set-default, up, update
status:
tag: delete, list, register, update
trigger: platform-event attach, platform-event clear-errors, platform-event create, platform-event delete,
  platform-event detach, platform-event list, platform-event list-supported-events, platform-event update,
  schedule attach, schedule clear-errors, schedule create, schedule delete, schedule detach, schedule
  list, schedule update, webhook attach, webhook clear-errors, webhook create, webhook delete, webhook
  detach, webhook list, webhook update
up:
user: change-password, create, deactivate, delete, describe, list, update
version:
webhook: create, delete, describe, list, rotate-secret, update
workspace: describe, list
"""
"""What `--help` of the two releases lists; TYPE stands for each of the twelve types."""


def commands() -> Iterator[str]:
    """Each path of words."""
    for entry in COMMANDS.replace("\n  ", " ").strip().split("\n"):
        name, _, below = entry.partition(":")
        for words in below.split(","):
            yield f"{name} {words.strip()}".strip().replace("TYPE", "data-validator")


@pytest.mark.parametrize("path", list(commands()))
def test_is_a_command_here(path: str):
    """It is found word by word, or a command is reached that takes whatever words follow."""
    command: click.Command = cli
    for name in path.split():
        if not isinstance(command, click.Group):
            assert any(parameter.nargs == -1 for parameter in command.params)
            return
        assert name in command.commands
        command = command.commands[name]
    assert not isinstance(command, click.Group)


ACCEPTED = [
    "analytics opt-out",
    "logging set-verbosity INFO",
    "config set analytics false",
    "clean -y",
    "downgrade",
    "migrate-database --skip_default_registrations",
    "logs -f",
    "integration uninstall mlflow -y",
    "orchestrator up default",
    "model-deployer logs x --follow",
]


@pytest.mark.parametrize("words", ACCEPTED)
def test_what_scripts_begin_with_goes_on(run: Run, own_home: Path, words: str):
    """One line on stderr, exit 0, and nothing is made or lost."""
    path, rest = split(words)
    result = run(path, *rest, exit_code=0)
    assert result.stderr.startswith("note: zenml ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not list(own_home.iterdir())


REFUSED = [
    "experiment-tracker connect mlflow --connector x",
    "experiment-tracker explain mlflow",
    "alerter flavor delete x",
    "artifact-store destroy x",
    "artifact version list",
    "model version list x",
    "model-registry models list",
    "stack up",
    "stack connect x --interactive",
    "stack export-requirements default -o file",
    "pipeline list",
    "pipeline runs delete x",
    "user create anna --password=hunter2-hunter2",
    "service-account api-key create x y",
    "trigger schedule list",
    "backup-database -s dump-file",
    "sandbox register x",
    "go",
]


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_not_here_says_so(run: Run, own_home: Path, words: str):
    """Exit 1, why, what does its work, and the page; nothing typed is repeated and nothing is made."""
    path, rest = split(words)
    result = run(path, *rest, exit_code=1)
    assert result.output.startswith("error: zenml ")
    assert table.READ_ON in result.output
    assert "hunter2" not in result.output
    assert not list(own_home.iterdir())


def split(words: str) -> tuple[str, list[str]]:
    """The command's own words, and what follows."""
    rest = words.split()
    path, command = list[str](), cli
    while rest and isinstance(command, click.Group):
        path.append(rest[0])
        command = command.commands[rest.pop(0)]
    return " ".join(path), rest


def test_info_is_status(run: Run):
    """Whatever part of it is asked for."""
    result = run("info", "-a", exit_code=0)
    assert "note: zenml info: is `lockwork status`" in result.stderr
    assert result.stdout == run("status", exit_code=0).stdout


def test_requirements_of_integrations(run: Run):
    """As pip reads them, printed or in a file, which is replaced only where that is said."""
    assert run("integration requirements", "mlflow", exit_code=0).stdout == "lockwork[mlflow]\n"
    assert "lockwork[s3]" in run("integration requirements", exit_code=0).stdout.splitlines()
    export = ("integration export-requirements", "mlflow", "s3")
    assert run(*export, exit_code=0).stdout == "lockwork[mlflow,s3]\n"
    run(*export, "--output-file", "needed.txt", exit_code=0)
    assert Path("needed.txt").read_text() == "lockwork[mlflow,s3]\n"
    assert "--overwrite" in run(*export, "-o", "needed.txt", exit_code=1).output
    run("integration export-requirements", "s3", "-o", "needed.txt", "--overwrite", exit_code=0)
    assert Path("needed.txt").read_text() == "lockwork[s3]\n"
    assert "cannot be written" in run(*export, "-o", "nowhere/x", exit_code=1).output
    assert "lockwork[mlflow]" in run("integration upgrade", "mlflow", "-y", exit_code=0).stdout
