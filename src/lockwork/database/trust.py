"""Rows of trust: who accepted which version of which component or stack, and which parts others changed."""

from collections.abc import Iterable

import msgspec

from lockwork.database.engine import Row, Statement, Transaction, as_set
from lockwork.domain.secrets import from_epoch
from lockwork.domain.stacks import ComponentType
from lockwork.domain.trust import ChangedPart

_COLUMNS = (
    "x.id, x.name, x.version, x.updated, u.name AS changed_by,"
    " CASE WHEN t.version = x.version THEN 1 ELSE 0 END AS accepted"
)
_JOINED = (
    "LEFT JOIN users u ON u.id = x.changed_by LEFT JOIN trusted t ON t.thing = x.id AND t.member = :member"
    " WHERE x.workspace = :workspace AND (x.changed_by IS NULL OR x.changed_by <> :member)"
)
_CHANGED = Statement(
    f"SELECT x.type AS kind, x.body, {_COLUMNS} FROM components x {_JOINED}"
    " AND (x.id IN (SELECT m.component FROM stack_components m JOIN stacks s ON s.id = m.stack"
    " WHERE s.workspace = :workspace AND s.name = :stack)"
    " OR EXISTS (SELECT 1 FROM json_each(:holders) h"
    " WHERE h.value ->> 'kind' = x.type AND h.value ->> 'name' = x.name))"
    f" UNION ALL SELECT NULL AS kind, x.secrets AS body, {_COLUMNS} FROM stacks x {_JOINED}"
    " AND (x.name = :stack OR EXISTS (SELECT 1 FROM json_each(:holders) h"
    " WHERE h.value ->> 'kind' = 'stack' AND h.value ->> 'name' = x.name))"
)
_ACCEPT = Statement(
    "INSERT INTO trusted (member, thing, version, since) VALUES (:member, :thing, :version, :now)"
    " ON CONFLICT (member, thing) DO UPDATE SET version = excluded.version, since = excluded.since"
)


class _Body(msgspec.Struct):
    attributes: dict[str, object] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}


def changed_by_others(
    tx: Transaction,
    workspace: str,
    member: str,
    *,
    stack: str | None = None,
    holders: Iterable[tuple[str, str]] = (),
) -> list[ChangedPart]:
    """What others changed last: parts of the stack of this name, and `holders` (kind with dashes, name)."""
    wanted = as_set([{"kind": kind.replace("-", "_"), "name": name} for kind, name in holders])
    rows = tx.rows(_CHANGED, workspace=workspace, member=member, stack=stack, holders=wanted)
    return [_part(row) for row in rows]


def accept(tx: Transaction, member: str, thing: str, version: int, now: int) -> None:
    """From now on, and in place of any version that was accepted before."""
    tx.run(_ACCEPT, member=member, thing=thing, version=version, now=now)


def _part(row: Row) -> ChangedPart:
    is_stack = row["kind"] is None
    body = (
        _Body(secrets=msgspec.json.decode(row["body"], type=dict[str, str]))
        if is_stack
        else msgspec.json.decode(row["body"], type=_Body)
    )
    more = {"environment": body.environment} if body.environment else {}
    declared = {"secrets": body.secrets} if body.secrets else {}
    return ChangedPart(
        id=row["id"],
        kind="stack" if is_stack else ComponentType(row["kind"]).dashed,
        name=row["name"],
        version=row["version"],
        changed_by=row["changed_by"],
        changed=from_epoch(row["updated"]),
        is_accepted=bool(row["accepted"]),
        sets_variables=bool(body.environment or body.secrets),
        configuration={**body.attributes, **more, **declared},
    )
