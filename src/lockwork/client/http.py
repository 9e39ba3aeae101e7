"""The gateway to a server: one request a message, over connections that are kept.

Nothing is redirected, no certificate is passed over. Where a server could not be reached it is asked again,
with growing pauses: a change carries a key by which the server knows it again, and does it once. What is
asked without a name, such as a log-in, is not known again.
"""

import os
import threading
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import msgspec

from lockwork.domain.access import Permission
from lockwork.domain.errors import LockworkError, NotLoggedIn, ServerAway
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Effect, Message, checked
from lockwork.wire import API, API_HEADER
from lockwork.wire.problems import failure_from
from lockwork.wire.requests import Request, answer_from, request_of

if TYPE_CHECKING:
    import ssl

    import httpx2

    from lockwork.client.trying import Answered

R = TypeVar("R")
CONNECT_SECONDS, READ_SECONDS = 5.0, 90.0
TRIES = 5
_WHERE = "check scheme, host and port of the URL"


class Http:
    """Speaks to the server at `url`, showing `token`. Safe in several threads and after a fork."""

    def __init__(self, url: str, token: Sensitive | None) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._lock = threading.Lock()
        self._open: httpx2.Client | None = None
        self._process = 0

    def send(self, message: Message[R]) -> R:
        """The answer, or a failure from `lockwork.domain.errors`."""
        message = checked(message)  # here as there: what is of the wrong type goes nowhere
        key = uuid4().hex if message.effect is Effect.CHANGE else None
        is_safe = message.permission is not Permission.NOBODY
        answered = self._asked(request_of(message), key, is_safe=is_safe)
        _check_speaks_ours(self._url, answered.api)
        if answered.status >= 300:
            raise self._told(failure_from(answered.status, answered.body), is_by_token=is_safe)
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return answer_from(message, answered.body)
        raise ServerAway(  # out here: the parser's own failure quotes what it was given
            f"what answered at {self._url} is no Lockwork server", hint="check the URL: lockwork status"
        )

    def check_is_there(self) -> None:
        """Refuse what cannot be reached or is no Lockwork server, before it is shown a password or token."""
        answered = self._asked(Request("GET", "/healthz", None), None, is_safe=True, is_known=False)
        _check_speaks_ours(self._url, answered.api)
        if not answered.api:
            raise _no_server_of_ours(self._url)
        if answered.status >= 300:
            raise failure_from(answered.status, answered.body)

    def close(self) -> None:
        """Close the connections; a later `send` opens others."""
        with self._lock:
            if self._open is not None and self._process == os.getpid():
                self._open.close()
            self._open = None

    def _asked(
        self, request: Request, key: str | None, *, is_safe: bool, is_known: bool = True
    ) -> "Answered":
        import httpx2  # lazy: constructing a Client loads nothing

        from lockwork.client.trying import Answered, again_while_away  # lazy: beside it

        def once() -> Answered:
            response = self._client().request(
                request.method,
                self._url + request.path,
                content=request.body,
                headers=self._headers(request, key),
            )
            return Answered(response.status_code, response.content, response.headers.get(API_HEADER, ""))

        try:
            return again_while_away(once, is_safe=is_safe, tries=TRIES)
        except httpx2.HTTPError as error:
            failure = _away(self._url, error, is_safe=is_safe, is_known=is_known)
        raise failure  # out here: the library's own failure holds the request, and that the token

    def _told(self, failure: LockworkError, *, is_by_token: bool) -> LockworkError:
        """With what to do about a token that opens nothing, where it was not a password that was wrong."""
        if isinstance(failure, NotLoggedIn) and self._token is not None and is_by_token:
            return NotLoggedIn(
                f"{self._url}: {failure.message}",
                hint=f"lockwork login {self._url}, or put another token into LOCKWORK_TOKEN",
            )
        return failure

    def _headers(self, request: Request, key: str | None) -> dict[str, str]:
        headers = {"accept": "application/json"}
        if request.body is not None:
            headers["content-type"] = "application/json"
        if key is not None:
            headers["idempotency-key"] = key
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token.reveal()}"
        return headers

    def _client(self) -> "httpx2.Client":
        import httpx2  # lazy: see above

        with self._lock:
            if self._open is None or self._process != os.getpid():  # a fork must not share its parent's
                self._open = httpx2.Client(
                    timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                    follow_redirects=False,
                    # Through a proxy TLS is a tunnel; in the clear it would be shown the token.
                    trust_env=self._url.startswith("https:"),
                    verify=_trusting(self._url),
                )
                self._process = os.getpid()
                weakref.finalize(self, self._open.close)  # nobody has to close a Client
            return self._open


def _trusting(url: str) -> "ssl.SSLContext | bool":
    """What this machine trusts, or SSL_CERT_FILE names; where no TLS is spoken, nobody: it loads nothing."""
    import ssl  # lazy: httpx2 has loaded it

    return url.startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _check_speaks_ours(url: str, said: str) -> None:
    """What is no server of ours says nothing, and its answer will tell."""
    api, _, version = said.partition(" ")
    if api and api != str(API):
        raise ServerAway(
            f"the server at {url} is Lockwork {version} and speaks generation {api} of the API, not {API}",
            hint="install the Lockwork that the server has",
        )


def _no_server_of_ours(url: str) -> ServerAway:
    return ServerAway(f"what answered at {url} is no Lockwork server", hint=_WHERE)


def _away(url: str, error: Exception, *, is_safe: bool, is_known: bool) -> ServerAway:
    """Why there is no answer, in our words: the library's own may quote what was sent."""
    import ssl  # lazy: httpx2 has loaded it

    import httpx2  # lazy: see above

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ServerAway(
                f"the certificate of {url} is not one to trust: {cause.verify_message}",
                hint="check the URL; a company's own certificates are named by SSL_CERT_FILE",
            )
        if isinstance(cause, ssl.SSLError):
            return ServerAway(f"what answered at {url} speaks no TLS that is understood here", hint=_WHERE)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return ServerAway(
            f"the server at {url} cannot be reached ({type(error).__name__})",
            hint="check the URL and the network: lockwork status"
            if is_known
            else f"{_WHERE}, and the network",
        )
    if not is_known and not isinstance(error, httpx2.TimeoutException):
        return _no_server_of_ours(url)
    failed = "did not answer in time" if isinstance(error, httpx2.TimeoutException) else "went away"
    if is_safe:
        return ServerAway(f"the server at {url} {failed}", hint="try again, or ask who runs it")
    return ServerAway(
        f"the server at {url} {failed}: what was to be changed is so as a whole, or not at all",
        hint="see what is there, then try again",
    )
