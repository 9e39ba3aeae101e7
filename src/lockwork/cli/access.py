"""`lockwork user …`: on a server people and programs, on an embedded store names kept apart."""

from typing import Any

import click

from lockwork.cli import answers, terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, complete_by, listing_options, output_option, pass_session
from lockwork.domain.access import MEMBER_ROLES, Role, User
from lockwork.domain.errors import Refused, WrongUsage

FIELDS = ("id", "name", "kind", "admin", "disabled", "invited", "created")
_COLUMNS = ("name", "kind", "admin", "disabled", "created", "id")
complete_users = complete_by(lambda client, _context, _word: [u.name for u in client.list_users(size=200)])


def record(found: User) -> dict[str, Any]:
    return {name: getattr(found, name) for name in FIELDS}


@click.group(cls=Group)
def user() -> None:
    """People and service accounts of a team's server.

    On an embedded store: names under which secrets of one's own are kept; `lockwork --as NAME …` acts as one.
    """


@user.command()
@click.argument("name")
@click.option("--service", is_flag=True, help="For a program: it has tokens and no password.")
@output_option
@pass_session
def create(session: Session, name: str, service: bool) -> None:
    """Make a service account; on an embedded store also a name, which keeps names apart, not people.

    People come in to a server by `lockwork user invite`.
    """
    made = session.client.create_user(name, service=service)
    embedded = session.profile.server is None
    if service:
        session.done(f"created service account {made.name!r}", record(made))
        terminal.hint(f"lockwork token create NAME --for {made.name} makes a token for it")
    elif embedded:
        session.done(f"created user {made.name!r}; lockwork --as {made.name} … acts as them", record(made))
    else:
        session.done(f"created user {made.name!r}, who has no password", record(made))
        terminal.hint("people come in by: lockwork user invite NAME")
    terminal.notes([*made.notes])


def _members(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, Role]:
    """`WORKSPACE=ROLE`, each workspace once."""
    found: dict[str, Role] = {}
    for text in given:
        workspace, equals, role = text.partition("=")
        if not equals or not workspace:
            raise WrongUsage(f"--member takes WORKSPACE=ROLE, not {text!r}", hint="such as default=editor")
        if workspace in found:
            raise WrongUsage(f"--member names workspace {workspace!r} twice")
        found[workspace] = Role.parse(role)
    return found


@user.command()
@click.argument("name")
@click.option("--admin", is_flag=True, help="They administer the server, and are admin in every workspace.")
@click.option("--member", "members", multiple=True, metavar="WORKSPACE=ROLE", callback=_members,
              help=f"A member there at once, as {', '.join(MEMBER_ROLES)}.")  # fmt: skip
@output_option
@pass_session
def invite(session: Session, name: str, admin: bool, members: dict[str, Role]) -> None:
    """Let a person in: prints a code, good once and for seven days, by which they choose a password.

    Give it to them by a way that you trust. It is shown this once. Asked again for who has not come in yet it
    prints a fresh code and ends the earlier one; what they are stays, but for what is said anew.
    """
    made = session.client.invite_user(name, admin=admin, workspaces=members)
    server = session.profile.server
    url = "URL" if server is None else server.value.url
    session.show(
        {"user": made.user, "code": made.text.reveal(), "expires": made.expires},
        lambda: terminal.say(made.text.reveal()),
    )
    terminal.notes(made.notes)
    terminal.note(
        f"the code of {made.user!r} is shown this once, and good once, until {made.expires:%Y-%m-%d %H:%M}Z"
    )
    terminal.note(f"they choose their password by: lockwork login {url} --invited")


@user.command()
@click.argument("name_or_id", shell_complete=complete_users)
@click.option("--admin/--no-admin", default=None, help="Whether they administer the server.")
@click.option("--disable/--enable", "disabled", default=None,
              help="Keep them out, with all their tokens; or let them in again.")  # fmt: skip
@output_option
@pass_session
def update(session: Session, name_or_id: str, admin: bool | None, disabled: bool | None) -> None:
    """Change what a user of a server may do as such. It holds from their next question on.

    Who administers the server may what refusals call administer-store: users, workspaces, root keys, the
    audit trail.
    """
    if admin is None and disabled is None:
        raise WrongUsage("nothing to change", hint="give --admin, --no-admin, --disable or --enable")
    changed = session.client.update_user(name_or_id, admin=admin, disabled=disabled)
    words = [
        {True: "administers the server", False: "does not administer the server", None: ""}[admin],
        {True: "is kept out", False: "may come in", None: ""}[disabled],
    ]
    session.done(f"user {changed.name!r} {' and '.join(filter(None, words))}", record(changed))


@user.command()
@answers.stdin_option
@pass_session
def password(session: Session, stdin: bool) -> None:
    """Choose another password for yourself, by the one you have.

    It closes what the old one opened on other machines, with the tokens that were made there. Who has
    forgotten theirs gets a code from whoever runs the server: lockwork server reset-password USER.
    """
    if session.profile.server is None:
        raise WrongUsage("an embedded store has no passwords", hint="lockwork login URL asks a server")
    asked = answers.Answers("user password", stdin=stdin)
    who = session.client.active_user  # or why they are let in no more, before they type anything
    if who.kind != "person":
        raise Refused(f"user {who.name!r} is a service account: it has tokens and no password")
    current = asked.hidden("password of now (not shown): ")
    session.client.change_password(current, asked.chosen_password())
    terminal.say("your password is changed; you stay logged in here")


@user.command("list")
@click.option("--name", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@listing_options()
@output_option
@pass_session
def list_(session: Session, name: str | None, sort_by: str, page: int, size: int) -> None:
    """List the users of this store."""
    found = session.client.list_users(name=name, sort_by=sort_by, page=page, size=size)
    session.show_list(map(record, found.items), FIELDS, columns=_COLUMNS, page=found)


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
        found = session.client.delete_user(name_or_id, force=force, dry_run=True)
        also = " and all secrets of their own, for good" if force else ""
        terminal.must_confirm(f"delete user {found.name!r}{also}?")
    gone = session.client.delete_user(name_or_id, force=force)
    session.done(f"deleted user {gone.name!r}", record(gone))
    terminal.notes([*gone.notes])
