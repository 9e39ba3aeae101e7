"""A full disk: what cannot be written is told and changes nothing; what is there can be looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

VALUE = "hunter2-of-the-store"


@pytest.fixture
def full(disk: Any) -> Any:
    """A disk with a store that holds one secret, and no room for more."""
    disk.store.done("secret", "create", "db", f"--k={VALUE}")
    disk.fill()
    return disk


def test_nothing_is_changed_and_no_value_is_given(full: Any, own_home: Path, writing: Any):
    """Every change and every reveal is refused, naming the store and the disk; freed, all is as it was."""
    for words in writing:
        full.store.command(*words).check_refused("cannot ")
    full.free()
    assert full.store.done("secret", "get", "db", "--key", "k") == VALUE
    full.store.done("secret", "create", "other", "--k=v")
    store = full.copied_to(own_home / "copy")
    assert store.check_whole() == {"db": {"k": VALUE}, "other": {"k": "v"}}


def test_what_is_there_can_be_looked_at(full: Any, looking: Any):
    """Lists, descriptions, checks and the trail need no room."""
    for words in looking:
        full.store.done(*words)
    assert [one["name"] for one in json.loads(full.store.done("secret", "list", "-o", "json"))] == ["db"]


def test_no_store_can_be_made(disk: Any, own_home: Path):
    """Told with the folder; once there is room it is made, under one root key."""
    disk.store.process("mkdir", "-m", "700", str(disk.store.folder))
    disk.fill()
    disk.store.command("secret", "create", "db", f"--k={VALUE}").check_refused(str(disk.store.folder))
    disk.store.command("secret", "list").check_refused(str(disk.store.folder))
    disk.free()
    disk.store.done("secret", "create", "db", f"--k={VALUE}")
    store = disk.copied_to(own_home / "copy")
    assert store.check_whole() == {"db": {"k": VALUE}}
    with store.opened() as client:
        assert len(client.list_keys()) == 1
