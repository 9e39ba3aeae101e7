"""Servers that were logged in to: a token for each, kept for its origin alone, in a file of its owner's.

`credentials.json` in the home: `{"active": URL or null, "servers": {URL: {"token": …, "user": …}}}`. A token
goes to the origin that it was made for, nowhere else. Machines name theirs by LOCKWORK_URL and
LOCKWORK_TOKEN, and nothing is written for them.
"""

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import msgspec

from lockwork.domain.errors import InvalidInput, StoreUnusable
from lockwork.domain.sensitive import Sensitive
from lockwork.settings import CREDENTIALS_FILE, Setting, Settings
from lockwork.settings.files import alone, replaced

_PORTS = {"http": 80, "https": 443}
_LARGEST = 1024 * 1024
_LONGEST_LABEL = 63


class Server(NamedTuple):
    """A server, and what is shown to it."""

    url: str
    token: Sensitive
    user: str | None = None


class _Kept(msgspec.Struct, kw_only=True):
    token: str
    user: str | None = None


class _File(msgspec.Struct, kw_only=True):
    active: str | None = None
    servers: dict[str, _Kept] = {}


def origin(url: str, *, insecure: bool = False) -> str:
    """The origin of a server's URL, in one spelling: scheme, host and port, and nothing after them.

    Plain `http` is for this machine alone, unless `insecure`: a token would cross the network in the clear.
    """
    parts, port = _parts(url)
    if parts is None or parts.scheme not in _PORTS or not parts.hostname:
        raise InvalidInput("that is not the URL of a server", hint="write it as https://lockwork.example")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username or parts.password:
        raise InvalidInput("a server's URL has no path, name or password in it", hint="https://HOST[:PORT]")
    if parts.scheme == "http" and not insecure and not _is_loopback(parts.hostname):
        raise InvalidInput(
            f"{parts.scheme}://{parts.hostname} would send the token and every value in the clear",
            hint="use https; --insecure allows it all the same",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = port is None or port == _PORTS[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if usual else f":{port}")


def _parts(url: str) -> tuple[SplitResult | None, int | None]:
    """What a URL is made of, and its port; nothing where it is none: the parser's own failure quotes it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host.isascii() or len(host) > _LONGEST_LABEL:
            host.encode("idna")  # as whoever looks it up will
        return (parts, parts.port) if url.isprintable() else (None, None)
    except ValueError:
        return None, None


def active(settings: Settings) -> Setting[Server] | None:
    """The server that is asked: named by the environment, or logged in to; None: the embedded store."""
    named = settings.server
    if named is not None:
        url, token = named.value
        return Setting(Server(origin(url), token), named.source)
    path = _path(settings)
    kept = _read(path)
    if kept.active is None or kept.active not in kept.servers:
        return None
    found = kept.servers[kept.active]
    return Setting(Server(kept.active, Sensitive(found.token), found.user), str(path))


def keep(settings: Settings, server: Server) -> Path:
    """Keep a token for its server, which is the one that is asked from now on."""
    path = _path(settings)

    def changed(kept: _File) -> _File:
        fresh = _Kept(token=server.token.reveal(), user=server.user)
        return _File(active=server.url, servers={**kept.servers, server.url: fresh})

    _change(path, changed)
    return path


def forget(settings: Settings, url: str) -> None:
    """Keep nothing of this server any more; the embedded store is the one that is asked then."""

    def changed(kept: _File) -> _File:
        rest = {name: one for name, one in kept.servers.items() if name != url}
        return _File(active=None if kept.active == url else kept.active, servers=rest)

    _change(_path(settings), changed)


def _path(settings: Settings) -> Path:
    return settings.home.value / CREDENTIALS_FILE


def _change(path: Path, change: Callable[[_File], _File]) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(path.parent):
            replaced(path, msgspec.json.encode(change(_read(path))).decode())
    except OSError as error:
        from lockwork.domain import ways_out  # lazy: a failure alone asks

        raise StoreUnusable(
            f"{path} cannot be written: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as file:
            if mode := path.stat().st_mode & 0o077:
                raise StoreUnusable(
                    f"{path} can be read or written by others (mode {mode:o})", hint=f"chmod 600 {path}"
                )
            return msgspec.json.decode(file.read(_LARGEST), type=_File)
    except (FileNotFoundError, NotADirectoryError):
        return _File()
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    raise StoreUnusable(f"{path} is damaged", hint="remove it, and log in again: lockwork login URL")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
