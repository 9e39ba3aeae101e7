"""What a component holds, as its page tells it: references as links, lacks marked, and no credential."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from lockwork.dashboard.mending import Lack
from lockwork.dashboard.pages import Ask
from lockwork.domain.checks import Report
from lockwork.domain.plaintext import kind_of_credential
from lockwork.domain.references import Reference, pieces, texts
from lockwork.domain.stacks import Component, Flavor
from lockwork.flavors import registry

MOST_SHOWN = 4000
"""Characters of a text that a page shows; its form has all of it."""


class Piece(NamedTuple):
    """A part of a text: as it is written, or a reference with the page of its secret."""

    text: str
    href: str = ""
    is_reference: bool = False
    is_missing: bool = False


class Line(NamedTuple):
    """An attribute or a variable."""

    name: str
    pieces: tuple[Piece, ...]
    help: str = ""
    is_sensitive: bool = False
    is_hidden: bool = False
    """It holds a credential in the clear, which no page shows."""
    exposed: tuple[tuple[str, str], ...] = ()
    """Place → what is there in the clear, of all that seems to be a credential."""
    lacks: tuple[Lack, ...] = ()


class Whole(NamedTuple):
    """A secret that steps are given whole."""

    name: str
    prefix: str
    href: str
    lacks: tuple[Lack, ...] = ()


def attributes(
    ask: Ask, component: Component, flavor: Flavor | None, report: Report, lacking: Iterable[Lack]
) -> list[Line]:
    """All attributes that are set, in the flavor's order."""
    declared = {a.name: a for a in flavor.attributes} if flavor else {}
    order = [name for name in declared if name in component.attributes]
    order += [name for name in component.attributes if name not in declared]
    plain = registry.plain_credentials(component)
    return [
        Line(
            name=name,
            pieces=() if name in plain else _pieces(ask, component.attributes[name], report),
            help=declared[name].help if name in declared else "",
            is_sensitive=name in declared and declared[name].sensitive,
            is_hidden=name in plain,
            exposed=((name, "a credential"),) if name in plain else _exposed(name, component.attributes),
            lacks=tuple(lack for lack in lacking if lack.is_within(name)),
        )
        for name in order
    ]


def variables(ask: Ask, component: Component, report: Report, lacking: Iterable[Lack]) -> list[Line]:
    """What it sets in the environment of steps."""
    held = {"environment": component.environment}
    return [
        Line(
            name=name,
            pieces=_pieces(ask, text, report),
            exposed=tuple(one for one in _exposed("environment", held) if one[0] == f"environment.{name}"),
            lacks=tuple(lack for lack in lacking if lack.is_within(f"environment.{name}")),
        )
        for name, text in component.environment.items()
    ]


def whole_secrets(
    ask: Ask, declared: Mapping[str, str], report: Report, lacking: Iterable[Lack]
) -> list[Whole]:
    """Secrets of which steps get every key."""
    return [
        Whole(name, prefix, _page_of(ask, name, report), tuple(
            lack for lack in lacking if name in lack.references
        ))
        for name, prefix in declared.items()
    ]  # fmt: skip


def as_text(value: Any) -> str:
    """A value as it is written in a field."""
    if isinstance(value, str):
        return value
    return json.dumps(
        value, indent=2 if isinstance(value, list | dict) and value else None, ensure_ascii=False
    )


def _pieces(ask: Ask, value: Any, report: Report) -> tuple[Piece, ...]:
    missing = {p.reference for p in report.problems if p.problem in ("no_secret", "no_key")}
    text = as_text(value)
    if (more := len(text) - MOST_SHOWN) > 0:
        text = f"{text[:MOST_SHOWN]}… and {more:,} characters more"
    return tuple(
        Piece(str(one), _page_of(ask, one.secret, report), is_reference=True, is_missing=str(one) in missing)
        if isinstance(one, Reference)
        else Piece(one)
        for one in pieces(text)
    )


def _page_of(ask: Ask, secret: str, report: Report) -> str:
    id_ = next((found.id for found in report.found if found.name == secret), None)
    return ask.at("secrets", id_) if id_ else ""


def _exposed(name: str, held: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = ((place, kind_of_credential(place, text)) for place, text in texts({name: held[name]}))
    return tuple((place, kind) for place, kind in found if kind)
