"""`lockwork flavor …`: which kinds of components there are, and what each can be told."""

from contextlib import suppress
from typing import Any

import click

from lockwork.cli import formats
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.domain.errors import Ambiguous, NotFound
from lockwork.domain.nearness import near
from lockwork.domain.stacks import Attribute, ComponentType, Flavor

FIELDS = ("name", "type", "help", "attributes")
_COLUMNS = ("name", "kind", "required", "sensitive", "default", "help")


def complete_flavors(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of flavors, of the group's type where it has one; it needs no store."""
    with suppress(Exception):  # a shell that completes has no place for a failure
        from lockwork.cli.component_entry import TypeGroup, type_of
        from lockwork.flavors import registry  # lazy: only a completing shell asks here

        typed = context.parent is not None and isinstance(context.parent.command, TypeGroup)
        names = [f.name for f in registry.flavors(type_of(context) if typed else None)]
        return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]
    return []


def _types(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return [t.dashed for t in ComponentType if t.dashed.startswith(incomplete)]


_type_option = click.option(
    "--type",
    "type_",
    metavar="TYPE",
    shell_complete=_types,
    callback=lambda _context, _parameter, text: None if text is None else ComponentType.parse(text),
    help="Only of this component type.",
)


@click.group(cls=Group)
def flavor() -> None:
    """Kinds of components: built in, and brought by packages that are installed here."""


@flavor.command("list")
@_type_option
@output_option
@pass_session
def list_(session: Session, type_: ComponentType | None) -> None:
    """List the flavors."""
    found = session.client.list_flavors(type_)
    records = [{**record(f), "attributes": [a.name for a in f.attributes]} for f in found]
    session.show_list(records, FIELDS, columns=("name", "type", "help"))


@flavor.command()
@click.argument("name", metavar="FLAVOR", shell_complete=complete_flavors)
@_type_option
@output_option
@pass_session
def describe(session: Session, name: str, type_: ComponentType | None) -> None:
    """Show what a flavor's components can be told, and what its settings may say."""
    found = session.client.get_flavor(type_, name) if type_ else _the_one(session, name)
    session.show(record(found), lambda: _show(found))


def record(found: Flavor) -> dict[str, Any]:
    """A flavor under its stable field names."""
    return {
        "name": found.name,
        "type": found.type.value,
        "help": found.help,
        "extra": found.extra,
        "ways": [list(way) for way in found.ways],
        "attributes": [_attribute(a) for a in found.attributes],
        "settings": [_attribute(a) for a in found.settings],
    }


def _attribute(declared: Attribute) -> dict[str, Any]:
    names = ("name", "kind", "required", "sensitive", "choices", "default", "help")
    return {name: getattr(declared, name) for name in names}


def _the_one(session: Session, name: str) -> Flavor:
    """The flavor of this name, where only one type has such a one."""
    every = session.client.list_flavors()
    found = [f for f in every if f.name == name]
    if not found:
        raise NotFound("flavor", name, near=near(name, [f.name for f in every]), hint="lockwork flavor list")
    if len(found) > 1:
        types = [f.type.dashed for f in found]
        raise Ambiguous(
            f"flavor {name!r} is one of {' and of '.join(types)}",
            hint=f"add --type {' or --type '.join(types)}",
        )
    return found[0]


def _show(found: Flavor) -> None:
    facts = {"name": found.name, "type": found.type.value, "help": found.help}
    if found.extra:
        facts["needs"] = f"pip install 'lockwork[{found.extra}]'"
    if found.ways:
        facts["one of"] = ", or ".join(" and ".join(way) for way in found.ways)
    formats.fields(facts)
    for title, declared in (("attributes", found.attributes), (found.settings_key, found.settings)):
        if declared:
            print(f"\n{title if title == 'attributes' else f'settings {title}'}")
            cells = [[_cell(a, column) for column in _COLUMNS] for a in declared]
            formats.rows(_COLUMNS, cells)


def _cell(declared: Attribute, column: str) -> str:
    if column == "kind" and declared.choices:
        return " or ".join(declared.choices)
    value = getattr(declared, column)
    return formats.cell(value if value is not False or column == "default" else None)
