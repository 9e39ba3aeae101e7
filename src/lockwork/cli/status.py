"""`lockwork status` and `lockwork init`: what is active, who says so, and how to say so in a folder."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lockwork.cli import formats, terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.client.profile import Profile
from lockwork.settings import Setting

if TYPE_CHECKING:
    from lockwork.client.credentials import Server


@click.command(cls=Command)
@output_option
@pass_session
def status(session: Session) -> None:
    """Show what is active, and where each setting came from. Opens nothing."""
    session.profile.check_no_user()
    facts = _facts(session.profile)
    record = {name: {"value": setting.value, "source": setting.source} for name, setting in facts.items()}

    def table() -> None:
        cells = [[name.replace("_", " "), str(s.value), s.source] for name, s in facts.items()]
        formats.rows(("what", "is", "said by"), cells)

    session.show(record, table)


def _facts(profile: Profile) -> dict[str, Setting[str]]:
    # lazy: the names of the store's files are the store's to know
    from lockwork.service.store_files import DATABASE_FILE, KEYRING_FILE

    settings = profile.settings
    if (server := profile.server) is not None:
        return _of_server(profile, server)
    home = settings.home
    store = home.value / DATABASE_FILE
    project = settings.project_path
    level = settings.level()
    return {
        "workspace": profile.workspace,
        "stack": profile.stack,
        "user": profile.user,
        "store": Setting(f"{store}" + ("" if store.exists() else " (made when first used)"), home.source),
        "root_key": _root_key(profile, home.value / KEYRING_FILE),
        "validation_level": Setting(level.value.value, level.source),
        "configuration": Setting(str(settings.configuration_path), home.source),
        "project_file": Setting("none" if project is None else str(project), "this folder or above"),
    }


def _of_server(profile: Profile, server: "Setting[Server]") -> dict[str, Setting[str]]:
    settings = profile.settings
    project = settings.project_path
    level = settings.level()
    return {
        "server": Setting(server.value.url, server.source),
        "user": Setting(server.value.user or "whoever the token belongs to", server.source),
        "workspace": profile.workspace,
        "stack": profile.stack,
        "validation_level": Setting(level.value.value, level.source),
        "configuration": Setting(str(settings.configuration_path), settings.home.source),
        "project_file": Setting("none" if project is None else str(project), "this folder or above"),
    }


def _root_key(profile: Profile, beside: Path) -> Setting[str]:
    settings = profile.settings
    if settings.root_key is not None:
        return Setting("the variable's own text", "LOCKWORK_ROOT_KEY")
    if settings.root_key_file is not None:
        return Setting(str(settings.root_key_file), "LOCKWORK_ROOT_KEY_FILE")
    return Setting(str(beside), settings.home.source)


@click.command(cls=Command)
@click.option("--stack", metavar="S", help="The stack to use in this folder; default: the one that is set.")
@click.option("--force", is_flag=True, help="Replace the file that is here.")
@pass_session
def init(session: Session, stack: str | None, force: bool) -> None:
    """Write .lockwork.toml into this folder: the workspace and stack to use here and below.

    It may be kept with the project's code: it names things, and never holds a URL, a token or a value.
    """
    client = session.client
    client.get_workspace(client.workspace)
    if stack is not None:
        stack = client.get_stack(stack).name
    path = session.profile.write_project(Path.cwd(), stack=stack, replace=force)
    terminal.say(str(path))
