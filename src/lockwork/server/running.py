"""A server process: what it listens on, how it starts, and how it ends."""

import signal
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from lockwork.crypto import passwords
from lockwork.dashboard.sessions import ByLogIn
from lockwork.dashboard.site import Dashboard
from lockwork.dashboard.table import team_dashboard
from lockwork.domain.errors import InvalidInput, TooManyAttempts, Unavailable
from lockwork.domain.ways_out import reason
from lockwork.server import hardening
from lockwork.server.addresses import Names, Proxies, is_loopback
from lockwork.server.app import Site, application
from lockwork.server.connections import Impatient
from lockwork.server.logs import Log
from lockwork.server.threads import Shared, Threads, Turns

if TYPE_CHECKING:
    from lockwork.service.gate import Gate

Opened = socket.socket
THREADS = 16
LANES = 8
"""Threads for what is answered together: one does it, unless the database is slow or far."""
MOST_WAITING = 1000
"""Of who is known by a token; the others are sent away."""
STRANGERS = 4
MOST_STRANGERS_WAITING = 64
"""Of who shows a token for the first time, or knocks at the porch."""
GRACE = 20
"""Seconds that requests have to end, once the server is told to."""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where a server listens, and as whom."""

    host: str = "127.0.0.1"
    port: int = 8237
    public_url: str | None = None
    certificate: Path | None = None
    certificate_key: Path | None = None
    behind: Sequence[str] = ()
    """Networks of the proxies whose word on where a request came from is taken."""

    def check(self) -> None:
        """Refuse to send values in the clear over a network."""
        if (self.certificate is None) != (self.certificate_key is None):
            raise InvalidInput("--tls-cert and --tls-key go together")
        if self.certificate is None and not self.behind and not is_loopback(self.host):
            raise InvalidInput(
                f"{self.host} is reached by other machines, and without TLS what they ask is read on the way",
                hint="give --tls-cert and --tls-key, or --behind-proxy CIDR if a proxy does TLS",
            )

    @property
    def url(self) -> str:
        """What to log in to."""
        scheme = "http" if self.certificate is None else "https"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"{scheme}://{host}:{self.port}"


def at(listening: Listening, port: int) -> Listening:
    """The same, at the port that the system chose."""
    return replace(listening, port=port)


def bound(listening: Listening) -> socket.socket:
    """The socket, bound; port 0 asks the system for one."""
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((listening.host, listening.port))
    except OSError as error:
        opened.close()
        raise Unavailable(
            f"cannot listen on {listening.host}:{listening.port}: {reason(error)}",
            hint="choose another with --port, or stop what listens there",
        ) from None
    opened.set_inheritable(True)
    return opened


def site_of(
    gate: "Gate",
    listening: Listening,
    log: Log,
    *,
    is_set_up: Callable[[], bool],
    check_ready: Callable[[], None],
    dashboard: Dashboard | None = None,
) -> Site:
    """What all requests share, for a server that listens there; with a `dashboard` of one's own, for that."""
    return Site(
        gate=gate,
        names=Names(
            listening.host,
            listening.port,
            listening.public_url,
            is_encrypted=listening.certificate is not None,
        ),
        proxies=Proxies(listening.behind),
        log=log,
        is_set_up=is_set_up,
        ready=Shared(check_ready),
        turns=Turns(
            Threads(THREADS, patient=MOST_WAITING), Threads(STRANGERS, patient=MOST_STRANGERS_WAITING)
        ),
        porch=Threads(passwords.AT_ONCE, patient=MOST_STRANGERS_WAITING, full=TooManyAttempts),
        lanes=tuple(Threads(1, patient=0) for _ in range(LANES)),
        dashboard=dashboard or team_dashboard(ByLogIn(gate)),
        is_own=dashboard is not None,
    )


def server(site: Site, listening: Listening) -> uvicorn.Server:
    """uvicorn, set up: it logs nothing by itself, and tells nobody what it is."""
    config = uvicorn.Config(
        application(site),
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        lifespan="off",
        http=Impatient,
        ws="none",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.certificate_key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    return uvicorn.Server(config)


def serve(site: Site, listening: Listening, opened: Opened) -> None:
    """Answer until SIGTERM or SIGINT; then let requests end, and return."""
    hardening.keep_memory_private()
    site.log.take_over("uvicorn.error", "asyncio")
    running = server(site, listening)

    def end(*_: object) -> None:
        running.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        # Before uvicorn hears them by itself, and when it raises them once more at its end: ours comes then.
        signal.signal(number, end)
    try:
        running.run(sockets=[opened])
    finally:
        site.close()
