"""`login`, `logout` and what is said on the way: nothing is typed in vain, and each hint leads out."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Terminal
from tests.server.conftest import free_port
from tests.serving import Team

from lockwork import Client
from lockwork.cli.main import run as command
from lockwork.client import credentials
from lockwork.client.http import Http
from lockwork.domain.access import Role
from lockwork.domain.errors import NotLoggedIn
from lockwork.domain.secrets import SecretScope
from lockwork.messages.access import WhoAmI
from lockwork.service import assembly
from lockwork.settings import Settings

Say = Callable[..., str]


@pytest.fixture
def team(own_home: Path) -> Iterator[Team]:
    team = Team(assembly.open_store(own_home / "server"))
    yield team
    team.close()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command with these lines as its standard input; all that it says."""

    def run(*words: str, code: int, typed: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert command(words) == code
        told = capsys.readouterr()
        return told.out + told.err

    return run


class Mute(socket.socket):
    """Listens, answers everyone in words that are no HTTP, and keeps what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.bind(("127.0.0.1", 0))
        self.listen()
        self.heard = b""
        threading.Thread(target=self._answer, daemon=True).start()

    @property
    def port(self) -> int:
        found: int = self.getsockname()[1]
        return found

    def _answer(self) -> None:
        while True:
            try:
                came, _ = self.accept()
            except OSError:  # closed
                return
            with came:
                self.heard += came.recv(4096)
                came.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


@pytest.mark.parametrize(
    "words", [["--stdin"], ["--stdin", "--setup"], ["--stdin", "--invited"], ["--token-stdin"]],
    ids=lambda words: "".join(words),
)  # fmt: skip
def test_a_wrong_url_is_told_before_anything_is_read(own_home: Path, say: Say, words: list[str]) -> None:
    """Nobody there, or no server of ours: no password, code or token is asked for, and none is sent."""
    url = f"http://127.0.0.1:{free_port()}"
    said = say("login", url, *words, code=3)  # with nothing to read, asking would be told as that
    assert f"the server at {url} cannot be reached" in said
    assert "lockwork status" not in said
    with closing(Mute()) as other:
        url = f"http://127.0.0.1:{other.port}"
        said = say("login", url, *words, code=3, typed="lkw_secret-of-mine\nanother\n")
        assert f"what answered at {url} is no Lockwork server" in said
        assert "hint: check scheme, host and port of the URL" in said
        assert b"secret-of-mine" not in other.heard


def test_https_where_none_is_spoken_is_told_as_that(team: Team, say: Say) -> None:
    """Not as a server that is away."""
    url = team.url.replace("http:", "https:")
    said = say("login", url, "--stdin", code=3)
    assert "speaks no TLS" in said
    assert "hint: check scheme, host and port of the URL" in said


def test_as_whom_is_said_by_the_log_in_alone(
    team: Team, say: Say, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A global --as is refused wherever a server is asked, with what says it there; logging out with it
    leaves the token as it was, and does not forget one that still opens things."""
    assert "lockwork login URL --user bea" in say("--as", "bea", "login", "URL", "--stdin", code=2)
    team.log_in("anna", Role.ADMIN)
    for words in (["status"], ["secret", "list"], ["logout"]):
        assert f"hint: lockwork login {team.url} --user bea" in say("--as", "bea", *words, code=1)
    kept = credentials.active(Settings.load())
    assert kept is not None
    assert Http(team.url, kept.value.token).send(WhoAmI()).name == "anna"
    monkeypatch.setenv("LOCKWORK_URL", team.url)
    monkeypatch.setenv("LOCKWORK_TOKEN", kept.value.token.reveal())
    said = say("--as", "bea", "secret", "list", code=1)
    assert "LOCKWORK_TOKEN says who asks" in said
    assert "lockwork login" not in said


def test_who_cannot_be_deleted_is_told_without_as(team: Team, say: Say) -> None:
    """On a server nobody acts as another."""
    team.log_in("default")
    said = say("user", "delete", "default", "--yes", code=1)
    assert "hint: ask another admin" in said
    assert "--as" not in said


def test_a_wrong_password_of_now_is_told_as_one(team: Team, say: Say) -> None:
    """And not as a token that opens nothing, by which they would log in anew."""
    team.log_in("anna", Role.VIEWER)
    said = say("user", "password", "--stdin", code=3, typed="not the one\nanother good password\n")
    assert "error: the password of now is wrong" in said
    assert "reset-password" in said
    assert "LOCKWORK_TOKEN" not in said


def test_who_may_is_told_to_who_may_not(team: Team, say: Say) -> None:
    """A refusal names the permission, and who has it."""
    team.log_in("anna", Role.VIEWER)
    said = say("stack", "copy", "default", "other", code=1)
    assert "stack.copy needs write" in said
    assert "hint: editors and admins of a workspace have write" in said
    said = say("key", "list", code=1)
    assert "hint: admins of the server have administer-store" in said


REFUSED = {
    "secret delete db": "with workspace secret 'db': it needs write",
    "secret delete db --purge": "with workspace secret 'db': it needs write",
    "stack delete default": "stack.delete needs write",
    "orchestrator delete default": "component.delete needs write",
    "user delete default --force": "user.delete needs administer-store",
    "workspace delete default --force": "workspace.delete needs administer-store",
    f"key destroy {'0' * 32}": "key.destroy needs administer-store",
    "audit prune --before 2026-01-01 -f part": "audit.prune needs administer-store",
}


@pytest.mark.parametrize("words", REFUSED)
def test_nobody_is_asked_for_what_would_be_refused(team: Team, say: Say, words: str) -> None:
    """Rights first: here no terminal could answer, and what is told is not that."""
    team.admin.create_secret("db", {"k": "v"})
    team.log_in("anna", Role.VIEWER)
    assert REFUSED[words] in say(*words.split(), code=1)


IN_VAIN = {
    "secret create fresh -i": "secret.create needs write",
    "secret update db --ask k": "secret.update needs write",
    "experiment-tracker register t -f mlflow --ask tracking_password": "component.register needs write",
    "experiment-tracker update mlflow --ask tracking_password": "component.update needs write",
    "stack register-secrets": "secret.create needs write",
    "backup file": "a backup is of the store on this machine",
    "restore here": "a backup is of the store on this machine",
}


@pytest.mark.parametrize("words", IN_VAIN)
def test_nobody_types_what_would_be_refused(team: Team, words: str) -> None:
    """No value for what one may not change, no passphrase where there is no store."""
    team.admin.create_secret("db", {"k": "v"})
    team.admin.register_component("mlflow", "mlflow", "experiment_tracker", {"tracking_uri": "http://here"})
    team.admin.update_component("orchestrator", "default", environment={"K": "{{missing.k}}"})
    Path("here").touch()
    team.log_in("anna", Role.VIEWER)
    assert IN_VAIN[words] in _unasked(words)


def test_a_service_account_is_not_asked_for_a_password(team: Team) -> None:
    """It has none."""
    team.admin.create_user("robot", service=True)
    team.log_in("robot")
    assert "'robot' is a service account" in _unasked("user password")


def _unasked(words: str) -> str:
    """All that a command shows which is refused at a terminal, where nothing is typed."""
    terminal = Terminal(*words.split())
    assert terminal.end() in (1, 3)
    assert "not shown" not in terminal.screen
    assert "(empty ends)" not in terminal.screen
    return terminal.screen


def test_nobody_is_asked_what_would_be_refused_to_everyone(team: Team, say: Say) -> None:
    """Who may delete users hears at once that this one cannot be."""
    team.log_in("default")
    assert "the user that you act as" in say("user", "delete", "default", "--force", code=1)


def test_who_may_is_asked_still(team: Team, say: Say) -> None:
    """Also for a secret of one's own, whatever one's role; and where no such workspace is."""
    team.log_in("anna", Role.VIEWER)
    Client().create_secret("mine", {"k": "v"}, scope=SecretScope.USER)
    assert "needs a terminal" in say("secret", "delete", "mine", code=2)
    team.log_in("default")
    Client().copy_stack("default", "spare")
    for words in (
        "user delete anna --force",
        "stack delete spare",
        "--workspace none user delete anna --force",
    ):
        assert "needs a terminal" in say(*words.split(), code=2)


def test_a_token_that_opens_nothing_is_told_as_one(team: Team, say: Say) -> None:
    """With what to do about it, still."""
    team.log_in("anna", Role.VIEWER)
    assert team.admin.update_user("anna", disabled=True).disabled
    with pytest.raises(NotLoggedIn) as refused:
        Http(team.url, credentials.active(Settings.load()).value.token).send(WhoAmI())  # type: ignore[union-attr]  # it is logged in
    assert f"lockwork login {team.url}" in (refused.value.hint or "")
