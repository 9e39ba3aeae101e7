"""`zenml stack …`: Lockwork's stacks with the words that scripts use."""

from typing import Any

import click

from lockwork.cli import checks, needed_secrets, stack_files, terminal
from lockwork.cli import stacks as lockworks
from lockwork.cli.session import Session, pass_session
from lockwork.cli.stack_names import chosen, complete_stacks
from lockwork.domain.stacks import REQUIRED_TYPES, needs_of_stack
from zenml.cli.leaf import Leaf, Noun, add_told, call, ported
from zenml.words import MISSING_SECRETS

_maybe_named = click.argument("name", required=False, shell_complete=complete_stacks)


@click.group(cls=Noun)
def stack() -> None:
    """Components put together: one orchestrator, one artifact store, and at most one of each other type.

    Commands that take [NAME] are about the active stack where it is left out.
    """


def _checked(command: click.Command, *, tells: bool = True) -> Any:
    """Lockwork's command, with the words by which scripts see that its stack cannot run yet.

    Where it does not tell by itself what is missing, that is told too.
    """

    def callback(**words: Any) -> None:
        call(command, **words)
        session = click.get_current_context().find_object(Session)
        assert session is not None  # noqa: S101 - each command here brings one
        found = chosen(session, words["name"])
        report = session.client.check_references(needs_of_stack(found), stack=found.name)
        if not tells:
            checks.told(report)
        if not report.ok:
            terminal.warning(f"{found}: its components {MISSING_SECRETS}")

    return ported(command, callback=callback)


stack.add_command(_checked(lockworks.register))
stack.add_command(ported(lockworks.list_))
stack.add_command(_checked(lockworks.set_, tells=False))
stack.add_command(ported(lockworks.get))
stack.add_command(_checked(lockworks.describe))
stack.add_command(_checked(lockworks.update))


@stack.command("remove-component", cls=Leaf)
@_maybe_named
@pass_session
def remove_component(session: Session, /, name: str | None, **types: bool) -> None:
    """Take components out of a stack; they stay registered."""
    out = [type_ for type_, is_out in types.items() if is_out]
    if not out:
        terminal.note("no type was named, so nothing was taken out")
        return
    changed = session.client.update_stack(chosen(session, name).id, remove=out)
    terminal.say(f"updated {changed}, now version {changed.version}")


remove_component.params += [
    click.Option([short, f"--{type_.dashed}", type_.value], is_flag=True, help=f"Its {type_.words}.")
    for type_, short in lockworks.SHORT_OPTIONS.items()
    if type_ not in REQUIRED_TYPES
]

stack.add_command(ported(lockworks.rename))
stack.add_command(ported(lockworks.copy))
stack.add_command(ported(lockworks.delete))


@stack.command(cls=Leaf)
@_maybe_named
@click.argument("filename", required=False, type=click.Path())
def export(name: str | None, filename: str | None) -> None:
    """Write a stack into a YAML file (default: NAME.yaml here): references, never what they stand for.

    A file that is there is replaced.
    """
    call(stack_files.export, name=name, filename=filename, force=True)


@stack.command("import", cls=Leaf)
@click.argument("name")
@click.option("-f", "--filename", metavar="FILE", type=click.Path(), help="Default: NAME.yaml here.")
@click.option("--ignore-version-mismatch", is_flag=True, help="Taken, and without effect.")
@click.option(
    "--keep-existing", is_flag=True, help="Use components that exist as they are, where they differ."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask, also where it would get your own secrets.")
def import_(
    name: str,
    filename: str | None,
    ignore_version_mismatch: bool,  # noqa: ARG001 - a file says which format it has
    keep_existing: bool,
    yes: bool,
) -> None:
    """Make a stack from a file that `export` wrote, with the components that are missing."""
    file = filename or f"{name}.yaml"
    call(stack_files.import_, file=file, name=name, keep_existing=keep_existing, yes=yes)


stack.add_command(ported(needed_secrets.register_secrets))
add_told(stack, "zenml stack")
