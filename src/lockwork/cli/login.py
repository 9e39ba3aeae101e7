"""`lockwork login` and `lockwork logout`: which server is asked, and as whom."""

import platform
import shlex
import sys

import click

from lockwork.cli import answers, terminal
from lockwork.cli.answers import Answers
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, output_option, pass_session
from lockwork.client import credentials
from lockwork.client.credentials import Server
from lockwork.client.http import Http
from lockwork.domain.errors import InvalidInput, LockworkError, WrongUsage
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import NewToken
from lockwork.messages.access import ChoosePassword, LogIn, LogOut, SetUp, WhoAmI

_INSTEAD = (
    "--stdin takes the answers from there; for programs: --token-stdin, or LOCKWORK_URL and LOCKWORK_TOKEN"
)


@click.command(cls=Command)
@click.argument("url")
@click.option("--user", metavar="USER", help="Your name there; else you are asked.")
@click.option("--setup", is_flag=True, help="Be the first admin, by the code that the server printed.")
@click.option("--invited", is_flag=True, help="Choose your password, by the code of your invitation.")
@click.option("--token-stdin", is_flag=True, help="Read a token from standard input, and keep that.")
@answers.stdin_option
@click.option("--insecure", is_flag=True, help="Speak plain http to another machine all the same.")
@output_option
@pass_session
def login(
    session: Session,
    url: str,
    user: str | None,
    setup: bool,
    invited: bool,
    token_stdin: bool,
    stdin: bool,
    insecure: bool,
) -> None:
    """Ask a team's server from now on: every command, Client and pipeline of yours here.

    What is kept of it is a token, in a file of yours alone, for this server alone.
    """
    if setup + invited + token_stdin > 1:
        raise WrongUsage("--setup, --invited and --token-stdin each say how you come in: give one of them")
    if invited and user:
        raise WrongUsage("--invited needs no --user: the code says who you are")
    if token_stdin and (stdin or user):
        raise WrongUsage("--token-stdin reads a token alone, which says who you are")
    if session.acts_as is not None:
        raise WrongUsage(
            "--as is for embedded stores: a password, a code or a token says who you are",
            hint=f"lockwork login {shlex.quote(url)} --user {shlex.quote(session.acts_as)}",
        )
    server = credentials.origin(url, insecure=insecure)
    if token_stdin:
        kept = _by_token(server)
    else:
        asked = Answers("login", stdin=stdin, instead=_INSTEAD)
        made = (
            _set_up(server, user, asked)
            if setup
            else _by_code(server, asked)
            if invited
            else _by_password(server, user, asked)
        )
        kept = Server(server, made.text, made.token.owner)
    path = credentials.keep(session.profile.settings, kept)
    facts = {"server": kept.url, "user": kept.user}
    session.done(f"logged in to {kept.url} as {kept.user!r}; the token is kept in {path}", facts)
    if (said := session.profile.settings.server) is not None:
        terminal.note(f"here {said.value[0]} is asked all the same: {said.source} says so")


@click.command(cls=Command)
@click.option("--everywhere", is_flag=True, help="Also what your password opened on other machines.")
@output_option
@pass_session
def logout(session: Session, everywhere: bool) -> None:
    """Revoke the token that is kept here, and ask the store of this machine from now on."""
    settings = session.profile.settings
    kept = session.profile.server
    if kept is None:
        raise InvalidInput("you are not logged in to any server", hint="lockwork login URL")
    session.profile.check_no_user()  # or the server would not be told, and the token go on opening things
    if session.profile.is_machine:
        raise InvalidInput(
            "LOCKWORK_URL names the server, and nothing is kept of it", hint="unset LOCKWORK_URL"
        )
    try:
        session.client.send(LogOut(everywhere=everywhere))
    except LockworkError as failure:  # the token is forgotten here in any case
        terminal.note(f"the server was not told: {failure.message}")
    credentials.forget(settings, kept.value.url)
    session.done(f"logged out of {kept.value.url}", {"server": kept.value.url})


def _there(server: str) -> Http:
    """To a server that is there, and one of ours: before anybody types, or shows, what is meant for it."""
    there = Http(server, None)
    there.check_is_there()
    return there


def _by_token(server: str) -> Server:
    """A token made for a program: it says by itself who it is."""
    _there(server).close()
    token = Sensitive(sys.stdin.read(1024).strip())
    return Server(server, token, Http(server, token).send(WhoAmI()).name)


def _by_password(server: str, user: str | None, asked: Answers) -> NewToken:
    there = _there(server)
    name = user or asked.line("user: ")
    password = Sensitive(asked.hidden("password (not shown): "))
    return there.send(LogIn(name=name, password=password, label=platform.node() or "login"))


def _set_up(server: str, user: str | None, asked: Answers) -> NewToken:
    there = _there(server)
    code = Sensitive(asked.hidden("set-up code (not shown): ").strip())
    name = user or asked.line("your name there: ")
    return there.send(SetUp(code=code, name=name, password=Sensitive(asked.chosen_password())))


def _by_code(server: str, asked: Answers) -> NewToken:
    there = _there(server)
    code = Sensitive(asked.hidden("code (not shown): ").strip())
    return there.send(ChoosePassword(code=code, password=Sensitive(asked.chosen_password())))
