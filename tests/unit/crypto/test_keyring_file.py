"""The file that root keys lie in is never half-written, never lost, and never open to others."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from lockwork.crypto import keyring_file
from lockwork.domain.errors import AlreadyExists, LockworkError, RootKeyUnusable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "key ring"
    keyring_file.create(path, "old\n")
    return path


def more(text: str) -> str:
    return text + "new\n"


def test_others_access_is_refused_with_the_way_out(path):
    """Any right of group or others is an error whose hint is the command that mends it."""
    for extra in (0o040, 0o004, 0o020, 0o002, 0o010, 0o001, 0o044, 0o077):
        path.chmod(0o600 | extra)
        with pytest.raises(RootKeyUnusable, match=rf"\(mode {0o600 | extra:03o}\)") as failure:
            keyring_file.read(path)
        assert failure.value.hint == f"chmod 600 '{path}'"
        with pytest.raises(RootKeyUnusable, match="open to others"):
            keyring_file.edit(path, more)
    path.chmod(0o400)
    assert keyring_file.read(path) == "old\n"


def test_a_link_is_judged_by_what_it_leads_to(path, tmp_path):
    """A symbolic link does for the file, and editing through it changes the file and keeps the link."""
    link = tmp_path / "link"
    link.symlink_to(path)
    keyring_file.edit(link, more)
    assert link.is_symlink()
    assert path.read_text() == keyring_file.read(link) == "old\nnew\n"
    path.chmod(0o644)
    with pytest.raises(RootKeyUnusable, match="open to others"):
        keyring_file.read(link)


def test_a_missing_file_says_how_to_get_it_back(tmp_path):
    """No file is an error with its path and the way back; to make one, its folder must be there."""
    for act in (keyring_file.read, lambda p: keyring_file.edit(p, more)):
        with pytest.raises(RootKeyUnusable, match="none: no such file") as failure:
            act(tmp_path / "none")
        assert "LOCKWORK_ROOT_KEY_FILE" in str(failure.value.hint)
    with pytest.raises(RootKeyUnusable, match="cannot make the keyring file"):
        keyring_file.create(tmp_path / "none" / "keyring", "x")


def test_what_is_not_a_file_is_refused_at_once(tmp_path):
    """A folder and a pipe that nobody writes to are refused, without waiting."""
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir(mode=0o700)
    for name in ("pipe", "folder"):
        with pytest.raises(RootKeyUnusable, match="not a regular file"):
            keyring_file.read(tmp_path / name)


def test_a_large_file_is_refused(path):
    """A file far too large for keys is not read in."""
    path.write_bytes(b"#" * 65_536)
    keyring_file.read(path)
    path.write_bytes(b"#" * 65_537)
    with pytest.raises(RootKeyUnusable, match="larger than"):
        keyring_file.read(path)


def test_any_bytes_survive_an_edit(path):
    """Bytes that are no text, or text in another encoding, are kept as they are."""
    path.write_bytes(bytes(range(256)))
    keyring_file.edit(path, lambda text: text + "!")
    assert path.read_bytes() == bytes(range(256)) + b"!"


def test_creating_does_not_overwrite_whatever_the_race(tmp_path):
    """Of many that make the file at once, one does; the others are told, and nothing is left lying about."""
    path = tmp_path / "keyring"

    def make(n: int) -> int | None:
        try:
            keyring_file.create(path, str(n))
        except AlreadyExists:
            return None
        return n

    with ThreadPoolExecutor(8) as pool:
        made = [n for n in pool.map(make, range(40)) if n is not None]
    assert [path.read_text()] == [str(n) for n in made]
    assert list(tmp_path.iterdir()) == [path]


def test_many_writers_lose_nothing(path):
    """Edits at the same time all arrive: each sees what the one before it wrote."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: keyring_file.edit(path, lambda text: f"{text}{n}\n"), range(40)))
    lines = path.read_text().splitlines()
    assert lines[0] == "old"
    assert sorted(map(int, lines[1:])) == list(range(40))


def test_a_reader_never_misses_what_was_there(path):
    """While the file is edited over and over, every reading of it is whole and has all older lines."""
    done = Event()

    def watch() -> list[str]:
        seen = []
        while not done.is_set():
            seen.append(keyring_file.read(path))
        return seen

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        try:
            for _ in range(60):
                keyring_file.edit(path, more)
        finally:
            done.set()
    counts = [text.count("new\n") for text in watching.result()]
    assert counts == sorted(counts)
    assert all(text == "old\n" + "new\n" * n for text, n in zip(watching.result(), counts, strict=True))


def fail(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("broken", ["os.fsync", "os.fchown", "pathlib.Path.replace", "os.fdopen"])
def test_a_failed_edit_leaves_the_old_file(path, tmp_path, monkeypatch, broken):
    """Whatever goes wrong before the new file is in place, the old one stands, with nothing beside it."""
    before = path.stat()
    with monkeypatch.context() as patched:
        patched.setattr(broken, fail)
        with pytest.raises(RootKeyUnusable, match="no space left on device"):
            keyring_file.edit(path, more)
    assert (path.read_text(), path.stat().st_ino) == ("old\n", before.st_ino)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("broken", ["os.fsync", "os.link", "os.fdopen"])
def test_a_failed_creation_leaves_nothing(tmp_path, monkeypatch, broken):
    """A file that could not be made whole is not there at all."""
    with monkeypatch.context() as patched:
        patched.setattr(broken, fail)
        with pytest.raises(RootKeyUnusable, match="cannot make"):
            keyring_file.create(tmp_path / "keyring", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_change_that_refuses_changes_nothing(path, tmp_path):
    """What `change` raises comes out as it is, and the file is untouched."""

    def refuse(text: str) -> str:
        raise LockworkError("no")

    with pytest.raises(LockworkError, match=r"^no$"):
        keyring_file.edit(path, refuse)
    assert path.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def acts_on_disk(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> list[str]:
    """In order: what was synced to the disk, and when the new file took its place."""
    acts: list[str] = []
    sync, link, replace = os.fsync, os.link, Path.replace

    def synced(descriptor: int) -> None:
        acts.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", lambda *a: (acts.append("put in place"), link(*a)))
    monkeypatch.setattr(Path, "replace", lambda *a: (acts.append("put in place"), replace(*a)))
    work()
    return acts


@pytest.mark.parametrize("act", ["create", "edit"])
def test_a_file_is_on_the_disk_before_it_counts(path, tmp_path, monkeypatch, act):
    """The content is on the disk before the file takes its place, and the folder before the call returns."""
    work = {
        "create": lambda: keyring_file.create(tmp_path / "another", "x"),
        "edit": lambda: keyring_file.edit(path, more),
    }[act]
    assert acts_on_disk(monkeypatch, work) == ["sync file", "put in place", "sync folder"]


def test_new_files_are_closed_to_others_from_their_first_moment(path, tmp_path, monkeypatch):
    """Under the most open umask, no file that ever holds keys has rights for others."""
    modes: list[int] = []
    opened = os.open

    def noted(*args: object, **options: object) -> int:
        descriptor = opened(*args, **options)
        state = os.fstat(descriptor)
        if stat.S_ISREG(state.st_mode):
            modes.append(stat.S_IMODE(state.st_mode))
        return descriptor

    monkeypatch.setattr(os, "open", noted)
    before = os.umask(0)
    try:
        keyring_file.create(tmp_path / "another", "x")
        keyring_file.edit(path, more)
    finally:
        os.umask(before)
    assert set(modes) == {0o600}
    assert len(modes) >= 3


def test_an_edit_keeps_the_owner(path, monkeypatch):
    """When root changes a service's keyring, it stays the service's: the owner is put on before it counts."""
    owners: list[int] = []
    monkeypatch.setattr(os, "fchown", lambda fd, owner, group: owners.append((owner, group)))
    keyring_file.edit(path, more)
    assert owners == [(path.stat().st_uid, -1)]


def test_what_a_crash_left_is_swept_away(path, tmp_path):
    """A half-made file of an earlier crash holds keys: the next edit removes it, and nothing else."""
    left = tmp_path / ".key ring.0123456789abcdef.new"
    others = [tmp_path / name for name in ("key ring.new", ".other.0123.new", ".key ring.bak")]
    for file in (left, *others):
        file.write_text("x")
    keyring_file.edit(path, more)
    assert not left.exists()
    assert all(file.exists() for file in others)
