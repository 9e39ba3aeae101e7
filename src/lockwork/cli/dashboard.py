"""`lockwork dashboard`: the store of this machine, in a browser."""

import sys

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Command
from lockwork.cli.session import Session, pass_session
from lockwork.domain.errors import Refused
from lockwork.domain.sensitive import Sensitive


@click.command(cls=Command)
@click.option("--port", type=click.IntRange(1, 65535), metavar="PORT",
              help="Listen there on 127.0.0.1; else at an address and port of its own.")  # fmt: skip
@click.option(
    "--no-browser", is_flag=True, help="Print the address and a code in place of opening a browser."
)
@pass_session
def dashboard(session: Session, port: int | None, no_browser: bool) -> None:
    """Open the dashboard of the store on this machine, until Ctrl-C.

    It is on loopback, for one browser, which comes in by a code that is good once. A team's server has a
    dashboard too: open its address.
    """
    import webbrowser  # lazy, as below: only this command serves

    from lockwork.server import hardening, own
    from lockwork.service import assembly

    profile = session.profile
    if profile.server is not None:
        url = profile.server.value.url
        raise Refused(f"{url} is what is asked here, and it has a dashboard of its own", hint=f"open {url}")
    hardening.keep_memory_private()
    settings = profile.settings
    gate = assembly.open_store(
        settings.home.value, root_key=settings.root_key, root_key_file=settings.root_key_file
    )
    try:
        user, workspace = profile.user.value, profile.workspace.value
        opened = own.OwnDashboard(gate, user, workspace, own.listening(port), _print_code)
        if no_browser:
            terminal.note(f"the dashboard is at {opened.url} until Ctrl-C: open it and give this code")
            opened.print_code()
            opened.serve()
            return
        with own.handed_over(opened) as page:
            terminal.note(f"the dashboard is at {opened.url} until Ctrl-C")
            if not webbrowser.open(page.as_uri()):
                terminal.note("no browser was found here: open it in one, and give this code")
                opened.print_code()
            opened.serve()
    finally:
        gate.close()


def _print_code(code: Sensitive) -> None:
    """As text of its own line, so that it can be copied whole."""
    terminal.note("a code for the log-in page, good once and for a minute:")
    terminal.say(code.reveal())
    sys.stdout.flush()  # it comes while the server answers, and may go into a file
