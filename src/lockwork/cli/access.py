"""`lockwork user …`: names under which secrets of one's own are kept."""

from typing import Any

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, complete_by, listing_options, output_option, pass_session
from lockwork.domain.access import User

FIELDS = ("id", "name", "created")
complete_users = complete_by(lambda client, _context, _word: [u.name for u in client.list_users(size=200)])


def record(found: User) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FIELDS}


@click.group(cls=Group)
def user() -> None:
    """Names under which secrets of one's own are kept; `lockwork --as NAME …` acts as one."""


@user.command()
@click.argument("name")
@output_option
@pass_session
def create(session: Session, name: str) -> None:
    """Make a user. On an embedded store this keeps names apart, not people."""
    made = session.client.create_user(name)
    session.done(f"created user {made.name!r}; lockwork --as {made.name} … acts as them", record(made))
    terminal.notes([*made.notes])


@user.command("list")
@click.option("--name", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@listing_options()
@output_option
@pass_session
def list_(session: Session, name: str | None, sort_by: str, page: int, size: int) -> None:
    """List the users of this store."""
    found = session.client.list_users(name=name, sort_by=sort_by, page=page, size=size)
    session.show_list(map(record, found.items), FIELDS, columns=("name", "created", "id"), page=found)


@user.command()
@click.argument("name_or_id", required=False, shell_complete=complete_users)
@output_option
@pass_session
def describe(session: Session, name_or_id: str | None) -> None:
    """Show a user; without a name, the one that you act as."""
    client = session.client
    session.show(record(client.active_user if name_or_id is None else client.get_user(name_or_id)))


@user.command()
@click.argument("name_or_id", shell_complete=complete_users)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Even if they have secrets of their own, which go with them.")
@output_option
@pass_session
def delete(session: Session, name_or_id: str, yes: bool, force: bool) -> None:
    """Delete a user; refused while they have secrets of their own."""
    if not yes:
        also = " and all secrets of their own, for good" if force else ""
        terminal.must_confirm(f"delete user {session.client.get_user(name_or_id).name!r}{also}?")
    gone = session.client.delete_user(name_or_id, force=force)
    session.done(f"deleted user {gone.name!r}", record(gone))
    terminal.notes([*gone.notes])
