"""Ways in for who has no token yet: the first admin, an invitation, a password.

What is wrong is told alike, whatever it is: that there is no such user, that they have no password, that it
is another. A password is checked outside of any transaction, as that takes its time.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from lockwork.crypto import passwords
from lockwork.crypto.tokens import hash_of
from lockwork.database import access, tokens
from lockwork.database.access import UserRow
from lockwork.database.engine import Transaction
from lockwork.domain.access import Caller, UserName
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.errors import NotLoggedIn, Refused
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import OF_PASSWORDS, NewToken, TokenKind
from lockwork.messages.access import ChangePassword, ChoosePassword, LogIn, SetUp
from lockwork.service import codes, held
from lockwork.service.callers import Shown
from lockwork.service.context import Porch
from lockwork.service.first_admin import appointed
from lockwork.service.tokens import DAY, mint

GOOD_FOR = {TokenKind.LOGIN: 30 * DAY, TokenKind.SESSION: DAY // 2}
_WRONG = "name or password is wrong"
_LABEL = 128
_FORGOTTEN = "try again; who has forgotten theirs: lockwork server reset-password USER, on the server's host"


def log_in(porch: Porch, message: LogIn) -> NewToken:
    """A token for a password, good for 30 days; in a browser for twelve hours."""
    with _attempt(porch, message.name):
        known = _who_knows(porch, message.name, message.password)
    with porch.house.database.writing() as tx:
        return _let_in(porch, tx, _who_still(tx, known), message)


def set_up(porch: Porch, message: SetUp) -> NewToken:
    """The first admin. A name that an embedded store has already, and nobody comes in by, is theirs."""
    name, password = UserName.parse(message.name), passwords.checked_password(message.password)
    with porch.house.database.reading() as tx:
        _check_not_set_up(tx)  # before a hash is made for nothing
    with _attempt(porch):
        kept = passwords.kept(password)
        return _set_up(porch, message, name, kept)


def _set_up(porch: Porch, message: SetUp, name: UserName, kept: str) -> NewToken:
    with porch.house.database.writing() as tx:
        now = porch.house.clock()
        _check_not_set_up(tx)
        codes.taken(tx, hash_of(message.code), (codes.SETUP,), now)
        user, subjects = appointed(tx, name, kept, now)
        return _let_in(porch, tx, user, message, subjects)


def _check_not_set_up(tx: Transaction) -> None:
    if access.other_admins(tx):
        raise Refused("this server has been set up already", hint="lockwork login URL")


def choose_password(porch: Porch, message: ChoosePassword) -> NewToken:
    """By the code of an invitation or a reset; what older passwords opened is closed."""
    password = passwords.checked_password(message.password)
    with _attempt(porch):
        return _chosen(porch, message, passwords.kept(password))


def _chosen(porch: Porch, message: ChoosePassword, kept: str) -> NewToken:
    with porch.house.database.writing() as tx:
        code = codes.taken(tx, hash_of(message.code), (codes.INVITE, codes.RESET), porch.house.clock())
        user = access.user(tx, code.owner or "")
        if user is None or user.disabled is not None:
            raise NotLoggedIn(_WRONG)
        subjects = _replace_password(porch, tx, user, kept, but=None)
        return _let_in(porch, tx, user, message, subjects)


def change_password(porch: Porch, message: ChangePassword) -> None:
    """By the password of before."""
    new = passwords.checked_password(message.new)
    with _attempt(porch, message.name):
        try:
            known = _who_knows(porch, message.name, message.password)
        except NotLoggedIn:
            raise NotLoggedIn("the password of now is wrong", hint=_FORGOTTEN) from None
    kept = passwords.kept(new)
    with porch.house.database.writing() as tx:
        user = _who_still(tx, known)
        shown = porch.door.token if isinstance(porch.door, Shown) else None
        bearer = None if shown is None else tokens.bearer(tx, shown, "")
        # Whoever knows the password may ask, whatever token they show: the record is of whose password it is.
        own = bearer.token if bearer is not None and bearer.user == user.id else None
        subjects = _replace_password(porch, tx, user, kept, but=own)
        _record(porch, tx, user, message.action, token=own, subjects=subjects)


def _attempt(porch: Porch, account: str = "") -> AbstractContextManager[None]:
    """Around whatever may fail to let someone in; who failed often has to wait."""
    address = porch.door.address if isinstance(porch.door, Shown) else None
    return porch.house.patience.attempt(address, account)


class _Known(NamedTuple):
    """A user, and what was kept of the password that was found to be right."""

    user: UserRow
    kept: str


def _who_knows(porch: Porch, name: str, password: Sensitive) -> _Known:
    """The user whose password this is; it takes as long to find out that there is none."""
    with porch.house.database.reading() as tx:
        user = access.user(tx, name)
        kept = access.password(tx, user.id if user else "")
    is_right = passwords.is_right(password, kept or _nobodys())
    if user is None or kept is None or not is_right or user.disabled is not None or user.kind != "person":
        raise NotLoggedIn(_WRONG)
    return _Known(user, kept)


def _who_still(tx: Transaction, known: _Known) -> UserRow:
    """The user as they are now: while a password was checked, it may have been replaced, or they kept out."""
    user = access.user(tx, known.user.id)
    if user is None or user.disabled is not None or access.password(tx, user.id) != known.kept:
        raise NotLoggedIn(_WRONG)
    return user


def _nobodys() -> str:
    """What would be kept of a password that nobody has."""
    global _nobody
    if _nobody is None:
        _nobody = passwords.kept(Sensitive("a password that nobody has"))
    return _nobody


_nobody: str | None = None


def _replace_password(
    porch: Porch, tx: Transaction, user: UserRow, kept: str, *, but: str | None
) -> list[Subject]:
    """What a record tells of it; of the log-ins that the old one made `but` stays."""
    access.set_password(tx, user.id, kept)
    tokens.forget_codes(tx, codes.RESET, user.id)
    ends = [id_ for id_ in tokens.of_owner(tx, user.id, OF_PASSWORDS) if id_ != but]
    ended = held.revoked(tx, ends, porch.house.clock())
    return [held.of_password(user.id, user.name, kept), *ended]


def _let_in(
    porch: Porch,
    tx: Transaction,
    user: UserRow,
    message: LogIn | SetUp | ChoosePassword,
    subjects: Sequence[Subject] = (),
) -> NewToken:
    now = porch.house.clock()
    kind = TokenKind.SESSION if message.session else TokenKind.LOGIN
    made = mint(tx, user, message.label[:_LABEL] or kind.value, kind, now=now, expires=now + GOOD_FOR[kind])
    whole = [*subjects, *held.of_tokens(tx, [made.token.id])]
    _record(porch, tx, user, message.action, token=made.token.id, subjects=whole)
    return made


def _record(
    porch: Porch,
    tx: Transaction,
    user: UserRow,
    action: str,
    *,
    token: str | None,
    subjects: Sequence[Subject],
) -> None:
    door = porch.door
    shown = door if isinstance(door, Shown) else Shown(None)
    caller = Caller(user=user.id, name=user.name, token=token, address=shown.address, request=shown.request)
    porch.house.trail.append(
        tx, now=porch.house.clock(), caller=caller, action=action, outcome=Outcome.DONE, subjects=subjects
    )


ANSWERS = (
    LogIn.answered_by(log_in),
    SetUp.answered_by(set_up),
    ChoosePassword.answered_by(choose_password),
    ChangePassword.answered_by(change_password),
)
