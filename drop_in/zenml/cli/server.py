"""`zenml status|version|init`, and the commands about a server: there is none to start."""

from pathlib import Path

import click

from lockwork.cli import status as lockworks
from lockwork.cli import terminal
from lockwork.cli.session import Session, pass_session
from lockwork.settings import PROJECT_FILE
from zenml import __version__, table
from zenml.cli.leaf import Leaf, call, notice, ported

status = ported(lockworks.status)


@click.command(cls=Leaf, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="...")
def info(words: tuple[str, ...]) -> None:  # noqa: ARG001 - which of it is shown there
    """Show what is active, and where each setting came from (lockwork status)."""
    notice("zenml info")
    call(lockworks.status)


@click.command(cls=Leaf)
def version() -> None:
    """Show which version this is."""
    terminal.say(f"lockwork-zenml, version {__version__}")


@click.command(cls=Leaf)
@click.option("--path", type=click.Path(file_okay=False, exists=True), default=".", help="In which folder.")
@pass_session
def init(session: Session, path: str) -> None:
    """Write .lockwork.toml into a folder: the workspace and stack to use there and below.

    Where it is there already, it stays as it is.
    """
    notice("zenml init")
    file = Path(path, PROJECT_FILE)
    if file.exists():
        terminal.note(f"{file} is there already, and stays")
        return
    session.client.get_workspace(session.client.workspace)
    terminal.say(str(session.profile.write_project(Path(path))))


@click.command(cls=Leaf, context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="...")
@click.option("--local", is_flag=True, help="On this machine: there is nothing to start.")
def login(words: tuple[str, ...], local: bool) -> None:  # noqa: ARG001 - whatever they are
    """With --local, do nothing: there is no server to start. A server can not be logged in to here."""
    if not local:
        raise table.refusal("zenml connect")
    notice("zenml login --local")
