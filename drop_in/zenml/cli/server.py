"""`zenml status|version|init`, and the commands about a server: a Lockwork server can be logged in to."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from lockwork.cli import login as lockworks_login
from lockwork.cli import status as lockworks
from lockwork.cli import terminal
from lockwork.cli.session import Session, pass_session
from lockwork.client import credentials
from lockwork.domain.errors import LockworkError
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


def _of_a_server(function: Callable[..., None]) -> Leaf:
    """A command that takes whatever words scripts have for it."""
    return click.command(cls=Leaf, context_settings={"ignore_unknown_options": True})(function)


_words = click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="...")


@_of_a_server
@_words
@click.option("--local", is_flag=True, help="On this machine: there is nothing to start.")
def login(words: tuple[str, ...], local: bool) -> None:
    """Log in to a Lockwork server by its URL (lockwork login); with --local there is nothing to do.

    Servers of ZenML's own can not be logged in to.
    """
    if local:
        notice("zenml login --local")
        return
    _connect(words[0] if words and not words[0].startswith("-") else None, None)


@_of_a_server
@_words
@click.option("--url", metavar="URL", help="Of a Lockwork server.")
@click.option("--username", metavar="USER", help="Your name there; the password is asked for.")
def connect(words: tuple[str, ...], url: str | None, username: str | None) -> None:  # noqa: ARG001 - whatever they are
    """Log in to a Lockwork server (lockwork login). Not here: servers of ZenML's own."""
    _connect(url, username)


def _connect(url: str | None, user: str | None) -> None:
    if url is None or not _is_ours(url):
        raise table.refusal("zenml connect")
    click.get_current_context().invoke(lockworks_login.login, url=url, user=user)


def _is_ours(url: str) -> bool:
    """Whether a Lockwork server answers there: nobody's password is shown to another."""
    import httpx2  # lazy: only here

    from lockwork.wire import API_HEADER

    with suppress(LockworkError, httpx2.HTTPError):
        server = credentials.origin(url)
        return API_HEADER in httpx2.get(f"{server}/healthz", timeout=5).headers
    return False


@_of_a_server
@_words
@pass_session
def logout(session: Session, words: tuple[str, ...]) -> None:  # noqa: ARG001 - whatever they are
    """Ask the store of this machine from now on (lockwork logout)."""
    _logout(session, "zenml logout")


@_of_a_server
@_words
@pass_session
def disconnect(session: Session, words: tuple[str, ...]) -> None:  # noqa: ARG001 - whatever they are
    """The same (lockwork logout)."""
    _logout(session, "zenml disconnect")


def _logout(session: Session, typed: str) -> None:
    if session.profile.server is None:
        notice(typed)
        return
    click.get_current_context().invoke(lockworks_login.logout)
