"""`lockwork import zenml` while one is logged in: to the server, by one person, in their own name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.moving.installed import OLD, WRITTEN, unpacked
from tests.serving import Team

from lockwork import Client
from lockwork.cli.main import run as command
from lockwork.domain.errors import NotFound
from lockwork.messages.access import InviteUser
from lockwork.service import assembly


@pytest.fixture
def team(own_home: Path) -> Iterator[Team]:
    """A server that holds nothing yet."""
    team = Team(assembly.open_store(own_home / "server"))
    yield team
    team.close()


def test_what_is_shared_comes_and_what_is_others_own_stays(
    team: Team, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    """Users are not made; secrets of others are listed as left out; all that comes is compared; a second time
    nothing comes."""
    team.log_in("default")
    database = str(unpacked(OLD, tmp_path))
    users = team.admin.list_users(size=100).total
    assert command(["import", "zenml", database]) == 0
    out = capfd.readouterr().out
    assert "it is 'anna''s own: they bring it themselves, logged in under that name" in out
    client = Client()
    assert client.get_secret("db-prod-default").secret_values.keys() == {
        key.replace(" ", "_") for key in WRITTEN.SHARED["db prod"]
    }
    assert team.admin.list_users(size=100).total == users
    with pytest.raises(NotFound):
        client.get_secret("notes", scope="user")
    assert command(["import", "zenml", database]) == 0
    assert "\n0 came" in capfd.readouterr().out


def test_one_s_own_secrets_come_to_whom_they_belong(team: Team, tmp_path: Path):
    """Who is called as in ZenML brings their own, and only those."""
    team.log_in("default")
    database = str(unpacked(OLD, tmp_path))
    assert command(["import", "zenml", database]) == 0
    team.admin.send(InviteUser(name="anna", admin=True))
    team.log_in("anna")
    assert command(["import", "zenml", database]) == 0
    anna = Client()
    own = {info.name: info for info in anna.list_secrets(scope="user", size=100)}
    assert own
    assert all(info.owner == "anna" for info in own.values())
    values = [anna.get_secret(name, scope="user").secret_values for name in own]
    assert WRITTEN.OWN["anna", "db"] in values
