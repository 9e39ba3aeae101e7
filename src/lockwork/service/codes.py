"""One-time codes: who has one may choose a password, or set the server up. Good once, and not for long."""

from lockwork.crypto.tokens import new_code
from lockwork.database import tokens
from lockwork.database.access import UserRow
from lockwork.database.engine import Transaction
from lockwork.database.tokens import Code
from lockwork.domain.errors import NotLoggedIn
from lockwork.domain.secrets import from_epoch
from lockwork.domain.tokens import NewCode
from lockwork.service.context import Context

SETUP, INVITE, RESET = "setup", "invite", "reset"
_MINUTE = 60_000_000
_OTHERWISE = {
    SETUP: "start the server again: it prints another, until somebody administers it",
    RESET: "ask an admin for another, or on the server's host: lockwork server reset-password USER",
}
GOOD_FOR = {SETUP: 30 * _MINUTE, INVITE: 7 * 24 * 60 * _MINUTE, RESET: 60 * _MINUTE}
"""Microseconds."""


def made(ctx: Context, kind: str, user: UserRow) -> NewCode:
    """A code for a user; those of before are good no more."""
    return make(ctx.tx, kind, user, ctx.now)


def make(tx: Transaction, kind: str, user: UserRow | None, now: int) -> NewCode:
    """A code; those of this kind from before, for the same user, are good no more."""
    tokens.forget_codes(tx, kind, user and user.id)
    minted, expires = new_code(), now + GOOD_FOR[kind]
    tokens.insert_code(tx, Code(minted.hash, kind, user and user.id, now, expires))
    return NewCode(user=user.name if user else "", text=minted.text, expires=from_epoch(expires))


def taken(tx: Transaction, hash_: str, kinds: tuple[str, ...], now: int) -> Code:
    """The code of this hash, which is good no more from here on; what is none, or late, is told alike."""
    code = tokens.code(tx, hash_)
    if code is None or code.kind not in kinds or not tokens.take_code(tx, hash_, now):
        raise NotLoggedIn(
            "the code is not valid: it was used, has expired, or was replaced by a later one",
            hint=_OTHERWISE[SETUP if SETUP in kinds else RESET],
        )
    return code
