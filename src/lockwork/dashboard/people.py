"""What several pages ask about people: what they are here, what a role may, who there is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from lockwork.dashboard.pages import Ask, Shown
from lockwork.domain.access import Role
from lockwork.domain.errors import StillReferenced
from lockwork.messages import Listing
from lockwork.messages.access import ListMembers

SIZE = 20
_MOST_NAMES = 100


class Explained(NamedTuple):
    """A role, and in a line what it may."""

    role: Role
    may: str
    """Beside what the one before it in a list may."""
    in_full: str
    """After "you can", where no other stands before it."""


ROLES = (
    Explained(Role.VIEWER, "sees names and keys, never a value", "see names and keys, but no values"),
    Explained(
        Role.RUNNER,
        "also reads values and runs pipelines",
        "see names and keys, read values and run pipelines",
    ),
    Explained(
        Role.EDITOR,
        "also creates, changes and deletes",
        "read, create, change and delete secrets, components and stacks, and run pipelines",
    ),
    Explained(
        Role.ADMIN,
        "also manages members and their roles",
        "do everything here, and manage members and their roles",
    ),
)


def administers(ask: Ask) -> bool:
    """Whether to offer what is for admins of the server; the gate decides, whatever is offered."""
    return ask.me.admin or ask.is_embedded


def role_of(ask: Ask, name: str, workspace: str = "") -> Role | None:
    """What someone is in a workspace, in this one if none is named; None for who is no member."""
    listing = Listing(filters={"user": name}, sort_by="asc:user", size=1)
    found = ask.client.send(ListMembers(workspace=workspace or ask.workspace, listing=listing))
    return found[0].role if found.items else None


@contextmanager
def advising(hint: str) -> Iterator[None]:
    """What is refused while others depend on it is told with the way out that its page has."""
    try:
        yield
    except StillReferenced as failure:
        failure.hint = hint
        raise


def known_names(ask: Ask) -> tuple[str, ...]:
    """Names to choose from, where one may also be typed: not everyone's, if there are very many."""
    return tuple(user.name for user in ask.client.list_users(size=_MOST_NAMES))


def for_admins(what: str, section: str = "access") -> Shown:
    """Told to who may not see a page, in words instead of a failure."""
    return Shown("access/for_admins.html", what, {"what": what}, section=section, status=403)
