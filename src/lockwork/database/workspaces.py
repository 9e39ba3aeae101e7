"""Rows of workspaces."""

from lockwork.database import filters
from lockwork.database.access import FIELDS, Named
from lockwork.database.engine import Statement, Transaction, as_set
from lockwork.database.rows import read, text
from lockwork.domain.secrets import from_epoch
from lockwork.domain.workspaces import Workspace
from lockwork.messages import Listing

_ONE = Statement("SELECT id, name, created FROM workspaces WHERE name = :name OR id = :name")
_EVERY = Statement("SELECT id, name, created FROM workspaces")
# Of whom `member` is None, all; else those that this user is a member of.
_SEEN = (
    "(CAST(:member AS text) IS NULL OR EXISTS"
    " (SELECT 1 FROM members m WHERE m.workspace = workspaces.id AND m.member = :member))"
)
# Of those whose `bounds` is None, all; else those whose ids it holds.
_WITHIN = "(CAST(:bounds AS text) IS NULL OR id IN (SELECT b.value ->> 0 FROM json_each(:bounds) b))"
_NAMES = Statement(f"SELECT name FROM workspaces WHERE {_SEEN} AND {_WITHIN} ORDER BY name LIMIT 5000")
_INSERT = Statement(
    "INSERT INTO workspaces (id, name, created) VALUES (:id, :name, :now) ON CONFLICT DO NOTHING RETURNING id"
)
_DELETE = Statement("DELETE FROM workspaces WHERE id = :id")
# Secrets by their counter: the dashboard asks on every page, and counting 100,000 takes longer than the page.
_HOLDS = Statement(
    "SELECT coalesce((SELECT secrets FROM namespace_counts WHERE namespace = :namespace), 0) AS secrets,"
    " (SELECT count(*) FROM components WHERE workspace = :id) AS components,"
    " (SELECT count(*) FROM stacks WHERE workspace = :id) AS stacks"
)
# In this order: what refers goes before what it refers to.
_EMPTY = tuple(
    Statement(f"DELETE FROM {table} WHERE workspace = :id")
    for table in ("reference_uses", "runs", "stacks", "components", "secrets")
)
_FORGET_COUNT = Statement("DELETE FROM namespace_counts WHERE namespace = :namespace")


def one(tx: Transaction, name: str) -> Named | None:
    """The workspace of this name or id."""
    row = tx.row(_ONE, name=name)
    return None if row is None else read(Named, row, "workspaces")


def names(tx: Transaction, member: str | None = None, bounds: tuple[str, ...] | None = None) -> list[str]:
    """Names of all workspaces, or of those that a user is a member of, or whose ids are among `bounds`."""
    rows = tx.rows(_NAMES, member=member, bounds=None if bounds is None else as_set(bounds))
    return [text(row["name"], "workspaces") for row in rows]


def every(tx: Transaction) -> list[Named]:
    """All of them: for `audit verify`."""
    return [read(Named, row, "workspaces") for row in tx.rows(_EVERY)]


def page(
    tx: Transaction, member: str | None, bounds: tuple[str, ...] | None, listing: Listing
) -> tuple[list[Named], int, bool]:
    """The workspaces of a page, how many there are, and whether they were all counted.

    Those of a member or all, and of them those whose ids `bounds` holds.
    """
    where = filters.condition(listing, FIELDS)
    held = None if bounds is None else as_set(bounds)
    parameters = {"member": member, "bounds": held, **where.parameters, **filters.bounds(listing)}
    chosen = f"FROM workspaces WHERE {_SEEN} AND {_WITHIN} AND {where.sql}"
    order = filters.order(listing, FIELDS)
    ordered = Statement(f"SELECT id, name, created {chosen} ORDER BY {order} LIMIT :size OFFSET :offset")
    rows = tx.rows(ordered, **parameters)
    total, counted = filters.total(tx, f"SELECT 1 {chosen}", parameters)
    return [read(Named, row, "workspaces") for row in rows], total, counted


def insert(tx: Transaction, workspace: Named) -> bool:
    """Whether the name was free."""
    return bool(tx.rows(_INSERT, id=workspace.id, name=workspace.name, now=workspace.created))


def delete(tx: Transaction, id_: str) -> None:
    """Take it away with all that is in it."""
    for statement in _EMPTY:
        tx.run(statement, id=id_)
    tx.run(_FORGET_COUNT, namespace=f"w:{id_}")
    tx.run(_DELETE, id=id_)


def described(tx: Transaction, row: Named) -> Workspace:
    """A workspace and how much is in it."""
    holds = tx.one(_HOLDS, id=row.id, namespace=f"w:{row.id}")
    return Workspace(id=row.id, name=row.name, created=from_epoch(row.created), **dict(holds))
