"""`lockwork server …`: for the host on which a team's server runs."""

from pathlib import Path

import click

from lockwork.cli import terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, pass_session


@click.group(cls=Group)
def server() -> None:
    """A team's server: start it, upgrade its database, let someone in again."""


@server.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Listen there.")
@click.option("--port", default=8237, show_default=True, type=click.IntRange(0, 65535), metavar="PORT",
              help="And at this port; 0: one that the system chooses.")  # fmt: skip
@click.option("--public-url", metavar="URL", help="What its users call it, such as https://lockwork.example.")
@click.option("--tls-cert", type=click.Path(path_type=Path), metavar="FILE", help="Its certificate, in PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path), metavar="FILE", help="The key of that.")
@click.option("--behind-proxy", metavar="CIDR,…",
              help="Proxies that do TLS, and whose X-Forwarded-For is believed.")  # fmt: skip
@pass_session
def start(
    session: Session,
    host: str,
    port: int,
    public_url: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: str | None,
) -> None:
    """Serve this store over HTTP until Ctrl-C or SIGTERM.

    The first time it prints a code, good once and for 30 minutes, by which the first admin comes in.
    """
    # lazy: only this command serves
    from lockwork.server import running
    from lockwork.server.logs import Log
    from lockwork.service import assembly
    from lockwork.service.readiness import Readiness

    listening = running.Listening(
        host=host, port=port, public_url=public_url, certificate=tls_cert, certificate_key=tls_key,
        behind=tuple(behind_proxy.split(",")) if behind_proxy else (),
    )  # fmt: skip
    listening.check()
    settings = session.profile.settings
    gate = assembly.open_store(
        settings.home.value,
        root_key=settings.root_key,
        root_key_file=settings.root_key_file,
        grouped=True,
    )
    readiness = Readiness(gate.house)
    opened = running.bound(listening)
    listening = running.at(listening, opened.getsockname()[1])
    if not readiness.is_set_up():
        code = readiness.setup_code()
        terminal.note(f"no one administers this server yet: the first admin comes in by {code.text.reveal()}")
        terminal.hint(f"lockwork login {listening.url} --setup, within 30 minutes")
    terminal.note(f"listening on {listening.url}")
    site = running.site_of(
        gate, listening, Log(), is_set_up=readiness.is_set_up, check_ready=readiness.check_ready
    )
    try:
        running.serve(site, listening, opened)
    finally:
        gate.close()
