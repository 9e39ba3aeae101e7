"""Whether names and keys are there: one query for any number of them, and one more to say what is there."""

from collections.abc import Iterable
from typing import NamedTuple

from lockwork.database.engine import Statement, Transaction, as_set
from lockwork.database.rows import text
from lockwork.database.secrets import SEEN_IF_ANY, given
from lockwork.domain.access import Spaces
from lockwork.domain.secrets import SecretScope

# For a failed check: the names in sight and the keys of secrets that lack one, in one statement.
_EXPLAIN = Statement(
    "SELECT NULL AS secret, name FROM (SELECT DISTINCT s.name FROM secrets s WHERE s.deleted IS NULL"
    f"  AND s.namespace IN (SELECT value ->> 0 FROM json_each(:namespaces)) AND {SEEN_IF_ANY} LIMIT 5000) n"
    " UNION ALL SELECT v.secret, v.key FROM json_each(:at) w JOIN secret_values v"
    " ON v.secret = w.value ->> 0 AND v.version = CAST(w.value ->> 1 AS bigint)"
)
# Asked once, and only if something of one's own was found. `trust.changed_by_others` tells which they are.
_WAITING = (
    "(SELECT 1 FROM (SELECT x.id, x.version, x.changed_by FROM json_each(:holders) h JOIN components x"
    "  ON x.workspace = :workspace AND x.type = h.value ->> 0 AND x.name = h.value ->> 1"
    " UNION ALL SELECT x.id, x.version, x.changed_by FROM json_each(:holders) h JOIN stacks x"
    "  ON x.workspace = :workspace AND h.value ->> 0 = 'stack' AND x.name = h.value ->> 1"
    " UNION ALL SELECT x.id, x.version, x.changed_by FROM stacks g JOIN stack_components m ON m.stack = g.id"
    "  JOIN components x ON x.id = m.component WHERE g.workspace = :workspace AND g.name = :stack) p"
    " WHERE (p.changed_by IS NULL OR p.changed_by <> :member) AND NOT EXISTS (SELECT 1 FROM trusted t"
    "  WHERE t.member = :member AND t.thing = p.id AND t.version = p.version) LIMIT 1)"
)
# A key's existence is a scalar sub-select: as a join, PostgreSQL hashes the whole table of values. The rest
# are outer joins, which keep their order: as inner ones, SQLite walks a whole namespace for every pair. Name
# and namespace come from one sub-select, kept whole by its order: from two, PostgreSQL goes by the namespace
# alone wherever it believes that to be as good, and reads all of it for every name. See also
# migrations/0005_changed.sql.
_CHECK = Statement(
    "SELECT w.name AS wanted, w.key AS key,"
    " s.id, s.scope, s.version, u.name AS owner_name, r.name AS workspace_name,"
    f" CASE WHEN s.scope = 'user' THEN {_WAITING} END AS waiting,"
    " (SELECT 1 FROM secret_values v WHERE v.secret = s.id AND v.version = s.version"
    "  AND v.key = w.key) AS has_key"
    " FROM (SELECT a.value ->> 0 AS name, a.value ->> 1 AS key, n.value ->> 0 AS namespace,"
    "  CAST(a.key AS integer) AS place, CAST(n.key AS integer) AS turn"
    "  FROM json_each(:wanted) a LEFT JOIN json_each(:namespaces) n ON 1 = 1 ORDER BY 4, 5) w"
    " LEFT JOIN secrets s ON s.namespace = w.namespace AND s.name = w.name AND s.deleted IS NULL"
    " LEFT JOIN users u ON u.id = s.owner LEFT JOIN workspaces r ON r.id = s.workspace"
    " ORDER BY w.place, w.turn"
)


class Checked(NamedTuple):
    """What one name means, as the check found it: the first of several is the one that counts."""

    wanted: str
    key: str | None
    id: str
    scope: SecretScope
    version: int
    owner_name: str
    workspace_name: str | None
    has_key: bool
    waiting: bool
    """Whether it is the caller's own, and others changed a part of `Parts` as the caller has not accepted."""


class Parts(NamedTuple):
    """What could be given a secret of the caller's own."""

    member: str
    workspace: str
    stack: str | None
    holders: tuple[tuple[str, str], ...]
    """(kind with dashes, name) of components and stacks."""


def check(
    tx: Transaction, spaces: Spaces, wanted: Iterable[tuple[str, str | None]], parts: Parts | None = None
) -> list[Checked]:
    """What each (name, key) means, in one query; names that mean nothing are not in the answer."""
    pairs = list(wanted)
    given_to = parts or Parts("", "", None, ())
    holders = [(kind.replace("-", "_"), name) for kind, name in given_to.holders]
    if given_to.stack is not None:
        holders.append(("stack", given_to.stack))
    rows = tx.rows(
        _CHECK,
        wanted=as_set(pairs),
        namespaces=as_set(spaces.names),
        holders=as_set(holders),
        stack=given_to.stack,
        member=given_to.member,
        workspace=given_to.workspace,
    )
    return [
        Checked(
            wanted=row["wanted"],
            key=row["key"],
            id=row["id"],
            scope=SecretScope(row["scope"]),
            version=row["version"],
            owner_name=row["owner_name"],
            workspace_name=row["workspace_name"],
            has_key=bool(row["has_key"]),
            waiting=bool(row["waiting"]),
        )
        for row in rows
        if row["id"] is not None and spaces.sees(row["wanted"])
    ]


def to_explain(
    tx: Transaction, spaces: Spaces, at: Iterable[tuple[str, int]]
) -> tuple[list[str], dict[str, list[str]]]:
    """For a check that failed, in one query: names in sight, and the keys of these secrets by id."""
    wanted = list(at)
    in_sight: list[str] = []
    keys: dict[str, list[str]] = {secret: [] for secret, _ in wanted}
    for row in tx.rows(_EXPLAIN, **given(spaces), at=as_set(wanted)):
        (in_sight if row["secret"] is None else keys[row["secret"]]).append(text(row["name"], "secrets"))
    return sorted(in_sight), {secret: sorted(names) for secret, names in keys.items()}
