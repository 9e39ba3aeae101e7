"""What the command line takes with a notice, and what it refuses with where to read on."""

from __future__ import annotations

from pathlib import Path

import pytest

from zenml import table

from .conftest import Run, Session

NOTHING = [
    ("up", []),
    ("up", ["--docker", "--port", "8080", "--blocking"]),
    ("down", []),
    ("show", ["--ngrok-token", "x"]),
    ("login", ["--local"]),
    ("login", ["--local", "--docker", "--port=8080"]),
    ("disconnect", []),
    ("logout", []),
]


@pytest.mark.parametrize(("command", "words"), NOTHING)
def test_about_a_server(run: Run, own_home: Path, command: str, words: list[str]):
    """There is nothing to start, stop or leave: one line says so, nothing is made, and it is no failure."""
    for _ in range(2):
        result = run(command, *words, exit_code=0)
        assert result.stderr.startswith(f"note: zenml {command}")
        assert result.stderr.count("\n") == 1
        assert result.stdout == ""
    assert not list(own_home.iterdir())


def test_init(run: Run):
    """What `lockwork init` writes, here or in another folder; a second time it is left as it is."""
    assert "`lockwork init`" in run("init", exit_code=0).stderr
    assert 'workspace = "default"' in Path(".lockwork.toml").read_text()
    Path(".lockwork.toml").write_text('workspace = "default"\nstack = "default"\n')
    assert "is there already" in run("init", exit_code=0).stderr
    assert "stack" in Path(".lockwork.toml").read_text()
    Path("project").mkdir()
    run("init", "--path", "project", exit_code=0)
    assert Path("project/.lockwork.toml").is_file()


@pytest.mark.parametrize("group", ["workspace", "project"])
def test_workspaces_by_either_name(run: Run, group: str):
    """`set default` is taken with a notice; others are registered, listed and described."""
    assert f"note: zenml {group} set" in run(f"{group} set", "default", exit_code=0).stderr
    run(f"{group} register", "team", exit_code=0)
    assert "team" in run(f"{group} list", exit_code=0).stdout
    assert "default" in run(f"{group} describe", exit_code=0).stdout
    assert "no workspace 'nowhere'" in run(f"{group} set", "nowhere", exit_code=1).output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["mlflow", "-y"], "pip install 'lockwork[mlflow]'\n"),
        (["-y", "mlflow", "s3"], "pip install 'lockwork[mlflow,s3]'\n"),
        (["mlflow", "s3", "-i", "s3", "--uv"], "pip install 'lockwork[mlflow]'\n"),
        (["slack", "--yes"], ""),
        (["kubeflow"], ""),
    ],
)
def test_integrations_say_what_to_install(run: Run, words: list[str], says: str):
    """The extra to install is printed; what needs none, or is not known, is told. It is never a failure."""
    result = run("integration install", *words, exit_code=0)
    assert result.stdout == says
    assert "note: zenml integration install" in result.stderr
    assert says or "nothing to install" in result.stderr


def test_integrations_are_listed(run: Run):
    """With how each is installed; without names, `install` is about all of them."""
    assert "pip install 'lockwork[mlflow]'" in run("integration list", exit_code=0).stdout
    assert "mlflow" in run("integration install", "-y", exit_code=0).stdout


REFUSED = [
    ("connect", ["--url", "https://zenml.example", "--username=a", "--password=hunter2-hunter2"]),
    ("login", ["https://zenml.example"]),
    ("login", []),
    ("secret backup", []),
    ("secret restore", ["-i", "true"]),
    ("service-connector", ["register", "aws", "--type", "aws", "-i"]),
    ("service-connector", []),
    ("stack deploy", ["-p", "aws"]),
    ("stack recipe", ["pull", "x"]),
    ("pipeline build", ["x"]),
    ("pipeline schedule", ["list"]),
    ("code-repository", ["register", "x"]),
    ("model", ["list"]),
    ("model", ["version", "update", "-n", "x", "1"]),
    ("hub", ["install", "x"]),
]


@pytest.mark.parametrize(("command", "words"), REFUSED)
def test_refused_with_where_to_read_on(run: Run, own_home: Path, command: str, words: list[str]):
    """Exit 1, why it is not here, what does its work, and the page; nothing typed is repeated."""
    result = run(command, *words, exit_code=1)
    assert result.output.startswith("error: zenml ")
    assert table.READ_ON in result.output
    assert "hunter2" not in result.output
    assert not list(own_home.iterdir())
    assert "Not here" in run(command, "--help", exit_code=0).output or command == "login"


def test_every_command_of_the_table_is_there(run: Run):
    """Whatever the table says of the command line is a command that answers so."""
    for what in (*table.ACCEPTED, *table.REFUSED):
        program, _, path = what.partition(" ")
        if program == "zenml" and path != "login --local":
            assert run(path.replace("TYPE", "alerter"), "--help").exit_code == 0


def test_the_same_in_a_process_of_its_own(zenml: Session):
    """Notices go to stderr and exit codes to the shell, from the command itself."""
    up, connect = zenml("up"), zenml("connect", "--url=https://zenml.example")
    assert (up.returncode, up.stdout) == (0, "")
    assert connect.returncode == 1
    assert table.READ_ON in connect.stderr
    assert "Traceback" not in up.stderr + connect.stderr
