"""Stacks put together and changed: one component for each type, of those that there are; copied, deleted."""

from collections.abc import Iterable, Mapping
from shlex import quote
from typing import NamedTuple

from lockwork.dashboard import component_forms as forms
from lockwork.dashboard import places
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.rights import for_writers
from lockwork.domain.stacks import REQUIRED_TYPES, ComponentType, Stack

SECTION = "stacks"
MOST_CHOICES = 500
"""Components to choose from; where there are more, a name is typed."""


class Slot(NamedTuple):
    """A place in a stack, and what may be put there."""

    type: ComponentType
    is_required: bool
    choices: tuple[str, ...]
    chosen: str
    is_complete: bool
    """Whether all there are to choose from are among `choices`."""


@for_writers
def new(ask: Ask) -> Answer:
    """The builder; an address may choose components beforehand, by their types."""
    chosen = {type_: ask.query.get(type_.dashed, "") for type_ in ComponentType}
    facts = {
        "stack": None,
        "place": "",
        "slots": _slots(ask, chosen),
        "secrets": forms.rows({}),
        "name": ask.query.get("name", ""),
    }
    return Shown("stacks/form.html", "Build a stack", facts, _command("register NAME", chosen), SECTION)


def register(ask: Ask) -> Answer:
    chosen: dict[ComponentType | str, str] = {type_: name for type_, name in _chosen(ask).items() if name}
    made = ask.client.create_stack(ask.form.text("name").strip(), chosen, secrets=forms.declared(ask.form))
    return To(places.of_stack(ask, made), "created")


@for_writers
def edit(ask: Ask) -> Answer:
    found = one(ask)
    chosen = {type_: part.name for type_, part in found.components.items()}
    facts = {
        "stack": found,
        "place": places.of_stack(ask, found),
        "slots": _slots(ask, chosen),
        "secrets": forms.rows(found.secrets),
        "name": found.name,
    }
    words = f"lockwork stack update {found.name} --TYPE COMPONENT"
    return Shown("stacks/form.html", f"Edit {found.name}", facts, words, SECTION)


def save(ask: Ask) -> Answer:
    """All or nothing, if nobody changed it since the form was shown."""
    found = one(ask)
    name, held = ask.form.text("name").strip(), found.components
    chosen = _chosen(ask)
    fresh: dict[ComponentType | str, str] = {
        t: n for t, n in chosen.items() if n and (t not in held or held[t].name != n)
    }
    gone = [t for t, n in chosen.items() if not n and t in held]
    secrets = forms.declared(ask.form)
    dropped = [secret for secret in found.secrets if secret not in secrets]
    added = {secret: prefix for secret, prefix in secrets.items() if found.secrets.get(secret) != prefix}
    if not (fresh or gone or dropped or added or name != found.name):
        return To(places.of_stack(ask, found))
    changed = ask.client.update_stack(
        found.id,
        fresh,
        remove=gone,
        secrets=added,
        remove_secrets=dropped,
        new_name=name,
        if_version=ask.form.version(),
    )
    return To(places.of_stack(ask, changed), "updated" if fresh or gone or dropped or added else "renamed")


def copy(ask: Ask) -> Answer:
    made = ask.client.copy_stack(one(ask).id, ask.form.text("name").strip())
    return To(places.of_stack(ask, made), "created")


def delete(ask: Ask) -> Answer:
    ask.client.delete_stack(one(ask).id)
    return To(ask.at("stacks"), "removed")


def one(ask: Ask) -> Stack:
    """The stack that the address names."""
    return ask.client.get_stack(ask.fields["stack"])


def _chosen(ask: Ask) -> dict[ComponentType, str]:
    """Type → what was chosen, of all types that the form has."""
    return {ComponentType.parse(type_): name.strip() for type_, name in ask.form.by_prefix("part.").items()}


def _slots(ask: Ask, chosen: Mapping[ComponentType, str]) -> list[Slot]:
    components = ask.client.list_components(size=MOST_CHOICES)
    names: dict[ComponentType, list[str]] = {}
    for component in components.items:
        names.setdefault(component.type, []).append(component.name)
    is_complete = len(components) < MOST_CHOICES
    return [_slot(type_, names.get(type_, []), chosen.get(type_, ""), is_complete) for type_ in ComponentType]


def _slot(type_: ComponentType, names: Iterable[str], chosen: str, is_complete: bool) -> Slot:
    choices = tuple(dict.fromkeys([*([chosen] if chosen else []), *names]))
    is_required = type_ in REQUIRED_TYPES
    if is_required and not chosen and len(choices) == 1 and is_complete:
        chosen = choices[0]
    return Slot(type_, is_required, tuple(sorted(choices)), chosen, is_complete)


def _command(verb: str, chosen: Mapping[ComponentType, str]) -> str:
    words = {type_: chosen.get(type_) or ("COMPONENT" if type_ in REQUIRED_TYPES else "") for type_ in chosen}
    return " ".join(
        [
            f"lockwork stack {verb}",
            *(f"--{type_.dashed} {quote(name)}" for type_, name in words.items() if name),
        ]
    )


PAGES = (
    Page("GET", "/w/{workspace}/stacks/new", new),
    Page("POST", "/w/{workspace}/stacks/new", register),
    Page("GET", "/w/{workspace}/stacks/{stack}/edit", edit),
    Page("POST", "/w/{workspace}/stacks/{stack}/edit", save),
    Page("POST", "/w/{workspace}/stacks/{stack}/copy", copy),
    Page("POST", "/w/{workspace}/stacks/{stack}/delete", delete),
)
