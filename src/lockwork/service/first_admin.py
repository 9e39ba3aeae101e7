"""Who administers a server first, under whatever name: it opens from then on to their password alone."""

from lockwork.database import access, tokens
from lockwork.database.access import UserRow
from lockwork.database.engine import Transaction
from lockwork.domain.access import UserName
from lockwork.service import codes
from lockwork.service.context import new_id


def appointed(tx: Transaction, name: UserName, kept: str, now: int) -> UserRow:
    """A new user, or one that is there and nobody comes in by, with what is kept of their password.

    The name may have been a program's, or somebody's who was kept out: what they held would administer now.
    """
    user = access.user(tx, name)
    if user is None:
        user = UserRow(new_id(), name, now, admin=1)
        access.insert_user(tx, user)
    for token in tokens.of_owner(tx, user.id):
        tokens.revoke(tx, token, now)
    for kind in (codes.INVITE, codes.RESET):
        tokens.forget_codes(tx, kind, user.id)
    tokens.forget_codes(tx, codes.SETUP)
    user = user._replace(kind="person", admin=1, disabled=None)
    access.change_user(tx, user)
    access.set_password(tx, user.id, kept)
    return user
