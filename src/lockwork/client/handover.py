"""Which server a run's steps ask: known to every Client of the process, inherited by nothing that it starts.

While a run goes on, LOCKWORK_TOKEN is not in the environment: what a step starts has no business with it.
With the URL alone, Lockwork in there refuses to answer, and does not turn to the store of this machine.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from lockwork.domain.sensitive import Sensitive
from lockwork.settings import Setting, Settings

if TYPE_CHECKING:
    from lockwork.client.credentials import Server

_TOKEN = "LOCKWORK_TOKEN"

Place = tuple[str, str | None]
"""What says, but for the token, which server is asked: a Client elsewhere is not meant."""

_held: "tuple[Place, Setting[Server]] | None" = None


@contextmanager
def held(settings: Settings, server: "Setting[Server] | None") -> Iterator[None]:
    """While this lasts, Clients in this process ask that server; None: they ask what they ask anyhow."""
    global _held
    if server is None:
        yield
        return
    before, token = _held, os.environ.pop(_TOKEN, None)
    _held = _place(settings), server
    try:
        yield
    finally:
        _held = before
        if token is not None:
            os.environ[_TOKEN] = token


def server(settings: Settings) -> "Setting[Server] | None":
    """The server that a run was handed, where nothing has changed since; a token of one's own goes before."""
    if _held is None or settings.variable(_TOKEN) or _held[0] != _place(settings):
        return None
    return _held[1]


def _place(settings: Settings) -> Place:
    return str(settings.home.value), settings.variable("LOCKWORK_URL")


# --- from one process to another: through a pipe, never a file, an argument or the environment --------------


def packed(server: "Setting[Server] | None") -> bytes:
    """For the pipe; it fits into one."""
    if server is None:
        return b""
    url, token, user = server.value
    return msgspec.json.encode((server.source, url, token.reveal(), user))


def unpacked(told: bytes) -> "Setting[Server] | None":
    """What `packed` made."""
    from lockwork.client.credentials import Server  # lazy: an embedded store needs none

    if not told:
        return None
    source, url, token, user = msgspec.json.decode(told, type=tuple[str, str, str, str | None])
    return Setting(Server(url, Sensitive(token), user), source)
