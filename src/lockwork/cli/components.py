"""`lockwork TYPE …`: components. One set of commands; the group says which type they are about."""

from collections.abc import Sequence
from typing import Any

import click

from lockwork.cli import checks, formats, rights, terminal
from lockwork.cli.arguments import read_assignments
from lockwork.cli.commands import Command
from lockwork.cli.component_entry import (
    ON_COMMAND_LINES,
    AttributeCommand,
    TypeGroup,
    attribute_options,
    given_attributes,
    pass_type,
    type_of,
    whole_secrets,
)
from lockwork.cli.flavors import complete_flavors
from lockwork.cli.session import Session, complete_by, listing_options, output_option
from lockwork.domain.errors import AlreadyExists, NotFound, VersionMismatch
from lockwork.domain.stacks import Component, ComponentType, Flavor, needs_of_component, plain_name
from lockwork.messages.stacks import RegisterComponent, UpdateComponent

FIELDS = (
    *("id", "name", "type", "flavor", "workspace", "owner", "attributes", "environment", "secrets"),
    *("version", "created", "updated"),
)
_FACTS = tuple(name for name in FIELDS if name not in ("attributes", "environment", "secrets"))


def record(component: Component) -> dict[str, Any]:
    """A component under its stable field names; a credential that it keeps in the clear is `***`."""
    facts = {name: getattr(component, name) for name in FIELDS}
    return {**facts, "type": component.type.value, "attributes": shown_attributes(component)}


def shown_attributes(component: Component) -> dict[str, Any]:
    from lockwork.flavors import registry  # lazy: lists of no components need no flavor

    plain = registry.plain_credentials(component)
    return {name: "***" if name in plain else value for name, value in component.attributes.items()}


def complete_components(type_: ComponentType | None = None) -> Any:
    """Names of components of this type, or of the type of the command's group."""
    return complete_by(
        lambda client, context, _word: [
            c.name for c in client.list_components(type_ or type_of(context), size=200)
        ]
    )


_named = click.argument("name", shell_complete=complete_components())


# --- commands ----------------------------------------------------------------------------------------------


@click.command(cls=AttributeCommand, epilog=ON_COMMAND_LINES)
@click.argument("name")
@click.option("-f", "--flavor", required=True, metavar="FLAVOR", shell_complete=complete_flavors,
              help="What kind of component; see `lockwork flavor list`.")  # fmt: skip
@attribute_options
@output_option
@pass_type
def register(session: Session, type_: ComponentType, name: str, flavor: str,
             pairs: Sequence[tuple[str, str]], **given: Any) -> None:  # fmt: skip
    """Keep a new component, as its flavor declares it.

    A plain value for a sensitive attribute becomes a secret, and its reference takes its place. A reference
    may be given before its secret exists.
    """
    declared = session.client.get_flavor(type_, flavor)
    if given["ask"]:
        rights.check(session, RegisterComponent)
        _check_is_free(session, type_, name)
    made = session.client.register_component(
        name, declared.name, type_, **_changes(declared, pairs, **given), plaintext=given["plaintext"]
    )
    session.done(f"registered {made} of flavor {made.flavor!r}", record(made))
    checks.told(made)


@click.command("list", cls=Command)
@click.option("--name", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@click.option("--flavor", metavar="F", shell_complete=complete_flavors, help="Filter by flavor.")
@listing_options()
@output_option
@pass_type
def list_(session: Session, type_: ComponentType, **how: Any) -> None:
    """List the components of this type."""
    found = session.client.list_components(type_, **how)
    columns = ("name", "flavor", "owner", "version", "updated")
    records = [record(component) for component in found.items]
    session.show_list(
        records, FIELDS, columns=columns, page=found, nothing=f"no component of type {type_.words}"
    )


@click.command(cls=Command)
@_named
@output_option
@pass_type
def describe(session: Session, type_: ComponentType, name: str) -> None:
    """Show a component: references, never what they stand for; and what they lack."""
    found = session.client.get_component(type_, name)
    session.show(record(found), lambda: show(found))
    checks.told(session.client.check_references(needs_of_component(found)))


@click.command(cls=AttributeCommand, epilog=ON_COMMAND_LINES)
@_named
@attribute_options
@click.option("--remove-attribute", "remove", metavar="ATTR", multiple=True, help="Take this one away.")
@click.option("--remove-env", metavar="NAME", multiple=True, help="Take this variable away.")
@click.option("--remove-secret", metavar="NAME", multiple=True, help="Declare this secret no longer.")
@click.option("--if-version", type=click.IntRange(1), metavar="N", help="Only if this is still its version.")
@output_option
@pass_type
def update(session: Session, type_: ComponentType, name: str, pairs: Sequence[tuple[str, str]],
           remove: Sequence[str], remove_env: Sequence[str], remove_secret: Sequence[str],
           if_version: int | None, **given: Any) -> None:  # fmt: skip
    """Set and remove attributes, variables and declared secrets, as one new version; the others stay."""
    present = session.client.get_component(type_, name)
    declared = _flavor(session, present)
    if given["ask"]:
        rights.check(session, UpdateComponent)
        if if_version not in (None, present.version):
            raise VersionMismatch(type_.words, present.name, if_version or 0, present.version)
    changed = session.client.update_component(
        type_,
        name,
        **_changes(declared, pairs, **given),
        remove=remove,
        remove_environment=remove_env,
        remove_secrets=remove_secret,
        if_version=if_version,
        plaintext=given["plaintext"],
    )
    _changed(session, changed)


@click.command(cls=Command)
@_named
@click.argument("attributes", metavar="ATTR...", nargs=-1, required=True)
@output_option
@pass_type
def remove_attribute(session: Session, type_: ComponentType, name: str, attributes: Sequence[str]) -> None:
    """Take attributes away; a required one is refused."""
    _changed(session, session.client.update_component(type_, name, remove=attributes))


@click.command(cls=Command)
@_named
@click.argument("new_name", metavar="NEW")
@output_option
@pass_type
def rename(session: Session, type_: ComponentType, name: str, new_name: str) -> None:
    """Call a component something else; the stacks that hold it keep it."""
    was = session.client.get_component(type_, name)
    changed = session.client.update_component(type_, was.id, new_name=new_name)
    session.done(f"renamed {was} to {changed.name!r}, now version {changed.version}", record(changed))
    checks.told(changed)


@click.command(cls=Command)
@_named
@click.argument("new_name", metavar="NEW")
@output_option
@pass_type
def copy(session: Session, type_: ComponentType, name: str, new_name: str) -> None:
    """Keep the same configuration under another name; it refers to the same secrets."""
    made = session.client.copy_component(type_, name, new_name)
    session.done(f"copied to {made}", record(made))
    checks.told(made)


@click.command(cls=Command)
@_named
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_option
@pass_type
def delete(session: Session, type_: ComponentType, name: str, yes: bool) -> None:
    """Delete a component; refused while a stack holds it."""
    if not yes:
        terminal.must_confirm(f"delete {session.client.delete_component(type_, name, dry_run=True)}?")
    gone = session.client.delete_component(type_, name)
    session.done(f"deleted {gone}", record(gone))
    checks.told(gone)


_COMMANDS = (register, list_, describe, update, remove_attribute, rename, copy, delete)


def __getattr__(name: str) -> TypeGroup:
    """The group of a component type, such as `components.experiment_tracker`."""
    if name not in ComponentType.__members__.values():
        raise AttributeError(name)
    return TypeGroup(ComponentType(name), _COMMANDS)


# --- what they share ---------------------------------------------------------------------------------------


def _changes(
    flavor: Flavor,
    pairs: Sequence[tuple[str, str]],
    *,
    also: Sequence[str],
    ask: Sequence[str],
    env: Sequence[str],
    secret: Sequence[str],
    whole_secret: Sequence[str],
    strip: bool,
    plaintext: bool,  # noqa: ARG001 - the store decides by it; here it is one of the options
) -> dict[str, Any]:
    """What the Client is told of attributes, variables and declared secrets."""
    return {
        "environment": read_assignments(env),
        "secrets": whole_secrets(secret, whole_secret, flavor),
        "attributes": given_attributes(flavor, pairs, also=also, ask=ask, strip=strip),
    }


def _check_is_free(session: Session, type_: ComponentType, name: str) -> None:
    """Before anybody types a value for what has this name; the store looks again."""
    plain_name(name, "component")
    try:
        session.client.get_component(type_, name)
    except NotFound:
        return
    where = f"in workspace {session.client.workspace!r}"
    hint = f"change it with: lockwork {type_.dashed} update {name}"
    raise AlreadyExists(type_.words, name, where, hint=hint)


def _flavor(session: Session, component: Component) -> Flavor:
    """What its flavor declares, also where the package that brings it is not installed here."""
    try:
        return session.client.get_flavor(component.type, component.flavor)
    except NotFound:
        if component.declaration is None:
            raise
        return component.declaration


def _changed(session: Session, changed: Component) -> None:
    session.done(f"updated {changed}, now version {changed.version}", record(changed))
    checks.told(changed)


def show(component: Component) -> None:
    """A component for people."""
    from lockwork.flavors import registry  # lazy: as above

    formats.fields({name: record(component)[name] for name in _FACTS})
    plain, sensitive = registry.plain_credentials(component), registry.sensitive(component)
    lines = []
    for name, value in shown_attributes(component).items():
        mark = " (sensitive, kept in plain text)" if name in plain else " (sensitive)"
        lines.append((name + (mark if name in sensitive else ""), formats.cell(value)))
    lines += [(f"environment {name}", text) for name, text in component.environment.items()]
    lines += [(f"secret {name}", whole(prefix)) for name, prefix in component.secrets.items()]
    if lines:
        print()
        formats.pairs(lines)


def whole(prefix: str) -> str:
    """How a declared secret reaches a step."""
    return "each key as a variable" + (f", called {prefix}…" if prefix else "")
