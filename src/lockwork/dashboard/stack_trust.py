"""May what others changed in a stack have secrets of one's own scope? Shown, and accepted as it is now."""

from typing import Any

from lockwork.dashboard import places
from lockwork.dashboard.configured import as_text
from lockwork.dashboard.forms import whole
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.rights import may
from lockwork.dashboard.stack_changes import SECTION, one
from lockwork.domain.access import Permission
from lockwork.domain.checks import Where
from lockwork.domain.errors import InvalidInput
from lockwork.domain.stacks import Stack
from lockwork.domain.trust import ChangedPart
from lockwork.flavors import registry


def shown(ask: Ask) -> Answer:
    """Who changed which part when, what of one's own that would get, and where it would go."""
    found = one(ask)
    trust = ask.client.get_stack_trust(found.id)
    facts = {
        "stack": found,
        "place": places.of_stack(ask, found),
        "trust": trust,
        "accepted": [part for part in trust.parts if part.is_asked and part.is_accepted],
        "pages": {part.id: _page_of(ask, part) for part in trust.parts},
        "configuration": {part.id: _configuration(part, found) for part in trust.waiting},
        "may_accept": may(ask, Permission.RUN),
    }
    return Shown(
        "stacks/trust.html", "Changed by others", facts, f"lockwork stack trust {found.name}", SECTION
    )


def accept(ask: Ask) -> Answer:
    """Just the versions that were shown: what was changed since is asked again."""
    found = one(ask)
    said = {id_: whole(text) for id_, text in ask.form.by_prefix("version.").items()}
    versions = {id_: number for id_, number in said.items() if number is not None}
    if not versions or len(versions) < len(said):
        raise InvalidInput("the form does not say what it showed", hint="open the page again")
    ask.client.trust_stack(found.id, versions)
    return To(places.of_stack(ask, found), "trusted")


def _page_of(ask: Ask, part: ChangedPart) -> str:
    return places.of_holder(ask, Where(kind=part.kind, name=part.name, path=""))


def _configuration(part: ChangedPart, stack: Stack) -> dict[str, str]:
    """All that it is told, which says where what it gets would go. A credential in the clear is not shown."""
    held = next((each for each in stack.components.values() if each.id == part.id), None)
    hidden = registry.plain_credentials(held) if held else []
    every: dict[str, Any] = {}
    for name, value in part.configuration.items():
        if name == "environment" and isinstance(value, dict):
            every |= {f"environment.{each}": text for each, text in value.items()}
        elif name == "secrets" and isinstance(value, dict):
            every |= {f"secret {each}, whole": _as_variables(prefix) for each, prefix in value.items()}
        else:
            every[name] = value
    return {path: "••••••••" if path in hidden else as_text(value) for path, value in every.items()}


def _as_variables(prefix: str) -> str:
    return "each key as a variable" + (f", called {prefix}…" if prefix else "")


PAGES = (
    Page("GET", "/w/{workspace}/stacks/{stack}/trust", shown),
    Page("POST", "/w/{workspace}/stacks/{stack}/trust", accept),
)
