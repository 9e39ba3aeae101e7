"""`restore`: all of a backup is verified before anything is replaced, and what was there is kept."""

import io
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lockwork.crypto.passphrase import Work, seal
from lockwork.database.sqlite.database import SqliteDatabase
from lockwork.domain.copies import StoreCopy
from lockwork.domain.errors import (
    InvalidInput,
    LockworkError,
    NotFound,
    Refused,
    RootKeyUnusable,
    StoreUnusable,
    Tampered,
)
from lockwork.domain.sensitive import Sensitive
from lockwork.moving import backup, parcel
from lockwork.service import swapping

PASSPHRASE = "correct horse battery staple"


def value(home: Any) -> str:
    return str(home.client.get_secret("db").secret_values["k"])


def sealed(home: Any, target: Path, change: str | None = None, **told: Any) -> Path:
    """A backup as someone makes it who has the passphrase: with a changed database, or another manifest."""
    folder = target.with_suffix(".d")
    folder.mkdir(mode=0o700)
    copy = home.client.copy_store(folder, "crafted")
    home.client.close()
    if change is not None:
        database = sqlite3.connect(folder / "lockwork.db")
        database.executescript(change)
        database.close()
    facts = {name: getattr(copy, name) for name in StoreCopy.__struct_fields__}
    with target.open("wb") as file:
        seal(parcel.pack(folder, StoreCopy(**facts | told)), file, Sensitive(PASSPHRASE), Work(8, 1, 1))
    return target


def test_a_store_is_replaced_by_force_alone(home: Any, file: Path) -> None:
    """Without it nothing is opened or asked; with it, the old one is kept in a folder that is a home."""
    before = home.files()
    with pytest.raises(Refused, match="there is a store already") as caught:
        home.restore(file)
    assert "--force" in str(caught.value.hint)
    assert home.files() == before
    found = home.restore(file, replace=True)
    assert value(home) == "value 0"
    old = Path(str(found.replaced))
    assert old.parent == home.folder
    assert stat.S_IMODE(old.stat().st_mode) == 0o700
    kept = type(home)(old)
    assert value(kept) == "value 1"
    assert kept.client.verify_audit().ok
    kept.client.close()


def test_half_a_store_is_not_lost_either(home: Any, file: Path) -> None:
    """A keyring whose database has gone may be the only one that opens a copy elsewhere."""
    for path in home.folder.glob("lockwork.db*"):
        path.unlink()
    kept = (home.folder / "keyring").read_bytes()
    with pytest.raises(Refused, match="there is a store already"):
        home.restore(file)
    found = home.restore(file, replace=True)
    assert (Path(str(found.replaced)) / "keyring").read_bytes() == kept
    assert value(home) == "value 0"


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_all_of_it_is_for_its_owner_alone(
    home_at: Callable[..., Any], file: Path, own_home: Path, umask: int
) -> None:
    """0600 and 0700 whatever the umask: a new home, and what is kept of an old one."""
    new = home_at("made/on/the/way")
    before = os.umask(umask)
    try:
        new.restore(file)
        new.restore(file, replace=True)
        value(new)
    finally:
        os.umask(before)
    for path in (own_home / "made", *(own_home / "made").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_root_keys_are_those_of_the_backup(home: Any, home_at: Callable[..., Any], file: Path) -> None:
    """Another store is replaced with its keys: the keyring is the backup's, and the old one is kept."""
    other = home_at("other")
    other.client.create_secret("db", {"k": "of another store"})
    other.client.close()
    theirs = (other.folder / "keyring").read_bytes()
    found = other.restore(file, replace=True)
    assert (other.folder / "keyring").read_bytes() == (home.folder / "keyring").read_bytes()
    assert (Path(str(found.replaced)) / "keyring").read_bytes() == theirs
    assert value(other) == "value 0"
    assert [key.present for key in other.client.list_keys()] == [True]


# --- others have it open -----------------------------------------------------------------------------------


OPEN = """
import sys
from lockwork import Client
client = Client()
client.list_secrets()
print("open", flush=True)
for line in sys.stdin:
    client.update_secret("db", add_or_update_values={"k": line.strip()})
    print("written", flush=True)
"""


def test_a_store_in_use_is_not_replaced(home: Any, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process has it open nothing happens to it, and what that writes is kept."""
    monkeypatch.setattr(swapping, "_PATIENCE", 0.1)
    with subprocess.Popen(
        [sys.executable, "-c", OPEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOCKWORK_HOME": str(home.folder)},
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreUnusable, match=f"in use by process {other.pid}"):
            home.restore(file, replace=True)
        print("written later", file=other.stdin, flush=True)
        assert other.stdout.readline() == "written\n"
    assert value(home) == "written later"
    home.client.close()
    assert not list(home.folder.glob("replaced-*"))
    home.restore(file, replace=True)
    assert value(home) == "value 0"


def test_a_client_goes_on_with_the_new_store(home: Any, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is open is in the way; once closed, its next question is answered by the new store."""
    monkeypatch.setattr(swapping, "_PATIENCE", 0.1)
    assert value(home) == "value 1"
    with pytest.raises(StoreUnusable, match="is in use"):
        home.restore(file, replace=True)
    home.client.close()
    home.restore(file, replace=True)
    assert value(home) == "value 0"
    home.client.update_secret("db", add_or_update_values={"k": "value 2"})
    assert home.client.verify_audit().ok


def test_another_program_that_has_it_open_is_noticed(home: Any, file: Path) -> None:
    """One that knows nothing of our lock, such as an SQLite shell."""
    shell = sqlite3.connect(home.folder / "lockwork.db")
    shell.execute("SELECT * FROM secrets").fetchall()
    with pytest.raises(StoreUnusable, match="another program has"):
        home.restore(file, replace=True)
    shell.close()
    assert value(home) == "value 1"


def test_two_at_once(home_at: Callable[..., Any], file: Path, own_home: Path) -> None:
    """One after the other: of two without force, one restores and the other finds a store."""
    command = (
        "import sys; from pathlib import Path; from lockwork.client.profile import Profile\n"
        "from lockwork.domain.sensitive import Sensitive; from lockwork.moving.backup import restore\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "restore(Profile(), Path(sys.argv[1]), Sensitive(sys.argv[2]))"
    )
    environment = {**os.environ, "LOCKWORK_HOME": str(own_home / "new")}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", command, str(file), PASSPHRASE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )
        for _ in range(2)
    ]  # fmt: skip
    for each in both:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    told = [each.communicate("go\n", timeout=60)[1] for each in both]
    assert sorted(each.returncode for each in both) == [0, 1], told
    assert "there is a store already" in "".join(told)
    assert value(home_at("new")) == "value 0"


# --- what is wrong with a backup ---------------------------------------------------------------------------


ZEROS = "0" * 32
CRAFTED: dict[str, tuple[dict[str, Any], type[LockworkError], str]] = {
    "damaged": ({"change": "INSERT INTO secret_values (secret, version, key) VALUES ('x', 1, 'k')"},
                StoreUnusable, "the database is damaged"),
    "newer": ({"schema": 99}, StoreUnusable, "a newer Lockwork made this backup"),
    "newer inside": ({"change": "UPDATE store SET schema = 99"}, StoreUnusable, "has schema 99"),
    "another store": ({"store": f"{'1' * 8}-2222-4333-8444-{'5' * 12}"}, Tampered, "another store than"),
    "wrong root key": ({"change": f"PRAGMA foreign_keys = OFF; UPDATE root_keys SET id = '{ZEROS}';"
                                  f" UPDATE secret_versions SET root_key = '{ZEROS}'"},
                       RootKeyUnusable, "root key 0+ is needed"),
    "changed trail": ({"change": "UPDATE audit SET user_name = 'eve' WHERE number = 2"},
                      Refused, "record 2 was changed"),
    "changed table": ({"change": "UPDATE secrets SET name = 'renamed' WHERE name = 'db'"},
                      Refused, "is not as record"),
    "cut trail": ({"change": "DELETE FROM audit WHERE number = 3"}, Refused, "record 3 is missing"),
    "not our tables": ({"change": "DROP TABLE store"}, Tampered, "another store than"),
}  # fmt: skip


@pytest.mark.parametrize("name", CRAFTED)
def test_what_does_not_verify_replaces_nothing(home: Any, own_home: Path, name: str) -> None:
    """Whatever is wrong with what opens under the right passphrase: the store that is here stays."""
    how, kind, words = CRAFTED[name]
    crafted = sealed(home, own_home / "crafted", **how)
    before = home.files()
    with pytest.raises(kind, match=words):
        home.restore(crafted, replace=True)
    assert home.files() == before
    assert value(home) == "value 0"


def test_a_trail_that_does_not_hold_can_be_accepted(
    home: Any, home_at: Callable[..., Any], own_home: Path
) -> None:
    """Better than to lose what is in it; `check` tells all of it first."""
    crafted = sealed(home, own_home / "crafted", change="UPDATE audit SET user_name = 'eve' WHERE number < 3")
    new = home_at("new")
    problems = new.check(crafted).problems
    assert len(problems) == 2
    with pytest.raises(Refused, match="--accept-problems"):
        new.restore(crafted)
    assert new.restore(crafted, accept_problems=True).problems == problems
    assert value(new) == "value 0"


@pytest.mark.parametrize("place", [0, 40, 70, 70_000, -1])
def test_a_changed_byte_replaces_nothing(home: Any, file: Path, place: int) -> None:
    """In the header, in the middle, at the end; the failure names the file."""
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    before = home.files()
    with pytest.raises(InvalidInput, match=f"^{file}: "):
        home.restore(file, replace=True)
    assert home.files() == before


@pytest.mark.parametrize("end", [0, 63, 64, 64 + 65_552, -1])
def test_a_cut_end_replaces_nothing(home: Any, file: Path, end: int) -> None:
    """Wherever it was cut, also between two chunks."""
    file.write_bytes(file.read_bytes()[:end])
    before = home.files()
    with pytest.raises(InvalidInput):
        home.restore(file, replace=True)
    assert home.files() == before


def test_a_wrong_passphrase_replaces_nothing(home: Any, file: Path) -> None:
    """Nor does it tell anything of the right one."""
    before = home.files()
    with pytest.raises(InvalidInput, match="the passphrase does not open it") as caught:
        home.restore(file, "another passphrase", replace=True)
    assert PASSPHRASE not in f"{caught.value!r}{caught.value.hint}"
    assert home.files() == before


@pytest.mark.parametrize("content", [b"", b"\0\0\0\2{}", b"\xff\xff\xff\xff", b"\0\0\0\5{}", b"x" * 70_000])
def test_what_is_no_backup_is_told(home_at: Callable[..., Any], own_home: Path, content: bytes) -> None:
    """Something else that was sealed under the same passphrase."""
    with (own_home / "other").open("wb") as file:
        seal([content], file, Sensitive(PASSPHRASE), Work(8, 1, 1))
    with pytest.raises(InvalidInput, match="it opens, and is no backup of a store"):
        home_at("new").restore(own_home / "other")


def test_the_manifest_says_where_it_ends(home: Any, home_at: Callable[..., Any], own_home: Path) -> None:
    """More than it names, or less, is no backup."""
    home.back_up(own_home / "backup")
    folder = own_home / "copied"
    folder.mkdir(mode=0o700)
    parts = list(parcel.pack(folder, home.client.copy_store(folder, "x")))
    for wrong in ([*parts, b"x"], parts[:-1], [*parts[:-1], parts[-1][:-1]]):
        target = io.BytesIO()
        seal(wrong, target, Sensitive(PASSPHRASE), Work(8, 1, 1))
        target.seek(0)
        with pytest.raises(InvalidInput, match="a stream: it opens, and is no backup"):
            backup.check(home_at("new").profile, target, Sensitive(PASSPHRASE))


def test_checking_changes_nothing(home: Any, file: Path) -> None:
    """The same verification, while the store is in use, and nothing is recorded."""
    assert value(home) == "value 1"
    before = home.files()
    found = home.check(file)
    assert (found.problems, found.replaced) == ((), None)
    assert found.records > 3
    assert home.files() == before
    assert not [path for path in home.folder.iterdir() if path.is_dir()]


def test_a_user_that_is_not_in_it_is_told(home_at: Callable[..., Any], file: Path) -> None:
    """The restore is recorded as somebody's who is known there."""
    with pytest.raises(NotFound, match="no user 'anna'") as caught:
        home_at("new", LOCKWORK_USER="anna").restore(file)
    assert "--as" in str(caught.value.hint)
    assert not (home_at("new").folder / "lockwork.db").exists()


# --- what is wrong with the store that is here -------------------------------------------------------------


def test_a_damaged_store_can_be_replaced(home: Any, file: Path) -> None:
    """What cannot even be opened is kept aside byte for byte."""
    damaged = b"no database" * 1000
    (home.folder / "lockwork.db").write_bytes(damaged)
    found = home.restore(file, replace=True)
    old = Path(str(found.replaced))
    assert (old / "lockwork.db").read_bytes() == damaged
    assert value(home) == "value 0"
    assert home.client.verify_audit().ok


def test_a_log_that_stays_is_not_played_into_the_new_store(
    home: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where folding could not be done, file and log are kept together, and neither touches the new one."""
    value(home)
    home.client.update_secret("db", add_or_update_values={"k": "in the log"})
    content = {path.name: path.read_bytes() for path in home.folder.glob("lockwork.db*")}
    home.client.close()
    for name, each in content.items():
        (home.folder / name).write_bytes(each)
        (home.folder / name).chmod(0o600)
    assert len(content["lockwork.db-wal"]) > 4096
    monkeypatch.setattr(SqliteDatabase, "fold", lambda _: None)
    old = Path(str(home.restore(file, replace=True).replaced))
    assert value(home) == "value 0"
    assert home.client.verify_audit().ok
    kept = type(home)(old)
    assert value(kept) == "in the log"
    kept.client.close()


def test_a_keyring_that_opens_nothing_gives_way(home: Any, file: Path) -> None:
    """And is kept: it may be mended yet."""
    (home.folder / "keyring").write_text("lwk1_spoilt\n")
    found = home.restore(file, replace=True)
    assert (Path(str(found.replaced)) / "keyring").read_text() == "lwk1_spoilt\n"
    assert value(home) == "value 0"


FAILING = ("_unite", "_kept_aside", "rename")


@pytest.mark.parametrize("where", FAILING)
def test_a_failure_in_the_middle_leaves_the_old_store(
    home: Any, home_at: Callable[..., Any], file: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A full disk at any moment before the swap: as if nothing had been, the keyring byte for byte."""
    other = home_at("other")
    other.client.create_secret("db", {"k": "of another store"})
    other.client.close()
    before = other.files()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if where == "rename":
            replace = Path.replace
            patch.setattr(Path, "replace", lambda a, b: full() if b.name == "lockwork.db" else replace(a, b))
        else:
            patch.setattr(swapping, where, full)
        with pytest.raises(StoreUnusable, match="no space left"):
            other.restore(file, replace=True)
    assert other.files() == before
    assert value(other) == "of another store"
    other.client.close()
    other.restore(file, replace=True)
    assert value(other) == "value 0"


def test_the_store_of_another_user_is_theirs_to_restore(
    home: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root would leave files that their owner cannot open."""
    monkeypatch.setattr(os, "geteuid", lambda: home.folder.stat().st_uid + 1)
    with pytest.raises(Refused, match="belongs to another user"):
        home.restore(file, replace=True)


def test_a_copy_in_a_log_is_folded_in(home: Any, file: Path) -> None:
    """What is kept aside is one file with everything that was committed, also what lay in the log."""
    database = SqliteDatabase(home.folder / "lockwork.db")
    with database.reading():
        pass
    home.client.update_secret("db", add_or_update_values={"k": "in the log"})
    database.close()
    home.client.close()
    old = Path(str(home.restore(file, replace=True).replaced))
    assert {path.name for path in old.iterdir()} == {"lockwork.db", "keyring"}
    kept = type(home)(old)
    assert value(kept) == "in the log"
    kept.client.close()
