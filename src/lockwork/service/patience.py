"""How long who failed to come in has to wait: longer each time, at most half a minute, and never for others.

Counted apart for each address, and for each account at an address; so whoever tries passwords keeps nobody
out who asks from elsewhere. An account that does not exist counts like any other. An attempt counts from its
beginning, or many at once would all be the first; it is taken back where it was none, and forgiven where it
succeeds. What comes too early is not looked at: it costs no password hash. In memory, which has an end:
each server process counts by itself, and a restart forgets.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lockwork.crypto.digests import sha256
from lockwork.domain.errors import NotLoggedIn, TooManyAttempts

SECOND = 1_000_000
LONGEST = 30 * SECOND
FORGOTTEN = 15 * 60 * SECOND
"""After so long without a failure."""
FREE_OF_ACCOUNT, FREE_OF_ADDRESS = 3, 20
"""Failures before the first wait: people mistype, and many may share an address."""
MOST = 20_000
"""Counts that are kept at a time, of both kinds together; beyond them the stalest goes."""


class _Count:
    __slots__ = ("failures", "last", "until")

    def __init__(self) -> None:
        self.failures = self.last = self.until = 0


class Patience:
    """Counts failures. Safe in several threads; `clock` gives microseconds."""

    def __init__(self, clock: Callable[[], int], *, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._counts: OrderedDict[bytes, _Count] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    @contextmanager
    def attempt(self, address: str | None, account: str = "") -> Iterator[None]:
        """Around an attempt to come in; `TooManyAttempts` before it, where one has to wait.

        `NotLoggedIn` from inside is a failure that counts; whatever else comes out is none. No address: an
        embedded store, where nobody needs to come in.
        """
        if address is None:
            yield
            return
        network = network_of(address)
        of_address, of_account = _name(network), _name(network, account)
        self._begin(of_address, of_account)
        try:
            yield
        except NotLoggedIn:
            raise
        except BaseException:
            self._take_back(of_address, of_account, forgive=False)
            raise
        self._take_back(of_address, of_account, forgive=True)

    def _begin(self, of_address: bytes, of_account: bytes) -> None:
        now = self._clock()
        with self._lock:
            counts = [(of_address, FREE_OF_ADDRESS), (of_account, FREE_OF_ACCOUNT)]
            wait = max(self._wait(name, now) for name, _ in counts)
            if wait > 0:
                seconds = -(-wait // SECOND)
                raise TooManyAttempts(
                    "too many failed attempts to come in from here", seconds, hint=f"wait {seconds} s"
                )
            for name, free in counts:
                count = self._counts.setdefault(name, _Count())
                count.failures, count.last = count.failures + 1, now
                count.until = now + delay(count.failures - free)
                self._counts.move_to_end(name)
            while len(self._counts) > self._most:
                self._counts.popitem(last=False)

    def _wait(self, name: bytes, now: int) -> int:
        count = self._counts.get(name)
        if count is None:
            return 0
        # A clock that was set back must keep nobody out for longer than any failure does.
        if not count.last <= now < count.last + FORGOTTEN:
            del self._counts[name]
            return 0
        return count.until - now

    def _take_back(self, of_address: bytes, of_account: bytes, *, forgive: bool) -> None:
        """One attempt less. Of an address no more than that is forgiven: one good account is no licence."""
        with self._lock:
            for name, free in ((of_address, FREE_OF_ADDRESS), (of_account, FREE_OF_ACCOUNT)):
                count = self._counts.get(name)
                if count is None:
                    continue
                count.failures = 0 if forgive and name == of_account else max(0, count.failures - 1)
                count.until = min(count.until, count.last + delay(count.failures - free))
                if not count.failures:
                    del self._counts[name]


def delay(beyond: int) -> int:
    """Microseconds to wait after so many failures beyond the free ones: 1 s, 2 s, 4 s …, at most 30."""
    return 0 if beyond <= 0 else min(LONGEST, SECOND << min(beyond - 1, 5))


def network_of(address: str) -> str:
    """What one customer has: an IPv4 address, or the 2⁶⁴ of an IPv6 network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _name(*parts: str) -> bytes:
    """Of one size, however long a name was sent."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass"))[:16]
