"""Reading where nothing can be written: on a full disk, or in a folder that is read-only.

SQLite reads a database with a log through an index file, which it makes when the first one opens it. Where
that cannot be made, the database is read by itself: as long as nobody else has it open, and only where all
that was committed is in it. Values are not given all the same, as no record of that can be written.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lockwork.database.sqlite import holds
from lockwork.database.sqlite.failures import asked
from lockwork.database.sqlite.holds import Hold
from lockwork.domain.errors import StoreUnusable

CALLED_FOR = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""The failures to open it that this may help against."""
_PATIENCE = 5
"""Seconds: others who read like this are soon done."""


@contextmanager
def connection(path: Path, hold: Path | None) -> Iterator[sqlite3.Connection]:
    """For one view of it: what others do to the file afterwards, this connection would not notice."""
    with closing(_alone(hold)):
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise StoreUnusable(
                f"{path} was not closed, and the end of it is in {log.name}, which cannot be opened where"
                " nothing can be written",
                hint="free some space, or copy both to a folder of yours alone and set LOCKWORK_HOME to that",
            )
        uri = f"{path.as_uri()}?mode=ro&immutable=1"
        with closing(
            asked(lambda: sqlite3.connect(uri, uri=True, isolation_level=None), path.parent)
        ) as opened:
            opened.row_factory = sqlite3.Row
            yield opened


def _alone(hold: Path | None) -> Hold:
    try:
        return holds.alone(hold, _PATIENCE) if hold else Hold(None)
    except OSError:  # not there, and cannot be made: so nobody else can open it to write
        return Hold(None)
