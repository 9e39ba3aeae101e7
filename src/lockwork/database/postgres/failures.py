"""What the driver answers, or its failure in our words and none of its own: those quote rows, and more."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import psycopg

from lockwork.database.engine import NUL
from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, LockworkError, StoreUnusable

LOCK_SECONDS = 30
STATEMENT_SECONDS = 60
CONNECT_SECONDS = 10
T = TypeVar("T")


class _Said(NamedTuple):
    message: str
    hint: str | None


_REACH = "check that it runs, and host and port in the database's URL"
_LET_IN = "check user, password and database in the database's URL, and the server's pg_hba.conf"
_AGAIN = "try again"
_LOST = _Said(
    "the connection to {place} was lost: what was being written is there as a whole, or not at all",
    "see what is there, then try again",
)
_ASKED_TO_WAIT = _Said("{place} takes no questions now: it starts, stops or recovers", _AGAIN)
_BETWEEN = _Said("another change came between, in {place}; nothing was changed", _AGAIN)

_SAID: dict[str, _Said] = {
    "08": _LOST,
    "28": _Said("{place} does not let this user in", _LET_IN),
    "3D": _Said("{place} has no such database", _LET_IN),
    "40": _BETWEEN,
    "23": _Said("{place} contradicts itself; nothing was changed", "lockwork audit verify"),
    "53": _Said("{place} is short of memory or connections; nothing was changed", _AGAIN),
    "53100": _Said("{place} cannot be written: its disk is full; nothing was changed", ways_out.FREE_SPACE),
    "53300": _Said("{place} has no connection left for another process", "raise its max_connections"),
    "57P01": _LOST,
    "57P02": _LOST,
    "57P03": _ASKED_TO_WAIT,
    "57014": _Said(
        f"{{place}} did not answer a question within {STATEMENT_SECONDS} seconds; nothing was changed", _AGAIN
    ),
    "55P03": _Said(
        f"{{place}} was locked by another process for {LOCK_SECONDS} seconds",
        "find the process that holds it (pg_stat_activity), or try again",
    ),
    "25006": _Said(
        "{place} cannot be written: it is read-only", "connect to the primary server, not to a standby"
    ),
    "42501": _Said("{place} does not let this user do that", "make this user the owner of the tables"),
    "42P07": _Said(
        "{place} holds tables of another program: a store needs a database, or a schema, of its own",
        "CREATE DATABASE lockwork, and name that in the database's URL",
    ),
    "XX001": _Said("{place} is damaged", "restore it with pg_restore from a copy"),
    "XX002": _Said("{place} has a damaged index", "REINDEX DATABASE, or restore it from a copy"),
    "58": _Said("the disk failed while {place} was used", "look at the server's log"),
}
"""By SQLSTATE, where that says more, else by its class."""

# A failure to connect has no SQLSTATE, and its text may quote what was given: it is told by what it holds.
_NOT_CONNECTED: dict[str, _Said] = {
    "password authentication failed": _SAID["28"],
    "no password supplied": _SAID["28"],
    "no pg_hba.conf entry": _SAID["28"],
    "authentication failed": _SAID["28"],
    "is not permitted to log in": _SAID["28"],
    'fatal:  role "': _SAID["28"],
    'fatal:  database "': _SAID["3D"],
    "too many clients": _SAID["53300"],
    "remaining connection slots": _SAID["53300"],
    "starting up": _ASKED_TO_WAIT,
    "shutting down": _ASKED_TO_WAIT,
    "could not translate host name": _Said("there is no such host: {place}", _REACH),
    "connection refused": _Said("{place} refuses connections", _REACH),
    "no such file": _Said("{place} is not there", _REACH),
    "timeout": _Said(f"{{place}} did not answer within {CONNECT_SECONDS} seconds", _REACH),
    "certificate": _Said("{place} has no certificate that is trusted", "see sslmode and sslrootcert"),
    "ssl": _Said("{place} does not speak TLS as the database's URL asks", "see sslmode"),
}
_ELSE_NOT_CONNECTED = _Said("{place} cannot be reached", _REACH)

_SURROGATE = "what was given holds a lone surrogate, which is not text"
_TOO_LARGE = "what was given holds a number that is too large"
_INVALID = {"22021": NUL, "22P05": NUL, "22003": _TOO_LARGE}
"""Failures of what was given, which is then at fault and not the store."""


def asked(driver: Callable[[], T], place: str) -> T:
    """What the driver answers; its failure as one of ours, raised so that no chain keeps its text."""
    try:
        return driver()
    except psycopg.Error as error:
        failure = failure_of(error, place)
    except UnicodeEncodeError:
        failure = InvalidInput(_SURROGATE)
    raise failure


def connected(driver: Callable[[], T], place: str) -> T:
    """The same of a connection that is being made."""
    try:
        return driver()
    except psycopg.Error as error:
        text = str(error).lower()
        said = next((said for part, said in _NOT_CONNECTED.items() if part in text), _ELSE_NOT_CONNECTED)
    raise _told(said, place)


def failure_of(error: psycopg.Error, place: str) -> LockworkError:
    """The driver's failure as one of ours."""
    state = error.sqlstate or ""
    if state in _INVALID:
        return InvalidInput(_INVALID[state])
    if not state and isinstance(error, psycopg.DataError) and "NUL" in str(error):  # the driver's own
        return InvalidInput(NUL)
    said = _SAID.get(state) or _SAID.get(state[:2])
    if said is None and not state and isinstance(error, psycopg.OperationalError):
        said = _LOST
    if said is None:
        said = _Said(f"{{place}} failed ({type(error).__name__}, {state or 'no code'})", None)
    return _told(said, place)


def _told(said: _Said, place: str) -> StoreUnusable:
    return StoreUnusable(said.message.format(place=place), hint=said.hint)
