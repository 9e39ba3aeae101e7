"""Waiting for others who have the store locked: SQLite waits by itself, but not always, and not in turn."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from lockwork.database.sqlite.failures import code_of

T = TypeVar("T")
_PAUSE = 0.005
"""Seconds. The same for all, however long they wait: so each has the same chance of being next."""


def until_free(act: Callable[[], T], seconds: float) -> T:
    """What it answers once it is no longer told "busy"; after so many seconds, that is its failure."""
    until = time.monotonic() + seconds
    while True:
        try:
            return act()
        except sqlite3.OperationalError as error:
            if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_PAUSE)


@contextmanager
def patience(connection: sqlite3.Connection, seconds: float, afterwards: float) -> Iterator[None]:
    """How long SQLite itself waits meanwhile, and afterwards."""
    connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(afterwards * 1000)}")
