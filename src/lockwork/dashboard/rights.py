"""What whoever asks may do in this workspace, so that pages offer no more; the gate refuses the rest."""

from collections.abc import Callable
from functools import wraps

from lockwork.dashboard.pages import Answer, Ask, Shown
from lockwork.domain.access import Permission
from lockwork.domain.secrets import SecretInfo, SecretScope


def may(ask: Ask, permission: Permission, scope: SecretScope | None = None) -> bool:
    """Whether it is worth offering: in the workspace, or with secrets of one's own scope."""
    return permission in (ask.held.own if scope is SecretScope.USER else ask.held.rights)


def may_write(ask: Ask) -> bool:
    """Whether components, stacks and secrets of the workspace may be changed."""
    return may(ask, Permission.WRITE)


def may_change(ask: Ask, secret: SecretInfo) -> bool:
    """Whether this secret may be changed: one's own are one's own."""
    return may(ask, Permission.WRITE, secret.scope)


def for_writers(answer: Callable[[Ask], Answer]) -> Callable[[Ask], Answer]:
    """A form of what the workspace holds: nobody fills in what would be refused."""

    @wraps(answer)
    def answered(ask: Ask) -> Answer:
        if may_write(ask):
            return answer(ask)
        section = ask.came.path.split("/")[3]  # /w/WORKSPACE/SECTION/…
        return Shown("not_for_role.html", "Not for your role", {"list": section}, section=section, status=403)

    return answered
