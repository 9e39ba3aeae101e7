"""`lockwork stack export|import`: a stack with its components as a file. It holds references, no values."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import click
import msgspec

from lockwork.cli import checks, out_files, rights, terminal
from lockwork.cli.arguments import Source
from lockwork.cli.commands import Command
from lockwork.cli.foreign_stacks import as_ours
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.cli.stack_names import chosen, complete_stacks
from lockwork.client.api import Client
from lockwork.domain.attributes import checked_attributes
from lockwork.domain.checks import needs_of
from lockwork.domain.errors import AlreadyExists, InvalidInput, NotFound, Refused
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import (
    Component,
    ComponentType,
    Flavor,
    Stack,
    check_composition,
    plain_name,
)
from lockwork.mappings import MAX_MAPPING_BYTES, YamlReader
from lockwork.messages.stacks import RegisterStack

FORMAT = 1


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A component as a file tells it."""

    name: str
    flavor: str
    attributes: dict[str, Any] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    declaration: Flavor | None = None
    """Where its flavor is not one that every installation has."""


class StackFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a file holds. A change of it that older readers cannot read is another `format`."""

    format: int
    stack: str
    components: dict[ComponentType, Part]
    secrets: dict[str, str] = {}


# --- export ------------------------------------------------------------------------------------------------


@click.command(cls=Command)
@click.argument("name", required=False, shell_complete=complete_stacks)
@click.option(
    "-f", "--filename", metavar="FILE", type=click.Path(), help="Where to; - prints. Default: NAME.yaml here."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@pass_session
def export(session: Session, name: str | None, filename: str | None, force: bool) -> None:
    """Write a stack with its components into a file: references, never what they stand for.

    What it writes, `import` takes back.
    """
    found = chosen(session, name)
    for component in found.components.values():
        _check_no_value(component)
    out_files.put(_written(found), filename, f"{found.name}.yaml", force=force)


def _check_no_value(component: Component) -> None:
    from lockwork.flavors import registry  # lazy: only a file needs to know

    if plain := registry.plain_credentials(component):
        option = f"--{plain[0].replace('_', '-')}='{{{{NAME.KEY}}}}'"
        raise Refused(
            f"{component} keeps {', '.join(plain)} in plain text, and a file would show it",
            hint=f"lockwork {component.type.dashed} update {component.name} {option}",
        )


def _written(stack: Stack) -> str:
    import yaml  # lazy: `lockwork stack` alone needs none of it

    parts = {type_: _part(component) for type_, component in stack.components.items()}
    content = StackFile(format=FORMAT, stack=stack.name, components=parts, secrets=stack.secrets)
    return yaml.safe_dump(msgspec.to_builtins(content), sort_keys=False, allow_unicode=True, width=2**31)


def _part(component: Component) -> Part:
    return Part(**{name: getattr(component, name) for name in Part.__struct_fields__})


# --- import ------------------------------------------------------------------------------------------------


@click.command("import", cls=Command)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--name", metavar="NEW", help="Call the stack so, whatever the file says.")
@click.option(
    "--keep-existing", is_flag=True, help="Use components that exist as they are here, where they differ."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask, also where it would get your own secrets.")
@output_option
@pass_session
def import_(session: Session, file: str, name: str | None, keep_existing: bool, yes: bool) -> None:
    """Make a stack from a file that `export` wrote, or ZenML's, with the components that are missing.

    FILE may be - for standard input. Nothing is made where a component of that name exists and differs.
    What you import counts as changed by you: where it would get secrets of your own scope, it asks first.
    """
    source = Source(sys.stdin.buffer if sys.stdin else None)
    content = read_stack(source.read(file, MAX_MAPPING_BYTES, "the stack"), file)
    content = msgspec.structs.replace(content, stack=name or content.stack)
    missing = _missing(session.client, content, keep_existing=keep_existing)
    if not yes:
        rights.check(session, RegisterStack)
        _ask_for_own(session.client, content, missing)
    made, stack = _made(session.client, content, missing)
    session.done(_told(stack, made), _record(session, stack))
    for component in made:
        terminal.notes(component.notes)
    checks.told(stack)


def _ask_for_own(client: Client, content: StackFile, missing: Mapping[ComponentType, Part]) -> None:
    """Whoever wrote the file decides where what it refers to is sent: nothing of one's own goes unasked."""
    needs = needs_of("stack", content.stack, {}, content.secrets)
    for type_, part in missing.items():
        needs += needs_of(type_.dashed, part.name, _tree(part), part.secrets)
    found = {one.name: one for one in client.check_references(needs).found} if needs else {}
    mine = [n for n in needs if n.secret in found and found[n.secret].scope is SecretScope.USER]
    if not mine:
        return
    for need in mine:
        terminal.aside(f"{need.where} gets {need.reference} → {found[need.secret]}")
    for type_, part in missing.items():
        for path, value in _tree(part).items():
            terminal.aside(f"{type_.dashed} {part.name!r}, {path}: {value}")
    names = ", ".join(sorted({repr(need.secret) for need in mine}))
    terminal.must_be_interactive(
        f"an import that gets secrets of your own scope ({names})", "--yes imports it all the same"
    )
    terminal.must_confirm("import it all the same, and let it have these secrets of your own scope?")


def _tree(part: Part) -> dict[str, Any]:
    return {**part.attributes, **({"environment": part.environment} if part.environment else {})}


def _told(stack: Stack, made: list[Component]) -> str:
    return f"imported {stack}" + (f", with new {', '.join(map(str, made))}" if made else "")


def _record(session: Session, stack: Stack) -> dict[str, Any]:
    from lockwork.cli import stacks  # lazy: it holds this command, and imports it

    return stacks.record(session, stack)


def read_stack(text: str, where: str) -> StackFile:
    """A stack as a file tells it: strictly, and with no word of it in a failure but names of fields."""
    name = "standard input" if where == "-" else where
    # First without types: this refuses aliases, tags, merges, doubled keys and whatever is nested too deep.
    if not isinstance(YamlReader(text.removeprefix("\ufeff"), name).read(), dict):
        raise InvalidInput(f"{name} holds no stack", hint="lockwork stack export writes such a file")
    try:
        content = msgspec.convert(as_ours(_typed(text, name), FORMAT), StackFile)
    except msgspec.ValidationError as error:
        # What is no field's name may be a value that has lost its place.
        problem = "it has a field that no stack has" if "unknown field" in str(error) else str(error)
    else:
        if content.format != FORMAT:
            raise InvalidInput(f"{name} is of format {content.format}; this version reads {FORMAT}")
        check_composition(content.components)
        return content
    raise InvalidInput(f"{name} holds no stack: {problem}", hint="lockwork stack export writes such a file")


def _typed(text: str, name: str) -> Any:
    import yaml  # lazy: as above

    with suppress(yaml.YAMLError, ValueError):  # such as a date that is none: both carry the text
        return yaml.safe_load(text)
    raise InvalidInput(
        f"{name} holds a date or number that is none", hint="put it in quotes to keep it as text"
    )


def _missing(client: Client, content: StackFile, *, keep_existing: bool) -> dict[ComponentType, Part]:
    """The parts that are not here yet. Whatever would go wrong is found before anything is made."""
    _check_name_is_free(client, plain_name(content.stack, "stack"))
    missing, differing = {}, []
    for type_, part in content.components.items():
        flavor = _flavor(client, type_, part)
        attributes = checked_attributes(flavor, part.attributes)
        try:
            present = client.get_component(type_, part.name)
        except NotFound:
            missing[type_] = part
            continue
        if not keep_existing and _differs(present, part, attributes):
            differing.append(str(present))
    if differing:
        raise Refused(
            f"there is another {' and another '.join(differing)} here already",
            hint="--keep-existing uses what is here; else change a name in the file",
        )
    return missing


def _check_name_is_free(client: Client, name: str) -> None:
    try:
        client.get_stack(name)
    except NotFound:
        return
    raise AlreadyExists(
        "stack",
        name,
        f"in workspace {client.workspace!r}",
        hint="--name NEW calls the imported one otherwise",
    )


def _flavor(client: Client, type_: ComponentType, part: Part) -> Flavor:
    try:
        return client.get_flavor(type_, part.flavor)
    except NotFound:
        if part.declaration is None:
            raise
    return part.declaration


def _differs(present: Component, part: Part, attributes: Mapping[str, Any]) -> bool:
    here = (present.flavor, present.attributes, present.environment, present.secrets)
    return here != (part.flavor, attributes, part.environment, part.secrets)


def _made(
    client: Client, content: StackFile, missing: Mapping[ComponentType, Part]
) -> tuple[list[Component], Stack]:
    """The new components and the stack; where one cannot be made, none of them stays."""
    made: list[Component] = []
    try:
        for type_, part in missing.items():
            made.append(_registered(client, type_, part))
        parts: dict[ComponentType | str, str] = {t: part.name for t, part in content.components.items()}
        return made, client.create_stack(content.stack, parts, secrets=content.secrets)
    except BaseException:
        for component in reversed(made):
            client.delete_component(component.type, component.id)
        raise


def _registered(client: Client, type_: ComponentType, part: Part) -> Component:
    return client.register_component(
        part.name,
        part.flavor,
        type_,
        part.attributes,
        environment=part.environment,
        secrets=part.secrets,
        declaration=part.declaration,
    )
