"""`lockwork server …`: for the host on which a team's server runs."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.domain.errors import InvalidInput, LockworkError, WrongUsage

if TYPE_CHECKING:
    from lockwork.domain.sensitive import Sensitive
    from lockwork.server.hosting import Host, Stored

F = TypeVar("F", bound=Callable[..., Any])
DATABASE_VARIABLE = "LOCKWORK_DATABASE_URL"
_LARGEST = 4096


@click.group(cls=Group)
def server() -> None:
    """A team's server: start it, upgrade its database, let someone in again."""


def _database_option(command: F) -> F:
    return click.option(
        "--database-url",
        metavar="@FILE|URL",
        help=f"Its PostgreSQL database; else {DATABASE_VARIABLE}, else the store in LOCKWORK_HOME. "
        "A URL with a password belongs in a file.",
    )(command)


@server.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen there.")
@click.option("--port", default=8237, show_default=True, type=click.IntRange(0, 65535), metavar="PORT",
              help="And at this port; 0: one that the system chooses.")  # fmt: skip
@_database_option
@click.option("--public-url", metavar="URL", help="What its users call it, such as https://lockwork.example.")
@click.option("--tls-cert", type=click.Path(path_type=Path), metavar="FILE", help="Its certificate, in PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path), metavar="FILE", help="The key of that.")
@click.option("--behind-proxy", metavar="CIDR,…",
              help="Proxies that do TLS, and whose X-Forwarded-For is believed.")  # fmt: skip
@click.option("--admin", metavar="NAME", help="Make this user the first admin, if there is none.")
@click.option("--admin-password-file", metavar="FILE", help="Their password, in the first line of FILE.")
@pass_session
def start(
    session: Session,
    host: str,
    port: int,
    database_url: str | None,
    public_url: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: str | None,
    admin: str | None,
    admin_password_file: str | None,
) -> None:
    """Serve a store over HTTP until Ctrl-C or SIGTERM.

    While nobody administers it, a code is printed by which the first admin comes in: good once, and for 30
    minutes.
    """
    # lazy: only this command serves
    from lockwork.server import hardening, hosting, running
    from lockwork.server.logs import Log

    listening = running.Listening(
        host=host, port=port, public_url=public_url, certificate=tls_cert, certificate_key=tls_key,
        behind=tuple(behind_proxy.split(",")) if behind_proxy else (),
    )  # fmt: skip
    listening.check()
    password = _password(admin, admin_password_file)
    hardening.keep_memory_private()
    gate = _stored(session, database_url).opened()
    try:
        opened = running.bound(listening)
    except LockworkError:
        gate.close()
        raise
    listening = running.at(listening, opened.getsockname()[1])
    with opened, hosting.hosted(gate, listening, Log()) as hosted:
        if admin is not None and password is not None:
            _admit(hosted, admin, password)
        _tell_code(hosted, listening.url)
        terminal.note(f"listening on {listening.url}")
        hosted.serve(opened)


@server.command()
@_database_option
@output_option
@pass_session
def upgrade(session: Session, database_url: str | None) -> None:
    """Make the tables of a server's database, or bring them to this Lockwork's schema.

    Stop every server of the store first, and make a copy of the database: there is no way back.
    """
    stored = _stored(session, database_url)
    done = stored.upgraded()
    facts = {"place": done.place, "was": done.was, "now": done.now}
    if done.was is None:
        session.done(f"made a store on {done.place}, of schema {done.now}", facts)
    elif done.was == done.now:
        session.done(f"{done.place} has schema {done.now} already", facts)
    else:
        session.done(f"{done.place}: schema {done.was} became {done.now}", facts)
    if stored.database_url is None and done.was in (None, done.now):
        terminal.note(
            f"no database was named, so this is the store of LOCKWORK_HOME; one on PostgreSQL is named by "
            f"--database-url or {DATABASE_VARIABLE}"
        )


@server.command("reset-password")
@click.argument("user")
@_database_option
@output_option
@pass_session
def reset_password(session: Session, user: str, database_url: str | None) -> None:
    """On the server's host: print a code, good once and for an hour, by which USER chooses another password.

    The server may be running. The password of before goes on until then.
    """
    # lazy: only this command resets
    from lockwork.client.embedded import system_user
    from lockwork.domain.access import Role
    from lockwork.domain.workspaces import DEFAULT
    from lockwork.messages.access import ResetPassword
    from lockwork.service.callers import Claim

    gate = _stored(session, database_url).opened()
    try:
        made = gate.answer(Claim(DEFAULT, Role.OWNER, system_user()), ResetPassword(user=user))
    finally:
        gate.close()
    session.show(
        {"user": made.user, "code": made.text.reveal(), "expires": made.expires},
        lambda: terminal.say(made.text.reveal()),
    )
    terminal.note(f"the code of {made.user!r} is shown this once, and good once, until {made.expires:%H:%M}Z")
    terminal.note("they choose their password by: lockwork login URL --invited")


def _stored(session: Session, given: str | None) -> "Stored":
    from lockwork.server.hosting import Stored  # lazy: as above

    settings = session.profile.settings
    url = _database_url(given or settings.variable(DATABASE_VARIABLE), is_word=given is not None)
    return Stored(settings.home.value, url, settings.root_key, settings.root_key_file)


def _database_url(given: str | None, *, is_word: bool) -> "Sensitive | None":
    """The URL, from a file where one is named. What stands on a command line, everyone here can read."""
    from lockwork.domain.sensitive import Sensitive  # lazy: as above

    if given is None:
        return None
    if given.startswith("@"):
        return Sensitive(_first_line(given[1:], "--database-url"))
    if is_word and _has_password(given):
        terminal.warning("a password on a command line is shown to all who list this machine's processes")
        terminal.hint(
            f"put the URL into a file and name that, --database-url @FILE; or into {DATABASE_VARIABLE}"
        )
    return Sensitive(given)


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password) or "password=" in url
    except ValueError:
        return True  # whatever it is, it is not shown


def _password(admin: str | None, file: str | None) -> "Sensitive | None":
    from lockwork.domain.sensitive import Sensitive  # lazy: as above

    if (admin is None) != (file is None):
        raise WrongUsage("--admin and --admin-password-file go together")
    return None if file is None else Sensitive(_first_line(file, "--admin-password-file"))


def _first_line(path: str, what: str) -> str:
    from lockwork.cli.arguments import Source  # lazy: as above

    text = Source(sys.stdin.buffer).read(path, _LARGEST, what).split("\n", 1)[0].rstrip("\r")
    if not text:
        raise InvalidInput(f"{what}: {path} is empty")
    return text


def _admit(hosted: "Host", admin: str, given: "Sensitive") -> None:
    if hosted.first_admin(admin, given):
        terminal.note(f"{admin!r} administers this server from now on")
    else:
        terminal.note("this server has an admin already: --admin-password-file was not needed")


def _tell_code(hosted: "Host", url: str) -> None:
    code = hosted.setup_code()
    if code is not None:
        terminal.note(f"no one administers this server yet: the first admin comes in by {code.text.reveal()}")
        terminal.hint(f"in a browser: {url}/setup; here: lockwork login {url} --setup; within 30 minutes")
