"""What came with a request, for the gate to name the caller by: a token's hash, never the token itself."""

from starlette.requests import Request

from lockwork.crypto.tokens import hash_of
from lockwork.domain.errors import NotLoggedIn
from lockwork.domain.sensitive import Sensitive
from lockwork.service.callers import Shown

_SCHEME = "bearer "


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
    return Shown(hashed, request.state.address, request.state.request)
