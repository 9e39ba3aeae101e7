"""Rows of secret versions and their sealed values. What is sealed stays sealed here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from lockwork.database.engine import Statement, Transaction, as_set
from lockwork.database.rows import Time, read, read_all, read_json

_INSERT = Statement(
    "INSERT INTO secret_versions"
    " (secret, version, namespace, created, created_by, wrapped, root_key, changed)"
    " VALUES (:secret, :version, :namespace, :created, :by, :wrapped, :root_key, :changed)"
)
_INSERT_VALUE = Statement(
    "INSERT INTO secret_values (secret, version, key, sealed) VALUES (:secret, :version, :key, :sealed)"
)
# What is asked for many at once is an array each: secret, version, key.
_WRAPPED = Statement(
    "SELECT CAST(w.key AS integer) AS n, v.wrapped, v.root_key, v.namespace FROM json_each(:at) w"
    " JOIN secret_versions v ON v.secret = w.value ->> 0 AND v.version = CAST(w.value ->> 1 AS bigint)"
)
# A version's data key beside each of its values: one question, and the key once more for each value.
_KEPT = (
    "SELECT CAST(w.key AS integer) AS n, x.key, x.sealed, v.wrapped, v.root_key, v.namespace"
    " FROM json_each(:at) w"
    " JOIN secret_versions v ON v.secret = w.value ->> 0 AND v.version = CAST(w.value ->> 1 AS bigint)"
    " LEFT JOIN secret_values x ON x.secret = v.secret AND x.version = v.version"
)
_KEPT_ALL = Statement(f"{_KEPT} ORDER BY x.key")
# Not the same with "or all": each key that is asked would be looked for among all of its version.
_KEPT_SOME = Statement(f"{_KEPT} AND x.key = w.value ->> 2 ORDER BY x.key")
_LIST = Statement(
    "SELECT version, namespace, created, created_by,"
    " CASE WHEN wrapped IS NULL THEN 1 ELSE 0 END AS destroyed, changed"
    " FROM secret_versions WHERE secret = :secret ORDER BY version DESC"
)
_EVERY = Statement(
    "SELECT secret, version, namespace, created, created_by,"
    " CASE WHEN wrapped IS NULL THEN 1 ELSE 0 END AS destroyed, changed FROM secret_versions"
)
_DESTROY = Statement(
    "UPDATE secret_versions SET wrapped = NULL, root_key = NULL WHERE secret = :secret"
    " AND version IN (SELECT CAST(value ->> 0 AS bigint) FROM json_each(:versions)) AND wrapped IS NOT NULL"
)
_DESTROY_VALUES = Statement(
    "UPDATE secret_values SET sealed = NULL WHERE secret = :secret"
    " AND version IN (SELECT CAST(value ->> 0 AS bigint) FROM json_each(:versions))"
)
# A version that a running run was settled on is still needed.
_PRUNE = Statement(
    "DELETE FROM secret_versions WHERE secret = :secret AND version <= :last AND NOT EXISTS ("
    "SELECT 1 FROM run_secrets u JOIN runs r ON r.id = u.run"
    " WHERE u.secret = secret_versions.secret AND u.version = secret_versions.version"
    " AND u.settled = 1 AND r.status = 'running')"
)
_NOT_UNDER = Statement(
    "SELECT secret, version, namespace, wrapped, root_key FROM secret_versions"
    " WHERE root_key IN (SELECT value ->> 0 FROM json_each(:keys))"
    " ORDER BY root_key, secret, version LIMIT :size"
)
_COUNT_UNDER = Statement(
    "SELECT count(*) AS total FROM secret_versions"
    " WHERE root_key IN (SELECT value ->> 0 FROM json_each(:keys))"
)
_REWRAP = Statement(
    "UPDATE secret_versions SET wrapped = :wrapped, root_key = :root_key"
    " WHERE secret = :secret AND version = :version AND root_key = :was"
)
_RESEAL = Statement(
    "UPDATE secret_values SET sealed = :sealed WHERE secret = :secret AND version = :version AND key = :key"
)
_NAMES = msgspec.json.Decoder(tuple[str, ...])


class Version(NamedTuple):
    """A version as its row tells it."""

    version: int
    namespace: str
    created: Time
    by: str
    destroyed: int
    changed: str | None
    """JSON: names of keys; None where it is not known."""

    @property
    def changed_keys(self) -> tuple[str, ...] | None:
        """Of the keys that the version before had too, those with another value."""
        return None if self.changed is None else read_json(_NAMES, [self.changed], "versions")[0]


class Wrapped(NamedTuple):
    """A version's data key, wrapped by a root key."""

    secret: str
    version: int
    namespace: str
    wrapped: bytes
    root_key: str


class DataKey(NamedTuple):
    """What a version's row says of its data key; nothing of the first two once it is destroyed."""

    wrapped: bytes | None
    root_key: str | None
    namespace: str


class KeptValues(NamedTuple):
    """A version's data key, None where there is no such version, and what is sealed under it, by key."""

    data_key: DataKey | None
    sealed: dict[str, bytes | None]


def insert(
    tx: Transaction,
    wrapped: Wrapped,
    sealed: Mapping[str, bytes],
    *,
    by: str,
    now: int,
    changed: Sequence[str] | None,
) -> None:
    """A new version with its sealed values."""
    names = None if changed is None else msgspec.json.encode(changed).decode()
    tx.run(_INSERT, **wrapped._asdict(), by=by, created=now, changed=names)
    at = {"secret": wrapped.secret, "version": wrapped.version}
    tx.run_many(_INSERT_VALUE, [{**at, "key": key, "sealed": value} for key, value in sealed.items()])


def are_kept(tx: Transaction, at: Sequence[tuple[str, int]]) -> list[bool]:
    """Whether each of these versions is there and was not destroyed, in the order asked."""
    return [row is not None and row.wrapped is not None for row in wrapped_keys(tx, at)]


def wrapped_keys(tx: Transaction, at: Sequence[tuple[str, int]]) -> list[DataKey | None]:
    """The data key of each, in the order asked; None where there is no row."""
    found: list[DataKey | None] = [None] * len(at)
    rows = tx.rows(_WRAPPED, at=as_set(at))
    for row, data_key in zip(rows, read_all(DataKey, [row[1:] for row in rows], "versions"), strict=True):
        found[row[0]] = data_key
    return found


def kept_values(
    tx: Transaction, wanted: Sequence[tuple[str, int, tuple[str, ...] | None]]
) -> list[KeptValues]:
    """Data keys and sealed values, in the order asked; keys None means all, a question of its own."""
    found = [KeptValues(None, {}) for _ in wanted]
    whole = [(n, at) for n, (*at, keys) in enumerate(wanted) if keys is None]
    some = [(n, (*at, key)) for n, (*at, keys) in enumerate(wanted) for key in keys or ()]
    for statement, asked in ((_KEPT_ALL, whole), (_KEPT_SOME, some)):
        rows = tx.rows(statement, at=as_set([at for _, at in asked])) if asked else ()
        data_keys = read_all(DataKey, [row[3:] for row in rows], "versions")
        for row, data_key in zip(rows, data_keys, strict=True):
            place, key = asked[row[0]][0], row[1]
            values = found[place].sealed
            if key is not None:
                values[key] = row[2]
            found[place] = KeptValues(data_key, values)
    return found


def history(tx: Transaction, secret: str) -> list[Version]:
    """All versions of a secret, newest first."""
    return [read(Version, row, "versions") for row in tx.rows(_LIST, secret=secret)]


def every(tx: Transaction) -> dict[str, list[Version]]:
    """All versions of all secrets, by the secret's id."""
    found: dict[str, list[Version]] = {}
    for row in tx.rows(_EVERY):
        _, *version = row
        found.setdefault(row["secret"], []).append(read(Version, version, "versions"))
    return found


def destroy(tx: Transaction, secret: str, versions: Iterable[int]) -> None:
    """Take away data keys and sealed values; numbers, dates and key names stay."""
    which = as_set(list(versions))
    tx.run(_DESTROY, secret=secret, versions=which)
    tx.run(_DESTROY_VALUES, secret=secret, versions=which)


def prune(tx: Transaction, secret: str, last: int) -> int:
    """Take away versions up to `last`, but those that a running run needs; how many."""
    return tx.run(_PRUNE, secret=secret, last=last) if last > 0 else 0


def wrapped_under(tx: Transaction, keys: Sequence[str], size: int) -> list[Wrapped]:
    """Up to `size` versions whose data key is wrapped by one of these root keys."""
    return [read(Wrapped, row, "versions") for row in tx.rows(_NOT_UNDER, keys=as_set(keys), size=size)]


def count_under(tx: Transaction, keys: Sequence[str]) -> int:
    """How many versions these root keys protect."""
    return int(tx.one(_COUNT_UNDER, keys=as_set(keys))["total"])


def rewrap(tx: Transaction, fresh: Wrapped, was: str, sealed: Mapping[str, bytes]) -> None:
    """Replace a version's wrapped data key, and the values that were sealed anew."""
    tx.run(_REWRAP, secret=fresh.secret, version=fresh.version, wrapped=fresh.wrapped,
           root_key=fresh.root_key, was=was)  # fmt: skip
    at = {"secret": fresh.secret, "version": fresh.version}
    tx.run_many(_RESEAL, [{**at, "key": key, "sealed": value} for key, value in sealed.items()])
