"""Rows of users and workspaces."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lockwork.database import filters
from lockwork.database.engine import Statement, Transaction
from lockwork.database.filters import Field
from lockwork.database.rows import Time, read, text
from lockwork.domain.access import User
from lockwork.domain.secrets import from_epoch
from lockwork.messages import Listing

FIELDS = {"name": Field("name"), "created": Field("created", "time"), "id": Field("id")}

_USER = Statement("SELECT id, name, created FROM users WHERE name = :name OR id = :name")
_USER_NAMES = Statement("SELECT name FROM users ORDER BY name LIMIT 5000")
_INSERT_USER = Statement(
    "INSERT INTO users (id, name, created) VALUES (:id, :name, :now) ON CONFLICT DO NOTHING RETURNING id"
)
_OWN_SECRETS = Statement("SELECT count(*) AS total FROM secrets WHERE namespace = :namespace")
# In this order: a user's own secrets go, what belongs to workspaces gets a new owner.
_DELETE_USER = (
    Statement("DELETE FROM secrets WHERE namespace = :namespace"),
    Statement("DELETE FROM namespace_counts WHERE namespace = :namespace"),
    Statement("UPDATE secrets SET owner = :heir WHERE owner = :id"),
    Statement("UPDATE components SET owner = :heir WHERE owner = :id"),
    Statement("UPDATE stacks SET owner = :heir WHERE owner = :id"),
    Statement("DELETE FROM users WHERE id = :id"),
)


class Named(NamedTuple):
    """A row of users or workspaces."""

    id: str
    name: str
    created: Time

    def user(self) -> User:
        return User(id=self.id, name=self.name, created=from_epoch(self.created))


def user(tx: Transaction, name: str) -> Named | None:
    """The user of this name or id."""
    row = tx.row(_USER, name=name)
    return None if row is None else read(Named, row, "users")


def user_names(tx: Transaction) -> list[str]:
    return [text(row["name"], "users") for row in tx.rows(_USER_NAMES)]


def insert_user(tx: Transaction, user: Named) -> bool:
    """Whether the name was free."""
    return bool(tx.rows(_INSERT_USER, id=user.id, name=user.name, now=user.created))


def own_secrets(tx: Transaction, id_: str) -> int:
    """How many secrets, deleted ones too, are in this user's own scope."""
    return int(tx.one(_OWN_SECRETS, namespace=f"u:{id_}")["total"])


def delete_user(tx: Transaction, id_: str, heir: str) -> None:
    """Take a user away with the secrets of their own scope; what is in workspaces becomes the heir's."""
    parameters = {"id": id_, "heir": heir, "namespace": f"u:{id_}"}
    for statement in _DELETE_USER:
        tx.run(statement, **parameters)


def every(tx: Transaction, table: str) -> list[Named]:
    """All rows of `users` or `workspaces`: for `audit verify`."""
    return [read(Named, row, table) for row in tx.rows(Statement(f"SELECT id, name, created FROM {table}"))]


def page(tx: Transaction, table: str, listing: Listing) -> tuple[list[Named], int, bool]:
    """Rows of `users` or `workspaces`."""
    where = filters.condition(listing, FIELDS)
    parameters: Mapping[str, Any] = where.parameters | filters.bounds(listing)
    sql = f"SELECT id, name, created FROM {table} WHERE {where.sql} ORDER BY {filters.order(listing, FIELDS)}"
    rows = tx.rows(Statement(f"{sql} LIMIT :size OFFSET :offset"), **parameters)
    total, counted = filters.total(tx, f"SELECT 1 FROM {table} WHERE {where.sql}", parameters)
    return [read(Named, row, table) for row in rows], total, counted
