"""Stores that suffer: their processes are killed, their disks fill up, their pages are spoilt."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
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


@pytest.fixture
def obeying_permissions() -> list[str]:
    """Words before a command that make it obey the modes of files, which root does not."""
    if os.geteuid() != 0:
        return []
    lacking = "-dac_override,-dac_read_search"
    return ["setpriv", f"--inh-caps={lacking}", f"--bounding-set={lacking}"]
