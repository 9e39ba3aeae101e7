"""`lockwork secret versions|restore|destroy`: what a secret was before."""

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import (
    Session,
    complete_secrets,
    complete_versions,
    output_option,
    pass_session,
    scope_option,
)
from lockwork.domain.errors import WrongUsage
from lockwork.domain.secrets import SecretScope, SecretVersion

FIELDS = ("version", "state", "created", "by", "keys", "changed")


@click.command(cls=Command)
@click.argument("name_or_id", shell_complete=complete_secrets)
@scope_option()
@output_option
@pass_session
def versions(session: Session, name_or_id: str, scope: SecretScope | None) -> None:
    """List the versions of a secret, newest first: dates, authors and keys, never a value.

    CHANGED are the keys that the version before had too, with another value.
    """
    _show(session, session.client.list_secret_versions(name_or_id, scope))


@click.command(cls=Command)
@click.argument("name_or_id", shell_complete=complete_secrets)
@click.option(
    "--version",
    type=click.IntRange(1),
    metavar="N",
    shell_complete=complete_versions,
    required=True,
    help="Which version.",
)
@scope_option()
@click.option("--force", is_flag=True, help="Even if that removes keys which others refer to.")
@output_option
@pass_session
def restore(session: Session, name_or_id: str, version: int, scope: SecretScope | None, force: bool) -> None:
    """Make the values of an old version the current ones, as a new version."""
    info = session.client.restore_secret(name_or_id, version, scope, force=force)
    facts = {name: getattr(info, name) for name in ("id", "name", "scope", "workspace", "owner")}
    facts |= {name: getattr(info, name) for name in ("keys", "version", "created", "updated")}
    session.done(f"restored version {version} of {info}, as version {info.version}", facts)
    terminal.notes(info.notes)


@click.command(cls=Command)
@click.argument("name_or_id", shell_complete=complete_secrets)
@click.option(
    "--version",
    type=click.IntRange(1),
    metavar="N",
    shell_complete=complete_versions,
    help="This old version.",
)
@click.option("--all-but-current", is_flag=True, help="Every old version.")
@scope_option()
@output_option
@pass_session
def destroy(session: Session, name_or_id: str, version: int | None, all_but_current: bool,
            scope: SecretScope | None) -> None:  # fmt: skip
    """Make old versions unreadable for good; their numbers, dates and key names stay.

    Shows the versions as they are then.
    """
    if (version is None) is not all_but_current:
        raise WrongUsage("say which versions", hint="--version N, or --all-but-current")
    _show(session, session.client.destroy_secret_versions(name_or_id, version, scope))


def _show(session: Session, found: tuple[SecretVersion, ...]) -> None:
    records = [{name: getattr(version, name) for name in FIELDS} for version in found]
    session.show_list(records, FIELDS)
