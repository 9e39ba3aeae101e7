"""`lockwork workspace …`: rooms of teams."""

from typing import TYPE_CHECKING, Any

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, complete_by, listing_options, output_option, pass_session
from lockwork.domain.access import MEMBER_ROLES, Member
from lockwork.domain.workspaces import Workspace

if TYPE_CHECKING:
    from lockwork.client.api import Client

FIELDS = ("id", "name", "created", "secrets", "components", "stacks", "active")
MEMBER_FIELDS = ("user", "role", "since", "workspace")
_COLUMNS = ("name", "active", "secrets", "components", "stacks", "created")
complete_workspaces = complete_by(
    lambda client, _context, _word: [w.name for w in client.list_workspaces(size=200)]
)


def record(session: Session, found: Workspace) -> dict[str, Any]:
    facts = {name: getattr(found, name) for name in FIELDS[:-1]}
    return {**facts, "active": found.name == session.client.workspace}


@click.group(cls=Group)
def workspace() -> None:
    """Rooms of teams. Everything but a user's own secrets belongs to one; the first is `default`."""


@workspace.command()
@click.argument("name")
@output_option
@pass_session
def create(session: Session, name: str) -> None:
    """Make a workspace, with the stack `default`."""
    made = session.client.create_workspace(name)
    session.done(f"created workspace {made.name!r}", record(session, made))
    if session.output == "table":
        terminal.hint(f"lockwork workspace set {made.name} makes it the active one")


@workspace.command("list")
@click.option("--name", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@listing_options()
@output_option
@pass_session
def list_(session: Session, name: str | None, sort_by: str, page: int, size: int) -> None:
    """List the workspaces of this store, and how much is in each."""
    found = session.client.list_workspaces(name=name, sort_by=sort_by, page=page, size=size)
    session.show_list((record(session, w) for w in found.items), FIELDS, columns=_COLUMNS, page=found)


@workspace.command("set")
@click.argument("name_or_id", shell_complete=complete_workspaces)
@output_option
@pass_session
def set_(session: Session, name_or_id: str) -> None:
    """Make a workspace the active one, in your configuration."""
    chosen = session.client.get_workspace(name_or_id)
    session.client.set_active_workspace(chosen.name)
    session.done(f"workspace {chosen.name!r} is kept as the active one", record(session, chosen))
    active = session.profile.workspace
    if active.value != chosen.name:
        terminal.note(f"here workspace {active.value!r} is active all the same: {active.source} says so")


@workspace.command()
@click.argument("name_or_id", required=False, shell_complete=complete_workspaces)
@output_option
@pass_session
def describe(session: Session, name_or_id: str | None) -> None:
    """Show a workspace; without a name, the active one."""
    client = session.client
    found = client.active_workspace if name_or_id is None else client.get_workspace(name_or_id)
    session.show(record(session, found))


@workspace.command()
@click.argument("name_or_id", shell_complete=complete_workspaces)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="With all that is in it.")
@output_option
@pass_session
def delete(session: Session, name_or_id: str, yes: bool, force: bool) -> None:
    """Delete a workspace; refused while it holds secrets, components or stacks of yours."""
    if not yes:
        found = session.client.delete_workspace(name_or_id, force=force, dry_run=True)
        also = " and all that is in it" if force else ""
        terminal.must_confirm(f"delete workspace {found.name!r}{also}?")
    gone = session.client.delete_workspace(name_or_id, force=force)
    session.done(f"deleted workspace {gone.name!r}", record(session, gone))
    if gone.name == session.client.workspace:
        terminal.note(f"it was the active one; {session.profile.workspace.source} still names it")
        terminal.hint("lockwork workspace set NAME")


# ---- members ----


def _member_record(found: Member) -> dict[str, Any]:
    return {**{name: getattr(found, name) for name in MEMBER_FIELDS}, "role": found.role.value}


def _members(client: "Client", context: click.Context, _word: str) -> list[str]:
    return [m.user for m in client.list_members(context.params.get("workspace"), size=200)]


def _users(client: "Client", _context: click.Context, _word: str) -> list[str]:
    return [u.name for u in client.list_users(size=200)]


@workspace.command()
@click.argument("name_or_id", required=False, shell_complete=complete_workspaces)
@listing_options("asc:user")
@output_option
@pass_session
def members(session: Session, name_or_id: str | None, sort_by: str, page: int, size: int) -> None:
    """List who belongs to a workspace, and as what; without a name, to the active one."""
    found = session.client.list_members(name_or_id, sort_by=sort_by, page=page, size=size)
    columns = MEMBER_FIELDS[:-1]
    session.show_list(map(_member_record, found.items), MEMBER_FIELDS, columns=columns, page=found)


@workspace.command("add-member")
@click.argument("workspace", shell_complete=complete_workspaces)
@click.argument("user", shell_complete=complete_by(_users))
@click.option(
    "--role", required=True, type=click.Choice([r.value for r in MEMBER_ROLES]), help="What they are there."
)
@output_option
@pass_session
def add_member(session: Session, workspace: str, user: str, role: str) -> None:
    """Let a user into a workspace, or change what they are there.

    A viewer sees names and keys; a runner reads values and runs pipelines too; an editor changes things;
    an admin also says who is a member. In refusals these permissions are called: list; read-secrets and run;
    write; administer.
    """
    put = session.client.add_member(user, role, workspace)
    session.done(f"user {put.user!r} is {_a(put.role)} of workspace {put.workspace!r}", _member_record(put))


@workspace.command("remove-member")
@click.argument("workspace", shell_complete=complete_workspaces)
@click.argument("user", shell_complete=complete_by(_members))
@output_option
@pass_session
def remove_member(session: Session, workspace: str, user: str) -> None:
    """Take a user out of a workspace: for them it is not there. Their own secrets stay theirs."""
    gone = session.client.remove_member(user, workspace)
    session.done(
        f"user {gone.user!r} is no member of workspace {gone.workspace!r} any more", _member_record(gone)
    )


def _a(role: str) -> str:
    return f"{'an' if role[0] in 'ae' else 'a'} {role}"
