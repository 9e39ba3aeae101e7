"""Users of a store: names with secrets of their own; on a server, people and programs that come in."""

from collections.abc import Sequence

from msgspec.structs import replace

from lockwork.database import access, members, secrets, tokens, workspaces
from lockwork.database.access import UserRow
from lockwork.database.members import MemberRow
from lockwork.domain.access import Held, Member, Role, User, UserName
from lockwork.domain.audit import Subject
from lockwork.domain.errors import AlreadyExists, NotFound, Refused, StillReferenced
from lockwork.domain.nearness import near
from lockwork.domain.secrets import from_epoch
from lockwork.domain.tokens import NewCode
from lockwork.messages import Page
from lockwork.messages.access import (
    CreateUser,
    DeleteUser,
    GetRights,
    GetUser,
    InviteUser,
    ListMembers,
    ListUsers,
    PutMember,
    RemoveMember,
    UpdateUser,
    WhoAmI,
)
from lockwork.service import codes, findings, held, states
from lockwork.service.context import Context
from lockwork.service.secrets import purge

_BOUNDARY = (
    "this keeps names apart, not people: whoever can read the store's folder can act as any user and read"
    " every value; people who must not read each other's secrets use a server"
)
_AGAIN = "they were invited before: the earlier code, if there was one, is good no more"


def who_am_i(ctx: Context, _message: WhoAmI) -> User:
    return _one(ctx, ctx.caller.user).user()


def create(ctx: Context, message: CreateUser) -> User:
    user = _inserted(ctx, message.name, kind="service" if message.service else "person")
    told = user.user()
    is_embedded = ctx.caller.token is None
    return told if not is_embedded else _noted(told, _BOUNDARY)


def invite(ctx: Context, message: InviteUser) -> NewCode:
    """A person who has no password yet, and the code by which they choose one; an earlier one ends."""
    was = access.user(ctx.tx, UserName.parse(message.name))
    user = (
        _inserted(ctx, message.name, admin=message.admin)
        if was is None
        else _invited_again(ctx, was, admin=message.admin)
    )
    for name, role in message.workspaces.items():
        workspace = workspaces.one(ctx.tx, name)
        if workspace is None:
            guesses = near(name, workspaces.names(ctx.tx))
            raise NotFound("workspace", name, near=guesses, hint="lockwork workspace list")
        member = members.one(ctx.tx, workspace.id, user.id)
        since = ctx.now if member is None else member.since
        _put(ctx, MemberRow(workspace.id, user.id, Role.parse(role), since), user.name)
    made = codes.made(ctx, codes.INVITE, user)
    return made if was is None else replace(made, notes=(_AGAIN,))


def _invited_again(ctx: Context, user: UserRow, *, admin: bool) -> UserRow:
    """Who has not come in yet. Nobody who has anything of their own: the code would open that too."""
    if user.kind != "person":
        raise Refused(f"user {user.name!r} is a service account: it has tokens and no password")
    if user.disabled is not None:
        raise Refused(f"user {user.name!r} is disabled", hint=f"lockwork user update {user.name} --enable")
    if access.password(ctx.tx, user.id) is not None or access.own_secrets(ctx.tx, user.id):
        raise AlreadyExists(
            "user",
            user.name,
            "in this store",
            hint=f"another password: lockwork server reset-password {user.name}",
        )
    if admin and not user.admin:
        user = user._replace(admin=1)
        access.change_user(ctx.tx, user)
    _about(ctx, user)
    return user


def get(ctx: Context, message: GetUser) -> User:
    return _told_all(ctx, [_one(ctx, message.user)])[0]


def list_(ctx: Context, message: ListUsers) -> Page[User]:
    rows, total, counted = access.page(ctx.tx, message.listing)
    return Page.of(message.listing, _told_all(ctx, rows), total, counted)


def _told_all(ctx: Context, rows: Sequence[UserRow]) -> tuple[User, ...]:
    invited = tokens.invited(ctx.tx, [row.id for row in rows])
    return tuple(row.user(invited.get(row.id)) for row in rows)


def update(ctx: Context, message: UpdateUser) -> User:
    """Let someone administer the server, or no more; keep them out, or let them in again."""
    was = _one(ctx, message.user)
    user = was
    if message.admin is not None:
        user = user._replace(admin=int(message.admin))
    if message.disabled is not None:
        user = user._replace(disabled=(was.disabled or ctx.now) if message.disabled else None)
    goes = was.admin and (not user.admin or user.disabled)
    if goes:
        _check_others_administer(ctx, was)
    access.change_user(ctx.tx, user)
    _about(ctx, user)
    return user.user()


def delete(ctx: Context, message: DeleteUser) -> User:
    """Take a user away. What they made for others stays and becomes the caller's."""
    user = _one(ctx, message.user)
    if user.id == ctx.caller.user:
        is_embedded = ctx.caller.token is None
        raise Refused(
            "you cannot delete the user that you act as",
            hint="act as another with --as USER" if is_embedded else "ask another admin of the server",
        )
    _check_others_administer(ctx, user)
    own = access.own_secrets(ctx.tx, user.id)
    if own and not message.force:
        raise StillReferenced(
            f"user {user.name!r} has secrets of their own", [f"{own} secret{'' if own == 1 else 's'}"],
            hint="--force deletes these secrets for good",
        )  # fmt: skip
    if message.dry_run:
        return user.user()
    for secret in secrets.in_namespace(ctx.tx, f"u:{user.id}"):
        purge(ctx, secret)
    for member in members.of_user(ctx.tx, user.id):
        _about_member(ctx, member, user.name, states.GONE)
    ended = _let_go(ctx, user)
    inherited = secrets.owned(ctx.tx, user.id)
    access.delete_user(ctx.tx, user.id, heir=ctx.caller.user)
    ctx.about_all(held.of_tokens(ctx.tx, ended))
    for secret in inherited:
        ctx.about(findings.subject(ctx, secret._replace(owner=ctx.caller.user, owner_name=ctx.caller.name)))
    ctx.about(Subject(kind="user", name=user.name, id=user.id, state=states.GONE))
    return user.user()


def _let_go(ctx: Context, user: UserRow) -> list[str]:
    """A user's password and tokens go with them; what these minted for others is revoked: its ids."""
    ids = tokens.all_of(ctx.tx, user.id)
    ended = [subject.id or "" for subject in held.revoked(ctx.tx, ids, ctx.now)]
    gone = held.of_tokens(ctx.tx, ids)
    kept = access.password(ctx.tx, user.id)
    if kept is not None:
        gone.append(held.of_password(user.id, user.name, kept))
    for subject in gone:
        ctx.about(replace(subject, state=states.GONE))
    return [*ended, *tokens.minted_for_others(ctx.tx, user.id)]  # who minted these is told no more


def _check_others_administer(ctx: Context, user: UserRow) -> None:
    """Where nobody comes in at all, as on an embedded store, nobody is the last."""
    if access.other_admins(ctx.tx) and not access.other_admins(ctx.tx, user.id):
        raise Refused(
            f"user {user.name!r} is the only one who can administer the server",
            hint="lockwork user update OTHER --admin",
        )


# ---- members of a workspace ----


def get_rights(ctx: Context, _message: GetRights) -> Held:
    return Held(
        user=ctx.caller.name,
        rights=tuple(sorted(ctx.caller.rights)),
        own=tuple(sorted(ctx.caller.own_rights)),
    )


def put_member(ctx: Context, message: PutMember) -> Member:
    """Let a user in, or change what they are there."""
    user, role = _one(ctx, message.user), Role.parse(message.role)
    was = members.one(ctx.tx, ctx.sight.workspace, user.id)
    if was is not None and was.role is Role.ADMIN and role is not Role.ADMIN:
        _check_other_admins(ctx, user)
    row = MemberRow(ctx.sight.workspace, user.id, role, was.since if was else ctx.now)
    _put(ctx, row, user.name)
    return _told(ctx, user, row)


def remove_member(ctx: Context, message: RemoveMember) -> Member:
    """Out of the workspace; their own secrets stay theirs."""
    user = _one(ctx, message.user)
    was = members.one(ctx.tx, ctx.sight.workspace, user.id)
    if was is None:
        raise NotFound("member", user.name, hint="lockwork workspace members")
    if was.role is Role.ADMIN:
        _check_other_admins(ctx, user)
    members.remove(ctx.tx, was.workspace, was.member)
    _about_member(ctx, was, user.name, states.GONE)
    return _told(ctx, user, was)


def list_members(ctx: Context, message: ListMembers) -> Page[Member]:
    listing = message.listing
    found, total, counted = members.page(ctx.tx, ctx.sight.workspace, ctx.sight.workspace_name, listing)
    return Page.of(listing, found, total, counted)


def _check_other_admins(ctx: Context, user: UserRow) -> None:
    """A workspace without an admin could be changed by admins of the server alone."""
    if not members.other_admins(ctx.tx, ctx.sight.workspace, user.id) and not access.other_admins(ctx.tx):
        raise Refused(
            f"user {user.name!r} is the only admin of workspace {ctx.sight.workspace_name!r}",
            hint=f"lockwork workspace add-member {ctx.sight.workspace_name} OTHER --role admin",
        )


def _put(ctx: Context, row: MemberRow, name: str) -> None:
    members.put(ctx.tx, row)
    _about_member(ctx, row, name, states.of_member(row))


def _about_member(ctx: Context, row: MemberRow, name: str, state: str) -> None:
    ctx.about(Subject(kind="member", name=name, id=f"{row.workspace}/{row.member}", state=state))


def _told(ctx: Context, user: UserRow, row: MemberRow) -> Member:
    return Member(
        workspace=ctx.sight.workspace_name, user=user.name, role=row.role, since=from_epoch(row.since)
    )


# ---- users ----


def _inserted(ctx: Context, name: str, *, kind: str = "person", admin: bool = False) -> UserRow:
    user = UserRow(ctx.new_id(), UserName.parse(name), ctx.now, kind, int(admin))
    if not access.insert_user(ctx.tx, user):
        raise AlreadyExists("user", user.name, "in this store", hint="lockwork user list")
    _about(ctx, user)
    return user


def _about(ctx: Context, user: UserRow) -> None:
    ctx.about(Subject(kind="user", name=user.name, id=user.id, state=states.of_user(user)))


def _noted(user: User, *notes: str) -> User:
    return replace(user, notes=notes)


def _one(ctx: Context, name: str) -> UserRow:
    user = access.user(ctx.tx, name)
    if user is None:
        raise NotFound("user", name, near=near(name, access.user_names(ctx.tx)), hint="lockwork user list")
    return user


ANSWERS = (
    WhoAmI.answered_by(who_am_i),
    CreateUser.answered_by(create),
    InviteUser.answered_by(invite),
    GetUser.answered_by(get),
    ListUsers.answered_by(list_),
    UpdateUser.answered_by(update),
    DeleteUser.answered_by(delete),
    GetRights.answered_by(get_rights),
    PutMember.answered_by(put_member),
    RemoveMember.answered_by(remove_member),
    ListMembers.answered_by(list_members),
)
