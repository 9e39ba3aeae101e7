"""Components: the list, and one of them with what it holds and what that lacks."""

from lockwork.dashboard import completion, component_changes, configured, mending, places
from lockwork.dashboard.component_changes import SECTION, flavor_of, one
from lockwork.dashboard.pages import Answer, Ask, Page, Shown
from lockwork.dashboard.rights import may_write
from lockwork.domain.errors import NotFound
from lockwork.domain.stacks import (
    Component,
    ComponentType,
    Flavor,
    Stack,
    malformed_in_component,
    needs_of_component,
)

SIZE = 25
SORTS = {
    "name": "asc:name",
    "-name": "desc:name",
    "type": "asc:type",
    "flavor": "asc:flavor",
    "owner": "asc:owner",
    "updated": "asc:updated",
    "-updated": "desc:updated",
}
"""What may stand in an address → how the list is asked."""
MOST_STACKS = 500
"""Among which a component's holders are looked for."""


def listed(ask: Ask) -> Answer:
    """A page of components, by what was typed and chosen."""
    sought, sort = ask.query.get("q", "").strip(), ask.query.get("sort", "name")
    type_ = ask.query.get("type", "")
    kind = ComponentType.parse(type_) if type_ else None
    facts = {
        "components": ask.client.list_components(
            kind,
            name=f"contains:{sought}" if sought else None,
            sort_by=SORTS.get(sort, SORTS["name"]),
            page=ask.number("page", 1),
            size=SIZE,
        ),
        "sought": sought,
        "sort": sort,
        "type": kind.dashed if kind else "",
        "types": list(ComponentType),
        "may_write": may_write(ask),
    }
    command = f"lockwork {kind.dashed if kind else 'TYPE'} list"
    return Shown("components/list.html", "Components", facts, command, SECTION)


def detail(ask: Ask) -> Answer:
    """One component: references, never what they stand for; and what they lack."""
    found = one(ask)
    report = ask.client.check_references(needs_of_component(found))
    check = mending.Check(report, may_write(ask))
    # Whether one's own secrets may go into what others changed is asked where it is put together: in a stack.
    lacking = mending.lacks(
        ask,
        [p for p in (*report.problems, *malformed_in_component(found)) if p.problem != "not_trusted"],
        check,
    )
    facts = {
        "component": found,
        "attributes": configured.attributes(ask, found, _known(ask, found), report, lacking),
        "variables": configured.variables(ask, found, report, lacking),
        "secrets": configured.whole_secrets(ask, found.secrets, report, lacking),
        "lacking": lacking,
        "notes": report.notes,
        "stacks": {stack.name: places.of_stack(ask, stack) for stack in _holders(ask, found)},
        "may_write": check.may_write,
    }
    command = f"lockwork {found.type.dashed} describe {found.name}"
    return Shown("components/detail.html", found.name, facts, command, SECTION)


def _known(ask: Ask, component: Component) -> Flavor | None:
    try:
        return flavor_of(ask, component)
    except NotFound:
        return None


def _holders(ask: Ask, component: Component) -> list[Stack]:
    stacks = ask.client.list_stacks(size=MOST_STACKS).items
    return [stack for stack in stacks if any(part.id == component.id for part in stack.components.values())]


PAGES = (
    Page("GET", "/w/{workspace}/components", listed),
    Page("GET", "/w/{workspace}/components/{type}/{component}", detail),
    *component_changes.PAGES,
    *completion.PAGES,
)
