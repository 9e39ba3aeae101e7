"""`lockwork token …`: what programs show to a team's server."""

import sys
from typing import Any

import click

from lockwork.cli import terminal
from lockwork.cli.access import complete_users
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, complete_by, listing_options, output_option, pass_session
from lockwork.cli.workspaces import complete_workspaces
from lockwork.domain.access import MEMBER_ROLES
from lockwork.domain.errors import WrongUsage
from lockwork.domain.tokens import Token

FIELDS = (
    "id", "name", "kind", "owner", "begins", "role", "workspaces", "patterns", "created", "expires",
    "revoked", "last_used",
)  # fmt: skip
_COLUMNS = (
    "name",
    "owner",
    "kind",
    "role",
    "workspaces",
    "patterns",
    "expires",
    "last_used",
    "revoked",
    "id",
)
_DAYS = 90
complete_tokens = complete_by(
    lambda client, _context, _word: [t.name for t in client.list_tokens(size=200) if t.revoked is None]
)


def record(found: Token) -> dict[str, Any]:
    """Limits that are none are null: all that its owner has."""
    limits = found.limits
    held = {
        "role": None if limits.role is None else limits.role.value,
        "workspaces": None if limits.workspaces is None else list(limits.workspaces),
        "patterns": None if limits.patterns is None else list(limits.patterns),
    }
    facts = {name: getattr(found, name) for name in FIELDS if name not in held} | held
    return {name: facts[name] for name in FIELDS}


@click.group(cls=Group)
def token() -> None:
    """Tokens for programs: `LOCKWORK_URL` and `LOCKWORK_TOKEN` are all that a machine needs.

    A token may do what its owner may at that moment, and no more than it is held to.
    """


@token.command()
@click.argument("name")
@click.option("--for", "owner", metavar="USER", shell_complete=complete_users,
              help="Of this service account, as an admin of the server; else it is yours.")  # fmt: skip
@click.option(
    "--role", type=click.Choice([r.value for r in MEMBER_ROLES]), help="No more than this role may do."
)
@click.option("--workspace", "workspaces", multiple=True, metavar="W", shell_complete=complete_workspaces,
              help="In this workspace alone; again for another.")  # fmt: skip
@click.option("--pattern", "patterns", multiple=True, metavar="P",
              help="For secrets alone that are called so; * is any text. Again for another.")  # fmt: skip
@click.option("--days", type=click.IntRange(1), metavar="N",
              help=f"Until it expires.  [default: {_DAYS}]")  # fmt: skip
@click.option("--never-expires", is_flag=True, help="Until it is revoked.")
@output_option
@pass_session
def create(
    session: Session,
    name: str,
    owner: str | None,
    role: str | None,
    workspaces: tuple[str, ...],
    patterns: tuple[str, ...],
    days: int | None,
    never_expires: bool,
) -> None:
    """Make a token, and print it: this once, alone on stdout."""
    if days is not None and never_expires:
        raise WrongUsage("--days and --never-expires cannot go together")
    made = session.client.create_token(
        name,
        owner=owner,
        role=role,
        workspaces=workspaces or None,
        patterns=patterns or None,
        days=None if never_expires else days or _DAYS,
    )
    text = made.text.reveal()
    # Alone: `$(lockwork token create …)` and `> file` get the token and nothing else.
    session.show(
        {**record(made.token), "token": text},
        lambda: terminal.say(text) if sys.stdout.isatty() else terminal.write(text),
    )
    until = (
        "until it is revoked" if made.token.expires is None else f"until {made.token.expires:%Y-%m-%d %H:%M}Z"
    )
    terminal.note(f"token {made.token.name!r} of {made.token.owner!r} is shown this once; it is good {until}")
    terminal.notes([*made.token.notes])


@token.command("list")
@click.option("--name", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@listing_options("desc:created")
@output_option
@pass_session
def list_(session: Session, name: str | None, sort_by: str, page: int, size: int) -> None:
    """List your tokens, log-ins too; for admins of the server everyone's. Never the tokens themselves."""
    found = session.client.list_tokens(name=name, sort_by=sort_by, page=page, size=size)
    session.show_list(map(record, found.items), FIELDS, columns=_COLUMNS, page=found)


@token.command()
@click.argument("name_or_id", shell_complete=complete_tokens)
@output_option
@pass_session
def revoke(session: Session, name_or_id: str) -> None:
    """Revoke a token, and all that it minted: from now on they open nothing."""
    gone = session.client.revoke_token(name_or_id)
    session.done(f"revoked token {gone.name!r} of {gone.owner!r}, and what it minted", record(gone))
