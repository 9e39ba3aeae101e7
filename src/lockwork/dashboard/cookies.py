"""The cookies of ours: what they are called, how they are set, how they are read."""

from collections.abc import Mapping
from typing import NamedTuple


class Cookies(NamedTuple):
    """The names of ours, and how they are set. Under TLS a prefix binds them to this origin alone."""

    origin: str
    """Such as `http://127.0.0.1:8237`: one port's cookies do not overwrite another's."""

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def _ours(self) -> str:
        return "__Host-lockwork" if self.is_secure else f"lockwork-{self.origin.rpartition(':')[2]}"

    @property
    def session(self) -> str:
        return f"{self._ours}-session"

    @property
    def visit(self) -> str:
        """For who has no session yet: what their forms are bound to."""
        return f"{self._ours}-visit"

    @property
    def note(self) -> str:
        """What is told once, on the page that follows a change."""
        return f"{self._ours}-note"

    @property
    def theme(self) -> str:
        return f"{self._ours}-theme"

    def set(self, name: str, text: str, *, is_kept: bool = False) -> str:
        """A `Set-Cookie` line; without `is_kept` it ends with the browser."""
        kept = "; Max-Age=31536000" if is_kept else ""
        secure = "; Secure" if self.is_secure else ""
        return f"{name}={text}; Path=/; HttpOnly; SameSite=Strict{secure}{kept}"

    def set_shortly(self, name: str, text: str) -> str:
        """As `set`, for a minute."""
        return f"{self.set(name, text)}; Max-Age=60"

    def forget(self, name: str) -> str:
        return f"{self.set(name, '')}; Max-Age=0"


def shown_cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies of a request, by name.

    Cookies know no ports, so those of other services on this host stand among ours, and some hold JSON. The
    standard library's reader gives up all of them for one that is not as it should be: nobody could log in.
    """
    pairs = (pair.partition("=") for pair in headers.get("cookie", "").split(";"))
    return {name.strip(): text.strip() for name, _, text in pairs}
