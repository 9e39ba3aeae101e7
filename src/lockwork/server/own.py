"""The dashboard of a store of one's own: a server for one browser, on loopback, until Ctrl-C."""

import html
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lockwork.client.embedded import system_user
from lockwork.dashboard.sessions import ByCode
from lockwork.dashboard.table import own_dashboard
from lockwork.domain.access import Role
from lockwork.domain.sensitive import Sensitive
from lockwork.server import running
from lockwork.server.logs import Log
from lockwork.server.running import Listening
from lockwork.service.callers import Claim

if TYPE_CHECKING:
    from lockwork.service.gate import Gate

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Lockwork</title>
<form method="post" action="{url}/enter"><input type="hidden" name="code" value="{code}">
<button>Open the dashboard</button></form><script>document.forms[0].submit()</script></html>
"""


def listening(port: int | None) -> Listening:
    """Where to listen: at that port, or else where no other service can be.

    Browsers show an address's cookies to every port of it, so another service of this machine would be shown
    ours. Linux has all of 127.0.0.0/8: an address of 22 random bits is nobody else's.
    """
    if port is not None or sys.platform != "linux":
        return Listening(port=port or 0)
    return Listening(
        host=f"127.{64 + secrets.randbelow(64)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}", port=0
    )


class OwnDashboard:
    """It listens already; `serve` answers."""

    def __init__(
        self,
        gate: "Gate",
        user: str,
        workspace: str,
        where: Listening,
        print_code: Callable[[Sensitive], None],
    ) -> None:
        self._opened = running.bound(where)
        self._opened.listen()  # before the address is told: a quick browser waits, and is not refused
        self._listening = running.at(where, self._opened.getsockname()[1])
        claim = Claim(user=user, role=Role.OWNER, system_user=system_user())
        self._entrance = ByCode(gate, claim, workspace, time.monotonic, print_code)
        self._site = running.site_of(
            gate,
            self._listening,
            Log(requests=False),
            is_set_up=lambda: True,
            check_ready=lambda: None,
            dashboard=own_dashboard(self._entrance),
        )

    @property
    def url(self) -> str:
        return self._listening.url

    def code(self) -> Sensitive:
        """What lets one browser in, once, and for a minute."""
        return self._entrance.code()

    def print_code(self) -> None:
        """A code, printed where the command runs."""
        self._entrance.print_code()

    def serve(self) -> None:
        """Answer until SIGINT or SIGTERM; all sessions end with it."""
        with self._opened:
            running.serve(self._site, self._listening, self._opened)


@contextmanager
def handed_over(own: OwnDashboard) -> Iterator[Path]:
    """A page, in a file of its user's alone, that lets a browser in: the code is on no command line."""
    with tempfile.TemporaryDirectory(prefix="lockwork-") as folder:
        path = Path(folder) / "open.html"
        text = _PAGE.format(url=html.escape(own.url), code=html.escape(own.code().reveal()))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        yield path
