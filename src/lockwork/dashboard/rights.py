"""What whoever asks may do in this workspace, so that pages offer no more; the gate refuses the rest."""

from lockwork.dashboard.pages import Ask
from lockwork.domain.access import Permission
from lockwork.domain.secrets import SecretScope


def may(ask: Ask, permission: Permission, scope: SecretScope | None = None) -> bool:
    """Whether it is worth offering: in the workspace, or with secrets of one's own scope."""
    return permission in (ask.held.own if scope is SecretScope.USER else ask.held.rights)


def may_write(ask: Ask) -> bool:
    """Whether components, stacks and secrets of the workspace may be changed."""
    return may(ask, Permission.WRITE)
