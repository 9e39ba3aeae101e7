"""Hinted commands say what the call itself said; and no refusal repeats what may be a value."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from lockwork import Client, SecretScope
from lockwork.cli import hints, main

SECRET = "hunter2-hunter2"
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    hints.forget()
    yield
    hints.forget()


def test_a_hint_says_what_stood_before_the_group() -> None:
    """Every command in a hint is of this workspace and user; what is the same from everywhere stays."""
    hints.carry_globals("my team", "bob")
    mine = "lockwork --workspace 'my team' --as bob"
    assert hints.runnable("change it: lockwork secret update db, or lockwork stack list") == (
        f"change it: {mine} secret update db, or {mine} stack list"
    )
    for text in (
        "lockwork workspace list",
        "lockwork user list",
        "lockwork secret get --help",
        "lockwork itself",
    ):
        assert hints.runnable(text) == text


def test_a_hint_says_which_scope_was_named() -> None:
    """The other secret of that name is never what a hint leads to; a scope that a hint names stays."""
    hints.carry_scope("workspace")
    assert (
        hints.runnable("lockwork secret get db --reveal")
        == "lockwork secret get db --scope workspace --reveal"
    )
    named = "lockwork secret update db --ask k --scope user"
    assert hints.runnable(named) == named


def hinted(said: str) -> list[str]:
    """The words of the first command in a hint."""
    found = re.search(r"(?:hint|fix): .*?(lockwork .*?)(?: shows| brings|, or|$)", said, re.MULTILINE)
    assert found, said
    return shlex.split(found[1])[1:]


def test_what_get_hints_shows_the_secret_that_it_showed(own_home: Path, capsys: Captured) -> None:
    """Of two secrets of one name, of an old version, and by its id, the hinted command reveals that one."""
    client = Client()
    client.create_secret("both", {"k": "everyone's"})
    client.create_secret("both", {"k": "mine"}, SecretScope.USER)
    client.update_secret("both", SecretScope.USER, add_or_update_values={"k": "mine now"})
    ids = {scope: client.get_secret("both", scope).id for scope in SecretScope}
    client.close()
    for words, value in (
        (["both"], "mine now"),
        (["both", "--scope", "workspace"], "everyone's"),
        (["both", "--scope", "user", "--version", "1"], "mine"),
        ([ids[SecretScope.WORKSPACE]], "everyone's"),
    ):
        assert main.run(["secret", "get", *words]) == 0
        assert main.run([*hinted(capsys.readouterr().err), "-o", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["values"]["k"] == value


def test_what_mends_a_stack_mends_it_for_who_asked(own_home: Path, capsys: Captured) -> None:
    """The fixes that `stack validate` tells carry workspace and user, in text and in JSON."""
    client = Client()
    client.create_user("bob")
    client.create_workspace("team")
    client.close()
    mine = ["--workspace", "team", "--as", "bob"]
    words = ["artifact-store", "register", "s", "-f", "local", "--path={{db.path}}"]
    assert main.run([*mine, *words]) == 0
    assert main.run([*mine, "stack", "register", "prod", "-o", "default", "-a", "s"]) == 0
    capsys.readouterr()
    assert main.run([*mine, "stack", "validate", "prod"]) == 1
    assert "fix: lockwork --workspace team --as bob secret create db" in capsys.readouterr().err
    assert main.run([*mine, "stack", "validate", "prod", "-o", "json"]) == 1
    fix = json.loads(capsys.readouterr().out)["problems"][0]["fix"]
    assert fix.startswith("lockwork --workspace team --as bob secret create db")


@pytest.mark.parametrize(
    "words",
    [
        ["create", "db", "--ask", f"password={SECRET}"],
        ["create", "db", f"--ask=password={SECRET}"],
        ["update", "db", "-r", f"password={SECRET}"],
        ["get", "db", "--key", f"password={SECRET}"],
        ["create", f"password={SECRET}"],
        ["update", f"password={SECRET}"],
        ["create", "db", f"--scope={SECRET}"],
        ["create", "db", f"--if-exists={SECRET}"],
        ["update", "db", f"--if-version={SECRET}"],
        ["list", f"--page={SECRET}"],
    ],
)  # fmt: skip
def test_a_slip_repeats_no_value(own_home: Path, words: list[str], capsys: Captured) -> None:
    """A value that got into the wrong word ends with 2, and is not in the message."""
    assert main.run(["secret", *words]) == 2
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert said.err.startswith("error: ")
