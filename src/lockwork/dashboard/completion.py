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
    first: dict[str, SecretInfo] = {}
    for one in _named(ask, name, is_whole=bool(dot)):
        first.setdefault(one.name, one)
    offered = [
        Offered(str(Reference(one.name, each)), one.scope)
        for one in first.values()
        for each in one.keys
        if key in each
    ]
    return Data(msgspec.json.encode(offered[:MOST]))


def _named(ask: Ask, name: str, *, is_whole: bool) -> list[SecretInfo]:
    """Those that begin so before those that hold it elsewhere; one's own before the one that it hides."""
    ways = [name] if is_whole else [f"startswith:{name}", f"contains:{name}"] if name else [None]
    found: list[SecretInfo] = []
    for wanted in ways:
        if len(found) < MOST:
            items = ask.client.list_secrets(name=wanted, size=MOST).items
            found += sorted(items, key=lambda one: (one.name, one.scope is not SecretScope.USER))
    return found


PAGES = (Page("GET", "/w/{workspace}/references", references),)
