"""What came with a request, for the gate to name the caller by: a token's hash, never the token itself; and
by what a change is known again."""

import re

from starlette.requests import Request

from lockwork.crypto.tokens import hash_of
from lockwork.domain.errors import InvalidInput, NotLoggedIn
from lockwork.domain.sensitive import Sensitive
from lockwork.service.callers import Shown

_SCHEME = "bearer "
_KEY = re.compile(r"[!-~]{1,128}")


def shown(request: Request) -> Shown:
    """The token of the `Authorization` header, hashed, with where the request came from and its id."""
    said = request.headers.getlist("authorization")
    if len(said) > 1:
        raise NotLoggedIn("more than one token was shown")
    hashed = None
    if said:
        if not said[0].lower().startswith(_SCHEME):
            raise NotLoggedIn("a token is shown as: Authorization: Bearer lkw_…")
        hashed = hash_of(Sensitive(said[0][len(_SCHEME) :].strip()))
    return Shown(hashed, request.state.address, request.state.request, _key(request))


def _key(request: Request) -> str | None:
    """What makes a change known again, when it is asked again."""
    said = request.headers.getlist("idempotency-key")
    if len(said) > 1:
        raise InvalidInput("more than one idempotency key was given")
    return checked_key(said[0]) if said else None


def checked_key(text: str) -> str:
    """What may be an idempotency key."""
    if not _KEY.fullmatch(text):
        raise InvalidInput("an idempotency key is 1 to 128 visible ASCII characters", hint="such as a UUID")
    return text
