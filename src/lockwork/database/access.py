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
USER_FIELDS = {**FIELDS, "kind": Field("kind")}

_COLUMNS = "id, name, created, kind, admin, disabled"
_USER = Statement(f"SELECT {_COLUMNS} FROM users WHERE name = :name OR id = :name")
_USERS = Statement(f"SELECT {_COLUMNS} FROM users")
_USER_NAMES = Statement("SELECT name FROM users ORDER BY name LIMIT 5000")
_INSERT_USER = Statement(
    "INSERT INTO users (id, name, created, kind, admin) VALUES (:id, :name, :created, :kind, :admin)"
    " ON CONFLICT DO NOTHING RETURNING id"
)
_CHANGE_USER = Statement("UPDATE users SET kind = :kind, admin = :admin, disabled = :disabled WHERE id = :id")
_ADMINS = Statement(
    "SELECT count(*) AS total FROM users"
    " WHERE admin = 1 AND disabled IS NULL AND password IS NOT NULL AND id <> :but"
)
_PASSWORD = Statement("SELECT password FROM users WHERE id = :id")
_PASSWORDS = Statement("SELECT id, name, password FROM users WHERE password IS NOT NULL")
_SET_PASSWORD = Statement("UPDATE users SET password = :password WHERE id = :id")
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
    """A row of workspaces."""

    id: str
    name: str
    created: Time


class UserRow(NamedTuple):
    """A user as the row tells it, but for the password."""

    id: str
    name: str
    created: Time
    kind: str = "person"
    admin: int = 0
    disabled: Time | None = None

    def user(self, invited: int | None = None) -> User:
        """As it is told; `invited` is until when a code lets in who has not come in yet."""
        return User(
            id=self.id,
            name=self.name,
            created=from_epoch(self.created),
            kind=self.kind,
            admin=bool(self.admin),
            disabled=None if self.disabled is None else from_epoch(self.disabled),
            invited=None if invited is None else from_epoch(invited),
        )


def user(tx: Transaction, name: str) -> UserRow | None:
    """The user of this name or id."""
    row = tx.row(_USER, name=name)
    return None if row is None else read(UserRow, row, "users")


def users(tx: Transaction) -> list[UserRow]:
    """All of them: for `audit verify`."""
    return [read(UserRow, row, "users") for row in tx.rows(_USERS)]


def user_names(tx: Transaction) -> list[str]:
    return [text(row["name"], "users") for row in tx.rows(_USER_NAMES)]


def insert_user(tx: Transaction, user: UserRow) -> bool:
    """Whether the name was free."""
    given = user._asdict()
    del given["disabled"]
    return bool(tx.rows(_INSERT_USER, **given))


def change_user(tx: Transaction, user: UserRow) -> None:
    tx.run(_CHANGE_USER, id=user.id, kind=user.kind, admin=user.admin, disabled=user.disabled)


def other_admins(tx: Transaction, but: str = "") -> int:
    """How many people can come in and administer the server, without this user."""
    return int(tx.one(_ADMINS, but=but)["total"])


def password(tx: Transaction, id_: str) -> str | None:
    """What is kept of a user's password."""
    row = tx.row(_PASSWORD, id=id_)
    found: str | None = None if row is None else row["password"]
    return found


def passwords(tx: Transaction) -> list[tuple[str, str, str]]:
    """Id, name and what is kept of the password, of everyone who has one: for `audit verify`."""
    found = tx.rows(_PASSWORDS)
    return [(text(u, "users"), text(n, "users"), text(p, "users")) for u, n, p in found]


def set_password(tx: Transaction, id_: str, kept: str) -> None:
    tx.run(_SET_PASSWORD, id=id_, password=kept)


def own_secrets(tx: Transaction, id_: str) -> int:
    """How many secrets, deleted ones too, are in this user's own scope."""
    return int(tx.one(_OWN_SECRETS, namespace=f"u:{id_}")["total"])


def delete_user(tx: Transaction, id_: str, heir: str) -> None:
    """Take a user away with the secrets of their own scope; what is in workspaces becomes the heir's."""
    parameters = {"id": id_, "heir": heir, "namespace": f"u:{id_}"}
    for statement in _DELETE_USER:
        tx.run(statement, **parameters)


def page(tx: Transaction, listing: Listing) -> tuple[list[UserRow], int, bool]:
    """The users of a page, how many there are, and whether they were all counted."""
    where = filters.condition(listing, USER_FIELDS)
    parameters: Mapping[str, Any] = where.parameters | filters.bounds(listing)
    order = filters.order(listing, USER_FIELDS)
    sql = f"SELECT {_COLUMNS} FROM users WHERE {where.sql} ORDER BY {order} LIMIT :size OFFSET :offset"
    rows = tx.rows(Statement(sql), **parameters)
    total, counted = filters.total(tx, f"SELECT 1 FROM users WHERE {where.sql}", parameters)
    return [read(UserRow, row, "users") for row in rows], total, counted
