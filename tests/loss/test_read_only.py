"""A store that nobody may write: told where it matters; what needs no record goes on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

VALUE = "hunter2-of-the-store"
KILLED = """
import os, signal
from lockwork import Client
client = Client()
client.create_secret("late", {"k": "v"})
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def filled(lockable: Any) -> Any:
    """With a store that holds one secret."""
    lockable.store.done("secret", "create", "db", f"--k={VALUE}")
    return lockable


def test_nothing_is_changed_and_no_value_is_given(filled: Any, own_home: Path, writing: Any):
    """In a folder that is read-only every change and every reveal is refused; later, all is as it was."""
    filled.mount_again("ro")
    for words in writing:
        filled.store.command(*words).check_refused("cannot ", str(filled.store.folder))
    filled.mount_again("rw")
    assert filled.store.done("secret", "get", "db", "--key", "k") == VALUE
    assert filled.copied_to(own_home / "copy").check_whole() == {"db": {"k": VALUE}}


def test_what_is_there_can_be_looked_at(filled: Any, looking: Any):
    """Lists, descriptions, checks and the trail write nothing."""
    filled.mount_again("ro")
    for words in looking:
        filled.store.done(*words)


def test_a_killed_process_left_its_log(filled: Any):
    """What lies in the log is read as well where its index is there, and never left out where it is not."""
    assert filled.store.process(sys.executable, "-c", KILLED).code == -9
    filled.mount_again("ro")
    found = json.loads(filled.store.done("secret", "list", "-o", "json"))
    assert [one["name"] for one in found] == ["db", "late"]
    filled.mount_again("rw")
    assert filled.store.process("rm", f"{filled.store.folder}/lockwork.db-shm").code == 0
    filled.mount_again("ro")
    filled.store.command("secret", "list").check_refused("was not closed", "lockwork.db-wal")
    filled.mount_again("rw")
    found = json.loads(filled.store.done("secret", "list", "-o", "json"))
    assert [one["name"] for one in found] == ["db", "late"]


def test_no_store_can_be_made(lockable: Any):
    """In an empty folder that is read-only: told with the folder."""
    lockable.store.process("mkdir", "-m", "700", str(lockable.store.folder))
    lockable.mount_again("ro")
    for words in (("secret", "list"), ("secret", "create", "db", f"--k={VALUE}")):
        lockable.store.command(*words).check_refused(str(lockable.store.folder), "who may write")
    lockable.mount_again("rw")
    lockable.store.done("secret", "create", "db", f"--k={VALUE}")


def test_a_file_that_is_read_only(store: Any, writing: Any, looking: Any, obeying_permissions: list[str]):
    """The database alone may not be written: the same."""
    store.done("secret", "create", "db", f"--k={VALUE}")
    store.within = obeying_permissions
    (store.folder / "lockwork.db").chmod(0o400)
    for words in looking:
        store.done(*words)
    for words in writing:
        store.command(*words).check_refused("read-only", str(store.folder))
    (store.folder / "lockwork.db").chmod(0o600)
    assert store.check_whole() == {"db": {"k": VALUE}}
