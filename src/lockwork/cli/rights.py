"""What would be refused anyway is refused before anything is asked; the server decides all the same."""

from typing import TYPE_CHECKING, Any

from lockwork.domain.errors import NotFound, NotPermitted

if TYPE_CHECKING:
    from lockwork.cli.session import Session
    from lockwork.messages import Message


def check(session: "Session", question: "type[Message[Any]]", *, is_own: bool = False) -> None:
    """Refuse what this caller may not ask a server; `is_own`: of a secret of their own scope."""
    if session.profile.server is None:  # whoever can read the folder may do all of it
        return
    # lazy: an embedded store needs none of it
    from lockwork.domain.access import who_may
    from lockwork.messages import WorkspaceMessage

    try:
        held = session.client.get_rights()
    except NotFound:
        if issubclass(question, WorkspaceMessage):
            raise
        return  # the workspace that is active has nothing to do with it
    if question.permission not in (held.own if is_own else held.rights):
        raise NotPermitted(
            f"user {held.user!r} may not do this: {question.action} needs {question.permission}",
            hint=who_may(question.permission),
        )
