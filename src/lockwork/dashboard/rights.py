"""What whoever asks may do in this workspace, so that pages offer no more. The gate decides, not this."""

from lockwork.dashboard.pages import Ask
from lockwork.domain.access import GRANTED, NO_RIGHTS, Permission, Rights, Role
from lockwork.messages import Listing
from lockwork.messages.access import ListMembers


def may(ask: Ask, permission: Permission) -> bool:
    """Whether it is worth offering; one question on a server."""
    return permission in _rights(ask)


def may_write(ask: Ask) -> bool:
    """Whether components, stacks and secrets of the workspace may be changed."""
    return may(ask, Permission.WRITE)


def _rights(ask: Ask) -> Rights:
    if ask.is_embedded:
        return GRANTED[Role.OWNER]
    if ask.me.admin:
        return GRANTED[Role.ADMIN]
    mine = Listing(filters={"user": ask.me.name}, sort_by="asc:user", size=1)
    found = ask.client.send(ListMembers(workspace=ask.workspace, listing=mine)).items
    return GRANTED[found[0].role] if found else NO_RIGHTS
