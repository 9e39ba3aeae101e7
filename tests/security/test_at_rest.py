"""What lies on the disk: no value in the clear, for its owner alone, and nothing of what was taken away."""

import base64
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.database.sqlite import database as engine
from lockwork.domain.errors import LockworkError, RootKeyUnusable, StoreUnusable
from lockwork.service.context import Policy

MARK = "hunter2-Zq7-correct-horse"


@pytest.fixture
def folder(own_home: Path) -> Path:
    return own_home / "store"


def opened(folder: Path, policy: Policy | None = None, clock: Callable[[], int] | None = None) -> Client:
    return Client(workspace="default", gateway=Embedded(folder, user="default", policy=policy, clock=clock))


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    client = opened(folder)
    yield client
    client.close()


def everything(folder: Path) -> bytes:
    """All bytes of all files of a store: database, log, shared memory, keyring and whatever else is there."""
    return b"".join(f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file())


def spelled(value: str) -> list[bytes]:
    """A value as it could lie in a file by accident."""
    raw = value.encode()
    encoded = [base64.b64encode(b"\0" * pad + raw)[4:-4] for pad in range(3)]
    return [raw, raw.hex().encode(), value.encode("utf-16-le"), *encoded]


def test_no_value_lies_in_the_clear(client: Client, folder: Path) -> None:
    """Through every act that touches values, with the store open and closed, in no spelling."""
    client.create_secret("db", {"k": MARK, "long": MARK * 5000})
    client.create_user("anna")
    client.update_secret("db", add_or_update_values={"k": MARK + "2"})
    client.get_secret("db")
    client.update_secret("db", new_scope="user", new_name="mine")
    client.delete_secret("mine")
    client.undelete_secret("mine")
    for act in (
        lambda: client.create_secret("mine", {"k": MARK}, scope="user"),
        lambda: client.create_secret("bad name", {"k": MARK}),
        lambda: client.update_secret("mine", add_or_update_values={"k": MARK}, if_version=9),
    ):
        with pytest.raises(LockworkError):
            act()
    client.destroy_secret_versions("mine", 2)
    for _ in ("open", "closed"):
        found = everything(folder)
        assert len(found) > 50_000
        assert not [spelling for spelling in spelled(MARK) if spelling in found]
        client.close()
    assert client.get_secret("mine").secret_values["k"] == MARK + "2"


def test_the_root_key_lies_in_the_keyring_alone(client: Client, folder: Path) -> None:
    """Neither its text nor its bytes are in any other file."""
    client.create_secret("db", {"k": "v"})
    (line,) = [x for x in (folder / "keyring").read_text().splitlines() if x.startswith("lwk1_")]
    text = line.split()[0].removeprefix("lwk1_")
    key = base64.urlsafe_b64decode(text + "=")
    for file in folder.iterdir():
        if file.name != "keyring":
            assert key not in file.read_bytes()
            assert text.encode() not in file.read_bytes()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_are_for_their_owner_alone(own_home: Path, umask: int) -> None:
    """0600 and 0700 whatever the umask, the folders above that had to be made included."""
    before = os.umask(umask)
    try:
        client = opened(own_home / "made" / "on" / "the" / "way")
        client.create_secret("db", {"k": "v"})
        client.add_key()
        modes = {
            path.relative_to(own_home).name: stat.S_IMODE(path.stat().st_mode)
            for path in (own_home / "made", *(own_home / "made").rglob("*"))
        }
        client.close()
    finally:
        os.umask(before)
    files = {"lockwork.db", "lockwork.db-wal", "lockwork.db-shm", "keyring", "store.lock", "open.lock"}
    assert modes == dict.fromkeys(files, 0o600) | dict.fromkeys(("made", "on", "the", "way"), 0o700)


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o640, 0o601, 0o666])
@pytest.mark.parametrize("name", ["lockwork.db", "keyring"])
def test_a_file_that_others_can_read_is_refused(client: Client, folder: Path, name: str, mode: int) -> None:
    """Before anything is asked of it, with the command that mends it."""
    client.create_secret("db", {"k": "v"})
    client.close()
    (folder / name).chmod(mode)
    with pytest.raises((StoreUnusable, RootKeyUnusable), match=f"{mode:o}") as caught:
        opened(folder).list_secrets()
    assert caught.value.hint == f"chmod 600 {folder / name}"
    (folder / name).chmod(0o600)
    assert client.get_secret("db").secret_values == {"k": "v"}


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701, 0o777])
def test_a_folder_that_others_can_enter_is_refused(client: Client, folder: Path, mode: int) -> None:
    """A store there is not opened, and none is made."""
    client.create_secret("db", {"k": "v"})
    client.close()
    folder.chmod(mode)
    with pytest.raises(StoreUnusable, match=f"{mode:o}") as caught:
        opened(folder).list_secrets()
    assert caught.value.hint == f"chmod 700 {folder}"
    empty = folder.parent / "empty"
    empty.mkdir()
    empty.chmod(mode)
    with pytest.raises(StoreUnusable):
        opened(empty).list_secrets()
    assert list(empty.iterdir()) == []


def test_a_database_that_has_gone_is_not_made_anew(client: Client, folder: Path) -> None:
    """A client whose store was taken away says so; it leaves no empty database with anybody's permissions."""
    client.create_secret("db", {"k": "v"})
    (folder / "lockwork.db").rename(folder / "elsewhere")
    failures: list[Exception] = []

    def ask() -> None:
        try:
            client.get_secret("db")
        except StoreUnusable as failure:
            failures.append(failure)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(failures) == 1
    assert not (folder / "lockwork.db").exists()


# ---- taken away ----


def sealed(folder: Path, secret: str, versions: str = "1 = 1") -> list[bytes]:
    """The wrapped data keys and the sealed values of versions of a secret."""
    database = sqlite3.connect(folder / "lockwork.db")
    rows = [
        *database.execute(f"SELECT wrapped FROM secret_versions WHERE secret = ? AND {versions}", [secret]),
        *database.execute(f"SELECT sealed FROM secret_values WHERE secret = ? AND {versions}", [secret]),
    ]
    database.close()
    return [row[0] for row in rows if row[0]]


def pieces(values: list[bytes]) -> list[bytes]:
    """Parts that lie in one place: a large value is spread over several pages."""
    return [value[start : start + 29] for value in values for start in range(0, len(value) - 28, 1500)]


def left_of(values: list[bytes], folder: Path) -> list[bytes]:
    """What is left of these bytes in any file of the store."""
    found = everything(folder)
    return [piece for piece in pieces(values) if piece in found]


def filled(client: Client) -> str:
    """Secrets whose values lie in pages with others and over many pages; the id of `db`."""
    sizes = [0, 1, 10, 100, 900, 3900, 4096, 9000, 20_000]
    for n in range(12):
        client.create_secret(f"s{n}", {f"k{i}": "x" * size for i, size in enumerate(sizes)})
    id_ = client.create_secret("db", {f"k{i}": "y" * size for i, size in enumerate(sizes)}).id
    for n in range(12):
        client.update_secret(f"s{n}", add_or_update_values={"k1": "z", "k7": "z" * 5000})
        client.update_secret("db", add_or_update_values={"k1": str(n), "k6": str(n) * 4000})
    return id_


def test_a_purged_secret_is_in_no_file(client: Client, folder: Path) -> None:
    """None of its sealed values and wrapped keys, of any version; the others are all still there."""
    id_ = filled(client)
    gone = sealed(folder, id_)
    assert len(gone) == 13 * 10
    client.delete_secret("db", purge=True)
    assert left_of(gone, folder) == []
    assert all(client.get_secret(f"s{n}").secret_values["k8"] == "x" * 20_000 for n in range(12))


def test_destroyed_versions_are_in_no_file(client: Client, folder: Path) -> None:
    """What was destroyed is gone, what was not is there."""
    id_ = filled(client)
    gone, kept = sealed(folder, id_, "version <> 13"), sealed(folder, id_, "version = 13")
    client.destroy_secret_versions("db")
    assert left_of(gone, folder) == []
    assert len(left_of(kept, folder)) > 0.9 * len(pieces(kept))  # some pieces lie across the end of a page


def test_pruned_versions_are_in_no_file(own_home: Path) -> None:
    """A version that is no longer kept goes with the update that pushed it out."""
    folder = own_home / "store"
    client = opened(folder, Policy(kept_versions=3))
    id_ = client.create_secret("db", {"k": "x" * 9000, "j": "x"}).id
    for n in range(6):
        gone = sealed(folder, id_, "version < (SELECT max(version) - 1 FROM secret_versions)")
        client.update_secret("db", add_or_update_values={"j": str(n)})
        assert len(gone) == (0 if n < 2 else 3)
        assert left_of(gone, folder) == []
    client.close()


def test_what_was_deleted_long_ago_is_in_no_file(own_home: Path) -> None:
    """After 30 days the next change purges it."""
    now = [1_767_225_600_000_000]
    folder = own_home / "store"
    client = opened(folder, clock=lambda: now[0])
    id_ = client.create_secret("db", {"k": "x" * 100}).id
    client.delete_secret("db")
    gone = sealed(folder, id_)
    now[0] += 29 * 24 * 60 * 60 * 1_000_000
    client.create_secret("one", {"k": "v"})
    assert all(value in everything(folder) for value in gone)
    now[0] += 2 * 24 * 60 * 60 * 1_000_000
    client.create_secret("two", {"k": "v"})
    assert len(gone) == 2
    assert left_of(gone, folder) == []
    client.close()


@pytest.mark.parametrize("what", ["user", "workspace"])
def test_what_goes_with_a_user_or_workspace_is_in_no_file(client: Client, folder: Path, what: str) -> None:
    """Forced deletion purges the secrets that it takes along."""
    client.create_user("anna")
    client.create_workspace("lab")
    gateway = Embedded(folder, user="anna")
    lab = Client(workspace="lab", gateway=gateway)
    scope = "user" if what == "user" else "workspace"
    gone = [
        value
        for n in range(5)
        for value in sealed(folder, lab.create_secret(f"s{n}", {"k": "x" * 500}, scope=scope).id)
    ]
    lab.close()
    if what == "user":
        client.delete_user("anna", force=True)
    else:
        client.delete_workspace("lab", force=True)
    assert len(gone) == 10
    assert left_of(gone, folder) == []


def test_a_reader_that_holds_the_log_is_told_of(
    client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process reads an older state, purging says that it is done and not yet out of the log."""
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    id_ = client.create_secret("db", {"k": "v"}).id
    client.close()
    client.list_secrets()
    gone = sealed(folder, id_)
    reader = sqlite3.connect(folder / "lockwork.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM secrets").fetchone()
    with pytest.raises(StoreUnusable, match="done, but another process"):
        client.delete_secret("db", purge=True)
    reader.execute("COMMIT")
    reader.close()
    assert client.list_secrets().total == 0
    client.create_secret("other", {"k": "v"})
    client.delete_secret("other", purge=True)
    assert left_of(gone, folder) == []
