"""Stores that suffer: their processes are killed, their disks fill up, their pages are spoilt."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded

VALUE = "hunter2-of-the-store"
"""What a refusal must not show."""
KILLING = Path(__file__).with_name("killing.py")


class Said(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    def check_refused(self, *words: str) -> None:
        """It could not be asked: told in these words, with a way out, and no value is shown."""
        assert self.code == 3, self
        assert self.out == ""
        assert "error: " in self.err
        assert "\nhint: " in self.err
        assert VALUE not in self.err
        for word in words:
            assert word in self.err, self.err


class Store:
    """The store of a folder, or one that is to be made there."""

    def __init__(self, folder: Path, within: Sequence[str] = ()) -> None:
        self.folder = folder
        self.within = [*within]
        """Words before every command that starts a process."""

    def opened(self) -> closing[Client]:
        """A fresh client, closed at the end of the block."""
        return closing(Client(workspace="default", gateway=Embedded(self.folder, user="default")))

    def process(self, *words: str) -> Said:
        """A real process with this store as its home."""
        ran = subprocess.run(
            [*self.within, *words],
            env={**os.environ, "LOCKWORK_HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        return Said(ran.returncode, ran.stdout, ran.stderr)

    def command(self, *words: str) -> Said:
        """`lockwork WORDS`."""
        return self.process(sys.executable, "-m", "lockwork", *words)

    def done(self, *words: str) -> str:
        """What a command printed that must succeed."""
        said = self.command(*words)
        assert said.code == 0, said
        return said.out

    def run_together(self, script: str, processes: int, *words: str) -> None:
        """So many processes, let go at one moment once each has said `ready`, and each to its end.

        A script finds its number in `sys.argv[1]`, the words behind it, and waits for a line.
        """
        started = [
            subprocess.Popen(
                [sys.executable, "-c", script, str(number), *words],
                env={**os.environ, "LOCKWORK_HOME": str(self.folder)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for number in range(processes)
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate(timeout=600) for process in started]
        assert [process.returncode for process in started] == [0] * processes, told

    def keep(self, secrets: dict[str, dict[str, str]]) -> None:
        """Each of them in two versions: in the old one `k` was another."""
        with self.opened() as client:
            for name, values in secrets.items():
                client.create_secret(name, {**values, "k": "old"})
                client.update_secret(name, add_or_update_values=values)

    def files(self) -> dict[str, bytes]:
        """What lies there and counts: not locks, and not SQLite's own files, which come and go."""
        return {name: (self.folder / name).read_bytes() for name in ("lockwork.db", "keyring")}

    def check_whole(self) -> dict[str, dict[str, str]]:
        """Nothing is half there: pages, indexes, trail and versions agree. Every value, by its secret."""
        with self.opened() as client:
            assert client.verify_audit().problems == ()
            assert all(key.present for key in client.list_keys())
            found = {}
            for info in client.list_secrets(size=10_000):
                versions = client.list_secret_versions(info.id)
                kept = [version.version for version in versions if version.state in ("kept", "current")]
                assert kept[0] == info.version
                values = [client.get_secret(info.id, version=number).secret_values for number in kept]
                assert all(values)
                assert values[0].keys() == set(info.keys)
                found[info.name] = dict(values[0])
        with closing(sqlite3.connect(self.folder / "lockwork.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        return found

    def killed_at(self, moment: int, *words: str) -> int | None:
        """`lockwork WORDS`, killed at the n-th moment; how many there were if it came to its end before."""
        said = self.process(sys.executable, str(KILLING), str(moment), *words)
        if said.code == 0:
            return int(said.out.splitlines()[-1])
        assert said.code == -9, said
        return None

    def moments(self, kills: int, *words: str) -> range:
        """So many of a command's moments, or all there are; it is told by doing the command's work."""
        count = self.killed_at(0, *words)
        assert count
        return range(1, count + 1, max(1, count // kills))


@pytest.fixture
def store(own_home: Path) -> Store:
    """Where a store is made by the first question."""
    return Store(own_home / "home")


# ---- places where nothing can be written ----

_IS_ROOT = os.geteuid() == 0
_OWN_MOUNTS = ["unshare", "--mount"] if _IS_ROOT else ["unshare", "--user", "--map-root-user", "--mount"]
_ENTER = ["nsenter", "--mount"] if _IS_ROOT else ["nsenter", "--user", "--preserve-credentials", "--mount"]
_MOUNTED = 'mount -t tmpfs -o size=2m,mode=700 tmpfs "$1" && echo mounted && exec cat'


class Disk:
    """A file system of 2 MiB that only the processes of its store see; it goes with the one that holds it."""

    how_to_fill = "keep"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._holder = subprocess.Popen(
            [*_OWN_MOUNTS, "sh", "-c", _MOUNTED, "sh", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._holder.stdout is not None
        self.is_there = self._holder.stdout.readline() == "mounted\n"
        self.folder = folder
        self.store = Store(folder / "home", [*_ENTER, f"--target={self._holder.pid}"])

    def fill(self) -> None:
        """Nothing can be written any more."""
        said = self.store.process("dd", "if=/dev/zero", f"of={self.folder}/filling", "bs=1k")
        assert "No space left" in said.err

    def free(self) -> None:
        assert self.store.process("rm", f"{self.folder}/filling").code == 0

    def mount_again(self, how: str) -> None:
        """`ro` or `rw`."""
        assert self.store.process("mount", "-o", f"remount,{how}", str(self.folder)).code == 0

    def copied_to(self, folder: Path) -> Store:
        """What is on it, where this process can look at it too."""
        assert self.store.process("cp", "-a", str(self.store.folder), str(folder)).code == 0
        return Store(folder)

    def close(self) -> None:
        self._holder.kill()
        self._holder.communicate()


class Limited:
    """Where none may be mounted too: the system refuses a store's processes every byte, as for a quota."""

    how_to_fill = "limit"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.folder, self.store = folder, Store(folder / "home")

    def fill(self) -> None:
        self.store.within = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]

    def free(self) -> None:
        self.store.within = []

    def copied_to(self, _folder: Path) -> Store:
        return self.store

    def close(self) -> None:
        self.free()


class Moded:
    """A folder and files in it that their owner may not write."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self.folder, self.store = folder, Store(folder / "home", _obeying_permissions())

    def mount_again(self, how: str) -> None:
        for path in (self.store.folder, *self.store.folder.iterdir()):
            mode = 0o700 if path.is_dir() else 0o600
            path.chmod(mode & 0o500 if how == "ro" else mode)

    def copied_to(self, folder: Path) -> Store:
        assert self.store.process("cp", "-a", str(self.store.folder), str(folder)).code == 0
        return Store(folder)

    def close(self) -> None:
        self.mount_again("rw")


@pytest.fixture
def obeying_permissions() -> list[str]:
    """See below."""
    return _obeying_permissions()


def _obeying_permissions() -> list[str]:
    """Words before a command that make it obey the modes of files, which root does not."""
    lacking = "-dac_override,-dac_read_search"
    return ["setpriv", f"--inh-caps={lacking}", f"--bounding-set={lacking}"] if _IS_ROOT else []


def _may_mount() -> bool:
    if not (which("unshare") and which("nsenter")):
        return False
    with TemporaryDirectory() as folder, closing(Disk(Path(folder) / "disk")) as disk:
        return disk.is_there


_DISKS = [Disk] if _may_mount() else []


@pytest.fixture(params=[*_DISKS, Limited], ids=lambda kind: kind.__name__)
def disk(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Disk | Limited]:
    """One that can be filled and freed, with a store that is made there."""
    with closing(request.param(own_home / "disk")) as made:
        yield made


@pytest.fixture(params=[*_DISKS, Moded], ids=lambda kind: kind.__name__)
def lockable(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Disk | Moded]:
    """One that can be made read-only and writable again."""
    with closing(request.param(own_home / "disk")) as made:
        yield made


@pytest.fixture
def writing() -> list[tuple[str, ...]]:
    """Commands that change something, or give a value, which needs its record. There is a secret `db`."""
    return [
        ("secret", "create", "new", f"--k={VALUE}"),
        ("secret", "update", "db", f"--k={VALUE}"),
        ("secret", "delete", "db", "-y"),
        ("secret", "delete", "db", "-y", "--purge"),
        ("artifact-store", "register", "new", "--flavor", "local"),
        ("user", "create", "anna"),
        ("key", "add"),
        ("key", "rotate"),
        ("secret", "get", "db", "--reveal"),
        ("secret", "get", "db", "--key", "k"),
        ("secret", "export", "db", "-f", "-"),
    ]


@pytest.fixture
def looking() -> list[tuple[str, ...]]:
    """Commands that need no record."""
    return [
        ("secret", "list"),
        ("secret", "get", "db"),
        ("secret", "versions", "db"),
        ("secret", "usage", "db"),
        ("stack", "list"),
        ("stack", "describe", "default"),
        ("stack", "validate", "default"),
        ("run", "list"),
        ("key", "list"),
        ("audit", "verify"),
        ("audit", "head"),
        ("status",),
    ]
