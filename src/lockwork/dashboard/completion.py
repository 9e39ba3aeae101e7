"""Which references there are, as one types one: names and keys of secrets, never a value."""

import msgspec

from lockwork.dashboard.pages import Answer, Ask, Data, Page
from lockwork.domain.references import Reference
from lockwork.domain.secrets import SecretInfo, SecretScope

MOST = 40
"""References that are told at once."""


class Offered(msgspec.Struct, frozen=True):
    """A reference that stands for something."""

    reference: str
    scope: SecretScope


def references(ask: Ask) -> Answer:
    """Those that what was typed after `{{` can become: `d`, `db`, `db.pass`."""
    name, dot, key = ask.query.get("q", "").partition(".")
    wanted = (name if dot else f"contains:{name}") if name else None
    found = sorted(
        ask.client.list_secrets(name=wanted, size=MOST).items,
        # One's own secret of a name hides the workspace's, here as everywhere.
        key=lambda one: (not one.name.startswith(name), one.name, one.scope is not SecretScope.USER),
    )
    first: dict[str, SecretInfo] = {}
    for one in found:
        first.setdefault(one.name, one)
    offered = [
        Offered(str(Reference(one.name, each)), one.scope)
        for one in first.values()
        for each in one.keys
        if key in each
    ]
    return Data(msgspec.json.encode(offered[:MOST]))


PAGES = (Page("GET", "/w/{workspace}/references", references),)
