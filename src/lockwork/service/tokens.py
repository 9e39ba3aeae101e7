"""Tokens for programs: minted within the limits of who mints, told, revoked."""

from collections.abc import Iterable, Iterator

import msgspec

from lockwork.crypto.tokens import new_token
from lockwork.database import access, tokens, workspaces
from lockwork.database.access import UserRow
from lockwork.database.engine import Transaction
from lockwork.database.tokens import Known, TokenRow
from lockwork.domain.access import Limits, Permission, Role, checked_pattern
from lockwork.domain.errors import Ambiguous, InvalidInput, NotFound, NotPermitted
from lockwork.domain.nearness import near
from lockwork.domain.secrets import is_uuid
from lockwork.domain.stacks import plain_name
from lockwork.domain.tokens import OF_PASSWORDS, NewToken, Token, TokenKind
from lockwork.messages import Page
from lockwork.messages.access import CreateToken, ListTokens, LogOut, RevokeToken
from lockwork.service import callers, findings, held
from lockwork.service.context import Context, new_id

DAY = 24 * 60 * 60 * 1_000_000
MAX_DAYS = 3650
MOST = 100
"""Patterns, and workspaces: they are looked at with every question."""


def create(ctx: Context, message: CreateToken) -> NewToken:
    """One's own, or a service account's: never beyond what the token that asks may do."""
    name = plain_name(message.name, "token")
    owner = _owner(ctx, message.owner)
    limits = _limits(ctx, message.limits)
    if message.days is not None and not 1 <= message.days <= MAX_DAYS:
        raise InvalidInput(f"a token is good for 1 to {MAX_DAYS:,} days, not {message.days:,}")
    if tokens.named(ctx.tx, name, Known(owner.id)):
        raise InvalidInput(
            f"user {owner.name!r} has a token called {name!r}", hint=f"lockwork token revoke {name}"
        )
    expires = None if message.days is None else ctx.now + message.days * DAY
    last = _outlived_by(ctx)
    notes: tuple[str, ...] = ()
    if last is not None and (expires is None or expires > last):
        expires, notes = last, ("it expires with the token that minted it",)
    made = mint(ctx.tx, owner, name, TokenKind.API, now=ctx.now, expires=expires, limits=limits,
                parent=ctx.caller.token)  # fmt: skip
    ctx.about_all(held.of_tokens(ctx.tx, [made.token.id]))
    return NewToken(token=msgspec.structs.replace(made.token, notes=notes), text=made.text)


def _outlived_by(ctx: Context) -> int | None:
    """When a program's token that asks expires, and with it what it mints; a log-in binds nothing."""
    asking = tokens.one(ctx.tx, ctx.caller.token) if ctx.caller.token else None
    return None if asking is None or asking.kind in OF_PASSWORDS else asking.expires


def mint(
    tx: Transaction,
    owner: UserRow,
    name: str,
    kind: TokenKind,
    *,
    now: int,
    expires: int | None,
    limits: Limits | None = None,
    parent: str | None = None,
) -> NewToken:
    """A new token of a user; what it opens, others have decided."""
    minted = new_token()
    row = TokenRow(
        id=new_id(),
        hash=minted.hash,
        owner=owner.id,
        name=name,
        kind=kind,
        begins=minted.begins,
        limits=msgspec.json.encode(limits or Limits()).decode(),
        parent=parent,
        created=now,
        expires=expires,
        revoked=None,
        last_used=None,
        owner_name=owner.name,
    )
    tokens.insert(tx, row)
    return NewToken(token=tokens.told(tx, [row])[0], text=minted.text)


def list_(ctx: Context, message: ListTokens) -> Page[Token]:
    listing = message.listing
    found, total, counted = tokens.page(ctx.tx, _known(ctx), listing)
    return Page.of(listing, found, total, counted)


def revoke(ctx: Context, message: RevokeToken) -> Token:
    """It and what it minted open nothing from now on."""
    row = _one(ctx, message.token)
    ctx.about_all(held.revoked(ctx.tx, [row.id], ctx.now))
    return tokens.told(ctx.tx, [row._replace(revoked=row.revoked or ctx.now)])[0]


def log_out(ctx: Context, message: LogOut) -> None:
    """The token that was shown, or all that the caller's passwords made.

    What was minted with them goes on: a program's token does not end because its maker went home.
    """
    if message.everywhere and not ctx.caller.limits.are_none:
        raise NotPermitted(
            "a token that is held to limits closes no log-ins of its owner",
            hint="it closes itself: lockwork logout, without --everywhere",
        )
    ids = [ctx.caller.token] if ctx.caller.token else []
    if message.everywhere:
        ids += tokens.of_owner(ctx.tx, ctx.caller.user, OF_PASSWORDS)
    for id_ in dict.fromkeys(ids):
        tokens.close(ctx.tx, id_, ctx.now)
    ctx.about_all(held.of_tokens(ctx.tx, ids))


def _owner(ctx: Context, name: str | None) -> UserRow:
    """The caller, or a service account for those who administer the server: no one mints for a person."""
    user = access.user(ctx.tx, ctx.caller.user if name is None else name)
    if user is not None and user.id == ctx.caller.user:
        return user
    if Permission.ADMINISTER_STORE not in ctx.caller.rights:
        raise NotPermitted(f"user {ctx.caller.name!r} may mint tokens of their own alone")
    if user is None:
        raise NotFound("user", str(name), near=near(str(name), access.user_names(ctx.tx)))
    if user.kind != "service":
        raise NotPermitted(
            f"user {user.name!r} is a person: they mint their tokens themselves",
            hint="for a program: lockwork user create NAME --service",
        )
    return user


def _limits(ctx: Context, asked: Limits) -> Limits:
    """Checked, workspaces by their ids, and held within those of the token that asks."""
    if asked.role is not None:
        Role.parse(asked.role)
    for what, given in (("patterns", asked.patterns), ("workspaces", asked.workspaces)):
        if given is not None and len(given) > MOST:
            raise InvalidInput(f"a token is held to at most {MOST} {what}, not {len(given):,}")
    for pattern in asked.patterns or ():
        checked_pattern(pattern)
    if asked.workspaces is not None:
        asked = msgspec.structs.replace(asked, workspaces=tuple(_rooms(ctx, asked.workspaces)))
    beyond = asked.exceed(ctx.caller.limits)
    if beyond is not None:
        raise NotPermitted(f"a token mints only within its own limits: {beyond}")
    return asked.within(ctx.caller.limits)


def _rooms(ctx: Context, names: Iterable[str]) -> Iterator[str]:
    """Ids of workspaces that the caller may know of, by their names."""
    seen = callers.seen_workspaces(ctx.tx, ctx.caller)
    for name in names:
        row = workspaces.one(ctx.tx, name) if name in seen else None
        if row is None:
            raise NotFound("workspace", name, near=near(name, seen), hint="lockwork workspace list")
        yield row.id


def _known(ctx: Context) -> Known:
    """The tokens that the caller may know of, and revoke. One held to limits: itself, and what came of it.

    Else whoever takes a narrow token could end all that its owner has, the owner's log-ins too.
    """
    if not ctx.caller.limits.are_none:
        return Known(root=ctx.caller.token)
    return Known(None if Permission.ADMINISTER_STORE in ctx.caller.rights else ctx.caller.user)


def _one(ctx: Context, text: str) -> TokenRow:
    """Of this id or name, among those that the caller may know of."""
    known = _known(ctx)
    if is_uuid(text):
        row = tokens.one(ctx.tx, findings.canonical(text), known)
        found = [] if row is None else [row]
    else:
        found = tokens.named(ctx.tx, text, known)
    if not found:
        raise NotFound("token", text, hint="lockwork token list")
    if len(found) > 1:
        raise Ambiguous(f"several tokens are called {text!r}", hint="name it by its id: lockwork token list")
    return found[0]


ANSWERS = (
    CreateToken.answered_by(create),
    ListTokens.answered_by(list_),
    RevokeToken.answered_by(revoke),
    LogOut.answered_by(log_out),
)
