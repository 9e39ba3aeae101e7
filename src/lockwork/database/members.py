"""Rows of members: who belongs to which workspace, as what."""

from typing import NamedTuple

from lockwork.database import filters
from lockwork.database.engine import Statement, Transaction
from lockwork.database.filters import Field
from lockwork.database.rows import Time, read
from lockwork.domain.access import Member, Role
from lockwork.domain.secrets import from_epoch
from lockwork.messages import Listing

FIELDS = {"user": Field("member_name"), "role": Field("role"), "since": Field("since", "time")}

_ONE = Statement(
    "SELECT workspace, member, role, since FROM members WHERE workspace = :workspace AND member = :member"
)
_EVERY = Statement("SELECT workspace, member, role, since FROM members ORDER BY workspace, member")
_OF_USER = Statement("SELECT workspace, member, role, since FROM members WHERE member = :member")
_IN_WORKSPACE = Statement(
    "SELECT m.workspace, m.member, m.role, m.since, u.name FROM members m JOIN users u ON u.id = m.member"
    " WHERE m.workspace = :workspace ORDER BY u.name"
)
_PUT = Statement(
    "INSERT INTO members (workspace, member, role, since) VALUES (:workspace, :member, :role, :since)"
    " ON CONFLICT (workspace, member) DO UPDATE SET role = :role"
)
_REMOVE = Statement("DELETE FROM members WHERE workspace = :workspace AND member = :member")
_ADMINS = Statement(
    "SELECT count(*) AS total FROM members WHERE workspace = :workspace AND role = 'admin' AND member <> :but"
)


class MemberRow(NamedTuple):
    """A member as the row tells it: ids, not names."""

    workspace: str
    member: str
    role: Role
    since: Time


def one(tx: Transaction, workspace: str, member: str) -> MemberRow | None:
    """What this user is in that workspace."""
    row = tx.row(_ONE, workspace=workspace, member=member)
    return None if row is None else read(MemberRow, row, "members")


def every(tx: Transaction) -> list[MemberRow]:
    """All members of all workspaces."""
    return [read(MemberRow, row, "members") for row in tx.rows(_EVERY)]


def of_user(tx: Transaction, member: str) -> list[MemberRow]:
    """What this user is in all workspaces."""
    return [read(MemberRow, row, "members") for row in tx.rows(_OF_USER, member=member)]


def in_workspace(tx: Transaction, workspace: str) -> list[tuple[MemberRow, str]]:
    """The members of a workspace, each with the user's name."""
    return [
        (MemberRow(row["workspace"], row["member"], Role(row["role"]), row["since"]), row["name"])
        for row in tx.rows(_IN_WORKSPACE, workspace=workspace)
    ]


def put(tx: Transaction, row: MemberRow) -> None:
    """A new member, or another role for one."""
    tx.run(_PUT, **{**row._asdict(), "role": row.role.value})


def remove(tx: Transaction, workspace: str, member: str) -> bool:
    """Whether there was one."""
    return bool(tx.run(_REMOVE, workspace=workspace, member=member))


def other_admins(tx: Transaction, workspace: str, but: str) -> int:
    """How many admins the workspace has without this user."""
    return int(tx.one(_ADMINS, workspace=workspace, but=but)["total"])


def page(
    tx: Transaction, workspace: str, workspace_name: str, listing: Listing
) -> tuple[list[Member], int, bool]:
    """The members of a page, how many there are, and whether they were all counted."""
    where = filters.condition(listing, FIELDS)
    order = filters.order(listing, FIELDS, tie="member")
    select = (
        "SELECT * FROM (SELECT m.member, m.role, m.since, u.name AS member_name FROM members m"
        f" JOIN users u ON u.id = m.member WHERE m.workspace = :workspace) t WHERE {where.sql}"
    )
    given = {"workspace": workspace, **where.parameters, **filters.bounds(listing)}
    rows = tx.rows(Statement(f"{select} ORDER BY {order} LIMIT :size OFFSET :offset"), **given)
    found = [
        Member(
            workspace=workspace_name,
            user=row["member_name"],
            role=Role(row["role"]),
            since=from_epoch(row["since"]),
        )
        for row in rows
    ]
    total, counted = filters.total(tx, select, given)
    return found, total, counted
