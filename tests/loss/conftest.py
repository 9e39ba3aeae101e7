"""Stores that suffer: their processes are killed, their disks fill up, their pages are spoilt."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.runs import RunStatus

VALUE = "hunter2-of-the-store"


class Said(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def command(*words: str, within: Sequence[str] = ()) -> Said:
    """`lockwork WORDS` as a real process, started through the words `within`."""
    ran = subprocess.run(
        [*within, sys.executable, "-m", "lockwork", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert "Traceback" not in ran.stderr
    return Said(ran.returncode, ran.stdout, ran.stderr)


def refused(said: Said, *words: str) -> None:
    """It could not be asked: it says so in these words, with a way out, and shows no value."""
    assert said.code == 3, said
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "\nhint: " in said.err
    assert VALUE not in said.err
    for word in words:
        assert word in said.err


def opened(home: Path) -> Client:
    """A client of the store in this folder."""
    return Client(workspace="default", gateway=Embedded(home, user="default"))


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store is, or will be, for this process and those that it starts."""
    home = own_home / "home"
    monkeypatch.setenv("LOCKWORK_HOME", str(home))
    return home


@pytest.fixture
def open_client(home: Path) -> Iterator[Callable[[], Client]]:
    """Opens the store of `home` as often as it is called; closed at the end."""
    made: list[Client] = []

    def fresh() -> Client:
        made.append(opened(home))
        return made[-1]

    yield fresh
    for client in made:
        client.close()


def check_whole(home: Path) -> dict[str, dict[str, str]]:
    """Nothing is half there: pages, indexes, trail, versions and runs agree; every value, by its secret."""
    with closing(opened(home)) as client:
        assert client.verify_audit().problems == ()
        assert all(key.present for key in client.list_keys())
        assert client.list_runs(status="running", size=1000).items == tuple(
            run for run in client.list_runs(size=1000) if run.status is RunStatus.RUNNING
        )
        found = {}
        for info in client.list_secrets(size=10_000):
            kept = [v.version for v in client.list_secret_versions(info.id) if v.state in ("kept", "current")]
            assert kept[0] == info.version
            values = [client.get_secret(info.id, version=number).secret_values for number in kept]
            assert values[0].keys() == set(info.keys)
            assert all(values)
            found[info.name] = dict(values[0])
    with closing(sqlite3.connect(home / "lockwork.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    return found


def files(home: Path) -> dict[str, bytes]:
    """What lies there and counts: not locks, and not SQLite's own files, which come and go."""
    kept = (path for path in home.rglob("*") if path.is_file() and path.name in ("lockwork.db", "keyring"))
    return {path.name: path.read_bytes() for path in kept}


# ---- kill -9 at a chosen moment ----

KILLING = Path(__file__).with_name("killing.py")


def killed_at(moment: int, *words: str) -> int | None:
    """`lockwork WORDS`, killed at the n-th moment; how many there were if it came to its end before."""
    ran = subprocess.run(
        [sys.executable, str(KILLING), str(moment), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    if ran.returncode == 0:
        return int(ran.stdout.splitlines()[-1])
    assert ran.returncode == -9, ran
    return None


def moments(*words: str) -> int:
    """How many moments there are; this does the command's work."""
    count = killed_at(0, *words)
    assert count
    return count


def spread(count: int, kills: int) -> range:
    """So many of the moments, first and last among them; all where there are no more."""
    return range(1, count + 1, max(1, (count - 1) // max(1, kills - 1)))


# ---- ways to be without root's privileges over permissions ----


def obeying_permissions() -> list[str]:
    """Words before a command that make it obey the modes of files, which root does not."""
    if os.geteuid() != 0:
        return []
    lacking = "-dac_override,-dac_read_search"
    return ["setpriv", f"--inh-caps={lacking}", f"--bounding-set={lacking}"]
