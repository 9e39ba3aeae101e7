"""A failure as a response, and a response as its failure: problem details (RFC 9457), `type` says which.

    {"type": "urn:lockwork:problem:not-found", "title": "not found", "status": 404,
     "detail": "no secret 'db'", "hint": "looked in …", "kind": "secret", "name": "db", "near": []}

`detail` and `hint` are for people; `type` and the failure's own fields are for programs.
"""

from typing import Any, NamedTuple

import msgspec

from lockwork.domain import errors
from lockwork.domain.errors import Fault, LockworkError, Unavailable

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:lockwork:problem:"


class Kind(NamedTuple):
    """Which failure goes by which word, with which status, and what it tells beside its words."""

    failure: type[LockworkError]
    word: str
    status: int
    fields: tuple[str, ...] = ()


KINDS = (
    Kind(errors.InvalidInput, "invalid-input", 400),
    Kind(errors.NotLoggedIn, "not-logged-in", 401),
    Kind(errors.NotPermitted, "not-permitted", 403),
    Kind(errors.NotFound, "not-found", 404, ("kind", "name", "near")),
    Kind(errors.AlreadyExists, "already-exists", 409, ("kind", "name")),
    Kind(errors.Ambiguous, "ambiguous", 409),
    Kind(errors.StillReferenced, "still-referenced", 409, ("uses",)),
    Kind(errors.Refused, "refused", 409),
    Kind(errors.VersionMismatch, "version-mismatch", 412, ("wanted", "found")),
    Kind(errors.TooLarge, "too-large", 413),
    Kind(errors.NotJson, "unsupported-media-type", 415),
    Kind(errors.Misdirected, "misdirected", 421),
    Kind(errors.KeyReused, "idempotency-key-reused", 422),
    Kind(errors.TooManyAttempts, "too-many-attempts", 429, ("seconds",)),
    Kind(errors.Fault, "fault", 500),
    Kind(errors.NotReady, "not-ready", 503),
    Kind(errors.Outdated, "outdated", 503),
    Kind(errors.Busy, "busy", 503, ("seconds",)),
    Kind(errors.Tampered, "tampered", 500),
    Kind(errors.StoreUnusable, "store-unusable", 503),
    Kind(errors.RootKeyUnusable, "root-key-unusable", 503),
    Kind(errors.Unavailable, "unavailable", 503),
)
"""Each failure goes by the row of its own class, or else of the nearest above it."""

_BY_CLASS = {kind.failure: kind for kind in KINDS}
_BY_WORD = {kind.word: kind for kind in KINDS}


_BESIDE = ("method-not-allowed",)
"""What no failure of ours stands for: it is told before there is a message."""


def types() -> list[str]:
    """Every `type` that a problem may be of."""
    return [_TYPE + word for word in (*_BY_WORD, *_BESIDE)]


def kind_of(failure: LockworkError) -> Kind:
    """The row of a failure."""
    for above in type(failure).__mro__:
        if above in _BY_CLASS:
            return _BY_CLASS[above]
    return _BY_CLASS[Fault]


def problem_of(failure: LockworkError) -> tuple[int, dict[str, Any]]:
    """Status and problem details."""
    kind = kind_of(failure)
    told: dict[str, Any] = {
        "type": _TYPE + kind.word,
        "title": kind.word.replace("-", " "),
        "status": kind.status,
        "detail": failure.message,
    }
    if failure.hint:
        told["hint"] = failure.hint
    return kind.status, told | {name: getattr(failure, name) for name in kind.fields}


def failure_from(status: int, body: bytes) -> LockworkError:
    """The failure that a response tells of; one that is none of ours says only its status."""
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
        kind = _BY_WORD[str(told["type"]).removeprefix(_TYPE)]
        message, hint = str(told["detail"]), told.get("hint")
    except (msgspec.DecodeError, KeyError, UnicodeDecodeError, RecursionError):
        return Unavailable(
            f"what answered is no Lockwork server: status {status}", hint="check the URL: lockwork status"
        )
    fields = {name: _plain(told.get(name)) for name in kind.fields}
    return revived(kind.failure, message, str(hint) if hint else None, fields)


def revived(
    kind: type[LockworkError], message: str, hint: str | None, fields: dict[str, Any]
) -> LockworkError:
    """A failure as it was raised elsewhere, without calling its own signature."""
    failure = kind.__new__(kind, message)
    LockworkError.__init__(failure, message, hint=hint)
    failure.__dict__.update(fields)
    return failure


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
