"""`lockwork exec` and `lockwork inject`: values in a command's environment, or in a file from a template."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from lockwork.cli import checks, terminal
from lockwork.cli.arguments import Source, read_assignments
from lockwork.cli.commands import Command
from lockwork.cli.component_entry import whole_secrets
from lockwork.cli.session import Session, complete_secrets, pass_session, scope_option
from lockwork.domain.errors import WrongUsage
from lockwork.domain.secrets import SecretScope
from lockwork.moving import private_files

if TYPE_CHECKING:
    from lockwork.domain.values import Values
    from lockwork.injection.environment import Wish
    from lockwork.injection.template import Template

MAX_TEMPLATE_BYTES = 16 * 1024 * 1024
_ONE_SCOPE = "Look in this scope only; without it, in your own first."


# --- exec --------------------------------------------------------------------------------------------------


@click.command(
    "exec",
    cls=Command,
    context_settings={"allow_interspersed_args": False},
    epilog="The exit code is the command's; 128 + n where signal n ended it, 126 where it cannot be started, "
    "127 where it is not found. Where a secret is missing, nothing is started.",
)
@click.option("--secret", "secrets", metavar="NAME[=PREFIX]", multiple=True, shell_complete=complete_secrets,
              help="Every key of this secret becomes a variable; may be repeated.")  # fmt: skip
@click.option("--env", "assignments", metavar="NAME=TEXT", multiple=True,
              help="A variable, its text with {{name.key}} filled; may be repeated.")  # fmt: skip
@scope_option(help=_ONE_SCOPE)
@click.option("--no-masking", is_flag=True, help="Show what it prints as it is, values too.")
@click.argument("command", metavar="-- COMMAND [ARG]...", nargs=-1, type=click.UNPROCESSED)
@pass_session
def exec_(session: Session, secrets: Sequence[str], assignments: Sequence[str], scope: SecretScope | None,
          no_masking: bool, command: Sequence[str]) -> NoReturn:  # fmt: skip
    """Run a command with secrets in its environment; in what it prints, their values show as ***.

    It gets all variables of the caller but root keys and tokens of Lockwork's, and no open file but its
    standard input and outputs.
    """
    # lazy: help needs none of it
    from lockwork.capture.forms import unmasked
    from lockwork.injection import environment, front, programs

    if not command:
        raise WrongUsage("there is no command to run", hint="lockwork exec --secret NAME -- COMMAND ARG …")
    for word in secrets:
        _check_name(word)
    wish = environment.Wish(command[0], whole_secrets(secrets), read_assignments(assignments))
    inherited = session.profile.settings.passed_on()
    if "PATH" not in wish.variables:  # else it is known once it is filled
        programs.check(command[0], inherited.get("PATH"))
    variables, values = _resolved(session, wish, scope)
    if "PATH" in variables:
        programs.check(command[0], variables["PATH"])
    session.close()  # neither the program nor what masks it has anything to do with the store
    if no_masking:
        programs.replace(command, inherited | variables)
    terminal.notes(unmasked(values.named()))
    raise click.exceptions.Exit(front.run(command, inherited | variables, values))


def _check_name(word: str) -> None:
    """Refuse what no secret is called, where a name belongs; say how what was meant is written.

    Not quoted: where it is no reference, it may be a value.
    """
    # lazy: as above
    from lockwork.domain.environment import is_variable
    from lockwork.domain.plans import variable_of
    from lockwork.domain.references import meant_by
    from lockwork.domain.secrets import can_be_called

    name, _, prefix = word.partition("=")
    if reference := meant_by(prefix) or (None if can_be_called(name) else meant_by(name)):
        variable = name if prefix and is_variable(name) else variable_of(reference)
        raise WrongUsage(
            "--secret takes a secret's name, and this is a reference to one of its values",
            hint=f"that value alone: --env {variable}='{reference}'; all keys: --secret {reference.secret}",
        )
    if not can_be_called(name):
        bare = name.strip("{} \t")
        hint = f"--secret {bare}" if can_be_called(bare) else "lockwork secret list"
        raise WrongUsage("--secret takes NAME or NAME=PREFIX, and no secret can be called so", hint=hint)


def _resolved(session: Session, wish: "Wish", scope: SecretScope | None) -> "tuple[dict[str, str], Values]":
    from lockwork.injection import environment  # lazy: as above

    checks.warn(environment.suspects(wish))
    report = environment.checked(session.client, wish, scope)
    terminal.notes(report.notes)
    for line in environment.overridden(wish, report.found):
        terminal.warning(line)
    return environment.filled(session.client, wish, report.found)


# --- inject ------------------------------------------------------------------------------------------------


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("-f", "--filename", metavar="OUT", type=click.Path(),
              help="Write to this file, for its owner alone; without it, or with -, print.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option(
    "--check", is_flag=True, help="Only say whether all that it refers to is there; reads no value."
)
@scope_option(help=_ONE_SCOPE)
@pass_session
def inject(session: Session, file: str, filename: str | None, force: bool, check: bool,
           scope: SecretScope | None) -> None:  # fmt: skip
    """Fill every {{name.key}} in a file; all else in it stays byte for byte.

    FILE may be - for standard input. What a value holds is not looked at again; \\{{ is written for {{.
    """
    from lockwork.injection import template as templates  # lazy: help needs none of it

    template = _template(file)
    out = None if filename in (None, "-") or check else Path(str(filename))
    if out is not None:
        private_files.check_free(out, force)  # before the values are read, and their reading is recorded
    checks.warn(templates.suspects(template))
    report = templates.checked(session.client, template, scope)
    terminal.notes(report.notes)
    if check:
        count = f"{report.checked} reference{'s' if report.checked != 1 else ''}"
        terminal.say(f"{template}: {count} checked, all is there")
        return
    text = templates.filled(session.client, template, report.found)
    if out is None:
        terminal.write(text)
        return
    private_files.write(out, text.encode(), force)
    terminal.say(str(out))
    terminal.note(f"{out} holds values in the clear; it is readable by you alone")


def _template(file: str) -> "Template":
    from lockwork.injection.template import Template  # lazy: as above

    source = Source(sys.stdin.buffer if sys.stdin else None)
    text = source.read(file, MAX_TEMPLATE_BYTES, "the template")
    return Template("standard input" if file == "-" else file, text)
