"""`back_up`: one moment of a store that is in use, whole, in a file of its owner's alone."""

import fcntl
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
from tests.carried import everything_carried

from lockwork.crypto.keyring import RootKey
from lockwork.domain.errors import InvalidInput, LockworkError, Refused, RootKeyUnusable
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Listing
from lockwork.moving import backup
from lockwork.service import copies


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    database = sqlite3.connect(folder / "lockwork.db")
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    database.close()
    return found


def actions(home: Any) -> list[tuple[str, str | None]]:
    listing = Listing(filters={"action": "startswith:store."}, sort_by="asc:number")
    return [(one.action, one.name) for one in home.client.list_audit(listing) if one.kind == "store"]


def test_everything_comes_back(home: Any, home_at: Callable[..., Any], own_home: Path) -> None:
    """Every row of every table, and the keyring byte for byte: versions, deleted ones, the trail."""
    client = home.client
    client.update_secret("db", add_or_update_values={"k": "value 1"})
    client.create_secret("mine", {"k": "own"}, scope="user")
    client.create_secret("gone", {"k": "deleted"})
    client.delete_secret("gone")
    client.create_user("anna")
    client.create_workspace("team")
    client.add_key()
    client.activate_key()
    client.register_component("mlflow", "mlflow", "experiment-tracker", {"tracking_password": "{{db.k}}"})
    made = home.back_up(own_home / "backup")
    new = home_at("new")
    found = new.restore(own_home / "backup")
    assert (found.copy, found.problems, found.replaced) == (made.copy, (), None)
    new.client.close()
    client.close()
    before, after = tables(home.folder), tables(new.folder)
    restored = {row for row in after["audit"] if row not in before["audit"]}
    assert [row[4] for row in restored] == ["store.restore"]
    for name in before.keys() - {"audit", "audit_head"}:
        assert after[name] == before[name], name
    assert set(before["audit"]) < set(after["audit"])
    assert (new.folder / "keyring").read_bytes() == (home.folder / "keyring").read_bytes()
    assert new.client.get_secret("db").secret_values == {"k": "value 1"}
    assert new.client.get_secret("db", version=1).secret_values == {"k": "value 0"}
    assert new.client.undelete_secret("gone").name == "gone"
    assert new.client.verify_audit().ok


def test_who_and_when_is_in_the_trail_of_both(home: Any, home_at: Callable[..., Any], file: Path) -> None:
    """The copy holds the record of its own making; the restored store also that it was restored."""
    new = home_at("new")
    new.restore(file)
    assert actions(home) == [("store.backup", str(file))]
    (first, (action, told)) = actions(new)
    assert first == ("store.backup", str(file))
    assert action == "store.restore"
    assert str(told).startswith("backup, made 20")


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_file_is_for_its_owner_alone(home: Any, own_home: Path, umask: int) -> None:
    """0600 whatever the umask; nothing else is left beside it or in the store's folder."""
    (own_home / "out").mkdir()
    before = os.umask(umask)
    try:
        made = home.back_up(own_home / "out" / "backup")
    finally:
        os.umask(before)
    (only,) = (own_home / "out").iterdir()
    assert stat.S_IMODE(only.stat().st_mode) == 0o600
    assert made.size == only.stat().st_size
    assert not [path for path in home.folder.iterdir() if path.is_dir()]


def test_what_is_there_is_kept(home: Any, own_home: Path) -> None:
    """A file is replaced by force alone; a link, a folder or a device never. Nothing is recorded either."""
    taken, link, folder = own_home / "taken", own_home / "link", own_home / "folder"
    taken.write_text("precious")
    link.symlink_to(taken)
    folder.mkdir()
    for path, force in ((taken, False), (link, True), (folder, True), (Path("/dev/null"), True)):
        with pytest.raises(InvalidInput):
            home.back_up(path, replace=force)
    assert taken.read_text() == "precious"
    assert actions(home) == []
    home.back_up(taken, replace=True)
    assert taken.read_bytes().startswith(b"lockwork")


def test_a_failure_leaves_nothing(home: Any, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither half a file nor a copy of the store, wherever it fails."""
    with pytest.raises(InvalidInput, match="no such file"):
        home.back_up(own_home / "nowhere" / "backup")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lockwork.moving.parcel.pack", lambda *_: iter(full, None))
    with pytest.raises(InvalidInput, match="no space left"):
        home.back_up(own_home / "backup")
    assert not (own_home / "backup").exists()
    assert not [path for path in home.folder.iterdir() if path.is_dir()]


def test_a_home_without_a_store_is_told(home_at: Callable[..., Any], own_home: Path) -> None:
    """No empty store is made for a backup's sake."""
    with pytest.raises(Refused, match="there is no store"):
        home_at("nothing").back_up(own_home / "backup")
    assert not (own_home / "nothing").exists()


def test_a_stream(home: Any, home_at: Callable[..., Any]) -> None:
    """A backup goes through a pipe as well as into a file."""
    target, words = io.BytesIO(), Sensitive("correct horse battery staple")
    made = backup.back_up(home.client, target, words)
    assert (made.file, made.size) == (None, len(target.getvalue()))
    new = home_at("new")
    target.seek(0)
    backup.restore(new.profile, target, words)
    assert new.client.get_secret("db").secret_values == {"k": "value 0"}
    assert actions(home) == [("store.backup", "a stream")]


def test_a_root_key_from_elsewhere_stays_there(home_at: Callable[..., Any], own_home: Path) -> None:
    """It is not in the backup, which says so; restoring asks for it before anything."""
    key = RootKey.generate().reveal()
    home = home_at("kept-apart", LOCKWORK_ROOT_KEY=key)
    home.client.create_secret("db", {"k": "v"})
    made = home.back_up(own_home / "backup")
    assert not made.copy.has_keyring
    with pytest.raises(RootKeyUnusable, match="holds no root key") as caught:
        home_at("new").restore(own_home / "backup")
    assert "LOCKWORK_ROOT_KEY_FILE" in str(caught.value.hint)
    with pytest.raises(RootKeyUnusable, match="is needed"):
        home_at("new", LOCKWORK_ROOT_KEY=RootKey.generate().reveal()).restore(own_home / "backup")
    (own_home / "key").write_text(key)
    (own_home / "key").chmod(0o600)
    new = home_at("new", LOCKWORK_ROOT_KEY_FILE=str(own_home / "key"))
    new.restore(own_home / "backup")
    assert new.client.get_secret("db").secret_values == {"k": "v"}
    assert not (own_home / "new" / "keyring").exists()


def test_a_key_that_changes_meanwhile(
    home: Any, home_at: Callable[..., Any], own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotation between the copy of the database and that of the keyring: both are taken anew."""
    other = home_at("home")
    read, reads = copies._keyring_text, []

    def rotate_in_between(house: Any) -> str:
        if len(reads) == 1:
            old = other.client.list_keys()[0].id
            other.client.add_key()
            other.client.activate_key()
            while other.client.rewrap_versions():
                pass
            other.client.retire_keys()
            other.client.destroy_key(old)
        reads.append(house)
        return read(house)

    monkeypatch.setattr(copies, "_keyring_text", rotate_in_between)
    home.back_up(own_home / "backup")
    assert len(reads) > 2
    new = home_at("new")
    new.restore(own_home / "backup")
    assert new.client.get_secret("db").secret_values == {"k": "value 0"}


WRITER = """
import sys
from lockwork import Client
client, mine = Client(), sys.argv[1]
print("ready", flush=True)
for number in range(10_000):
    client.create_secret(f"{mine}-{number}", {"k": str(number)})
    client.update_secret("shared", add_or_update_values={mine: str(number)})
    print(number, flush=True)
"""


def test_while_four_processes_write(home: Any, home_at: Callable[..., Any], own_home: Path) -> None:
    """What was acknowledged before is in the copy, which is of one moment: nothing contradicts itself."""
    home.client.create_secret("shared", {"k": "v"})
    environment = {**os.environ, "LOCKWORK_HOME": str(home.folder)}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, f"w{n}"], stdout=subprocess.PIPE, text=True, env=environment
        )
        for n in range(4)
    ]
    try:
        lines = [writer.stdout for writer in writers if writer.stdout]
        for _ in range(4):
            assert all(line.readline() for line in lines)
        acknowledged = []
        for count in range(2):
            acknowledged.append([int(line.readline()) for line in lines])
            home.back_up(own_home / f"backup {count}")
        after = [int(line.readline()) for line in lines]
        assert all(writer.poll() is None for writer in writers)  # they went on all the while
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    assert all(later > sooner for later, sooner in zip(after, acknowledged[0], strict=True))
    for count, numbers in enumerate(acknowledged):
        new = home_at(f"new {count}")
        assert new.restore(own_home / f"backup {count}").problems == ()
        shared = new.client.get_secret("shared").secret_values
        for writer, number in enumerate(numbers):
            for each in range(number + 1):
                assert new.client.get_secret(f"w{writer}-{each}").secret_values == {"k": str(each)}
            assert int(shared[f"w{writer}"]) >= number


def test_what_a_kill_left_is_taken_away(home: Any, own_home: Path) -> None:
    """A half-made copy holds keys: the next backup removes it, but for one that is being made."""
    left, used = home.folder / ".work-left", home.folder / ".work-used"
    for folder in (left, used):
        folder.mkdir()
        (folder / "keyring").write_text("lwk1_")
    held = os.open(used, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    home.back_up(own_home / "backup")
    assert not left.exists()
    assert used.exists()
    os.close(held)
    home.back_up(own_home / "another")
    assert not used.exists()


def test_nothing_in_the_file_is_in_the_clear(home: Any, own_home: Path) -> None:
    """No name, no key and nothing of a database but its size is to be seen."""
    home.back_up(own_home / "backup")
    content = (own_home / "backup").read_bytes()
    for word in (b"SQLite", b"CREATE TABLE", b"lwk1_", b"default", b"schema"):
        assert word not in content


def test_a_failure_quotes_no_passphrase(home: Any, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does any of its chain, nor what stands in the frames of a traceback that shows them."""
    for words in ("hunter2-wrong-passphrase", "hunter2-wrong-\ud800"):
        with pytest.raises(LockworkError) as caught:
            home.check(file, words)
        assert not any("hunter2" in text for text in everything_carried(caught.value))
    assert "hunter2" not in "".join(capsys.readouterr())
