"""Which stack a command is about: the one that is named, else the active one."""

from lockwork.cli.session import Session, complete_by
from lockwork.domain.errors import NotFound
from lockwork.domain.stacks import Stack

complete_stacks = complete_by(lambda client, _context, _word: [s.name for s in client.list_stacks(size=200)])


def chosen(session: Session, name: str | None) -> Stack:
    """The stack of this name or id; without one the active stack, whose absence says who names it."""
    if name is not None:
        return session.client.get_stack(name)
    active = session.profile.stack
    try:
        return session.client.get_stack(active.value)
    except NotFound as failure:
        near = failure.near
    hint = f"{active.source} says that it is the active one; lockwork stack set NAME chooses another"
    raise NotFound("stack", active.value, near=near, hint=hint)
