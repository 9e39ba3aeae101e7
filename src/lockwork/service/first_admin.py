"""Who administers a server first, under whatever name: it opens from then on to their password alone."""

from typing import NamedTuple

from lockwork.database import access, tokens
from lockwork.database.access import UserRow
from lockwork.database.engine import Transaction
from lockwork.domain.access import UserName
from lockwork.domain.audit import Subject
from lockwork.service import codes, held, states
from lockwork.service.context import new_id


class Appointed(NamedTuple):
    """Who administers the server now, and what a record tells of it."""

    user: UserRow
    subjects: list[Subject]


def appointed(tx: Transaction, name: UserName, kept: str, now: int) -> Appointed:
    """A new user, or one that is there and nobody comes in by, with what is kept of their password.

    The name may have been a program's, or somebody's who was kept out: what they held would administer now.
    """
    user = access.user(tx, name)
    if user is None:
        user = UserRow(new_id(), name, now, admin=1)
        access.insert_user(tx, user)
    ended = held.revoked(tx, tokens.of_owner(tx, user.id), now)
    for kind in (codes.INVITE, codes.RESET):
        tokens.forget_codes(tx, kind, user.id)
    tokens.forget_codes(tx, codes.SETUP)
    user = user._replace(kind="person", admin=1, disabled=None)
    access.change_user(tx, user)
    access.set_password(tx, user.id, kept)
    subject = Subject(kind="user", name=user.name, id=user.id, state=states.of_user(user))
    return Appointed(user, [subject, held.of_password(user.id, user.name, kept), *ended])
