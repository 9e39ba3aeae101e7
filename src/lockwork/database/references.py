"""Rows of reference uses: which attribute of which component or stack names which secret and key."""

from collections.abc import Iterable
from typing import NamedTuple

from lockwork.database.engine import Statement, Transaction
from lockwork.domain.checks import Need
from lockwork.domain.stacks import ComponentType

_FORGET = Statement("DELETE FROM reference_uses WHERE component = :holder OR stack = :holder")
_INSERT = Statement(
    "INSERT INTO reference_uses (workspace, component, stack, path, secret, key)"
    " VALUES (:workspace, :component, :stack, :path, :secret, :key)"
)
_OF_SECRET = Statement(
    "SELECT r.path, r.key, r.component, r.stack, c.type, coalesce(c.name, s.name) AS name"
    " FROM reference_uses r LEFT JOIN components c ON c.id = r.component"
    " LEFT JOIN stacks s ON s.id = r.stack WHERE r.workspace = :workspace AND r.secret = :secret"
    " ORDER BY c.type IS NULL, c.type, name, r.path, r.key NULLS FIRST"
)
_LAST_RUNS = Statement(
    "SELECT DISTINCT r.id, r.pipeline, r.started, w.name AS workspace FROM run_secrets u"
    " JOIN runs r ON r.id = u.run JOIN workspaces w ON w.id = r.workspace"
    " WHERE u.secret = :secret ORDER BY r.started DESC, r.id LIMIT :most"
)


class UseRow(NamedTuple):
    """One place that names a secret."""

    component: str | None
    """The component's id, or None where a stack declares the secret."""
    stack: str | None
    kind: str
    """The component's type with dashes, or `stack`."""
    name: str
    path: str
    key: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} ({self.path})"


class RunRow(NamedTuple):
    """One run that used a secret."""

    id: str
    pipeline: str
    started: int
    workspace: str
    """Its name."""


def write_component(tx: Transaction, workspace: str, component: str, needs: Iterable[Need]) -> None:
    """What a component names now, in place of what it named before."""
    _write(tx, workspace, needs, component=component, stack=None)


def write_stack(tx: Transaction, workspace: str, stack: str, needs: Iterable[Need]) -> None:
    """What a stack itself declares now, in place of what it declared before."""
    _write(tx, workspace, needs, component=None, stack=stack)


def of_secret(tx: Transaction, workspace: str, secret: str) -> list[UseRow]:
    """Every place in a workspace that names this secret, in one query."""
    return [
        UseRow(
            component=row["component"],
            stack=row["stack"],
            kind="stack" if row["type"] is None else ComponentType(row["type"]).dashed,
            name=row["name"],
            path=row["path"],
            key=row["key"],
        )
        for row in tx.rows(_OF_SECRET, workspace=workspace, secret=secret)
    ]


def last_runs(tx: Transaction, secret_id: str, most: int) -> list[RunRow]:
    """The last runs that were settled on this secret, newest first."""
    return [RunRow(*row) for row in tx.rows(_LAST_RUNS, secret=secret_id, most=most)]


def _write(
    tx: Transaction, workspace: str, needs: Iterable[Need], *, component: str | None, stack: str | None
) -> None:
    tx.run(_FORGET, holder=component or stack)
    # A reference that stands twice in one text is one use.
    places = dict.fromkeys((need.where.path, need.secret, need.key) for need in needs)
    holder = {"workspace": workspace, "component": component, "stack": stack}
    tx.run_many(
        _INSERT, [{**holder, "path": path, "secret": secret, "key": key} for path, secret, key in places]
    )
