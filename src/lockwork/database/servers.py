"""Rows of server processes: which there are, which root keys each holds, when each was last heard of."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from lockwork.database.engine import Statement, Transaction
from lockwork.database.keys import RootId
from lockwork.database.rows import Time, read_all, read_json

STALE = 60_000_000
"""Microseconds after which a server that was not heard of counts no more."""

_IDS = msgspec.json.Decoder(frozenset[RootId])
_TELL = Statement(
    "INSERT INTO servers (id, root_keys, started, seen) VALUES (:id, :root_keys, :now, :now)"
    " ON CONFLICT (id) DO UPDATE SET root_keys = excluded.root_keys, seen = excluded.seen"
)
_FORGET = Statement("DELETE FROM servers WHERE id = :id OR seen < :before")
_PRESENT = Statement("SELECT id, root_keys, seen, started FROM servers WHERE seen >= :since ORDER BY id")


class ServerRow(NamedTuple):
    """A server process that was heard of lately."""

    id: str
    """Its host, its port and a word of its own: for people."""
    root_keys: frozenset[RootId]
    seen: Time
    started: Time


def tell(tx: Transaction, id_: str, root_keys: Iterable[str], now: int) -> None:
    """This server is there, and holds these root keys."""
    tx.run(_TELL, id=id_, root_keys=msgspec.json.encode(sorted(root_keys)).decode(), now=now)


def forget(tx: Transaction, id_: str, now: int) -> None:
    """This server has ended; with it go those that were not heard of for a day."""
    tx.run(_FORGET, id=id_, before=now - 24 * 60 * STALE)


def present(tx: Transaction, now: int) -> list[ServerRow]:
    """The servers that count now."""
    rows = tx.rows(_PRESENT, since=now - STALE)
    held = read_json(_IDS, [row["root_keys"] for row in rows], "servers")
    told = [(row["id"], keys, row["seen"], row["started"]) for row, keys in zip(rows, held, strict=True)]
    return read_all(ServerRow, told, "servers")
