"""Rotating root keys: a rotation that was killed is finished by the next, and no old key comes back."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lockwork import Client
from lockwork.cli import main
from lockwork.domain.keys import KeyState


@pytest.fixture
def client(own_home: Path) -> Client:
    client = Client()
    for number in range(5):
        client.create_secret(f"s{number}", {"k": str(number)})
    return client


def states(client: Client) -> list[tuple[KeyState, int]]:
    return [(key.state, key.wraps) for key in client.list_keys()]


@pytest.mark.parametrize("batches", [0, 1, 9])
def test_an_interrupted_rotation_is_finished(
    client: Client, batches: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed before, between or after its batches: calling it again finishes that rotation, under its key."""
    chosen = client.activate_key(client.add_key().id).id
    for _ in range(batches):
        client.rewrap_versions(size=2)
    client.close()
    assert main.run(["key", "rotate"]) == 0
    assert "this finishes it" in capsys.readouterr().err
    assert states(client) == [(KeyState.RETIRED, 0), (KeyState.ACTIVE, 5)]
    assert client.list_keys()[-1].id == chosen
    assert [client.get_secret(f"s{n}").secret_values["k"] for n in range(5)] == list("01234")
    client.close()


def test_a_key_that_waits_is_the_one_to_rotate_to(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    """`key add` then `key rotate` makes one new key, not two."""
    waiting = client.add_key().id
    client.close()
    assert main.run(["key", "rotate"]) == 0
    assert [(key.id == waiting, key.state) for key in client.list_keys()] == [
        (False, KeyState.RETIRED), (True, KeyState.ACTIVE)
    ]  # fmt: skip
    client.close()


def test_resealing_never_takes_over_a_rotation_that_kept_data_keys(client: Client) -> None:
    """What a killed plain rotation has moved already must be resealed too: `--reseal` takes a new key."""
    client.activate_key(client.add_key().id)
    client.rewrap_versions(size=2)
    client.close()
    assert main.run(["key", "rotate", "--reseal"]) == 0
    assert states(client) == [(KeyState.RETIRED, 0), (KeyState.RETIRED, 0), (KeyState.ACTIVE, 5)]
    client.close()


@pytest.mark.parametrize("words", [[], ["--reseal"]], ids=["plain", "again"])
@pytest.mark.parametrize("batches", [0, 1, 9])
def test_an_interrupted_resealing_is_finished_as_one(
    client: Client, batches: int, words: list[str], own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--reseal` or without: under the key it chose, and every version has a new data key in the end."""
    before = sealed(client)
    chosen = client.activate_key(client.add_key().id, reseal=True).id
    assert states(client) == [(KeyState.LEAKED, 5), (KeyState.ACTIVE, 0)]
    for _ in range(batches):
        client.rewrap_versions(size=2)
    client.close()
    assert main.run(["key", "rotate", *words, "--output", "json"]) == 0
    told = capsys.readouterr()
    assert "with --reseal was interrupted; this finishes it" in told.err
    assert json.loads(told.out)["resealed"] is True
    assert states(client) == [(KeyState.RETIRED, 0), (KeyState.ACTIVE, 5)]
    assert client.list_keys()[-1].id == chosen
    assert not before & sealed(client)
    assert [client.get_secret(f"s{n}").secret_values["k"] for n in range(5)] == list("01234")
    assert client.verify_audit().ok
    client.close()


def test_resealing_takes_in_what_a_plain_rotation_left(client: Client) -> None:
    """A plain rotation was killed, then a resealing: whoever finishes it reseals what both have left."""
    before = sealed(client)
    client.activate_key(client.add_key().id)
    client.rewrap_versions(size=2)
    client.activate_key(client.add_key().id, reseal=True)
    assert states(client) == [(KeyState.LEAKED, 3), (KeyState.LEAKED, 2), (KeyState.ACTIVE, 0)]
    client.close()
    assert main.run(["key", "rotate"]) == 0
    assert states(client) == [(KeyState.RETIRED, 0), (KeyState.RETIRED, 0), (KeyState.ACTIVE, 5)]
    assert not before & sealed(client)
    client.close()


def sealed(client: Client) -> set[bytes]:
    """Every sealed value of the store."""
    file = client.profile.settings.home.value / "lockwork.db"
    with closing(sqlite3.connect(file)) as database:
        return {row[0] for row in database.execute("SELECT sealed FROM secret_values")}


def test_a_generated_key_makes_a_store_open(
    own_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`key generate` prints a key that a new store takes; it touches no store, and each is another."""
    assert main.run(["key", "generate"]) == 0
    assert not (own_home / "lockwork.db").exists()
    printed = capsys.readouterr().out.strip()
    assert main.run(["key", "generate"]) == 0
    assert capsys.readouterr().out.strip() != printed
    monkeypatch.setenv("LOCKWORK_ROOT_KEY", printed)
    Client().create_secret("db", {"k": "v"})
    assert Client().get_secret("db").secret_values == {"k": "v"}


def test_a_generated_key_goes_into_a_file(
    own_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`key generate FILE` shows the key nowhere, makes a file for its owner alone, and overwrites none."""
    file = own_home / "server.key"
    assert main.run(["key", "generate", str(file)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "lwk1_" not in told.err
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_text()
    assert main.run(["key", "generate", str(file)]) == 1
    assert "already exists" in capsys.readouterr().err
    assert file.read_text() == before
    for nowhere in ("", ".", "..", "/", "absent/file"):
        assert main.run(["key", "generate", nowhere]) in (1, 3)
        assert "internal" not in capsys.readouterr().err
    monkeypatch.setenv("LOCKWORK_ROOT_KEY_FILE", str(file))
    Client().create_secret("db", {"k": "v"})
    assert Client().list_keys()[0].id in told.err
    assert not (Client().profile.settings.home.value / "keyring").exists()
