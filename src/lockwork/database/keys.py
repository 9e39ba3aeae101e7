"""Rows of root keys (ids and states, never a key) and the row of the store itself."""

from typing import Annotated, NamedTuple

import msgspec

from lockwork.database.engine import Statement, Transaction
from lockwork.database.rows import Time, read
from lockwork.domain import ways_out
from lockwork.domain.errors import Tampered
from lockwork.domain.keys import KeyState

SCHEMA = 5
"""The number of the last file in `migrations`, which is not looked for whenever a store is opened."""

_STORE = Statement(
    "SELECT s.id, s.schema, s.created, s.audit_key, s.audit_key_root, k.id AS active"
    " FROM store s LEFT JOIN root_keys k ON k.state = 'active'"
)
_CREATE_STORE = Statement(
    "INSERT INTO store (id, schema, created, audit_key, audit_key_root)"
    " VALUES (:id, :schema, :now, :audit_key, :audit_key_root)"
)
_SET_SCHEMA = Statement("UPDATE store SET schema = :schema")
_SET_AUDIT_KEY = Statement("UPDATE store SET audit_key = :audit_key, audit_key_root = :root")
_ALL = Statement(
    "SELECT k.id, k.state, k.created,"
    " (SELECT count(*) FROM secret_versions v WHERE v.root_key = k.id) AS wraps"
    " FROM root_keys k ORDER BY k.created, k.id"
)
_ACTIVE = Statement("SELECT id FROM root_keys WHERE state = 'active' /* FOR SHARE */")
_INSERT = Statement("INSERT INTO root_keys (id, state, created) VALUES (:id, :state, :now)")
_SET_STATE = Statement("UPDATE root_keys SET state = :state WHERE id = :id")
_REMOVE = Statement("DELETE FROM root_keys WHERE id = :id AND state <> 'active'")


RootId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class Store(NamedTuple):
    """The store's own row."""

    id: str
    schema: int
    created: Time
    audit_key: bytes
    """Wrapped by the root key `audit_key_root`."""
    audit_key_root: RootId
    active: RootId | None
    """The id of the root key that wraps new versions."""


class RootKeyRow(NamedTuple):
    id: RootId
    state: KeyState
    created: Time
    wraps: int


def has_schema(tx: Transaction) -> bool:
    """Whether the database has any of our tables."""
    return tx.has_table("store")


def store(tx: Transaction) -> Store | None:
    """The store's row; None in a database that is still empty."""
    row = tx.row(_STORE)
    return None if row is None else read(Store, row, "the store")


def the_store(tx: Transaction) -> Store:
    """The row of a store that is known to be there."""
    found = store(tx)
    if found is None:
        raise Tampered("the store has lost its own row", hint=ways_out.RESTORE)
    return found


def create_store(tx: Transaction, store: Store) -> None:
    tx.run(_CREATE_STORE, id=store.id, schema=store.schema, now=store.created, audit_key=store.audit_key,
           audit_key_root=store.audit_key_root)  # fmt: skip


def set_schema(tx: Transaction, schema: int) -> None:
    tx.run(_SET_SCHEMA, schema=schema)


def set_audit_key(tx: Transaction, wrapped: bytes, root: str) -> None:
    tx.run(_SET_AUDIT_KEY, audit_key=wrapped, root=root)


def root_keys(tx: Transaction) -> list[RootKeyRow]:
    """All that the store knows of, oldest first."""
    return [read(RootKeyRow, row, "root keys") for row in tx.rows(_ALL)]


def active(tx: Transaction) -> str:
    """The id of the root key that wraps new versions; to one that writes, until whose end it stays."""
    return str(tx.one(_ACTIVE)["id"])


def insert(tx: Transaction, id_: str, state: KeyState, now: int) -> None:
    tx.run(_INSERT, id=id_, state=state, now=now)


def set_state(tx: Transaction, id_: str, state: KeyState) -> None:
    tx.run(_SET_STATE, id=id_, state=state)


def remove(tx: Transaction, id_: str) -> None:
    tx.run(_REMOVE, id=id_)
