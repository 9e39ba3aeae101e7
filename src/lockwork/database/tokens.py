"""Rows of tokens and one-time codes: hashes, never what was shown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from lockwork.database import filters
from lockwork.database.engine import Row, Statement, Transaction, as_set
from lockwork.database.filters import Field
from lockwork.database.rows import Time, read, text
from lockwork.domain.access import Limits, Role
from lockwork.domain.secrets import from_epoch
from lockwork.domain.tokens import Token, TokenKind
from lockwork.messages import Listing

FIELDS = {
    "name": Field("name"),
    "kind": Field("kind"),
    "owner": Field("owner_name"),
    "created": Field("created", "time"),
    "expires": Field("expires", "time", nullable=True),
    "revoked": Field("revoked", "time", nullable=True),
    "last_used": Field("last_used", "time", nullable=True),
    "id": Field("id"),
}

_COLUMNS = (
    "t.id, t.hash, t.owner, t.name, t.kind, t.begins, t.limits, t.parent, t.created, t.expires, t.revoked,"
    " t.last_used, u.name AS owner_name"
)
_JOINED = "FROM tokens t JOIN users u ON u.id = t.owner"
# Of those whose tokens a token came of, however far back, how many are kept out.
_KEPT_OUT = (
    "CASE WHEN t.parent IS NULL THEN 0 ELSE"
    " (WITH RECURSIVE came_of (id, owner, parent) AS (SELECT p.id, p.owner, p.parent FROM tokens p"
    " WHERE p.id = t.parent UNION SELECT p.id, p.owner, p.parent FROM tokens p JOIN came_of c"
    " ON p.id = c.parent) SELECT count(*) FROM came_of c JOIN users o ON o.id = c.owner"
    " WHERE o.disabled IS NOT NULL) END"
)
# One question names the caller, what they are where they ask, and whether that is there at all: absent and
# not theirs cost the same.
_BEARER = Statement(
    "SELECT t.id AS token, t.limits, t.expires, t.revoked, t.last_used, t.kind, t.created, u.id AS bearer,"
    " u.name, u.admin, u.disabled, w.id AS workspace, w.name AS workspace_name, m.role,"
    f" {_KEPT_OUT} AS minters_kept_out"
    " FROM tokens t JOIN users u ON u.id = t.owner"
    " LEFT JOIN workspaces w ON w.id = (SELECT id FROM workspaces WHERE name = :workspace OR id = :workspace)"
    " LEFT JOIN members m ON m.workspace = w.id AND m.member = u.id"
    " WHERE t.hash = :hash"
)
_INSERT = Statement(
    "INSERT INTO tokens (id, hash, owner, name, kind, begins, limits, parent, created, expires)"
    " VALUES (:id, :hash, :owner, :name, :kind, :begins, :limits, :parent, :created, :expires)"
)
# Of whom `owner` is None, everyone's; where `root` is one, that token alone and what came of it.
_KNOWN = (
    "(CAST(:owner AS text) IS NULL OR t.owner = :owner) AND (CAST(:root AS text) IS NULL OR t.id IN"
    " (WITH RECURSIVE minted (id) AS (SELECT id FROM tokens WHERE id = :root"
    " UNION SELECT c.id FROM tokens c JOIN minted m ON c.parent = m.id) SELECT id FROM minted))"
)
_ONE = Statement(f"SELECT {_COLUMNS} {_JOINED} WHERE t.id = :token AND {_KNOWN}")
_NAMED = Statement(
    f"SELECT {_COLUMNS} {_JOINED} WHERE t.name = :name AND t.revoked IS NULL AND {_KNOWN}"
    " ORDER BY t.created DESC LIMIT 2"
)
_REVOKE = Statement(
    "WITH RECURSIVE minted (id) AS (SELECT id FROM tokens WHERE id = :token"
    " UNION SELECT t.id FROM tokens t JOIN minted m ON t.parent = m.id)"
    " UPDATE tokens SET revoked = :now WHERE revoked IS NULL AND id IN (SELECT id FROM minted) RETURNING id"
)
_EVERY = Statement(f"SELECT {_COLUMNS} {_JOINED}")
_SOME = Statement(f"SELECT {_COLUMNS} {_JOINED} WHERE t.id IN (SELECT i.value ->> 0 FROM json_each(:ids) i)")
_ALL_OF_OWNER = Statement("SELECT id FROM tokens WHERE owner = :owner ORDER BY created, id")
_MINTED_BY = Statement(
    "SELECT t.id FROM tokens t JOIN tokens p ON p.id = t.parent WHERE p.owner = :owner AND t.owner <> :owner"
    " ORDER BY t.created, t.id"
)
_CLOSE = Statement("UPDATE tokens SET revoked = :now WHERE revoked IS NULL AND id = :token")
_OF_OWNER = Statement(
    "SELECT id FROM tokens WHERE owner = :owner AND revoked IS NULL"
    " AND (CAST(:kinds AS text) IS NULL OR kind IN (SELECT k.value ->> 0 FROM json_each(:kinds) k))"
)
_USED = Statement(
    "UPDATE tokens SET last_used = :now WHERE id = :token AND (last_used IS NULL OR last_used < :now)"
)
_ROOMS = Statement(
    "SELECT id, name FROM workspaces WHERE id IN (SELECT i.value ->> 0 FROM json_each(:ids) i)"
)
_ALL_ROOMS = Statement("SELECT id, name FROM workspaces")
_LIMITS = Statement("SELECT id, limits FROM tokens")
_SET_LIMITS = Statement("UPDATE tokens SET limits = :limits WHERE id = :token")

_INSERT_CODE = Statement(
    "INSERT INTO codes (hash, kind, owner, created, expires)"
    " VALUES (:hash, :kind, :owner, :created, :expires)"
)
_CODE = Statement("SELECT hash, kind, owner, created, expires FROM codes WHERE hash = :hash")
_TAKE_CODE = Statement("DELETE FROM codes WHERE hash = :hash AND expires > :now")
_FORGET_CODES = Statement(
    "DELETE FROM codes WHERE kind = :kind AND (CAST(:owner AS text) IS NULL OR owner = :owner)"
)
_INVITED = Statement(
    "SELECT c.owner, max(c.expires) AS expires FROM codes c JOIN users u ON u.id = c.owner"
    " WHERE c.kind = 'invite' AND u.password IS NULL"
    " AND c.owner IN (SELECT i.value ->> 0 FROM json_each(:owners) i) GROUP BY c.owner"
)
_HAS_CODE = Statement(
    "SELECT count(*) AS total FROM codes WHERE kind = :kind AND expires > :now AND created >= :since"
)


class Bearer(NamedTuple):
    """Who holds a token, and what they are in the workspace that they ask in."""

    token: str
    limits: str
    expires: Time | None
    revoked: Time | None
    last_used: Time | None
    kind: TokenKind
    created: Time
    user: str
    name: str
    admin: int
    disabled: Time | None
    workspace: str | None
    """The id; None where there is no such workspace."""
    workspace_name: str | None
    role: Role | None
    """None where they are no member."""
    minters_kept_out: int
    """How many of those whose tokens it came of are disabled."""

    @property
    def held_to(self) -> Limits:
        """Workspaces by their ids."""
        return msgspec.json.decode(self.limits, type=Limits)


class TokenRow(NamedTuple):
    """A token as its row tells it."""

    id: str
    hash: str
    owner: str
    name: str
    kind: TokenKind
    begins: str
    limits: str
    parent: str | None
    created: Time
    expires: Time | None
    revoked: Time | None
    last_used: Time | None
    owner_name: str

    @property
    def held_to(self) -> Limits:
        """Workspaces by their ids."""
        return msgspec.json.decode(self.limits, type=Limits)

    def told(self, names: Mapping[str, str]) -> Token:
        """With the names of workspaces in place of their ids; one that is gone is told by its id."""
        limits = self.held_to
        if limits.workspaces is not None:
            rooms = tuple(names.get(id_, id_) for id_ in limits.workspaces)
            limits = msgspec.structs.replace(limits, workspaces=rooms)
        return Token(
            id=self.id,
            name=self.name,
            kind=self.kind,
            owner=self.owner_name,
            begins=self.begins,
            limits=limits,
            created=from_epoch(self.created),
            expires=None if self.expires is None else from_epoch(self.expires),
            revoked=None if self.revoked is None else from_epoch(self.revoked),
            last_used=None if self.last_used is None else from_epoch(self.last_used),
        )


class Known(NamedTuple):
    """Which tokens somebody may know of."""

    owner: str | None = None
    """The user whose they are; None: of everyone."""
    root: str | None = None
    """The token that they came of, itself among them; None: whatever they came of."""


EVERYONES = Known()


class Code(NamedTuple):
    """A code as its row tells it."""

    hash: str
    kind: str
    owner: str | None
    created: Time
    expires: Time


def bearer(tx: Transaction, hash_: str, workspace: str) -> Bearer | None:
    """Who holds the token of this hash, in one question; `workspace` is a name or id."""
    row = tx.row(_BEARER, hash=hash_, workspace=workspace)
    return None if row is None else read(Bearer, row, "tokens")


def insert(tx: Transaction, row: TokenRow) -> None:
    given = row._asdict()
    for unused in ("revoked", "last_used", "owner_name"):
        del given[unused]
    tx.run(_INSERT, **{**given, "kind": row.kind.value})


def one(tx: Transaction, id_: str, known: Known = EVERYONES) -> TokenRow | None:
    """The token of this id, if it is among these."""
    return _first(tx.rows(_ONE, token=id_, **known._asdict()))


def named(tx: Transaction, name: str, known: Known) -> list[TokenRow]:
    """Up to two tokens of this name that are not revoked, among these."""
    return [read(TokenRow, row, "tokens") for row in tx.rows(_NAMED, name=name, **known._asdict())]


def every(tx: Transaction) -> list[TokenRow]:
    """All of them: for `audit verify`."""
    return [read(TokenRow, row, "tokens") for row in tx.rows(_EVERY)]


def some(tx: Transaction, ids: Iterable[str]) -> list[TokenRow]:
    """Those of these ids, in any order."""
    return [read(TokenRow, row, "tokens") for row in tx.rows(_SOME, ids=as_set(sorted(set(ids))))]


def all_of(tx: Transaction, owner: str) -> list[str]:
    """Ids of a user's tokens, revoked ones too."""
    return [row["id"] for row in tx.rows(_ALL_OF_OWNER, owner=owner)]


def minted_for_others(tx: Transaction, owner: str) -> list[str]:
    """Ids of others' tokens that a user's tokens minted."""
    return [row["id"] for row in tx.rows(_MINTED_BY, owner=owner)]


def revoke(tx: Transaction, id_: str, now: int) -> list[str]:
    """It, and all that it minted; the ids of those that were not revoked before."""
    return [row["id"] for row in tx.rows(_REVOKE, token=id_, now=now)]


def close(tx: Transaction, id_: str, now: int) -> None:
    """It alone, and not what it minted."""
    tx.run(_CLOSE, token=id_, now=now)


def of_owner(tx: Transaction, owner: str, kinds: Sequence[TokenKind] | None = None) -> list[str]:
    """Ids of a user's tokens that are not revoked; None: of all kinds."""
    of = None if kinds is None else as_set(kind.value for kind in kinds)
    return [row["id"] for row in tx.rows(_OF_OWNER, owner=owner, kinds=of)]


def was_used(tx: Transaction, id_: str, now: int) -> None:
    """Write down when it was last used; to which minute, its caller says."""
    tx.run(_USED, token=id_, now=now)


def told(tx: Transaction, rows: Sequence[TokenRow]) -> list[Token]:
    """Tokens as they are told."""
    ids = {id_ for row in rows for id_ in row.held_to.workspaces or ()}
    names = {row["id"]: row["name"] for row in tx.rows(_ROOMS, ids=as_set(sorted(ids)))} if ids else {}
    return [row.told(names) for row in rows]


def hold_to_ids(tx: Transaction) -> None:
    """Of tokens of older schemas, which held the names of workspaces. A name that none has holds to none."""
    ids = {row["name"]: row["id"] for row in tx.rows(_ALL_ROOMS)}
    for row in tx.rows(_LIMITS):
        limits = msgspec.json.decode(row["limits"], type=Limits)
        if limits.workspaces is not None:
            rooms = tuple(ids[name] for name in limits.workspaces if name in ids)
            held = msgspec.json.encode(msgspec.structs.replace(limits, workspaces=rooms)).decode()
            tx.run(_SET_LIMITS, token=row["id"], limits=held)


def page(tx: Transaction, known: Known, listing: Listing) -> tuple[list[Token], int, bool]:
    """The tokens of a page, among these, how many there are, and whether they were all counted."""
    where = filters.condition(listing, FIELDS)
    select = f"SELECT * FROM (SELECT {_COLUMNS} {_JOINED} WHERE {_KNOWN}) t WHERE {where.sql}"
    given = {**known._asdict(), **where.parameters, **filters.bounds(listing)}
    ordered = f"{select} ORDER BY {filters.order(listing, FIELDS)} LIMIT :size OFFSET :offset"
    rows = tx.rows(Statement(ordered), **given)
    total, counted = filters.total(tx, select, given)
    return told(tx, [read(TokenRow, row, "tokens") for row in rows]), total, counted


def insert_code(tx: Transaction, code: Code) -> None:
    tx.run(_INSERT_CODE, **code._asdict())


def code(tx: Transaction, hash_: str) -> Code | None:
    """The code of this hash, expired or not."""
    row = tx.row(_CODE, hash=hash_)
    return None if row is None else read(Code, row, "codes")


def take_code(tx: Transaction, hash_: str, now: int) -> bool:
    """Whether it was there and good; it is good no more."""
    return bool(tx.run(_TAKE_CODE, hash=hash_, now=now))


def forget_codes(tx: Transaction, kind: str, owner: str | None = None) -> None:
    """Codes of this kind open nothing any more; of one user or all."""
    tx.run(_FORGET_CODES, kind=kind, owner=owner)


def invited(tx: Transaction, owners: Iterable[str]) -> dict[str, int]:
    """Of these users those who were invited and have not come in, and until when their code is good."""
    rows = tx.rows(_INVITED, owners=as_set(sorted(owners)))
    return {text(row["owner"], "codes"): int(row["expires"]) for row in rows}


def has_code(tx: Transaction, kind: str, now: int, since: int) -> bool:
    """Whether a code of this kind that was made since then is still good."""
    return bool(tx.one(_HAS_CODE, kind=kind, now=now, since=since)["total"])


def _first(rows: Sequence[Row]) -> TokenRow | None:
    return read(TokenRow, rows[0], "tokens") if rows else None
