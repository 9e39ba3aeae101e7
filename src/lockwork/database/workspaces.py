"""Rows of workspaces."""

from lockwork.database.access import Named
from lockwork.database.engine import Statement, Transaction
from lockwork.database.rows import read, text
from lockwork.domain.secrets import from_epoch
from lockwork.domain.workspaces import Workspace

_ONE = Statement("SELECT id, name, created FROM workspaces WHERE name = :name OR id = :name")
_NAMES = Statement("SELECT name FROM workspaces ORDER BY name LIMIT 5000")
_INSERT = Statement(
    "INSERT INTO workspaces (id, name, created) VALUES (:id, :name, :now) ON CONFLICT DO NOTHING RETURNING id"
)
_DELETE = Statement("DELETE FROM workspaces WHERE id = :id")
_HOLDS = Statement(
    "SELECT (SELECT count(*) FROM secrets WHERE workspace = :id AND deleted IS NULL) AS secrets,"
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


def names(tx: Transaction) -> list[str]:
    return [text(row["name"], "workspaces") for row in tx.rows(_NAMES)]


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
    holds = tx.one(_HOLDS, id=row.id)
    return Workspace(id=row.id, name=row.name, created=from_epoch(row.created), **dict(holds))
