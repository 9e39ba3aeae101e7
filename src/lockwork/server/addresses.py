"""Which names a server goes by, and whom to believe where a request came from."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import Scope

from lockwork.domain.errors import InvalidInput, Misdirected

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Names:
    """The server's own names, as a `Host` header says them. A page elsewhere makes a browser say another."""

    def __init__(
        self, host: str, port: int, public_url: str | None = None, *, is_encrypted: bool = False
    ) -> None:
        scheme = "https" if is_encrypted else "http"
        names = (host, *(_LOOPBACK if is_loopback(host) else ()))
        self._known = {_host_and_port(name, port): scheme for name in names}
        if public_url is not None:
            self._known |= dict.fromkeys(_of_url(public_url), urlsplit(public_url).scheme)

    def check(self, scope: Scope) -> None:
        """`Misdirected` where a request asks for another server, or does not say."""
        said = [value for name, value in scope["headers"] if name == b"host"]
        if len(said) != 1 or said[0].decode("latin-1").lower() not in self._known:
            raise Misdirected(
                "this server does not go by the name that was asked for",
                hint="start it with --public-url, or ask it by its own name",
            )

    def origin(self, host: str) -> str:
        """The origin by which a browser asked, when it said this name of ours: `https://lockwork.example`."""
        name = host.lower()
        scheme = self._known[name]
        return f"{scheme}://{name.removesuffix(f':{_DEFAULT_PORTS[scheme]}')}"


class Proxies:
    """Whose word counts on where a request came from: of no one else is it taken."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = tuple(_network(text) for text in networks)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def address_of(self, scope: Scope) -> str:
        """Where a request came from: the last address that nobody we trust vouches to be a proxy."""
        client = scope.get("client")
        address: str = client[0] if client else ""
        if not self._networks or not self._is_ours(address):
            return address
        said = [v.decode("latin-1") for n, v in scope["headers"] if n == b"x-forwarded-for"]
        for hop in reversed([hop.strip() for hop in ",".join(said).split(",") if hop.strip()]):
            if not _is_address(hop):
                break
            address = hop
            if not self._is_ours(hop):
                break
        return address

    def _is_ours(self, address: str) -> bool:
        return _is_address(address) and any(ipaddress.ip_address(address) in n for n in self._networks)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    if host == "localhost":
        return True
    return _is_address(host.strip("[]")) and ipaddress.ip_address(host.strip("[]")).is_loopback


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a network", hint="write it as 10.0.0.0/8, or one address"
        ) from None


def _of_url(url: str) -> set[str]:
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise InvalidInput(f"{url!r} is not a URL of a server", hint="--public-url https://lockwork.example")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    usual = port == _DEFAULT_PORTS[parts.scheme]
    return {f"{name}:{port}", *((name,) if usual else ())}


def _host_and_port(host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{name.lower()}:{port}"
