"""The store itself: workspaces, root keys, what it is and how it stands."""

from importlib.metadata import version

from lockwork.dashboard import rotation
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To, address
from lockwork.dashboard.people import SIZE, administers, advising, for_admins
from lockwork.dashboard.users import check_typed
from lockwork.domain.keys import KeyState
from lockwork.domain.workspaces import DEFAULT
from lockwork.wire import API


def workspaces(ask: Ask) -> Answer:
    """The workspaces that one may come into, and how much is in each."""
    facts = {
        "rooms": ask.client.list_workspaces(page=ask.number("page", 1), size=SIZE),
        "is_admin": administers(ask),
        "first": DEFAULT,
    }
    return Shown("settings/workspaces.html", "Workspaces", facts, "lockwork workspace list", "settings")


def create_workspace(ask: Ask) -> Answer:
    made = ask.client.create_workspace(ask.form.text("name").strip())
    return To(address("w", made.name, "secrets"), "created")


def deletion(ask: Ask) -> Answer:
    """Asks, and says what is in it."""
    if not administers(ask):
        return for_admins("Deletions of workspaces", "settings")
    room = ask.client.get_workspace(ask.fields["room"])
    command = f"lockwork workspace delete {room.name}"
    facts = {"room": room, "first": DEFAULT}
    return Shown("settings/delete_workspace.html", f"Delete {room.name}", facts, command, "settings")


def delete_workspace(ask: Ask) -> Answer:
    room = ask.client.get_workspace(ask.fields["room"])
    check_typed(ask, room.name)
    with advising("tick the box to delete all of it too, for good"):
        ask.client.delete_workspace(room.id, force=ask.form.has("force"))
    here = DEFAULT if room.name == ask.workspace else ask.workspace
    return To(address("w", here, "settings"), "removed")


def about(ask: Ask) -> Answer:
    """What it is, and, for admins of the server, how it stands."""
    facts = {
        "version": version("lockwork"),
        "api": API,
        "url": ask.cookies.origin,
        "is_admin": administers(ask),
        "keys": (),
        "head": None,
        "active": None,
    }
    if administers(ask):
        known = ask.client.list_keys()
        active = next((key for key in known if key.state is KeyState.ACTIVE), None)
        facts |= {"keys": known, "active": active, "head": ask.client.audit_head()}
    title = "About this store" if ask.is_embedded else "About this server"
    return Shown("settings/about.html", title, facts, "lockwork status", "settings")


PAGES = (
    Page("GET", "/w/{workspace}/settings", workspaces),
    Page("POST", "/w/{workspace}/settings/workspaces", create_workspace),
    Page("GET", "/w/{workspace}/settings/workspaces/{room}/delete", deletion),
    Page("POST", "/w/{workspace}/settings/workspaces/{room}/delete", delete_workspace),
    Page("GET", "/w/{workspace}/settings/about", about),
    *rotation.PAGES,
)
