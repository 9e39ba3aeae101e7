"""`zenml connect`, `login`, `logout`, `disconnect`: of a Lockwork server what Lockwork's own commands do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.serving import Team

from lockwork import Client
from lockwork.client.profile import Profile
from lockwork.domain.access import Role
from lockwork.service import assembly
from zenml.cli.cli import cli


@pytest.fixture
def team(own_home: Path) -> Iterator[Team]:
    team = Team(assembly.open_store(own_home / "server"))
    yield team
    team.close()


@pytest.mark.parametrize("words", [["login"], ["connect", "--username", "anna", "--url"]])
def test_a_lockwork_server_is_logged_in_to(team: Team, words: list[str]):
    """`lockwork login` asks, or without a terminal says what to do instead; no password is on the line."""
    result = CliRunner().invoke(cli, [*words, team.url])
    assert result.exit_code != 0
    assert "--token-stdin" in result.output


@pytest.mark.parametrize("word", ["logout", "disconnect"])
def test_who_is_logged_in_leaves(team: Team, word: str):
    """The token is revoked and forgotten; the store of this machine is asked afterwards."""
    team.log_in("anna", Role.VIEWER)
    assert Client().active_user.name == "anna"
    result = CliRunner().invoke(cli, [word])
    assert result.exit_code == 0, result.output
    assert "logged out of" in result.output
    assert Profile().server is None
