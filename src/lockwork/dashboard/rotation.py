"""Root keys, and the walk to another: each step is one question that leaves the store whole.

It may stop after any of them: what is done stays done, and this page says which step is next.
"""

from collections.abc import Sequence

from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.people import administers, for_admins
from lockwork.domain.keys import KeyState, RootKeyInfo

BATCHES = 25
"""Of 200 versions each, in one request: about a second's work."""


def listed(ask: Ask) -> Answer:
    """The root keys that the store knows of, and the next step of the walk."""
    if not administers(ask):
        return for_admins("Root keys", "settings")
    known = ask.client.list_keys()
    leaving = [key for key in known if key.state.is_on_its_way_out]
    waiting = [key for key in known if key.state is KeyState.WAITING]
    facts = {
        "keys": known,
        "step": _next_step(leaving, waiting),
        "waiting": waiting[-1] if waiting else None,
        "left": sum(key.wraps for key in leaving),
        "retired": [key for key in known if key.state is KeyState.RETIRED],
    }
    return Shown("settings/keys.html", "Root keys", facts, "lockwork key rotate", "settings")


def _next_step(leaving: Sequence[RootKeyInfo], waiting: Sequence[RootKeyInfo]) -> str:
    if leaving:
        return "move"
    return "activate" if waiting else "add"


def add(ask: Ask) -> Answer:
    ask.client.add_key()
    return To(_here(ask), "key-added")


def activate(ask: Ask) -> Answer:
    """Make the key that waits the active one, and begin to move what the old one protects."""
    ask.client.activate_key(ask.form.text("key"), reseal=ask.form.has("reseal"))
    return move(ask)


def move(ask: Ask) -> Answer:
    """Wrap by the active key what others protect, as far as one request goes; at the end retire those."""
    for _ in range(BATCHES):
        if not ask.client.rewrap_versions():
            ask.client.retire_keys()
            return To(_here(ask), "rotated")
    return To(_here(ask), "half-rotated")


def _here(ask: Ask) -> str:
    return ask.at("settings", "keys")


PAGES = (
    Page("GET", "/w/{workspace}/settings/keys", listed),
    Page("POST", "/w/{workspace}/settings/keys/add", add),
    Page("POST", "/w/{workspace}/settings/keys/activate", activate),
    Page("POST", "/w/{workspace}/settings/keys/move", move),
)
