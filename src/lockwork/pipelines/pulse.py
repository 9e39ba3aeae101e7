"""Signs of life of a run whose store is on another machine: one a minute, until it is over.

A run that is killed, or whose machine loses power, is then known to have ended. Where the sign cannot be
given, as when the network is away, the run goes on, and the next one tells.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lockwork.client.api import Client
from lockwork.domain.errors import LockworkError, Unavailable
from lockwork.messages.runs import StillRunning
from lockwork.pipelines.signals import left_to_the_main_thread

EVERY = 60.0
"""Seconds."""


@contextmanager
def beating(client: Client, run: str) -> Iterator[None]:
    """While this lasts, the run is known to go on. Beside an embedded store nothing is needed for that."""
    if client.profile.server is None:
        yield
        return
    over = threading.Event()
    sign = StillRunning(workspace=client.workspace, run=run)
    # A thread waits, and is no burden to who forks: it holds nothing but while it asks.
    thread = threading.Thread(target=_beat, args=(client, sign, over), name="lockwork-pulse", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _beat(client: Client, sign: StillRunning, over: threading.Event) -> None:
    left_to_the_main_thread()
    while not over.wait(EVERY):
        try:
            client.send(sign)
        except Unavailable:
            continue
        except LockworkError:  # it is over for the server: the run's own messages hear why
            return
