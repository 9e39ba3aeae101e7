"""Attributes and settings, checked against what their flavor declares. No failure quotes a value."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from lockwork.domain import configuration
from lockwork.domain.errors import InvalidInput
from lockwork.domain.nearness import did_you_mean, near
from lockwork.domain.references import has_reference
from lockwork.domain.stacks import Attribute, Flavor, Kind

_IN_WORDS: dict[Kind, str] = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "mapping": "a mapping",
    "text": "text",
}
_TRUTHS = {"true": True, "yes": True, "on": True, "1": True}
_TRUTHS |= {"false": False, "no": False, "off": False, "0": False}
_PYTHON: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "mapping": (dict,),
}
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")


def underscored(given: Mapping[str, Any]) -> dict[str, Any]:
    """Names as flavors spell them: dashes and underscores are the same, so one given both ways is refused."""
    result: dict[str, Any] = {}
    for word, value in given.items():
        name = word.replace("-", "_")
        if name in result:
            raise InvalidInput(f"attribute {name!r} is given twice")
        result[name] = value
    return result


def checked_attributes(
    flavor: Flavor, given: Mapping[str, Any], present: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """`present` with `given` set, all of it as `flavor` declares. Text of a number is read as a number."""
    fresh = {name: _checked(known(flavor, name), value) for name, value in underscored(given).items()}
    whole = {**(present or {}), **fresh}
    check_complete(flavor, whole)
    return whole


def remaining_attributes(flavor: Flavor, present: Mapping[str, Any], remove: Iterable[str]) -> dict[str, Any]:
    """`present` without `remove`; a required one, or one that is not set, is refused."""
    names = [name.replace("-", "_") for name in remove]
    for name in names:
        if name not in present:
            hint = f"it has: {', '.join(sorted(present)) or 'none'}"
            raise InvalidInput(f"attribute {name!r} is not set{_guess(name, present)}", hint=hint)
    remaining = {name: value for name, value in present.items() if name not in names}
    check_complete(flavor, remaining)
    return remaining


def checked_settings(flavor: Flavor, given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a pipeline or step for components of `flavor`, checked like attributes."""
    by_name = {a.name: a for a in flavor.settings}
    for name in given:
        if name not in by_name:
            raise InvalidInput(
                f"settings {flavor.settings_key!r} know no {name!r}{_guess(name, by_name)}",
                hint=f"they are: {', '.join(by_name) or 'none'}",
            )
    return {name: _checked(by_name[name], value, "setting") for name, value in given.items()}


def check_complete(flavor: Flavor, attributes: Mapping[str, Any]) -> None:
    """Refuse what lacks a required attribute, or every one of the ways in which it could be complete."""
    if missing := [a.name for a in flavor.attributes if a.required and a.name not in attributes]:
        raise InvalidInput(f"{flavor} needs {', '.join(missing)}", hint=_options(missing))
    if flavor.ways and not any(all(name in attributes for name in way) for way in flavor.ways):
        ways = ", or ".join(" and ".join(way) for way in flavor.ways)
        raise InvalidInput(f"{flavor} needs {ways}", hint=_options(flavor.ways[0]))


def known(flavor: Flavor, name: str) -> Attribute:
    """The declared attribute of this name; else the failure lists what there is, and the near miss."""
    attribute = flavor.attribute(name)
    if attribute is None:
        names = [a.name for a in flavor.attributes]
        raise InvalidInput(
            f"{flavor} has no attribute {name!r}{_guess(name, names)}",
            hint=f"its attributes are: {', '.join(names) or 'none'}",
        )
    return attribute


def _options(names: Sequence[str]) -> str:
    return "add " + " ".join(f"--{name.replace('_', '-')}=…" for name in names)


def _guess(name: str, among: Iterable[str]) -> str:
    return did_you_mean(near(name, among))


def _checked(attribute: Attribute, value: Any, noun: str = "attribute") -> Any:
    """`value` as the attribute's kind. The failure names the attribute and never quotes the value."""
    read = _read(attribute.kind, configuration.plain(attribute.name, value))
    if read is None:
        raise _misfit(attribute, value, noun)
    if not has_reference(str(read)):
        _check_range(attribute, read, noun)
    return read


def _check_range(attribute: Attribute, value: Any, noun: str) -> None:
    """Refuse a plain value that no component could work with."""
    what = f"{noun} {attribute.name!r}"
    if attribute.choices and value not in attribute.choices:
        raise InvalidInput(f"{what} is one of {', '.join(attribute.choices)}")
    low, high = attribute.minimum, attribute.maximum
    if low is not None and value < low:
        raise InvalidInput(f"{what} is {low:g} {f'to {high:g}' if high is not None else 'or more'}")
    if high is not None and value > high:
        raise InvalidInput(f"{what} is {f'{low:g} to' if low is not None else 'at most'} {high:g}")
    if attribute.pattern is not None and not re.fullmatch(attribute.pattern, value, re.DOTALL):
        raise InvalidInput(f"{what} is written {attribute.written}")


def _misfit(attribute: Attribute, value: Any, noun: str) -> InvalidInput:
    words = _IN_WORDS[attribute.kind]
    if isinstance(value, str) and has_reference(value):
        return InvalidInput(f"{attribute.name!r} is {words} and cannot hold a reference")
    hint = "lists and mappings are written as JSON" if attribute.kind in ("list", "mapping") else None
    return InvalidInput(f"{noun} {attribute.name!r} is {words}; what was given is not", hint=hint)


def _read(kind: Kind, value: Any) -> Any:
    """`value` as this kind; None where it is none."""
    if isinstance(value, str) and kind != "text":
        value = _from_text(kind, value)
    if isinstance(value, bool) and kind != "boolean":
        return None
    return value if isinstance(value, _PYTHON[kind]) else None


def _from_text(kind: Kind, text: str) -> Any:
    if kind == "boolean":
        return _TRUTHS.get(text.lower())
    try:
        if kind == "integer":
            return configuration.plain("text", int(text)) if _INTEGER.fullmatch(text) else None
        return configuration.plain("text", msgspec.json.decode(text))
    except (msgspec.DecodeError, InvalidInput, RecursionError):
        return None
