"""Who has come in, by the cookie that their browser shows; and what proves that a change is our pages'.

Cookies know no ports: a page of another service on this host is sent ours, and can make a browser ask us. So
every change bears, beside the cookie, a token that only our pages hold, and says that it is of our origin.
"""

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from lockwork.crypto.digests import Mac
from lockwork.crypto.tokens import hash_of, new_code, new_token
from lockwork.dashboard.pages import Came
from lockwork.domain.errors import NotLoggedIn, NotPermitted
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.workspaces import DEFAULT
from lockwork.messages import Gateway, Message
from lockwork.service.callers import Claim, Door, Shown

if TYPE_CHECKING:
    from lockwork.service.gate import Gate

R = TypeVar("R")

CODE_GOOD_FOR = 60
"""Seconds."""
_LABEL = b"lockwork dashboard: this change comes from our own page"


class Entrance(Protocol):
    """The way in to a store: by log-ins on a server, by a code of this process for a store of one's own."""

    is_embedded: bool
    workspace: str
    """Where one begins."""

    def gateway(self, session: str | None, came: Came) -> Gateway:
        """The store, as whoever holds this session sees it; it answers NotLoggedIn to who holds none."""
        ...


def token_for(session: str) -> str:
    """What a form bears: bound to the session, and telling nothing of it."""
    return base64.urlsafe_b64encode(Mac(session.encode()).of(_LABEL)).decode().rstrip("=")


class Outdated(NotPermitted):
    """A page that was made for another session: a script of ours may ask for a token of the present one."""


def check_origin(came: Came, origin: str) -> None:
    """Refuse what does not come from a page of this origin."""
    said, site = came.headers.get("origin"), came.headers.get("sec-fetch-site", "same-origin")
    if said != origin or site != "same-origin":
        raise _not_ours()


def check_token(session: str, token: str) -> None:
    """Refuse what does not come from a page that was made for this session."""
    from hmac import compare_digest

    if not session:
        raise _not_ours()
    if not compare_digest(token_for(session).encode(), token.encode("utf-8", "replace")):
        raise Outdated("this page is from an earlier session", hint="open the page again")


def _not_ours() -> NotPermitted:
    return NotPermitted("this did not come from a page of this dashboard", hint="open the page again")


class Ended(NotLoggedIn):
    """Why a session opens nothing says nothing to people: they log in again."""

    def __init__(self) -> None:
        super().__init__("your session has ended")


class ByLogIn:
    """A server's: a session is a token that a password made, kept by the store like any other."""

    is_embedded = False
    workspace = DEFAULT

    def __init__(self, gate: "Gate") -> None:
        self._gate = gate

    def gateway(self, session: str | None, came: Came) -> Gateway:
        """The gate, for the holder of this token now."""
        hashed = None if session is None else hash_of(Sensitive(session))
        return _AtTheGate(self._gate, Shown(hashed, came.address, came.request))


class ByCode:
    """A store of one's own: a session for a code of this process, and gone with it."""

    is_embedded = True

    def __init__(
        self,
        gate: "Gate",
        claim: Claim,
        workspace: str,
        clock: Callable[[], float],
        print_code: Callable[[Sensitive], None],
    ) -> None:
        self.workspace = workspace
        self._gate = gate
        self._claim = claim
        self._clock = clock
        self._print_code = print_code
        self._sessions: set[str] = set()
        self._codes: dict[str, float] = {}
        """Until when each is good."""
        self._printed_until = 0.0

    def code(self) -> Sensitive:
        """What lets one browser in: 128 bits, good once, and for a minute."""
        made, now = new_code(), self._clock()
        good = {code: until for code, until in self._codes.items() if until > now}
        self._codes = good | {made.hash: now + CODE_GOOD_FOR}
        return made.text

    def print_code(self) -> None:
        """A code where the command runs, which its owner alone sees; none while the last one is good.

        Whoever reaches the page may ask for it: it ends no other code, and comes once a minute at most.
        """
        if self._clock() >= self._printed_until:
            self._printed_until = self._clock() + CODE_GOOD_FOR
            self._print_code(self.code())

    def enter(self, code: Sensitive) -> Sensitive:
        """A session, for the code; NotLoggedIn where it is another, or was used, or is too old."""
        # A wrong one does not end it: another service's page could send that before the right one comes.
        if self._codes.get(hash_of(code), 0.0) <= self._clock():
            raise NotLoggedIn("the code is not good, or no more", hint="have another one printed")
        del self._codes[hash_of(code)]
        self._printed_until = 0.0
        session = new_token()
        self._sessions.add(session.hash)
        return session.text

    def leave(self, session: str) -> None:
        """It opens nothing any more."""
        self._sessions.discard(hash_of(Sensitive(session)))

    def gateway(self, session: str | None, came: Came) -> Gateway:
        """The store, for its owner."""
        is_known = session is not None and hash_of(Sensitive(session)) in self._sessions
        door = self._claim if is_known else Shown(None, came.address, came.request)
        return _AtTheGate(self._gate, door)


class _AtTheGate:
    """A gateway that asks as one caller, in this process."""

    def __init__(self, gate: "Gate", door: Door) -> None:
        self._gate = gate
        self._door = door

    def send(self, message: Message[R]) -> R:
        return self._gate.answer(self._door, message)

    def close(self) -> None:
        """The gate is the server's: it stays open."""
