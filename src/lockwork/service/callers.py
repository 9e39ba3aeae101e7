"""Who asks, and what they may do where they ask: from what the way in could establish.

On an embedded store that is a claim, which nobody checks; on a server it is a token. What a token may do is
its limits and its owner's rights as they are now, both at once, read in the transaction of the question.
"""

from typing import Any, NamedTuple

from msgspec.structs import replace

from lockwork.database import access, tokens, workspaces
from lockwork.database.access import Named
from lockwork.database.engine import Transaction
from lockwork.database.tokens import Bearer
from lockwork.domain.access import (
    GRANTED,
    NO_RIGHTS,
    OWN,
    Caller,
    Limits,
    Permission,
    Rights,
    Role,
    Sight,
)
from lockwork.domain.errors import NotFound, NotLoggedIn
from lockwork.domain.nearness import near
from lockwork.domain.secrets import SecretScope
from lockwork.domain.tokens import TokenKind
from lockwork.domain.workspaces import DEFAULT
from lockwork.messages import Message, WorkspaceMessage

_LOG_IN = "lockwork login"
IDLE = 3600 * 1_000_000
"""Microseconds after which a browser's session ends; when it was last used is known to the minute."""


class Claim(NamedTuple):
    """Who a caller says to be, where whoever can read the folder can read all."""

    user: str
    role: Role
    system_user: str | None = None


class Shown(NamedTuple):
    """What came with a request to a server."""

    token: str | None
    """SHA-256 of the token's text; None where none was shown."""
    address: str | None = None
    request: str | None = None
    key: str | None = None
    """By which a change that is asked again is known again."""


Door = Claim | Shown
"""What a way in could establish."""


class Entered(NamedTuple):
    """A caller who may come in, and what they see there."""

    caller: Caller
    sight: Sight
    used_before: int | None = None
    """When the token that was shown was last used, as far as that is written down."""


Met = dict[tuple[str | None, str, type[Message[Any]]], Entered]
"""Who came in already, in one transaction that is a view: by token, workspace and kind of message."""


def entered(tx: Transaction, door: Door, message: Message[Any], now: int, met: Met | None = None) -> Entered:
    """Who asks, with their rights where this message is asked; or why they may not even ask."""
    if isinstance(door, Claim):
        return _claimed(tx, door, message)
    if met is None:
        return _shown(tx, door, message, now)
    shown = (door.token, workspace_of(message), type(message))
    if shown not in met:
        met[shown] = _shown(tx, door, message, now)
        return met[shown]
    return _as_asked(met[shown], door)


def _as_asked(known: Entered, shown: Shown) -> Entered:
    """The same caller, with another request."""
    return known._replace(caller=replace(known.caller, address=shown.address, request=shown.request))


def named(tx: Transaction, door: Door) -> Caller:
    """Who asks, as the audit trail calls them, without any rights: also who is refused is named."""
    if isinstance(door, Claim):
        return Caller(user="", name=door.user, system_user=door.system_user)
    bearer = None if door.token is None else tokens.bearer(tx, door.token, "")
    return Caller(
        user="" if bearer is None else bearer.user,
        name="" if bearer is None else bearer.name,
        token=None if bearer is None else bearer.token,
        address=door.address,
        request=door.request,
    )


def workspace_of(message: Message[Any]) -> str:
    """The workspace that a message is asked in; messages about the whole store are asked in the first."""
    return message.workspace if isinstance(message, WorkspaceMessage) else DEFAULT


# ---- embedded: a claim ----


def _claimed(tx: Transaction, claim: Claim, message: Message[Any]) -> Entered:
    user = access.user(tx, claim.user)
    if user is None:
        guesses = near(claim.user, access.user_names(tx))
        raise NotFound("user", claim.user, near=guesses, hint="lockwork user list")
    name = workspace_of(message)
    workspace = workspaces.one(tx, name)
    if workspace is None:
        raise _no_workspace(tx, name, None)
    caller = Caller(
        user=user.id,
        name=user.name,
        rights=GRANTED[claim.role],
        own_rights=OWN,
        is_everywhere=True,
        system_user=claim.system_user,
    )
    return Entered(caller, _sight(caller, message, workspace))


# ---- server: a token ----


def _shown(tx: Transaction, shown: Shown, message: Message[Any], now: int) -> Entered:
    bearer = tokens.bearer(tx, shown.token or "", workspace_of(message))
    if bearer is None:
        raise NotLoggedIn(
            "no token was shown" if shown.token is None else "the token is not valid", hint=_LOG_IN
        )
    _check_good(bearer, now)
    limits = bearer.held_to
    rights = _rights(bearer, limits)
    caller = Caller(
        user=bearer.user,
        name=bearer.name,
        rights=rights | _over_the_store(bearer, limits),
        own_rights=OWN if limits.role is None else OWN & GRANTED[limits.role],
        limits=limits,
        is_everywhere=bool(bearer.admin),
        token=bearer.token,
        address=shown.address,
        request=shown.request,
    )
    if not isinstance(message, WorkspaceMessage):
        return Entered(
            caller, _sight(caller, message, Named(bearer.workspace or "", DEFAULT, 0)), bearer.last_used
        )
    if bearer.workspace is None or bearer.workspace_name is None or not rights:
        raise _no_workspace(tx, message.workspace, caller)
    return Entered(
        caller, _sight(caller, message, Named(bearer.workspace, bearer.workspace_name, 0)), bearer.last_used
    )


def _check_good(bearer: Bearer, now: int) -> None:
    if bearer.revoked is not None or bearer.disabled is not None or bearer.minters_kept_out:
        raise _ended("the token is not valid")
    if bearer.expires is not None and bearer.expires <= now:
        raise _ended("the token has expired")
    if bearer.kind is TokenKind.SESSION and (bearer.last_used or bearer.created) + IDLE < now:
        raise _ended("nothing was asked for an hour", "log in again")


def _ended(why: str, hint: str = _LOG_IN) -> NotLoggedIn:
    failure = NotLoggedIn(why, hint=hint)
    failure.has_ended = True
    return failure


def _rights(bearer: Bearer, limits: Limits) -> Rights:
    """In the workspace: none where it is out of the token's bounds, or its owner is no member."""
    if limits.workspaces is not None and bearer.workspace not in limits.workspaces:
        return NO_RIGHTS
    role = Role.ADMIN if bearer.admin else bearer.role
    if role is None:
        return NO_RIGHTS
    rights = GRANTED[role] if limits.role is None else GRANTED[role] & GRANTED[limits.role]
    # Or it could let someone in who sees every name, and so leave its patterns by another's token.
    return rights if limits.patterns is None else rights - {Permission.ADMINISTER}


def _over_the_store(bearer: Bearer, limits: Limits) -> Rights:
    """A token with any limit administers nothing."""
    if bearer.admin and limits.are_none:
        return frozenset({Permission.ANYONE, Permission.ADMINISTER_STORE})
    return frozenset({Permission.ANYONE})


def _no_workspace(tx: Transaction, name: str, caller: Caller | None) -> NotFound:
    """What is not there and what is not theirs are told alike: near misses are of what they see."""
    seen = workspaces.names(tx) if caller is None else seen_workspaces(tx, caller)
    return NotFound("workspace", name, near=near(name, seen), hint="lockwork workspace list")


def seen_workspaces(tx: Transaction, caller: Caller) -> list[str]:
    """Names of the workspaces that a caller may know of."""
    return workspaces.names(tx, None if caller.is_everywhere else caller.user, caller.limits.workspaces)


def _sight(caller: Caller, message: Message[Any], workspace: Named) -> Sight:
    return Sight(
        user=caller.user,
        user_name=caller.name,
        workspace=workspace.id,
        workspace_name=workspace.name,
        acting=tuple(
            scope
            for scope in (SecretScope.USER, SecretScope.WORKSPACE)
            if message.permission in (caller.own_rights if scope is SecretScope.USER else caller.rights)
        ),
        patterns=caller.limits.patterns,
    )
