"""`lockwork stack trust`, and its question before a run: may what others changed have one's own secrets?"""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from lockwork.cli import rights, terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.cli.stack_names import chosen, complete_stacks
from lockwork.domain.errors import InvalidInput, ValidationFailed
from lockwork.domain.secrets import SecretScope
from lockwork.domain.trust import ChangedPart, Trust
from lockwork.messages.stacks import TrustStack

T = TypeVar("T")

no_user_secrets = click.option(
    "--no-user-secrets", is_flag=True, help="Leave your own scope out: only secrets of the workspace count."
)


def scope_without_own(scope: SecretScope | None, no_user_secrets: bool) -> SecretScope | None:
    """Where to look, with `--no-user-secrets` beside `--scope`."""
    if not no_user_secrets:
        return scope
    if scope is SecretScope.USER:
        raise InvalidInput("--no-user-secrets and --scope user leave nothing to look at", hint="give one")
    return SecretScope.WORKSPACE


@click.command("trust", cls=Command)
@click.argument("name", required=False, shell_complete=complete_stacks)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_option
@pass_session
def trust(session: Session, name: str | None, yes: bool) -> None:
    """Let a stack as it is now have secrets of your own scope, though others have changed it.

    It shows who changed which part and what that would get. Once a part is changed again, it is asked again.
    """
    found = session.client.get_stack_trust(chosen(session, name).id)
    if not found.waiting:
        session.done(f"nothing in stack {found.stack!r} waits for your consent", _record(found))
        return
    _tell(found)
    if not yes:
        rights.check(session, TrustStack)
        terminal.must_confirm(_question(found))
    _accept(session, found)
    now = session.client.get_stack_trust(found.stack)
    session.done(f"stack {found.stack!r} as it is now may have secrets of your own scope", _record(now))


def asked(session: Session, stack: str, act: Callable[[], T]) -> T:
    """What `act` answers; where it is refused for want of trust alone, a terminal asks, and it acts again."""
    try:
        return act()
    except ValidationFailed as failure:
        wrong = {p.problem for p in getattr(failure.report, "problems", ()) if p.refuses}
        if wrong != {"not_trusted"} or not terminal.is_interactive():
            raise
    found = session.client.get_stack_trust(stack)
    _tell(found)
    terminal.must_confirm(_question(found), "`lockwork stack trust`")
    _accept(session, found)
    return act()


def _accept(session: Session, found: Trust) -> None:
    """Just the versions that were shown."""
    session.client.trust_stack(found.stack, {part.id: part.version for part in found.waiting})


def _question(found: Trust) -> str:
    return f"let stack {found.stack!r} as it is now have secrets of your own scope?"


def _tell(found: Trust) -> None:
    for part in found.waiting:
        terminal.aside(
            f"{part}: changed by {part.who} at {part.changed:%Y-%m-%d %H:%M} UTC, now version {part.version}"
        )
        for path, what in part.gets.items():
            terminal.aside(f"  {path} gets {what}")
        for path, value in part.configuration.items():
            if path not in part.gets:
                terminal.aside(f"  {path}: {value}")


def _record(found: Trust) -> dict[str, Any]:
    return {"stack": found.stack, "parts": [_facts(part) for part in found.parts]}


def _facts(part: ChangedPart) -> dict[str, Any]:
    return {
        "kind": part.kind,
        "name": part.name,
        "id": part.id,
        "version": part.version,
        "changed_by": part.changed_by,
        "changed": part.changed,
        "accepted": part.is_accepted,
        "gets": part.gets,
    }
