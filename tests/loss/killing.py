"""`killing.py N WORDS…`: the command `lockwork WORDS`, killed by the kernel at its n-th moment.

A moment is before each statement that a database is asked, and before each time that the interpreter touches
a file, folder or lock in LOCKWORK_HOME: it announces these. Killed never, it prints how many there were.
"""

import os
import signal
import sys
from typing import Any
from unittest import mock

from lockwork.cli import main
from lockwork.client.api import Client
from lockwork.database.sqlite.database import SqliteDatabase

last, words = int(sys.argv[1]), sys.argv[2:]
home = os.environ["LOCKWORK_HOME"]
moments = 0
TOUCHING = ("open", "os.", "shutil.", "sqlite3.connect", "fcntl.flock")


def count(_what: object = None) -> None:
    global moments
    moments += 1
    if moments == last:
        os.kill(os.getpid(), signal.SIGKILL)


def hear(event: str, arguments: tuple[object, ...]) -> None:
    is_lock = event == "fcntl.flock"
    if event.startswith(TOUCHING) and (is_lock or any(home in str(one) for one in arguments)):
        count()


def watched(self: SqliteDatabase, path: Any, *, hold: Any = None, watch: Any = None) -> None:
    make(self, path, hold=hold, watch=count)


def in_small_batches(self: Client, *, reseal: bool = False) -> int:
    return rewrap(self, reseal=reseal, size=3)


make, rewrap = SqliteDatabase.__init__, Client.rewrap_versions
mock.patch.object(SqliteDatabase, "__init__", watched).start()
mock.patch.object(Client, "rewrap_versions", in_small_batches).start()
sys.addaudithook(hear)
code = main.run(words)
if code == 0:
    print(f"\n{moments}")
sys.exit(code)
