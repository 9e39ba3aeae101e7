"""What is active, and how it is changed."""

from pathlib import Path

import pytest

from lockwork.client import credentials
from lockwork.client.credentials import Server
from lockwork.client.profile import Profile
from lockwork.domain.errors import InvalidInput
from lockwork.domain.sensitive import Sensitive
from lockwork.settings import Settings


def test_a_flag_goes_before_everything(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workspace, user and stack that were given outrank the environment, and say which flag it was."""
    for name in ("WORKSPACE", "USER", "STACK"):
        monkeypatch.setenv(f"LOCKWORK_{name}", "variable")
    flagged = Profile(workspace="w", user="u", stack="s")
    assert flagged.workspace == ("w", "--workspace")
    assert flagged.user == ("u", "--as")
    assert flagged.stack == ("s", "--stack")
    plain = Profile()
    assert (plain.workspace, plain.user, plain.stack) == tuple(
        ("variable", f"LOCKWORK_{name}") for name in ("WORKSPACE", "USER", "STACK")
    )


def test_without_a_word_everything_is_default(own_home: Path) -> None:
    """Nobody said anything: workspace, user and stack are `default`, by default."""
    profile = Profile()
    assert {profile.workspace, profile.user, profile.stack} == {("default", "default")}


def test_what_is_set_is_active_at_once_and_later(own_home: Path) -> None:
    """Setting the workspace and its stack is seen by this profile and by the next."""
    profile = Profile()
    profile.set_active_workspace("team")
    profile.set_active_stack("prod")
    for seen in (profile, Profile()):
        assert seen.workspace.value == "team"
        assert seen.stack.value == "prod"
    profile.set_active_workspace("default")
    assert Profile().stack == ("default", "default")
    profile.forget_active_stack("team")
    assert Profile(workspace="team").stack.value == "default"


def test_what_is_set_at_a_server_is_of_that_server(own_home: Path) -> None:
    """Another server, and the store on this machine, go by what was set there; coming back finds it again."""
    one, other = (Server(f"https://{name}.example:8443", Sensitive("lkw_x")) for name in ("one", "two"))
    Profile().set_active_workspace("mine")
    credentials.keep(Settings.load(), one)
    assert (Profile().workspace.value, Profile().stack.value) == ("default", "default")
    Profile().set_active_workspace("team")
    Profile().set_active_stack("prod")
    assert (Profile().workspace.value, Profile().stack.value) == ("team", "prod")
    credentials.keep(Settings.load(), other)
    assert (Profile().workspace.value, Profile(workspace="team").stack.value) == ("default", "default")
    credentials.forget(Settings.load(), other.url)
    assert (Profile().workspace.value, Profile(workspace="team").stack.value) == ("mine", "default")
    credentials.keep(Settings.load(), one)
    assert (Profile().workspace.value, Profile().kept_stack) == ("team", "prod")
    Profile().forget_active_stack("team")
    assert Profile().kept_stack is None


@pytest.mark.parametrize("act", ["set_active_workspace", "set_active_stack", "forget_active_stack"])
def test_nothing_is_kept_where_a_file_cannot_be_read(act: str, own_home: Path) -> None:
    """A project's file that is wrong is told before the configuration is changed."""
    Profile().set_active_stack("was")
    before = Profile().settings.configuration_path.read_text()
    (own_home / ".lockwork.toml").write_text("token = 1\n")
    with pytest.raises(InvalidInput, match="is not for this file"):
        getattr(Profile(workspace="default"), act)("default")
    assert Profile().settings.configuration_path.read_text() == before


def test_a_profile_reads_nothing_until_asked(own_home: Path) -> None:
    """Making one is free of input and failure: a broken file is met when something is asked of it."""
    (own_home / ".lockwork.toml").write_text("broken")
    profile = Profile(Settings.load(cwd=own_home), workspace="w")
    assert profile.workspace.value == "w"


def test_a_project_pins_only_what_somebody_chose(own_home: Path) -> None:
    """`init` writes the workspace, and the stack only where it is more than the default."""
    path = Profile().write_project(own_home)
    assert path.read_text().splitlines()[1:] == ['workspace = "default"']
    Profile(stack="prod").write_project(own_home, replace=True)
    assert Profile().stack == ("prod", str(path))
