"""How things stand, each as one digest: an audit record tells it, `audit verify` compares it with the tables.

A state is SHA-256 over the JSON array (RFC 8259, UTF-8, no white space) of the columns named below, in
hexadecimal. The chain protects the state, so the state protects every column in it, names and dates too.
Left out are wrapped keys and sealed values: what was done to them is seen when they are opened.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lockwork.crypto.digests import sha256
from lockwork.database.access import Named, UserRow
from lockwork.database.keys import RootKeyRow, Store
from lockwork.database.members import MemberRow
from lockwork.database.secrets import Secret
from lockwork.database.tokens import TokenRow
from lockwork.database.versions import Version

GONE = "gone"
"""The state of what is there no more."""


def of_secret(
    secret: Secret, history: Iterable[Version], keys: Mapping[tuple[str, int], Sequence[str]]
) -> str:
    """A secret's row, then for each version, by number, its row and its key names, sorted.

    Of a version of which it is not known what it changed, nothing of that: so it was before that was kept.
    """
    versions = [
        [
            v.version,
            v.namespace,
            v.created,
            v.by,
            bool(v.destroyed),
            sorted(keys.get((secret.id, v.version), ())),
            *(() if v.changed is None else (v.changed,)),
        ]
        for v in sorted(history)
    ]
    # Without the names of owner and workspace: these are other tables' columns.
    return _digest([*secret[:-2], versions])


def of_root_keys(store: Store, rows: Iterable[RootKeyRow]) -> str:
    """The store's id, schema and making, then which root keys there are, since when, in which state."""
    return _digest([store.id, store.schema, store.created, sorted([k.id, k.state, k.created] for k in rows)])


def of_named(row: Named) -> str:
    """A workspace: id, name, since when."""
    return _digest([*row])


def of_user(row: UserRow) -> str:
    """As of what is named; then what kind they are, whether they administer, since when they are kept out.

    Of who is just a person, nothing more: so it was before there were others.
    """
    rest = row[3:]
    return _digest([*row[:3], *(() if rest == UserRow("", "", 0)[3:] else rest)])


def of_token(row: TokenRow) -> str:
    """All of its row but when it was last used, which no record tells of."""
    return _digest([*row[:-2]])  # the last is another table's column


def of_password(user: str, kept: str) -> str:
    """Whose it is, and what is kept of it: of no use to who reads the trail, as its salt is in neither."""
    return _digest([user, kept])


def of_member(row: MemberRow) -> str:
    """Workspace, user, role, since when."""
    return _digest([*row])


def _digest(told: list[object]) -> str:
    text = msgspec.json.encode(told, enc_hook=str)  # checked names are a kind of str
    return sha256(text).hex()
