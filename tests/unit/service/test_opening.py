"""Which root key a store opens with, and how a fresh one gets its own."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.service.conftest import opened

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.crypto.keyring import RootKey
from lockwork.database.keys import SCHEMA
from lockwork.domain.errors import LockworkError, Refused, RootKeyUnusable, StoreUnusable, Tampered
from lockwork.messages.access import WhoAmI


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    client = opened(folder)
    client.create_secret("s0", {"k": "value 0"})
    yield client
    client.close()


def written(folder: Path, statement: str) -> None:
    database = sqlite3.connect(folder / "lockwork.db")
    with database:
        database.execute(statement)
    database.close()


def snapshot(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.suffix not in (".db-shm", ".db-wal")}


def test_a_missing_keyring_is_an_error_and_never_a_new_key(
    client: Client, folder: Path, own_home: Path
) -> None:
    """A store with rows opens with its key or not at all: nothing is made, nothing is written."""
    client.close()
    (folder / "keyring").rename(own_home / "kept")
    before = snapshot(folder)
    fresh = opened(folder)
    for ask in (
        fresh.list_secrets,
        lambda: fresh.create_secret("new", {"k": "v"}),
        lambda: fresh.get_secret("s0"),
    ):
        with pytest.raises(RootKeyUnusable, match="there is no keyring") as caught:
            ask()
        assert "LOCKWORK_ROOT_KEY_FILE" in str(caught.value.hint)
    assert snapshot(folder) == before
    assert not (folder / "keyring").exists()
    fresh.close()
    elsewhere = opened(folder, root_key_file=own_home / "kept")
    assert elsewhere.get_secret("s0").secret_values == {"k": "value 0"}
    elsewhere.close()


def test_a_wrong_root_key_is_found_before_anything(client: Client, folder: Path) -> None:
    """Another key, in the environment or in a file, is told by its id; nothing is read or written."""
    client.close()
    active = client.list_keys()[0].id
    client.close()
    wrong = RootKey.generate()
    before = snapshot(folder)
    fresh = opened(folder, root_key=wrong.reveal())
    for ask in (fresh.list_secrets, lambda: fresh.create_secret("new", {"k": "v"})):
        with pytest.raises(RootKeyUnusable, match=active) as caught:
            ask()
        assert wrong.id_text in str(caught.value)
        assert wrong.reveal() not in f"{caught.value!r}{caught.value.hint}"
    assert snapshot(folder) == before


@pytest.mark.parametrize("text", ["", "correct horse battery staple", "lwk1_short", "lwk1_" + "!" * 43])
def test_what_is_no_root_key_is_refused(own_home: Path, text: str) -> None:
    """A passphrase or an empty variable makes no store, and is not quoted."""
    folder = own_home / "fresh"
    with pytest.raises(RootKeyUnusable) as caught:
        opened(folder, root_key=text).list_secrets()
    assert not text or text not in f"{caught.value!r}{caught.value.hint}"
    assert not (folder / "keyring").exists()
    with pytest.raises(RootKeyUnusable):
        opened(folder, root_key=text).create_secret("db", {"k": "v"})


def test_a_given_root_key_is_the_stores(own_home: Path) -> None:
    """LOCKWORK_ROOT_KEY makes and opens a store without a keyring file; several may be given."""
    folder, key = own_home / "fresh", RootKey.generate()
    client = opened(folder, root_key=key.reveal())
    client.create_secret("db", {"k": "v"})
    assert client.list_keys()[0].id == key.id_text
    assert not (folder / "keyring").exists()
    with pytest.raises(Refused, match="LOCKWORK_ROOT_KEY"):
        client.add_key()
    client.close()
    with pytest.raises(RootKeyUnusable, match="no keyring"):
        opened(folder).list_secrets()
    second = RootKey.generate()
    both = opened(folder, root_key=f"{key.reveal()},{second.reveal()}")
    assert both.add_key().id == second.id_text
    both.activate_key()
    while both.rewrap_versions():
        pass
    both.retire_keys()
    both.close()
    alone = opened(folder, root_key=second.reveal())
    assert alone.get_secret("db").secret_values == {"k": "v"}
    alone.destroy_key(key.id_text)
    assert alone.verify_audit().ok
    alone.close()


def test_a_store_that_lost_its_row_gets_no_new_key(client: Client, folder: Path) -> None:
    """A database with tables and without the store's row is damaged, not fresh."""
    client.close()
    (folder / "keyring").unlink()
    written(folder, "DELETE FROM store")
    with pytest.raises(Tampered, match="lost its own row"):
        opened(folder).list_secrets()
    assert not (folder / "keyring").exists()


@pytest.mark.parametrize("schema", [0, SCHEMA + 1, 99])
def test_another_schema_is_not_touched(client: Client, folder: Path, schema: int) -> None:
    """A store of a newer Lockwork, or of none, is refused before anything is written."""
    client.close()
    written(folder, f"UPDATE store SET schema = {schema}")
    before = snapshot(folder)
    with pytest.raises(StoreUnusable, match=f"schema {schema}"):
        opened(folder).create_secret("new", {"k": "v"})
    assert snapshot(folder) == before


def test_a_failed_first_opening_leaves_a_store_to_be_made(own_home: Path) -> None:
    """After a refusal for a bad root key, the next one with a good key makes the store."""
    folder = own_home / "fresh"
    with pytest.raises(LockworkError):
        opened(folder, root_key="bad").list_secrets()
    client = opened(folder)
    client.create_secret("db", {"k": "v"})
    assert client.get_secret("db").secret_values == {"k": "v"}
    client.close()


def test_a_keyring_without_a_store_is_told(own_home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the database is gone and its keyring is there, the new, empty store does not come silently."""
    folder = own_home / "store"
    Embedded(folder, user="default").send(WhoAmI())
    assert not caplog.messages
    for file in folder.glob("lockwork.db*"):
        file.unlink()
    Embedded(folder, user="default").send(WhoAmI())
    assert "holds a keyring and no store" in caplog.text


def test_what_a_killed_founder_left_of_its_keyring_goes(folder: Path) -> None:
    """A root key that was written beside its place, and never put there, does not stay on the disk."""
    folder.mkdir(mode=0o700)
    left = folder / ".keyring.0123456789abcdef.new"
    left.write_text(RootKey.generate().reveal())
    client = opened(folder)
    client.list_secrets()
    assert not left.exists()
    client.close()


def test_a_home_that_is_a_file_is_told_as_such(own_home: Path) -> None:
    """Whoever names a file as the store's folder is not told to change that file's permissions."""
    home = own_home / "file"
    home.touch()
    with pytest.raises(StoreUnusable, match="is not a folder"):
        Embedded(home, user="default").send(WhoAmI())
