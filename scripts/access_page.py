"""The table of docs/access.md: what each kind of caller is answered to each question.

It is made from the messages. `tests/access/test_matrix.py` asks every question as each of them, over HTTP,
and holds the answers against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from lockwork.domain.access import GRANTED, OWN, Permission, Rights, Role
from lockwork.messages import Message, WorkspaceMessage
from lockwork.messages.secrets import OneSecret
from lockwork.wire import routes

BEGIN, END = "<!-- table: made by scripts/docs.py -->", "<!-- end of table -->"


class Answer(StrEnum):
    """What a caller hears."""

    YES = "yes"
    NO = "no"
    """Not permitted."""
    ABSENT = "absent"
    """As if it were not there, byte for byte."""
    WHO = "who?"
    """Not logged in."""


class Who(NamedTuple):
    """A kind of caller: what they are in the workspace that is asked, and in the store."""

    title: str
    role: Role | None = None
    administers: bool = False
    held_to: Role | None = None
    """The role that their token is held to."""
    is_limited: bool = False
    """Whether their token is held to anything."""
    is_known: bool = True


WHO = {
    "nobody": Who("nobody", is_known=False),
    "outsider": Who("no member"),
    "viewer": Who("viewer", Role.VIEWER),
    "runner": Who("runner", Role.RUNNER),
    "editor": Who("editor", Role.EDITOR),
    "admin": Who("admin", Role.ADMIN),
    "boss": Who("server admin", Role.ADMIN, administers=True),
    "held": Who("server admin's token, `--role viewer`", Role.ADMIN, held_to=Role.VIEWER, is_limited=True),
    "elsewhere": Who("server admin's token for another workspace", is_limited=True),
}


class Place(StrEnum):
    """What a question is about."""

    WORKSPACE = "of the workspace"
    OWN = "one's own"
    OTHERS = "another's own"
    STORE = ""


NEEDS = {"StartRun": Permission.RUN}
"""Where the gate asks for less than the answer needs, so that who may not hears why."""
OF_TOKENS = {"CreateToken": Answer.NO, "RevokeToken": Answer.ABSENT}
"""What one hears of another's tokens, unless one administers the store."""


def questions() -> Iterator[tuple[str, type[Message[Any]]]]:
    """Every message that a server answers, with its noun, in the order of the table of routes."""
    for noun, rows in routes.ROUTES.items():
        for row in rows:
            yield noun, routes.message_of(noun, row)


def places(message: type[Message[Any]]) -> tuple[Place, ...]:
    """What it can be about."""
    if message.__name__ in OF_TOKENS:
        return (Place.OWN, Place.OTHERS)
    if not issubclass(message, WorkspaceMessage):
        return (Place.STORE,)
    if issubclass(message, OneSecret) or message.__name__ == "RevealSecrets":
        return (Place.WORKSPACE, Place.OWN, Place.OTHERS)
    return (Place.WORKSPACE, Place.OWN) if message.is_about_secrets else (Place.WORKSPACE,)


def answer(message: type[Message[Any]], who: Who, place: Place) -> Answer:
    """What this caller hears."""
    needs = NEEDS.get(message.__name__, message.permission)
    if needs is Permission.NOBODY:
        return Answer.YES
    if not who.is_known:
        return Answer.WHO
    if not issubclass(message, WorkspaceMessage):
        return _of_the_store(message, who, place, needs)
    if who.role is None:
        return Answer.ABSENT
    held: Rights = frozenset(Permission) if who.held_to is None else GRANTED[who.held_to]
    rights, own = GRANTED[who.role] & held, OWN & held
    if place is Place.OTHERS:
        return Answer.ABSENT if needs in rights | own else Answer.NO
    return Answer.YES if needs in (own if place is Place.OWN else rights) else Answer.NO


def _of_the_store(message: type[Message[Any]], who: Who, place: Place, needs: Permission) -> Answer:
    if message.__name__ == "GetWorkspace" and who.role is None:
        return Answer.ABSENT
    if place is Place.OTHERS and not who.administers:
        return OF_TOKENS[message.__name__]
    if message.__name__ == "RevokeToken" and who.is_limited:
        return Answer.ABSENT  # its owner's, and neither itself nor of its making
    return Answer.YES if needs is Permission.ANYONE or who.administers else Answer.NO


def table() -> str:
    """In Markdown: a row for each question and what it is about."""
    heads = ["question", "about", *(who.title for who in WHO.values())]
    lines = [heads, ["---"] * len(heads)]
    for _, message in questions():
        for place in places(message):
            told = [answer(message, who, place).value for who in WHO.values()]
            lines.append([f"`{message.__name__}`", place.value, *told])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def with_table(page: str) -> str:
    """The page, with the table as it is now between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"
