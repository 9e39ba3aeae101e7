"""What whoever asks may do in a workspace: a page offers that and no more, and the gate refuses the rest."""

from lockwork.dashboard.pages import Ask
from lockwork.domain.access import GRANTED, NO_RIGHTS, OWN, Permission, Rights, Role
from lockwork.domain.secrets import SecretScope
from lockwork.messages import Listing
from lockwork.messages.access import ListMembers


def in_workspace(ask: Ask) -> Rights:
    """By their role there: the store's owner has all, who administers the server is an admin everywhere."""
    if ask.is_embedded:
        return GRANTED[Role.OWNER]
    if ask.me.admin:
        return GRANTED[Role.ADMIN]
    alone = Listing(filters={"user": ask.me.name}, sort_by="asc:user", size=1)
    found = ask.client.send(ListMembers(workspace=ask.workspace, listing=alone))
    return GRANTED[found[0].role] if found.items else NO_RIGHTS


def with_secrets(rights: Rights, scope: SecretScope) -> Rights:
    """With secrets of this scope: one's own are one's own, whatever the role."""
    return OWN if scope is SecretScope.USER else rights


def may(ask: Ask, permission: Permission, scope: SecretScope) -> bool:
    """Whether they may do it with secrets of this scope, in one question at most."""
    return permission in (OWN if scope is SecretScope.USER else in_workspace(ask))
