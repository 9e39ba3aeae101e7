"""Which store is asked, said by whom; and what is never asked of a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.serving import Team

from lockwork import Client
from lockwork.cli.main import run as command
from lockwork.domain.access import Role
from lockwork.service import assembly


@pytest.fixture
def team(own_home: Path) -> Iterator[Team]:
    team = Team(assembly.open_store(own_home / "server"))
    yield team
    team.close()


@pytest.mark.parametrize(
    "words",
    [
        ["backup", "store.backup", "--passphrase", "@words"],
        ["restore", "store.backup", "--passphrase", "@words"],
        ["--as", "anna", "secret", "list"],
    ],
)
def test_what_is_of_this_machine_s_store_says_so(
    team: Team, own_home: Path, words: list[str], capfd: pytest.CaptureFixture[str]
):
    """Logged in, it is refused with the way out; nothing is written, and no store is made here."""
    team.log_in("anna", Role.VIEWER)
    Path("words").write_text("a long enough passphrase\n")
    Path("store.backup").write_text("whatever") if words[0] == "restore" else None
    assert command(words) != 0
    said = capfd.readouterr().err
    assert team.url in said or "on a server you are who you logged in as" in said
    assert "hint: " in said
    assert not list(own_home.glob("**/share/**/lockwork.db"))


@pytest.mark.parametrize("form", ["json", "yaml", "csv", "table"])
def test_status_names_the_server_in_every_form(team: Team, form: str, capfd: pytest.CaptureFixture[str]):
    """Its URL, who one is and who says so; never the token, and nothing is asked."""
    path = team.log_in("anna", Role.VIEWER)
    token = json.loads(path.read_text())["servers"][team.url]["token"]
    team.go_away()
    assert command(["status", "-o", form]) == 0
    out = capfd.readouterr().out
    assert team.url in out
    assert "anna" in out
    assert token not in out
    team.come_back()


def test_the_environment_goes_before_what_login_kept(
    team: Team, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    """URL and token together; one alone is an error, and nothing is asked in its place."""
    team.log_in("anna", Role.VIEWER)
    monkeypatch.setenv("LOCKWORK_URL", team.url)
    assert command(["secret", "list"]) == 3
    assert "LOCKWORK_TOKEN is not" in capfd.readouterr().err
    monkeypatch.setenv("LOCKWORK_TOKEN", team.token("bea", Role.VIEWER).reveal())
    assert Client().active_user.name == "bea"
    monkeypatch.delenv("LOCKWORK_URL")
    assert command(["secret", "list"]) == 3
    monkeypatch.delenv("LOCKWORK_TOKEN")
    assert Client().active_user.name == "anna"


@pytest.mark.parametrize("word", ["url", "token", "server"])
def test_a_project_s_file_names_no_server(team: Team, word: str, capfd: pytest.CaptureFixture[str]):
    """It comes with the code of others: it may choose a workspace and a stack, never where a token goes."""
    team.log_in("anna", Role.VIEWER)
    Path(".lockwork.toml").write_text(f'workspace = "default"\n{word} = "https://elsewhere.example"\n')
    code = command(["secret", "list"])
    said: Any = capfd.readouterr().err
    assert code != 0
    assert word in said
    Path(".lockwork.toml").write_text('workspace = "nowhere"\n')
    assert command(["secret", "list"]) == 1
    assert "no workspace 'nowhere'" in capfd.readouterr().err
