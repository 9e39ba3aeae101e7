"""A form made from a flavor's declaration, and what it says when it comes back.

What a component holds of credentials in the clear stands in no field: such a field is empty, and what is
there stays unless something is typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lockwork.dashboard.configured import as_text
from lockwork.dashboard.forms import Form
from lockwork.domain.errors import InvalidInput
from lockwork.domain.references import has_reference, suspects
from lockwork.domain.stacks import Attribute, Component, Flavor
from lockwork.flavors import registry

SPARE_ROWS = 2
"""Empty rows of a list of variables or secrets: enough to go on without scripts."""


class Field(NamedTuple):
    """One attribute as a form asks for it."""

    attribute: Attribute
    text: str = ""
    is_kept: bool = False
    """There is a credential in the clear, which is not shown and stays where nothing is typed."""

    @property
    def name(self) -> str:
        return f"a.{self.attribute.name}"

    @property
    def control(self) -> str:
        """How it is entered: `choice`, `hidden`, `number`, `data`, `lines` or `text`."""
        if self.attribute.sensitive:
            return "hidden"
        if self.attribute.kind in ("list", "mapping"):
            return "data"
        if self.choices:
            return "choice"
        if self.attribute.kind in ("integer", "number"):
            return "number"
        return "lines" if {"\n", "\r"} & set(self.text) else "text"

    @property
    def choices(self) -> tuple[str, ...]:
        """What there is to choose from; what is set already is among it, also where it is a reference."""
        declared = ("true", "false") if self.attribute.kind == "boolean" else self.attribute.choices
        return (*declared, self.text) if declared and self.text and self.text not in declared else declared

    @property
    def hints(self) -> tuple[str, ...]:
        """What else is worth knowing before typing."""
        attribute, found = self.attribute, []
        if attribute.kind in ("list", "mapping"):
            found.append(f"a {attribute.kind}, as JSON")
        if attribute.written and attribute.written not in attribute.help:
            found.append(f"written {attribute.written}")
        if attribute.default is not None:
            found.append(f"without it: {as_text(attribute.default)}")
        return tuple(found)


def fields(flavor: Flavor, component: Component | None = None) -> list[Field]:
    """The form of a flavor, the required ones first, filled from `component` where there is one."""
    held = component.attributes if component else {}
    plain = registry.plain_credentials(component) if component else []
    every = [
        Field(
            one,
            "" if one.name in plain or one.name not in held else as_text(held[one.name]),
            one.name in plain,
        )
        for one in flavor.attributes
    ]
    return sorted(every, key=lambda field: not field.attribute.required)


def ways(flavor: Flavor) -> str:
    """How it can be complete, where there is more than one way."""
    return ", or ".join(" and ".join(way) for way in flavor.ways)


def rows(present: Mapping[str, str]) -> list[tuple[str, str]]:
    """Rows of name and text, some of them empty."""
    return [*present.items(), *[("", "")] * SPARE_ROWS]


# ---- what came back ----


def given(flavor: Flavor, form: Form) -> dict[str, str]:
    """Attribute → text of all that is not empty, for a component that is new."""
    found = _texts(form)
    _check_meant(flavor, found)
    return {name: text for name, text in found.items() if text}


class Changes(NamedTuple):
    """What an edit of a component sets and takes away."""

    attributes: dict[str, str]
    remove: tuple[str, ...]
    environment: dict[str, str]
    remove_environment: tuple[str, ...]
    secrets: dict[str, str]
    remove_secrets: tuple[str, ...]


def changes(flavor: Flavor, component: Component, form: Form) -> Changes:
    """What differs from what the form said when it was shown."""
    texts = _texts(form)
    shown = {one.attribute.name: one for one in fields(flavor, component)}
    changed = {n: t for n, t in texts.items() if n not in shown or t != as_sent_back(shown[n].text)}
    _check_meant(flavor, changed)
    cleared = [n for n, t in changed.items() if not t and n in component.attributes]
    cleared += [n for n in form.by_prefix("clear.") if n in component.attributes and not texts.get(n)]
    variables, secrets = environment(form), declared(form)
    return Changes(
        {name: text for name, text in changed.items() if text},
        tuple(cleared),
        *_differences(component.environment, variables),
        *_differences(component.secrets, secrets),
    )


def environment(form: Form) -> dict[str, str]:
    """Variable → text, of its rows."""
    return pairs(form, "env-name", "env-text", "variable")


def declared(form: Form) -> dict[str, str]:
    """Secret → prefix, of the rows of secrets that steps get whole."""
    return pairs(form, "secret-name", "secret-prefix", "secret")


def as_sent_back(text: str) -> str:
    """The text with the line ends that are left of it on its way through a form."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def pairs(form: Form, names: str, texts: str, noun: str) -> dict[str, str]:
    """Name → text of rows; those left wholly empty are none."""
    found: dict[str, str] = {}
    for name, text in zip(_stripped(form.all(names)), form.all(texts), strict=False):
        if name in found:
            raise InvalidInput(f"{noun} {name!r} is given twice")
        if name:
            found[name] = as_sent_back(text)
        elif text:
            raise InvalidInput(f"a row of {noun}s has no name", hint="name it, or clear the row")
    return found


def _differences(
    present: Mapping[str, str], now: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    same = {name for name, text in present.items() if now.get(name) == as_sent_back(text)}
    fresh = {name: text for name, text in now.items() if name not in same}
    return fresh, tuple(name for name in present if name not in now)


def _texts(form: Form) -> dict[str, str]:
    return {name: as_sent_back(text) for name, text in form.by_prefix("a.").items()}


def _stripped(texts: Sequence[str]) -> Iterable[str]:
    return (text.strip() for text in texts)


def _check_meant(flavor: Flavor, texts: Mapping[str, Any]) -> None:
    """Refuse a slip in a reference where it would be kept as a value: nobody could see it afterwards."""
    for attribute in flavor.attributes:
        text = texts.get(attribute.name, "")
        if attribute.sensitive and not has_reference(text) and (slip := next(suspects(text), None)):
            raise InvalidInput(
                f"{attribute.name} looks like a reference and is none: {slip.why}",
                hint="write {{name.key}}; register a value that looks so as a secret, and refer to it",
            )
