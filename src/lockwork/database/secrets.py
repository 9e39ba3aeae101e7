"""Rows of secrets: who is called what, where, at which version. Values are in `versions`."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from lockwork.database import filters
from lockwork.database.engine import Row, Statement, Transaction, as_set
from lockwork.database.filters import Field
from lockwork.database.rows import Time, read_all, read_json, text
from lockwork.domain.access import Spaces
from lockwork.domain.secrets import SecretInfo, SecretScope, from_epoch
from lockwork.messages import Listing

FIELDS = {
    "name": Field("name"),
    "scope": Field("scope"),
    "owner": Field("owner_name"),
    "created": Field("created", "time"),
    "updated": Field("updated", "time"),
    "id": Field("id"),
}

_COLUMNS = """s.id, s.namespace, s.name, s.scope, s.workspace, s.owner, s.version, s.scope_since,
    s.created, s.updated, s.deleted, u.name AS owner_name, w.name AS workspace_name"""
_JOINED = "JOIN users u ON u.id = s.owner LEFT JOIN workspaces w ON w.id = s.workspace"
# Of a row of a page, as a JSON array in any order; what is no text becomes null, and is told as damage.
_KEY_NAMES = (
    "(SELECT json_group_array(CASE typeof(v.key) WHEN 'text' THEN v.key END)"
    " FROM secret_values v WHERE v.secret = p.id AND v.version = p.version)"
)

# With a token's patterns: names that one of them takes. They hold no other special character of GLOB's.
_SEEN = "EXISTS (SELECT 1 FROM json_each(:patterns) g WHERE s.name GLOB (g.value ->> 0))"
SEEN_IF_ANY = f"(CAST(:patterns AS text) IS NULL OR {_SEEN})"

# As where references are checked: from one sub-select, each pair is one look into the index of names.
_BY_NAMES = Statement(
    f"SELECT {_COLUMNS} FROM (SELECT n.value ->> 0 AS namespace, i.value ->> 0 AS name,"
    "  CAST(n.key AS integer) AS turn FROM json_each(:namespaces) n CROSS JOIN json_each(:names) i"
    "  ORDER BY 3) p JOIN secrets s ON s.namespace = p.namespace AND s.name = p.name AND s.deleted IS NULL"
    f" {_JOINED} ORDER BY p.turn"
)
_BY_ID = Statement(
    f"SELECT {_COLUMNS} FROM secrets s {_JOINED} WHERE s.id = :id"
    " AND s.namespace IN (SELECT value ->> 0 FROM json_each(:namespaces))"
)
_BY_IDS = Statement(
    f"SELECT {_COLUMNS} FROM json_each(:ids) i JOIN secrets s ON s.id = i.value ->> 0 {_JOINED}"
    " WHERE s.namespace IN (SELECT value ->> 0 FROM json_each(:namespaces))"
)
_BY_PREFIX = Statement(
    f"SELECT {_COLUMNS} FROM secrets s {_JOINED} WHERE s.deleted IS NULL"
    " AND s.namespace IN (SELECT value ->> 0 FROM json_each(:namespaces))"
    " AND (substr(s.name, 1, length(:prefix)) = :prefix OR substr(s.id, 1, length(:id)) = :id)"
    f" AND {SEEN_IF_ANY} ORDER BY s.name LIMIT 3"
)
_DELETED_BY_NAME = Statement(
    f"SELECT {_COLUMNS} FROM secrets s {_JOINED} WHERE s.name = :name AND s.deleted IS NOT NULL"
    " AND s.namespace IN (SELECT value ->> 0 FROM json_each(:namespaces)) ORDER BY s.deleted DESC"
)
_NAMES = Statement(
    "SELECT DISTINCT s.name FROM secrets s WHERE s.deleted IS NULL"
    " AND s.namespace IN (SELECT value ->> 0 FROM json_each(:namespaces))"
    f" AND {SEEN_IF_ANY} ORDER BY s.name LIMIT 5000"
)
_INSERT = Statement(
    "INSERT INTO secrets"
    " (id, namespace, name, scope, workspace, owner, version, scope_since, created, updated)"
    " VALUES (:id, :namespace, :name, :scope, :workspace, :owner, 1, 1, :now, :now)"
    " ON CONFLICT DO NOTHING RETURNING id"
)
_CHANGE = Statement(
    "UPDATE secrets SET namespace = :namespace, name = :name, scope = :scope, workspace = :workspace,"
    " owner = :owner, version = :version, scope_since = :scope_since, updated = :now"
    " WHERE id = :id AND version = :was AND deleted IS NULL"
)
_DELETE = Statement("UPDATE secrets SET deleted = :now WHERE id = :id AND deleted IS NULL")
_REVIVE = Statement("UPDATE secrets SET deleted = NULL, name = :name, updated = :now WHERE id = :id")
_REMOVE = Statement("DELETE FROM secrets WHERE id = :id")
_EXPIRED = Statement(f"SELECT {_COLUMNS} FROM secrets s {_JOINED} WHERE s.deleted < :before")
_EVERY = Statement(f"SELECT {_COLUMNS} FROM secrets s {_JOINED} ORDER BY s.id")
_IN_NAMESPACE = Statement(f"SELECT {_COLUMNS} FROM secrets s {_JOINED} WHERE s.namespace = :namespace")
_MISCOUNTED = Statement(
    "SELECT * FROM (SELECT n.namespace, coalesce((SELECT secrets FROM namespace_counts c"
    "  WHERE c.namespace = n.namespace), 0) AS secrets, (SELECT count(*) FROM secrets s"
    "  WHERE s.namespace = n.namespace AND s.deleted IS NULL) AS there"
    " FROM (SELECT namespace FROM namespace_counts UNION SELECT namespace FROM secrets) n) m"
    " WHERE secrets <> there"
)
_OWNED = Statement(f"SELECT {_COLUMNS} FROM secrets s {_JOINED} WHERE s.owner = :owner")
_ALL_KEYS = Statement("SELECT secret, version, key FROM secret_values ORDER BY secret, version, key")
_COUNT = Statement(
    "INSERT INTO namespace_counts (namespace, secrets) VALUES (:namespace, :by)"
    " ON CONFLICT (namespace) DO UPDATE SET secrets = namespace_counts.secrets + :by"
)
_TOTAL = Statement(
    "SELECT coalesce(sum(secrets), 0) AS total FROM namespace_counts"
    " WHERE namespace IN (SELECT value ->> 0 FROM json_each(:namespaces))"
)
# What is asked for many at once is an array each: secret and version, or name and key.
_KEYS = Statement(
    "SELECT v.secret, v.version, v.key FROM json_each(:at) w JOIN secret_values v"
    " ON v.secret = w.value ->> 0 AND v.version = CAST(w.value ->> 1 AS bigint) ORDER BY v.key"
)
_TEXTS = msgspec.json.Decoder(list[str])


class Secret(NamedTuple):
    """A secret as its row tells it."""

    id: str
    namespace: str
    name: str
    scope: SecretScope
    workspace: str | None
    owner: str
    """The owner's id."""
    version: int
    scope_since: int
    """The first version in the present namespace; earlier ones are out of reach."""
    created: Time
    updated: Time
    deleted: Time | None
    owner_name: str
    workspace_name: str | None

    def info(
        self, keys: Iterable[str], notes: Sequence[str] = (), *, version: int | None = None
    ) -> SecretInfo:
        """What may be told of it, as of the current version or another."""
        return SecretInfo(
            id=self.id,
            name=self.name,
            scope=self.scope,
            workspace=self.workspace_name,
            owner=self.owner_name,
            keys=tuple(keys),
            version=version or self.version,
            created=from_epoch(self.created),
            updated=from_epoch(self.updated),
            deleted=None if self.deleted is None else from_epoch(self.deleted),
            notes=tuple(notes),
        )


class Listed(NamedTuple):
    """A secret of a page, and the key names of its current version."""

    secret: Secret
    keys: tuple[str, ...]

    def info(self) -> SecretInfo:
        """What may be told of it."""
        return self.secret.info(self.keys)


def by_name(tx: Transaction, spaces: Spaces, name: str) -> list[Secret]:
    """The secrets of this name, in the order of `spaces`."""
    return by_names(tx, spaces, [name])


def by_names(tx: Transaction, spaces: Spaces, names: Sequence[str]) -> list[Secret]:
    """The secrets of these names, in the order of `spaces`, in one query."""
    return _seen(spaces, tx.rows(_BY_NAMES, namespaces=as_set(spaces.names), names=as_set(names)))


def by_id(tx: Transaction, spaces: Spaces, id_: str) -> Secret | None:
    """The secret of this id, a deleted one too, if it is in sight."""
    found = _seen(spaces, tx.rows(_BY_ID, namespaces=as_set(spaces.names), id=id_))
    return found[0] if found else None


def by_ids(tx: Transaction, spaces: Spaces, ids: Sequence[str]) -> list[Secret]:
    """The secrets of these ids that are in sight, deleted ones too, in one query."""
    return _seen(spaces, tx.rows(_BY_IDS, namespaces=as_set(spaces.names), ids=as_set(ids)))


def by_prefix(tx: Transaction, spaces: Spaces, prefix: str, id_prefix: str | None) -> list[Secret]:
    """Up to three secrets whose name begins so, or whose id does."""
    rows = tx.rows(_BY_PREFIX, **given(spaces), prefix=prefix, id=id_prefix or "-")
    return _secrets(rows)


def deleted_by_name(tx: Transaction, spaces: Spaces, name: str) -> list[Secret]:
    """Deleted secrets of this name, the last deleted first."""
    return _seen(spaces, tx.rows(_DELETED_BY_NAME, namespaces=as_set(spaces.names), name=name))


def names(tx: Transaction, spaces: Spaces) -> list[str]:
    """Names in sight, for near misses; not more than 5,000."""
    return [text(row["name"], "secrets") for row in tx.rows(_NAMES, **given(spaces))]


def insert(tx: Transaction, secret: Secret) -> bool:
    """Whether the name was free and the secret is there now."""
    if not tx.rows(_INSERT, **_parameters(secret), now=secret.created):
        return False
    _count(tx, secret.namespace, 1)
    return True


def change(tx: Transaction, secret: Secret, was: Secret) -> bool:
    """Whether the row still had the version of `was` and is as `secret` says now."""
    if not tx.run(_CHANGE, **_parameters(secret), was=was.version, now=secret.updated):
        return False
    if secret.namespace != was.namespace:
        _count(tx, was.namespace, -1)
        _count(tx, secret.namespace, 1)
    return True


def delete(tx: Transaction, secret: Secret, now: int) -> None:
    """Mark it deleted: its name is free at once."""
    tx.run(_DELETE, id=secret.id, now=now)
    _count(tx, secret.namespace, -1)


def revive(tx: Transaction, secret: Secret, name: str, now: int) -> None:
    """Bring a deleted secret back under a name that is free."""
    tx.run(_REVIVE, id=secret.id, name=name, now=now)
    _count(tx, secret.namespace, 1)


def remove(tx: Transaction, secret: Secret) -> None:
    """Take its rows away, with all versions."""
    tx.run(_REMOVE, id=secret.id)
    if secret.deleted is None:
        _count(tx, secret.namespace, -1)


def expired(tx: Transaction, before: int) -> list[Secret]:
    """Secrets that were deleted before then."""
    return _secrets(tx.rows(_EXPIRED, before=before))


def every(tx: Transaction) -> list[Secret]:
    """All secrets of the store, deleted ones too: for `audit verify`, not for a caller's eyes."""
    return _secrets(tx.rows(_EVERY))


def owned(tx: Transaction, user: str) -> list[Secret]:
    """All secrets that this user made or was given, deleted ones too."""
    return _secrets(tx.rows(_OWNED, owner=user))


def in_namespace(tx: Transaction, namespace: str) -> list[Secret]:
    """All secrets of one namespace, deleted ones too."""
    return _secrets(tx.rows(_IN_NAMESPACE, namespace=namespace))


def miscounted(tx: Transaction) -> list[tuple[str, int, int]]:
    """Namespaces whose counter is wrong: what it says, and how many secrets there are."""
    return [(row["namespace"], row["secrets"], row["there"]) for row in tx.rows(_MISCOUNTED)]


def keys_of_all(tx: Transaction) -> dict[tuple[str, int], list[str]]:
    """Key names of every version of every secret."""
    found: dict[tuple[str, int], list[str]] = {}
    for row in tx.rows(_ALL_KEYS):
        found.setdefault((row["secret"], row["version"]), []).append(text(row["key"], "values"))
    return found


def keys(tx: Transaction, at: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[str, ...]]:
    """Key names by (secret id, version), sorted, for as many as are asked in one query."""
    pairs = list(at)
    found: dict[tuple[str, int], list[str]] = {pair: [] for pair in pairs}
    for row in tx.rows(_KEYS, at=as_set(pairs)):
        found[row["secret"], row["version"]].append(text(row["key"], "values"))
    return {pair: tuple(names) for pair, names in found.items()}


def keys_of(tx: Transaction, secret: Secret) -> tuple[str, ...]:
    """Key names of the current version."""
    return keys(tx, [(secret.id, secret.version)])[secret.id, secret.version]


def page(
    tx: Transaction, spaces: Spaces, listing: Listing, *, deleted_since: int | None
) -> tuple[list[Listed], int, bool]:
    """The secrets of a page, how many there are, and whether they were all counted.

    With `deleted_since`, those that were deleted then or later; without, those that are not deleted.
    """
    fields = (
        FIELDS if deleted_since is None else {**FIELDS, "deleted": Field("deleted", "time", nullable=True)}
    )
    where = filters.condition(listing, fields)
    state = "s.deleted IS NULL" if deleted_since is None else "s.deleted >= :since"
    if listing.sort_by.endswith(("created", "updated")):
        state += " AND s.version > 0"  # by which an index by time is found: see migrations/0005_changed.sql
    if spaces.patterns is not None:
        state += f" AND {_SEEN}"
    order = filters.order(listing, fields)
    # One limited select a namespace, each on its index: one sort over both would read them all.
    selects = [
        f"SELECT * FROM (SELECT {_COLUMNS} FROM secrets s {_JOINED}"
        f" WHERE s.namespace = :n{i} AND {state}) t{i} WHERE {where.sql}"
        for i in range(len(spaces.names))
    ]
    limited = " UNION ALL ".join(
        f"SELECT * FROM ({select} ORDER BY {order} LIMIT :end) l{i}" for i, select in enumerate(selects)
    )
    parameters = {f"n{i}": n for i, n in enumerate(spaces.names)} | where.parameters | filters.bounds(listing)
    if spaces.patterns is not None:
        parameters["patterns"] = as_set(spaces.patterns)
    if deleted_since is not None:
        parameters["since"] = deleted_since
    sql = f"SELECT *, {_KEY_NAMES} FROM ({limited}) p ORDER BY {order} LIMIT :size OFFSET :offset"
    found = _listed(tx.rows(Statement(sql), **parameters))
    if not listing.filters and deleted_since is None and spaces.patterns is None:
        return found, int(tx.one(_TOTAL, namespaces=as_set(spaces.names))["total"]), True
    if (known := filters.total_by(listing, len(found))) is not None:
        return found, known, True
    total, counted = filters.total(tx, f"SELECT 1 FROM ({' UNION ALL '.join(selects)}) c", parameters)
    return found, total, counted


def given(spaces: Spaces) -> dict[str, object]:
    """Parameters of a statement that takes namespaces, and patterns of names if there are any."""
    patterns = None if spaces.patterns is None else as_set(spaces.patterns)
    return {"namespaces": as_set(spaces.names), "patterns": patterns}


def _seen(spaces: Spaces, rows: Iterable[Row]) -> list[Secret]:
    """Those whose names can be seen; looked at here, what cannot costs as much as what is not there."""
    return [secret for secret in _secrets(rows) if spaces.sees(secret.name)]


def _count(tx: Transaction, namespace: str, by: int) -> None:
    tx.run(_COUNT, namespace=namespace, by=by)


def _parameters(secret: Secret) -> dict[str, object]:
    ours = secret._asdict()
    for unused in ("created", "updated", "deleted", "owner_name", "workspace_name"):
        del ours[unused]
    return ours


def _listed(rows: Sequence[Row]) -> list[Listed]:
    found = read_all(Secret, [row[:-1] for row in rows], "secrets")
    keys = read_json(_TEXTS, [row[-1] for row in rows], "values")
    return [Listed(secret, tuple(sorted(names))) for secret, names in zip(found, keys, strict=True)]


def _secrets(rows: Iterable[Row]) -> list[Secret]:
    return read_all(Secret, rows, "secrets")
