"""Rows of the audit trail and of its head."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from lockwork.database import filters
from lockwork.database.engine import Statement, Transaction
from lockwork.database.filters import Field
from lockwork.database.rows import Time, read
from lockwork.domain.audit import AuditLink, AuditRecord, Outcome
from lockwork.domain.secrets import from_epoch
from lockwork.messages import Listing

_SYSTEM_USER = '"system_user"'
"""Quoted wherever SQL names it: from PostgreSQL 16 on it is a word of the language."""

FIELDS = {
    "number": Field("number", "number"),
    "at": Field("at", "time"),
    "user": Field("user_name"),
    "system_user": Field(_SYSTEM_USER, nullable=True),
    "action": Field("action"),
    "outcome": Field("outcome"),
    "workspace": Field("workspace", nullable=True),
    "kind": Field("kind", nullable=True),
    "name": Field("name", nullable=True),
    "id": Field("id", nullable=True),
    "run": Field("run", nullable=True),
    "step": Field("step", nullable=True),
    "token": Field("token", nullable=True),
    "address": Field("address", nullable=True),
    "request": Field("request", nullable=True),
}


class Row(NamedTuple):
    """One record, by its columns, as it is stored and as the chain covers it, all but `mac`."""

    number: int
    at: Time
    user_name: str
    system_user: str | None
    action: str
    outcome: Outcome
    workspace: str | None
    kind: str | None
    name: str | None
    id: str | None
    version: int | None
    state: str | None
    run: str | None
    step: str | None
    detail: str | None
    token: str | None = None
    address: str | None = None
    request: str | None = None
    mac: bytes = b""

    def link(self) -> AuditLink:
        """As it is kept elsewhere."""
        told = self._asdict()
        return AuditLink(**told | {"user": told.pop("user_name"), "mac": self.mac.hex()})

    @classmethod
    def of_link(cls, link: AuditLink) -> "Row":
        told = msgspec.structs.asdict(link)
        told |= {"user_name": told.pop("user"), "outcome": link.outcome.value, "mac": bytes.fromhex(link.mac)}
        return cls(**told)

    def record(self) -> AuditRecord:
        told = self._asdict()
        for unused in ("mac", "state"):
            del told[unused]
        told |= {"user": told.pop("user_name"), "at": from_epoch(self.at)}
        return AuditRecord(**told)


_COLUMNS = ", ".join(_SYSTEM_USER if field == "system_user" else field for field in Row._fields)
_HEAD = Statement("SELECT number, mac FROM audit_head WHERE one = 1")
_LAST = Statement("SELECT number, mac FROM audit_head WHERE one = 1 /* FOR UPDATE */")
_SET_HEAD = Statement("UPDATE audit_head SET number = :number, mac = :mac WHERE one = 1")
_INSERT = Statement(f"INSERT INTO audit ({_COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})")
_BATCH = 1000
_START = Statement("SELECT number, mac FROM audit_start WHERE one = 1")
_SET_START = Statement("UPDATE audit_start SET number = :number, mac = :mac WHERE one = 1")
_AT = Statement("SELECT number, mac FROM audit WHERE number = :number")
_PRUNE = Statement("DELETE FROM audit WHERE number <= :number")
_SOME = Statement(f"SELECT {_COLUMNS} FROM audit WHERE number >= :first ORDER BY number LIMIT :most")
_LAST_READ = Statement(
    "SELECT at, user_name FROM audit WHERE id = :id AND action = 'secret.reveal' AND outcome = 'done'"
    " ORDER BY number DESC LIMIT 1"
)


class Head(NamedTuple):
    """Number and MAC of the last record; 0 and nothing at the beginning."""

    number: int
    mac: bytes


def head(tx: Transaction) -> Head:
    return read(Head, tx.one(_HEAD), "the audit trail's head")


def last(tx: Transaction) -> Head:
    """The head for whoever appends: nobody else does until this transaction is over, or the chain forks.

    So it is asked for as late as can be, after all that may wait for others.
    """
    return read(Head, tx.one(_LAST), "the audit trail's head")


def start(tx: Transaction) -> Head:
    """Number and MAC of the last record that was taken out; 0 and nothing where none was."""
    return read(Head, tx.one(_START), "the audit trail's start")


def at(tx: Transaction, number: int) -> Head | None:
    """The MAC of one record."""
    row = tx.row(_AT, number=number)
    return None if row is None else read(Head, row, "the audit trail")


def some(tx: Transaction, first: int, most: int) -> list[Row]:
    """Records from one number on, in order."""
    return [read(Row, r, "the audit trail") for r in tx.rows(_SOME, first=first, most=most)]


def prune(tx: Transaction, through: Head) -> None:
    """Take out all records up to this one; the chain begins behind it."""
    tx.run(_PRUNE, number=through.number)
    tx.run(_SET_START, **through._asdict())


def append(tx: Transaction, rows: Sequence[tuple[object, ...]], head: Head) -> None:
    """One or more records, in order, their columns as in `Row`; `head` is the last of them."""
    tx.run_rows(_INSERT, rows)
    tx.run(_SET_HEAD, **head._asdict())


def every(tx: Transaction) -> Iterator[Row]:
    """All records in order, some at a time, as they lie there: none is checked."""
    first = -(2**63)  # someone may have put one in before the first
    while rows := [Row(*r) for r in tx.rows(_SOME, first=first, most=_BATCH)]:
        yield from rows
        if len(rows) < _BATCH:
            return
        first = rows[-1].number + 1


def last_read(tx: Transaction, id_: str) -> tuple[int, str] | None:
    """When values of this secret were last given, and to whom."""
    row = tx.row(_LAST_READ, id=id_)
    return None if row is None else (row["at"], row["user_name"])


def page(tx: Transaction, listing: Listing) -> tuple[list[AuditRecord], int, bool]:
    """The records of a page, how many there are, and whether they were all counted."""
    where = filters.condition(listing, FIELDS)
    order = filters.order(listing, FIELDS, tie="number")
    parameters: dict[str, Any] = where.parameters | filters.bounds(listing)
    sql = f"SELECT {_COLUMNS} FROM audit WHERE {where.sql} ORDER BY {order} LIMIT :size OFFSET :offset"
    found = [read(Row, r, "the audit trail").record() for r in tx.rows(Statement(sql), **parameters)]
    total, counted = filters.total(tx, f"SELECT 1 FROM audit WHERE {where.sql}", parameters)
    return found, total, counted
