"""A rotation of the root key that is killed: what comes next finishes it, and readers notice nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from lockwork.domain.keys import KeyState

SECRETS = {f"s{n}": {"k": f"value {n}", "other": ""} for n in range(8)}

READING = """
import sys
from lockwork.client.api import Client

rounds = 0
wanted = {f"s{n}": {"k": f"value {n}", "other": ""} for n in range(8)}
while True:
    for name, values in wanted.items():
        assert Client().get_secret(name).secret_values == values
    if not rounds:
        print("read", flush=True)
    rounds += 1
"""


@pytest.fixture
def filled(store: Any) -> Any:
    """With live, old and deleted versions."""
    store.keep(SECRETS)
    with store.opened() as client:
        client.create_secret("gone", {"k": "v"})
        client.delete_secret("gone")
    return store


def sealed(store: Any) -> set[bytes]:
    """Every sealed value."""
    with closing(sqlite3.connect(store.folder / "lockwork.db")) as database:
        return {row[0] for row in database.execute("SELECT sealed FROM secret_values")}


@contextmanager
def reading_meanwhile(store: Any) -> Iterator[None]:
    """A process that reads all secrets over and over, with fresh clients, and must never fail."""
    reader = subprocess.Popen(
        [sys.executable, "-c", READING],
        env={**os.environ, "LOCKWORK_HOME": str(store.folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout is not None
    try:
        assert reader.stdout.readline() == "read\n"
        yield
        assert reader.poll() is None, reader.communicate()
    finally:
        reader.kill()
        reader.communicate()


def check_rotated(store: Any, before: set[bytes], *, resealed: bool) -> None:
    """All is under one active key, the old one is retired, and what was to be sealed anew is, everywhere."""
    assert store.check_whole() == SECRETS
    with store.opened() as client:
        assert [(key.state, key.wraps) for key in client.list_keys()] == [
            (KeyState.RETIRED, 0),
            (KeyState.ACTIVE, 17),
        ]
        assert client.get_secret("s0", version=1).secret_values["k"] == "old"
        client.undelete_secret("gone")
        assert client.get_secret("gone").secret_values == {"k": "v"}
    everything = b"".join(path.read_bytes() for path in store.folder.iterdir() if path.is_file())
    assert [one for one in before if one in everything] == ([] if resealed else list(before))
    assert (store.folder / "keyring").read_text().count("lwk1_") == 2


@pytest.mark.parametrize("words", [(), ("--reseal",)], ids=["rewrap", "reseal"])
@pytest.mark.parametrize("kills", [5, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_killed_rotation_is_finished(filled: Any, own_home: Path, words: tuple[str, ...], kills: int):
    """At whichever moment: everything opens at once, calling it again ends it, and the old key is retired."""
    kept, before = own_home / "kept", sealed(filled)
    shutil.copytree(filled.folder, kept)
    for moment in filled.moments(kills, "key", "rotate", *words):
        shutil.rmtree(filled.folder)
        shutil.copytree(kept, filled.folder)
        with reading_meanwhile(filled):
            assert filled.killed_at(moment, "key", "rotate", *words) is None
            assert filled.check_whole() == SECRETS
            with filled.opened() as client:
                states = [key.state for key in client.list_keys()]
            if KeyState.RETIRED not in states:  # else it was killed after its end
                filled.done("key", "rotate", *(words if KeyState.LEAKED not in states else ()))
        check_rotated(filled, before, resealed=bool(words))
