"""People and service accounts of a server; on a store of one's own, names kept apart."""

from lockwork.dashboard.once import told_once
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.people import ROLES, SIZE, administers, advising, for_admins, role_of
from lockwork.dashboard.tokens import lines
from lockwork.domain.errors import InvalidInput
from lockwork.messages import Listing
from lockwork.messages.access import ListTokens, ListUsers

MOST_ROOMS = 40
"""Workspaces that an invitation offers; into others one is let in later."""
_TOKENS = 10


# ---- lists ----


def people(ask: Ask) -> Answer:
    """Everyone who comes in by a password."""
    return _of_kind(ask, "person", "Users", "lockwork user list")


def services(ask: Ask) -> Answer:
    """Accounts of programs."""
    return _of_kind(ask, "service", "Service accounts", "lockwork user list")


def _of_kind(ask: Ask, kind: str, title: str, command: str) -> Answer:
    if not administers(ask):
        return for_admins(title)
    sought = ask.query.get("q", "").strip()
    wanted = {"kind": kind} | ({"name": f"contains:{sought}"} if sought else {})
    listing = Listing(filters=wanted, page=ask.number("page", 1), size=SIZE)
    facts = {"users": ask.client.send(ListUsers(listing=listing)), "kind": kind, "sought": sought}
    return Shown("access/users.html", title, facts, command, "access")


def names(ask: Ask) -> Answer:
    """A store of one's own: names, and plainly what they do not do."""
    found = ask.client.list_users(page=ask.number("page", 1), size=SIZE)
    return Shown("access/names.html", "Access", {"users": found}, "lockwork user list", "access")


def create_name(ask: Ask) -> Answer:
    """A name on a store of one's own."""
    ask.client.create_user(ask.form.text("name").strip())
    return To(ask.at("access"), "created")


# ---- one of them ----


def user(ask: Ask) -> Answer:
    """Someone, what they are here, and what can be changed about it."""
    if not administers(ask):
        return for_admins("Users")
    found = ask.client.get_user(ask.fields["user"])
    listing = Listing(filters={"owner": found.name}, sort_by="desc:created", size=_TOKENS)
    shown = ask.client.send(ListTokens(listing=listing))
    facts = {
        "user": found,
        "role": role_of(ask, found.name),
        "roles": ROLES,
        "lines": lines(shown),
        "more": shown.total > len(shown),
    }
    return Shown("access/user.html", found.name, facts, f"lockwork user describe {found.name}", "access")


def update(ask: Ask) -> Answer:
    """Let someone administer the server, or no more; keep them out, or let them in."""
    change, name = ask.form.text("change"), ask.fields["user"]
    if change not in _CHANGES:
        raise InvalidInput("nothing to change", hint="open the page again")
    flags, note = _CHANGES[change]
    ask.client.update_user(name, **flags)
    return To(ask.at("access", "users", name), note)


_CHANGES = {
    "admin": ({"admin": True}, "updated"),
    "no-admin": ({"admin": False}, "updated"),
    "disable": ({"disabled": True}, "kept-out"),
    "enable": ({"disabled": False}, "let-in"),
}


# ---- new ones ----


def invitation(ask: Ask) -> Answer:
    """The form of an invitation."""
    if not administers(ask):
        return for_admins("Users")
    rooms = [space.name for space in ask.client.list_workspaces(size=MOST_ROOMS)]
    here = [ask.workspace] if ask.workspace in rooms else []
    facts = {
        "rooms": here + [room for room in rooms if room != ask.workspace],
        "roles": ROLES,
        "door": f"{ask.cookies.origin}/invited",
        "told": None,
        "name": ask.query.get("name", ""),
    }
    command = f"lockwork user invite NAME --member {ask.workspace}=viewer"
    return Shown("access/invite.html", "Invite someone", facts, command, "access")


def invite(ask: Ask) -> Answer:
    """Answers with the code, this once."""
    made = ask.client.invite_user(
        ask.form.text("name").strip(),
        admin=ask.form.has("admin"),
        workspaces={room: role for room, role in ask.form.by_prefix("role-").items() if role},
    )
    page = Shown(
        "access/invited.html",
        "Invited",
        {"door": f"{ask.cookies.origin}/invited"},
        "lockwork login URL --invited",
        "access",
    )
    return told_once(
        ask,
        page,
        made.text,
        name=made.user,
        until=f"{made.expires:%Y-%m-%d %H:%M} UTC",
        again="yes" if made.notes else "",
    )


def new_service(ask: Ask) -> Answer:
    if not administers(ask):
        return for_admins("Service accounts")
    command = "lockwork user create NAME --service"
    return Shown("access/new_service.html", "New service account", {"roles": ROLES}, command, "access")


def create_service(ask: Ask) -> Answer:
    """The account, and at once a member here where a role was chosen."""
    made = ask.client.create_user(ask.form.text("name").strip(), service=True)
    if ask.form.has("role"):
        ask.client.add_member(made.name, ask.form.text("role"))
    return To(ask.at("access", "users", made.id), "created")


# ---- gone ----


def deletion(ask: Ask) -> Answer:
    """Asks, and says what goes along."""
    if not administers(ask):
        return for_admins("Users")
    found = ask.client.get_user(ask.fields["user"])
    command = f"lockwork user delete {found.name}"
    return Shown("access/delete_user.html", f"Delete {found.name}", {"user": found}, command, "access")


def delete(ask: Ask) -> Answer:
    found = ask.client.get_user(ask.fields["user"])
    check_typed(ask, found.name)
    with advising("tick the box to delete these secrets too, for good"):
        ask.client.delete_user(found.id, force=ask.form.has("force"))
    if ask.is_embedded:
        return To(ask.at("access"), "removed")
    return To(ask.at("access", "services" if found.kind == "service" else "users"), "removed")


def check_typed(ask: Ask, name: str) -> None:
    """Whoever deletes for good has typed what."""
    if ask.form.text("typed").strip() != name:
        raise InvalidInput("the name that you typed is another", hint=f"type {name} to delete it")


_USERS = "/w/{workspace}/access/users"
PAGES = (
    Page("POST", "/w/{workspace}/access/names", create_name),
    Page("GET", f"{_USERS}/{{user}}/delete", deletion),
    Page("POST", f"{_USERS}/{{user}}/delete", delete),
)
OF_A_SERVER = (
    Page("GET", _USERS, people),
    Page("GET", "/w/{workspace}/access/invite", invitation),
    Page("POST", "/w/{workspace}/access/invite", invite),
    Page("GET", f"{_USERS}/{{user}}", user),
    Page("POST", f"{_USERS}/{{user}}", update),
    Page("GET", "/w/{workspace}/access/services", services),
    Page("GET", "/w/{workspace}/access/services/new", new_service),
    Page("POST", "/w/{workspace}/access/services/new", create_service),
)
