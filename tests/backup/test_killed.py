"""`kill -9` at each moment of a restore or a backup: the old store or the new one is there, whole."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# The kernel's own kill, before the n-th time that the interpreter touches a file, a folder, a lock or a
# database: it announces each of these. From when on they count is the first argument.
KILLED = """
import os, signal, sys
from pathlib import Path
from lockwork.client.api import Client
from lockwork.client.profile import Profile
from lockwork.crypto.passphrase import Work
from lockwork.domain.sensitive import Sensitive
from lockwork.moving import backup
from lockwork.service import swapping

begin, file, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
counted, counts = 0, begin == "at once"
TOUCHING = ("open", "os.", "shutil.", "fcntl.", "sqlite3.", "tempfile.")

def count(event, arguments):
    global counted
    if counts and event.startswith(TOUCHING):
        counted += 1
        if counted == last:
            os.kill(os.getpid(), signal.SIGKILL)

def from_now_on(act):
    def counting(*words):
        global counts
        counts = True
        return act(*words)
    return counting

swapping.put_in_place = from_now_on(swapping.put_in_place)
sys.addaudithook(count)
words = Sensitive("correct horse battery staple")
if sys.argv[4] == "restore":
    backup.restore(Profile(), file, words, replace=True)
else:
    backup.back_up(Client(), file, words, replace=True, work=Work(8, 1, 1))
counts = False
print(counted)
"""


def killed(home: Any, begin: str, file: Path, last: int, act: str) -> int | None:
    """Kill it there; how often it touched anything, if it came to its end before."""
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, begin, str(file), str(last), act],
        env={**os.environ, "LOCKWORK_HOME": str(home.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode == 0:
        return int(ran.stdout)
    assert ran.returncode == -9, ran.stderr
    return None


def which(home: Any) -> str:
    """The store that is there, if it is whole: it opens, its trail holds, its root keys are at hand."""
    assert home.client.verify_audit().problems == ()
    assert all(key.present for key in home.client.list_keys())
    found = str(home.client.get_secret("db").secret_values["k"])
    home.client.close()
    return found


def kill_everywhere(home_at: Callable[..., Any], file: Path, begin: str, every: int) -> tuple[str, ...]:
    """Which store was there after each kill, in the order of the moments."""
    seen, last, end = [], 1, None
    while end is None:
        other = home_at(f"other {last}")
        other.client.create_secret("db", {"k": "of another store"})
        other.client.close()
        end = killed(other, begin, file, last, "restore")
        seen.append(which(other))
        other.restore(file, replace=True)
        assert which(other) == "value 0"
        assert {path.suffix for path in other.folder.glob(".work*")} == set()
        kept = [which(type(other)(path)) for path in other.folder.glob("replaced-*")]
        assert kept.count("of another store") == 1  # whenever it was killed
        last += every
    assert last > 30
    return tuple(seen)


def test_a_restore_that_is_killed_while_it_replaces(home_at: Callable[..., Any], file: Path) -> None:
    """At every third touch from the lock on: first always the old store, then always the new one."""
    seen = kill_everywhere(home_at, file, "replacing", 3)
    turn = seen.index("value 0")
    assert set(seen[:turn]) == {"of another store"}
    assert set(seen[turn:]) == {"value 0"}
    assert 3 < turn < len(seen) - 1


@pytest.mark.soak
def test_a_restore_that_is_killed_anywhere(home_at: Callable[..., Any], file: Path) -> None:
    """At each touch, from the first file on that it opens."""
    seen = kill_everywhere(home_at, file, "at once", 1)
    assert list(seen) == sorted(seen)
    assert set(seen) == {"of another store", "value 0"}


def backups_killed(home: Any, file: Path, every: int) -> None:
    content, last, end = file.read_bytes(), 1, None
    while end is None:
        end = killed(home, "at once", file, last, "backup")
        assert which(home) == "value 1"
        if file.read_bytes() != content:
            content = file.read_bytes()
            assert home.check(file).problems == ()
        last += every
    home.back_up(file, replace=True)
    assert not list(home.folder.glob(".work*"))


def test_a_backup_that_is_killed(home: Any, file: Path) -> None:
    """The file is the one of before or the new one, whole; the next backup clears away what was left."""
    backups_killed(home, file, 9)


@pytest.mark.soak
def test_a_backup_that_is_killed_anywhere(home: Any, file: Path) -> None:
    """The same at each touch."""
    backups_killed(home, file, 1)
