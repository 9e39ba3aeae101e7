"""Users of a store: names kept apart."""

from lockwork.database import access, secrets
from lockwork.database.access import Named
from lockwork.domain.access import User, UserName
from lockwork.domain.audit import Subject
from lockwork.domain.errors import AlreadyExists, NotFound, Refused, StillReferenced
from lockwork.domain.nearness import near
from lockwork.messages import Page
from lockwork.messages.access import CreateUser, DeleteUser, GetUser, ListUsers, WhoAmI
from lockwork.service import findings, states
from lockwork.service.context import Context
from lockwork.service.secrets import purge

_BOUNDARY = (
    "this keeps names apart, not people: whoever can read the store's folder can act as any user and read"
    " every value; people who must not read each other's secrets use a server"
)


def who_am_i(ctx: Context, _message: WhoAmI) -> User:
    return _one(ctx, ctx.caller.user).user()


def create(ctx: Context, message: CreateUser) -> User:
    user = Named(ctx.new_id(), UserName.parse(message.name), ctx.now)
    if not access.insert_user(ctx.tx, user):
        raise AlreadyExists("user", user.name, "in this store", hint="lockwork user list")
    ctx.about(Subject(kind="user", name=user.name, id=user.id, state=states.of_named(user)))
    return User(id=user.id, name=user.name, created=user.user().created, notes=(_BOUNDARY,))


def get(ctx: Context, message: GetUser) -> User:
    return _one(ctx, message.user).user()


def list_(ctx: Context, message: ListUsers) -> Page[User]:
    rows, total, counted = access.page(ctx.tx, "users", message.listing)
    items = tuple(row.user() for row in rows)
    return Page(
        items=items, page=message.listing.page, size=message.listing.size, total=total, counted=counted
    )


def delete(ctx: Context, message: DeleteUser) -> User:
    """Take a user away. What they made for others stays and becomes the caller's."""
    user = _one(ctx, message.user)
    if user.id == ctx.caller.user:
        raise Refused("you cannot delete the user that you act as", hint="act as another with --as USER")
    own = access.own_secrets(ctx.tx, user.id)
    if own and not message.force:
        raise StillReferenced(
            f"user {user.name!r} has secrets of their own", [f"{own} secret{'' if own == 1 else 's'}"],
            hint="--force deletes these secrets for good",
        )  # fmt: skip
    for secret in secrets.in_namespace(ctx.tx, f"u:{user.id}"):
        purge(ctx, secret)
    inherited = secrets.owned(ctx.tx, user.id)
    access.delete_user(ctx.tx, user.id, heir=ctx.caller.user)
    for secret in inherited:
        ctx.about(findings.subject(ctx, secret._replace(owner=ctx.caller.user, owner_name=ctx.caller.name)))
    ctx.about(Subject(kind="user", name=user.name, id=user.id, state=states.GONE))
    return user.user()


def _one(ctx: Context, name: str) -> Named:
    user = access.user(ctx.tx, name)
    if user is None:
        raise NotFound("user", name, near=near(name, access.user_names(ctx.tx)), hint="lockwork user list")
    return user


ANSWERS = (
    WhoAmI.answered_by(who_am_i),
    CreateUser.answered_by(create),
    GetUser.answered_by(get),
    ListUsers.answered_by(list_),
    DeleteUser.answered_by(delete),
)
