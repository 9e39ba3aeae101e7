"""Flavors that are not installed here, declared from what ZenML knows: so components are kept."""

import json
import re
from collections.abc import Mapping
from typing import Any

from lockwork.domain.stacks import Attribute, ComponentType, Flavor, Kind

_KINDS: dict[str, Kind] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "array": "list",
    "object": "mapping",
}
_OF_PYTHON: dict[type, Kind] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "list",
    dict: "mapping",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def declared(type_: ComponentType, flavor: str, schema: str | None, present: Mapping[str, Any]) -> Flavor:
    """The flavor as its JSON schema tells it, with room for all that a component holds already."""
    told = _object(schema)
    properties = told.get("properties")
    attributes = {
        name: _attribute(name, about if isinstance(about, Mapping) else {}, present.get(name))
        for name, about in (properties if isinstance(properties, Mapping) else {}).items()
        if _NAME.fullmatch(name)
    }
    for name, value in present.items():
        if name not in attributes and _NAME.fullmatch(name):
            attributes[name] = _attribute(name, {}, value)
    return Flavor(
        name=flavor,
        type=type_,
        help=_sentence(told.get("description")) or "a flavor of ZenML's that is not installed here",
        attributes=tuple(attributes.values()),
    )


def _attribute(name: str, about: Mapping[str, Any], value: Any) -> Attribute:
    kind = _kind(about)
    if value is not None and (kind is None or _OF_PYTHON[type(value)] != kind):
        kind = _OF_PYTHON[type(value)]  # as it is kept: a reference may stand for a number, say
    return Attribute(
        name=name,
        help=_sentence(about.get("description")) or name.replace("_", " "),
        kind=kind or "text",
        sensitive=about.get("sensitive") is True and kind in (None, "text"),
    )


def _kind(about: Mapping[str, Any]) -> Kind | None:
    """What a property may hold; None where it may hold several kinds, or says nothing."""
    options = about.get("anyOf")
    kinds = [about, *(options if isinstance(options, list) else [])]
    told = {_KINDS.get(str(k.get("type"))) for k in kinds if isinstance(k, Mapping)} - {None}
    return told.pop() if len(told) == 1 else None


def _object(schema: str | None) -> dict[str, Any]:
    try:
        found = json.loads(schema or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _sentence(text: Any) -> str:
    """The first sentence, on one line."""
    words = " ".join(text.split()) if isinstance(text, str) else ""
    return words.partition(". ")[0].rstrip(".")[:200]
