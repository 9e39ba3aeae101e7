"""A fresh store, made by many at once, or by one that is killed: one store, one root key, no failure."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

FIRST = """
import sys
from pathlib import Path
from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.service import assembly, founding, secrets  # what takes time is done before they start together

client = Client(workspace="default", gateway=Embedded(Path(sys.argv[2]), user="default"))
print("ready", flush=True)
sys.stdin.readline()
client.create_secret(f"s{sys.argv[1]}", {"k": sys.argv[1]})
"""


def found_together(store: Any, processes: int = 8) -> None:
    """So many processes whose first question makes the store, let go at one moment."""
    store.run_together(FIRST, processes, str(store.folder))


def check_one_store(store: Any, processes: int = 8) -> None:
    """With what each of them kept, under the one root key that there is."""
    assert store.check_whole() == {f"s{number}": {"k": str(number)} for number in range(processes)}
    with store.opened() as client:
        (key,) = client.list_keys()
    assert (key.state, key.wraps) == ("active", processes)
    assert (store.folder / "keyring").read_text().count("lwk1_") == 1
    assert not list(store.folder.glob(".keyring.*"))


@pytest.mark.parametrize("times", [4, pytest.param(50, marks=pytest.mark.soak)])
def test_many_make_a_fresh_store_at_once(store: Any, times: int):
    """Eight processes, each with the first question: one store with what all of them kept."""
    for _ in range(times):
        found_together(store)
        check_one_store(store)
        shutil.rmtree(store.folder)


@pytest.mark.parametrize("kills", [6, pytest.param(1000, marks=pytest.mark.soak)])
def test_the_founder_is_killed(store: Any, kills: int):
    """At whichever moment of its making: those who come next make the store, under one root key."""
    for moment in store.moments(kills, "secret", "list"):
        shutil.rmtree(store.folder, ignore_errors=True)
        assert store.killed_at(moment, "secret", "list") is None
        found_together(store, 2)
        check_one_store(store, 2)
