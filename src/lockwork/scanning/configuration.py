"""What the components of a workspace hold in the clear, and how it moves into secrets.

Stacks hold names alone; runs are history. So components are all there is to look at.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lockwork.client.api import Client
from lockwork.domain.plaintext import kind_of_credential
from lockwork.domain.references import has_reference, texts
from lockwork.domain.scans import Finding
from lockwork.domain.stacks import Component, configuration
from lockwork.flavors import registry
from lockwork.scanning.detectors import kind_in
from lockwork.scanning.known import KIND, Known

SENSITIVE = "plain text of a sensitive attribute"
_PAGE = 1000


class Held(NamedTuple):
    """Places of one component that hold a credential in the clear."""

    component: Component
    findings: tuple[Finding, ...]


def components(client: Client) -> Iterator[Component]:
    """Every component of the workspace."""
    number = 1
    while True:
        page = client.list_components(page=number, size=_PAGE)
        yield from page
        if number >= page.pages:
            return
        number += 1


def held_by(component: Component, known: Known) -> Held:
    """What this component holds; a credential that `known` has is told with its reference."""
    sensitive = set(registry.plain_credentials(component))
    findings = []
    for place, text in texts(configuration(component)):
        reference = known.reference_in(text)
        kind = KIND if reference else kind_of_credential(place, text) or kind_in(text)
        if kind is None and place in sensitive and text:
            kind = SENSITIVE
        if kind is not None:
            findings.append(_finding(component, place, kind, str(reference) if reference else None))
    return Held(component, tuple(findings))


def movable(held: Held) -> list[str]:
    """The places that can move: text beside a reference stays, for the reference would not be filled."""
    there = dict(texts(configuration(held.component)))
    return [f.attribute for f in held.findings if f.attribute and not has_reference(there[f.attribute])]


def moved(client: Client, held: Held) -> tuple[Held, list[str]]:
    """The same, after each place that can move has moved into the component's secret; and what to tell of it.

    All of it or nothing: a component that changed meanwhile, or whose secret it did not make, stays as it is.
    """
    component = held.component
    places = movable(held)
    if not places:
        return held, []
    changed = client.conceal_attributes(component.type, component.id, places, if_version=component.version)
    now = dict(texts(configuration(changed)))
    findings = tuple(
        _finding(component, f.attribute, f.kind, now[f.attribute], fixed=True) if f.attribute in places else f
        for f in held.findings
    )
    return Held(changed, findings), list(changed.notes)


def _finding(
    component: Component, place: str, kind: str, instead: str | None, *, fixed: bool = False
) -> Finding:
    return Finding(
        where="component",
        name=f"{component.type.dashed} {component.name}",
        attribute=place,
        kind=kind,
        instead=instead,
        fixed=fixed,
    )
