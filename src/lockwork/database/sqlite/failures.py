"""What the driver answers, or its failure in our words: what is wrong with which store, and the way out."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, LockworkError, StoreUnusable

BUSY_SECONDS = 30
T = TypeVar("T")


class _Said(NamedTuple):
    message: str
    hint: str | None


_LOCKED = _Said(
    f"{{store}} was locked by another process for {BUSY_SECONDS} seconds",
    "find the process that holds it, or try again",
)
_READ_ONLY = _Said("{store} cannot be written: it is read-only", ways_out.PERMIT)
_FULL = _Said("{store} cannot be written: the disk is full; nothing was changed", ways_out.FREE_SPACE)
_NOT_WRITTEN = _Said(
    "{store} cannot be written: the disk, a quota or `ulimit -f` refused it; nothing was changed",
    ways_out.FREE_SPACE,
)
_SAID: dict[int, _Said] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,  # too many opened and closed it at once
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR_SHMSIZE: _FULL,
    sqlite3.SQLITE_IOERR_WRITE: _NOT_WRITTEN,
    sqlite3.SQLITE_IOERR_SHMOPEN: _NOT_WRITTEN,
    sqlite3.SQLITE_CORRUPT: _Said("{store} is damaged", ways_out.RESTORE),
    sqlite3.SQLITE_NOTADB: _Said("the file of {store} is not a database, or is damaged", ways_out.RESTORE),
    sqlite3.SQLITE_CANTOPEN: _Said("{store} cannot be opened", "check that its folder exists and is yours"),
    sqlite3.SQLITE_CONSTRAINT: _Said(
        "{store} contradicts itself; nothing was changed", "lockwork audit verify"
    ),
    sqlite3.SQLITE_IOERR: _Said("the disk failed while {store} was used", "look at the system's log"),
}
"""By extended code, where that says more, else by its primary one."""


def asked(driver: Callable[[], T], folder: Path | None = None) -> T:
    """What the driver answers; its failure as one of ours, raised so that no chain keeps its text."""
    try:
        return driver()
    except sqlite3.Error as error:
        failure = failure_of(error, folder)
    except UnicodeEncodeError:
        failure = InvalidInput("what was given holds a lone surrogate, which is not text")
    except OverflowError:
        failure = InvalidInput("what was given holds a number that is too large")
    raise failure


def code_of(error: sqlite3.Error) -> int:
    """The primary code; 0 where it is the driver's own failure."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def failure_of(error: sqlite3.Error, folder: Path | None) -> LockworkError:
    """The driver's failure as one of ours."""
    code = code_of(error)
    said = _SAID.get(getattr(error, "sqlite_errorcode", 0)) or _SAID.get(code)
    if code == sqlite3.SQLITE_CANTOPEN and folder and folder.exists() and not os.access(folder, os.W_OK):
        said = _READ_ONLY  # it says no more where a file beside the database cannot be made
    if code == 0 and isinstance(error, sqlite3.OperationalError):  # text that is none, in a row
        said = _SAID[sqlite3.SQLITE_CORRUPT]
    if said is None:
        said = _Said(f"{{store}} failed ({type(error).__name__}, code {code})", None)
    store = "the store" if folder is None else f"the store in {folder}"
    return StoreUnusable(said.message.format(store=store), hint=said.hint)
