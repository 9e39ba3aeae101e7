"""Root keys: several at once, rotated while the store is in use, killed in the middle, and destroyed."""

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.service.conftest import opened

from lockwork.client.api import Client
from lockwork.crypto.keyring import RootKey
from lockwork.domain.errors import NotFound, Refused, RootKeyUnusable, StoreUnusable
from lockwork.domain.keys import KeyState


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    """A client of a store with live, old, deleted and moved versions."""
    client = opened(folder)
    for n in range(6):
        client.create_secret(
            f"s{n}", {"k": f"value {n}", "other": ""}, scope="user" if n % 2 else "workspace"
        )
    client.update_secret("s0", add_or_update_values={"k": "newer"})
    client.update_secret("s1", new_scope="workspace")
    client.delete_secret("s2")
    client.create_secret("gone", {"k": "v"})
    client.update_secret("gone", add_or_update_values={"k": "w"})
    client.destroy_secret_versions("gone")
    yield client
    client.close()


VERSIONS = 6 + 1 + 1 + 1  # those with a data key; the destroyed one has none


def check_all(client: Client) -> None:
    """Every version that can be read is read, as it was written."""
    assert client.get_secret("s0").secret_values["k"] == "newer"
    assert client.get_secret("s0", version=1).secret_values["k"] == "value 0"
    for n in (1, 3, 4, 5):
        assert client.get_secret(f"s{n}").secret_values == {"k": f"value {n}", "other": ""}
    client.undelete_secret("s2")
    assert client.get_secret("s2").secret_values["k"] == "value 2"
    client.delete_secret("s2")
    assert client.verify_audit().problems == ()


def states(client: Client) -> list[KeyState]:
    return [key.state for key in client.list_keys()]


def rotate(client: Client, *, reseal: bool = False) -> str:
    """All of it, as the command does; the id of the key that retired."""
    client.add_key()
    client.activate_key()
    while client.rewrap_versions(reseal=reseal, size=2):
        pass
    (retired,) = client.retire_keys().retired
    return retired


def test_a_rotation_step_by_step(client: Client) -> None:
    """Add, activate, rewrap in batches, retire, destroy; each step tells where it is."""
    (first,) = client.list_keys()
    assert (first.state, first.present, first.wraps) == (KeyState.ACTIVE, True, VERSIONS)
    second = client.add_key()
    assert (second.state, second.wraps) == (KeyState.WAITING, 0)
    assert client.rewrap_versions() == 0
    assert client.activate_key().id == second.id
    assert states(client) == [KeyState.RETIRING, KeyState.ACTIVE]
    assert client.retire_keys().retired == ()
    left = []
    while number := client.rewrap_versions(size=4):
        left.append(number)
    assert left == [9, 5, 1]
    assert client.retire_keys().retired == (first.id,)
    assert [(k.state, k.wraps) for k in client.list_keys()] == [
        (KeyState.RETIRED, 0), (KeyState.ACTIVE, VERSIONS),
    ]  # fmt: skip
    check_all(client)
    assert client.destroy_key(first.id).id == first.id
    assert [k.id for k in client.list_keys()] == [second.id]
    check_all(client)


def test_a_destroyed_key_is_in_no_file(client: Client, folder: Path) -> None:
    """The keyring no longer has it, and the store opens without it."""
    old = (folder / "keyring").read_text()
    retired = rotate(client)
    client.destroy_key(retired)
    keys = [line.split()[0] for line in old.splitlines() if line.startswith("lwk1_")]
    assert len(keys) == 1
    everything = b"".join(f.read_bytes() for f in folder.iterdir() if f.is_file())
    assert keys[0].encode() not in everything
    client.close()
    fresh = opened(folder)
    check_all(fresh)
    fresh.close()


def test_keys_in_use_are_not_destroyed(client: Client) -> None:
    """Active, waiting and retiring keys stay; an unknown one is not found."""
    (first,) = client.list_keys()
    second = client.add_key()
    for key in (first.id, second.id):
        with pytest.raises(Refused, match=r"and protects \d+ versions"):
            client.destroy_key(key)
    client.activate_key()
    with pytest.raises(Refused, match=f"protects {VERSIONS} versions"):
        client.destroy_key(first.id)
    with pytest.raises(NotFound):
        client.destroy_key("0" * 32)
    check_all(client)


def test_nothing_waits_to_be_activated(client: Client) -> None:
    """Without a waiting key there is nothing to switch to; an unknown key is not found."""
    with pytest.raises(Refused, match="no root key waits"):
        client.activate_key()
    with pytest.raises(NotFound):
        client.activate_key("0" * 32)


def test_work_goes_on_while_keys_rotate(client: Client, folder: Path) -> None:
    """A process that opened the store before the new key was made reads and writes all through."""
    other = opened(folder)
    assert other.get_secret("s0").secret_values["k"] == "newer"
    client.add_key()
    client.activate_key()
    other.create_secret("during", {"k": "v"})
    assert client.get_secret("during").secret_values == {"k": "v"}
    step = 0
    while client.rewrap_versions(size=3):
        step += 1
        other.update_secret("during", add_or_update_values={"k": str(step)})
        check_all(other)
    client.retire_keys()
    assert other.get_secret("during").secret_values == {"k": str(step)}
    client.destroy_key(client.list_keys()[0].id)
    check_all(other)
    other.close()


def test_a_key_that_is_not_at_hand_is_not_activated(client: Client, folder: Path) -> None:
    """Switching to a key that this process lacks is refused before anything is written."""
    second = client.add_key().id
    ring = folder / "keyring"
    text = ring.read_text()
    kept = [line for line in text.splitlines(keepends=True) if second not in line_id(line)]
    ring.write_text("".join(kept))
    fresh = opened(folder)
    with pytest.raises(RootKeyUnusable):
        fresh.activate_key(second)
    assert states(fresh) == [KeyState.ACTIVE, KeyState.WAITING]
    assert [k.present for k in fresh.list_keys()] == [True, False]
    check_all(fresh)
    fresh.close()


def line_id(line: str) -> str:
    """The id of the key on a line of a keyring; nothing for a comment."""
    return RootKey.parse(line.split()[0]).id_text if line.startswith("lwk1_") else ""


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from lockwork.client.api import Client
    from lockwork.client.embedded import Embedded

    client = Client(workspace="default", gateway=Embedded(Path(sys.argv[1]), user="default"))
    after, reseal = int(sys.argv[2]), sys.argv[3] == "reseal"
    batch = lambda: client.rewrap_versions(reseal=reseal, size=2)
    steps = [client.add_key, client.activate_key, batch, batch, batch]
    for step in steps[:after]:
        step()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("reseal", ["reseal", "rewrap"])
@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_killed_rotation_is_resumed(client: Client, folder: Path, after: int, reseal: str) -> None:
    """Killed after the key was made, after the switch, or between batches: all reads, the rest is done."""
    client.close()
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(folder), str(after), reseal]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    check_all(client)
    if after == 1:
        assert states(client) == [KeyState.ACTIVE, KeyState.WAITING]
        client.activate_key()
    while client.rewrap_versions(reseal=reseal == "reseal", size=2):
        pass
    assert len(client.retire_keys().retired) == 1
    check_all(client)


def test_a_key_whose_addition_was_cut_short_is_the_next_one(client: Client, folder: Path) -> None:
    """A key that reached the keyring and not the store is taken by the next addition, not doubled."""
    with (folder / "keyring").open("a") as file:
        leftover = RootKey.generate()
        file.write(leftover.reveal() + "\n")
    fresh = opened(folder)
    assert fresh.add_key().id == leftover.id_text
    assert len((folder / "keyring").read_text().split("lwk1_")) == 3
    fresh.close()


def test_a_destroyed_key_does_not_come_back(client: Client, folder: Path) -> None:
    """The file loses the key before the store forgets it: no later addition can take it for a new one."""
    retired = rotate(client)
    written(folder, "CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'x'); END")
    with pytest.raises(StoreUnusable):
        client.destroy_key(retired)  # as if killed before the commit
    written(folder, "DROP TRIGGER no")
    assert [k.present for k in client.list_keys()] == [False, True]
    client.destroy_key(retired)
    assert client.add_key().id != retired


def written(folder: Path, statement: str) -> None:
    database = sqlite3.connect(folder / "lockwork.db")
    with database:
        database.execute(statement)
    database.close()


def sealed_bytes(folder: Path) -> list[bytes]:
    """Every wrapped key and every sealed value of the store."""
    database = sqlite3.connect(folder / "lockwork.db")
    found = [
        row[0]
        for query in ("SELECT wrapped FROM secret_versions", "SELECT sealed FROM secret_values")
        for row in database.execute(query)
        if row[0]
    ]
    database.close()
    return found


def test_resealing_leaves_nothing_of_the_old_key(client: Client, folder: Path) -> None:
    """No sealed value and no wrapped key from before is in any file, its log and shared memory included."""
    old = sealed_bytes(folder)
    assert len(old) == VERSIONS + (2 * VERSIONS - 1)  # data keys, and two values each; `gone` has one
    retired = rotate(client, reseal=True)
    client.destroy_key(retired)
    everything = b"".join(f.read_bytes() for f in folder.iterdir() if f.is_file())
    assert [value for value in old if value in everything] == []
    assert all(value in everything for value in sealed_bytes(folder))
    check_all(client)


def test_rewrapping_leaves_nothing_of_the_old_wrapping(client: Client, folder: Path) -> None:
    """Without `reseal` the sealed values stay; once the old key is retired its wrappings are in no file."""
    database = sqlite3.connect(folder / "lockwork.db")
    old = [row[0] for row in database.execute("SELECT wrapped FROM secret_versions WHERE wrapped NOT NULL")]
    database.close()
    rotate(client)
    everything = b"".join(f.read_bytes() for f in folder.iterdir() if f.is_file())
    assert [wrapped for wrapped in old if wrapped in everything] == []
