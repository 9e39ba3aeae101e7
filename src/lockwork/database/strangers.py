"""Rows that count failed knocks: by minute, address and what was tried. Never what was shown."""

from collections.abc import Mapping
from typing import NamedTuple

from lockwork.database.engine import Statement, Transaction
from lockwork.database.rows import read

_ADD = Statement(
    "INSERT INTO strangers (minute, address, what, times) VALUES (:minute, :address, :what, :times)"
    " ON CONFLICT (minute, address, what) DO UPDATE SET times = strangers.times + excluded.times"
)
_SINCE = Statement(
    "SELECT minute, address, what, times FROM strangers WHERE minute >= :minute"
    " ORDER BY minute DESC, address, what LIMIT :most"
)
_FORGET = Statement("DELETE FROM strangers WHERE minute < :minute")


class Knock(NamedTuple):
    """What failed in one minute (since 1970) from one address."""

    minute: int
    address: str
    what: str


class Knocks(NamedTuple):
    """The same, and how often."""

    minute: int
    address: str
    what: str
    times: int

    @property
    def knock(self) -> Knock:
        return Knock(self.minute, self.address, self.what)


def add(tx: Transaction, counted: Mapping[Knock, int]) -> None:
    """Add to what was counted before, also by other servers; in one order, so that no two wait in a ring."""
    tx.run_many(_ADD, [{**knock._asdict(), "times": times} for knock, times in sorted(counted.items())])


def since(tx: Transaction, minute: int, most: int) -> list[Knocks]:
    """The newest first."""
    return [read(Knocks, row, "strangers") for row in tx.rows(_SINCE, minute=minute, most=most)]


def forget_before(tx: Transaction, minute: int) -> None:
    tx.run(_FORGET, minute=minute)
