"""A full disk: what cannot be written is told and changes nothing; what is there can be looked at."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

VALUE = "hunter2-of-the-store"
FILLING = str(Path(__file__).with_name("filling.py"))
CUT = "\n[lockwork: the log ends here: the disk is full; what the step printed after this was only shown]\n"


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


def test_a_run_on_a_disk_that_fills_up(disk: Any, own_home: Path):
    """Its end is told though it cannot be recorded; the next run records it as interrupted, with its log."""
    disk.store.done("secret", "list")
    said = disk.store.process(sys.executable, FILLING, disk.how_to_fill)
    assert said.code == 1
    assert "fill completed" in said.err
    assert "how it ended could not be recorded: the store in " in said.err
    assert "error: run " in said.err
    disk.free()
    (run,) = json.loads(disk.store.done("run", "list", "-o", "json"))
    assert run["status"] == "interrupted"
    log = disk.store.done("run", "logs", run["id"])
    assert log.startswith("before\nfilling\n")
    if disk.how_to_fill == "keep":
        assert log.endswith(CUT)
    disk.store.process(sys.executable, str(Path(FILLING).with_name("running.py")))
    ends = [one["status"] for one in json.loads(disk.store.done("run", "list", "-o", "json"))]
    assert ends == ["completed", "interrupted"]
    assert disk.store.done("run", "logs", run["id"]) == log
    store = disk.copied_to(own_home / "copy")
    assert store.check_whole() == {}
    assert not list((store.folder / "logs").iterdir())
