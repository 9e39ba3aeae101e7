"""Commands for any program, for stacks and for finding credentials: logged in, they ask the server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import printing
from tests.serving import Team

from lockwork.domain.access import Role
from lockwork.service import assembly

PW = "hunter2-of-the-team"


@pytest.fixture
def team(own_home: Path) -> Iterator[Team]:
    """A server with the secret `db`; a machine has a token of anna's, an editor."""
    team = Team(assembly.open_store(own_home / "server"))
    team.admin.create_secret("db", {"pw": PW})
    yield team
    team.close()


@pytest.fixture
def machine(team: Team, monkeypatch: pytest.MonkeyPatch) -> str:
    """By its two variables; the token."""
    token = team.token("anna", Role.EDITOR).reveal()
    monkeypatch.setenv("LOCKWORK_URL", team.url)
    monkeypatch.setenv("LOCKWORK_TOKEN", token)
    return token


def lockwork(*words: str, expect: int = 0) -> str:
    """All that it prints; no store is made on this machine."""
    told = printing.lockwork(*words, expect=expect)
    assert not list(Path(os.environ["HOME"]).glob("**/share/**/lockwork.db"))
    return told


def test_exec_gives_values_and_no_token(machine: str) -> None:
    """The command has the value, masked in what it prints, and neither sees nor inherits the token."""
    told = lockwork("exec", "--env", "PW={{db.pw}}", "--", "sh", "-c", "echo $PW; env | grep -c TOKEN; true")
    assert told == "***\n0\n"
    shown = lockwork("exec", "--env", "PW={{db.pw}}", "--no-masking", "--", "sh", "-c", "echo $PW; env")
    assert PW in shown
    assert machine not in shown


def test_inject_fills_a_template(machine: str) -> None:
    """By one question, and one read."""
    Path("template").write_text("dsn={{db.pw}}@host\n")
    assert lockwork("inject", "template") == f"dsn={PW}@host\n"
    assert "checked, all is there" in lockwork("inject", "template", "--check")


def test_register_secrets_fills_what_a_stack_lacks(
    team: Team, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the server, where the next person finds it."""
    lockwork("orchestrator", "update", "default", "--env", "KEY={{fresh.key}}")
    monkeypatch.setenv("LOCKWORK_SECRET_FRESH__KEY", "made-by-anna")
    lockwork("stack", "register-secrets", "--from-env")
    assert team.admin.get_secret("fresh").secret_values == {"key": "made-by-anna"}
    assert team.admin.get_secret("fresh").info.version == 1
    lockwork("stack", "validate")


def test_scan_looks_at_the_server_s_components_and_for_its_values(team: Team, machine: str) -> None:
    """What a component or a file holds of a value is found, and not shown."""
    Path("code").mkdir()
    Path("code/notes.txt").write_text(f"password is {PW}\n")
    told = lockwork("scan", "code", "--known", expect=1)
    assert "notes.txt" in told
    assert PW not in told
    assert "component" in told


def test_completion_asks_the_server(machine: str) -> None:
    """Names of secrets, as beside a store of one's own."""
    ran = subprocess.run(
        [sys.executable, "-m", "lockwork"],
        env={**os.environ, "_LOCKWORK_COMPLETE": "bash_complete", "COMP_WORDS": "lockwork secret get d",
             "COMP_CWORD": "3"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "db" in ran.stdout
