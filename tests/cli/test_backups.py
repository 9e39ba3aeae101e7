"""A passphrase that is typed: hidden, twice where a mistake would lock everything up, and seen nowhere."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lockwork.client.api import Client
from lockwork.crypto import passphrase

WORDS = "correct horse battery staple"
Talk = Callable[..., tuple[int, str]]


@pytest.fixture
def store(own_home: Path) -> Path:
    client = Client()
    client.create_secret("db", {"k": "value 0"})
    client.close()
    return client.profile.settings.home.value


def test_it_is_typed_twice_and_never_shown(store: Path, own_home: Path, talk: Talk) -> None:
    """Until both are the same; the file then opens with it, typed once."""
    code, screen = talk(
        ["backup", "b"],
        ("passphrase (not shown):", "short\n"),
        ("passphrase (not shown):", f"{WORDS}\n"),
        ("the same again:", f"{WORDS}!\n"),
        ("passphrase (not shown):", f"{WORDS}\n"),
        ("the same again:", f"{WORDS}\n"),
    )
    assert code == 0, screen
    assert "shorter than 8" in screen
    assert "the two are not the same" in screen
    assert "sealed" in screen
    assert WORDS not in screen
    code, screen = talk(["restore", "b", "--check"], ("passphrase (not shown):", f"{WORDS}\n"))
    assert code == 0, screen
    assert WORDS not in screen
    assert "audit records" in screen


def test_nobody_is_asked_in_vain(store: Path, own_home: Path, talk: Talk) -> None:
    """What cannot be done anyway is said before a passphrase is typed."""
    (own_home / "taken").write_text("")
    for words, told in (
        (["backup", "taken"], "exists already"),
        (["backup", "-"], "not for a terminal"),
        (["restore", "-"], "is not typed"),
        (["restore", "taken"], "there is a store already"),
    ):
        code, screen = talk(words)
        assert code != 0
        assert told in screen
        assert "passphrase (" not in screen


def test_interrupting_changes_nothing(store: Path, own_home: Path, open_terminal: Callable[..., Any]) -> None:
    """Ctrl-C at the question ends it, with nothing written."""
    terminal = open_terminal("backup", "b")
    terminal.answer("passphrase (not shown):", "\x03")
    assert terminal.end() == 130
    assert not (own_home / "b").exists()


ENVIRONMENT = """
import sys
from pathlib import Path
from lockwork.cli.main import run
code = run(["backup", "b"])
print(Path("/proc/self/cmdline").read_bytes(), file=sys.stderr)
sys.exit(code or run(["restore", "b", "--check"]))
"""


def test_a_passphrase_of_the_environment_is_said_nowhere(
    store: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in what is printed, nor in the trail, nor in any file of the store."""
    monkeypatch.setenv("LOCKWORK_BACKUP_PASSPHRASE", WORDS)
    ran = subprocess.run([sys.executable, "-c", ENVIRONMENT], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert WORDS.encode() not in ran.stdout + ran.stderr
    files = [path for path in (*store.rglob("*"), own_home / "b") if path.is_file()]
    assert len(files) > 3
    assert not [path for path in files if WORDS.encode() in path.read_bytes()]


def test_what_takes_too_much_memory_is_told(
    store: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine that is too small for the key's work says so, and nothing is left."""
    from lockwork.cli.main import run

    class Full:
        def __init__(self, **_: object) -> None: ...

        def derive(self, _: bytes) -> bytes:
            raise MemoryError

    monkeypatch.setattr(passphrase, "Argon2id", Full)
    monkeypatch.setenv("LOCKWORK_BACKUP_PASSPHRASE", WORDS)
    assert run(["backup", "b"]) == 3
    assert "takes 256 MiB of memory" in capsys.readouterr().err
    assert not (own_home / "b").exists()
