"""Who belongs to this workspace, and as what; on a store of one's own, the names kept apart in it."""

from lockwork.dashboard import tokens, users
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To, local
from lockwork.dashboard.people import ROLES, SIZE, administers, known_names, role_of
from lockwork.domain.access import Role


def members(ask: Ask) -> Answer:
    """Who is in the workspace; for its admins with what changes it."""
    if ask.is_embedded:
        return users.names(ask)
    mine = role_of(ask, ask.me.name)
    is_admin = mine is Role.ADMIN or administers(ask)
    facts = {
        "members": ask.client.list_members(page=ask.number("page", 1), size=SIZE),
        "mine": mine,
        "is_admin": is_admin,
        "roles": ROLES,
        "known": known_names(ask) if is_admin else (),
    }
    command = f"lockwork workspace members {ask.workspace}"
    return Shown("access/members.html", f"Members of {ask.workspace}", facts, command, "access")


def put_member(ask: Ask) -> Answer:
    """Let someone in, or change what they are here."""
    ask.client.add_member(ask.form.text("user").strip(), ask.form.text("role"))
    return To(_back(ask), "updated")


def remove_member(ask: Ask) -> Answer:
    ask.client.remove_member(ask.form.text("user"))
    return To(_back(ask), "removed")


def _back(ask: Ask) -> str:
    """The page where it was asked; the members, where none is said."""
    return local(ask.form.text("back", ask.at("access")))


def _of_a_server(page: Page) -> Page:
    """The page; who asks for it on a store of one's own, where nobody logs in, is led to the names."""

    def answer(ask: Ask) -> Answer:
        return To(ask.at("access")) if ask.is_embedded else page.answer(ask)

    return page._replace(answer=answer)


_OF_A_SERVER = (
    Page("POST", "/w/{workspace}/access/members", put_member),
    Page("POST", "/w/{workspace}/access/members/remove", remove_member),
    *users.OF_A_SERVER,
    *tokens.PAGES,
)
PAGES = (
    Page("GET", "/w/{workspace}/access", members),
    *users.PAGES,
    *map(_of_a_server, _OF_A_SERVER),
)
