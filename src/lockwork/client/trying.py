"""Ask again while a server is away, with growing pauses, where asking twice does no harm."""

import time
from collections.abc import Callable
from typing import NamedTuple

import httpx2

_FIRST = 0.1
"""Seconds; each pause is about twice as long as the one before."""
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_OVERLOADED = (502, 503, 504)
_LASTING = (
    b"urn:lockwork:problem:not-ready",
    b"urn:lockwork:problem:outdated",
    b"urn:lockwork:problem:root-key-unusable",
)
"""What a server says that will say the same in a second."""


class Answered(NamedTuple):
    """What came back."""

    status: int
    body: bytes
    api: str
    """The header by which a server says what it speaks; empty where it does not."""


def again_while_away(once: Callable[[], Answered], *, is_safe: bool, tries: int) -> Answered:
    """The answer. What may have been done already is asked once, unless `is_safe`."""

    def is_away(answered: Answered) -> bool:
        return (
            is_safe and answered.status in _OVERLOADED and not any(word in answered.body for word in _LASTING)
        )

    def is_unheard(error: BaseException) -> bool:
        return isinstance(error, httpx2.TransportError) and (is_safe or isinstance(error, _NEVER_SENT))

    try:
        first = once()
        if not is_away(first):
            return first
    except httpx2.TransportError as error:
        if not is_unheard(error):
            raise
    import tenacity  # lazy: hardly any question meets a server that is away

    time.sleep(_FIRST)
    asking = tenacity.Retrying(
        retry=tenacity.retry_if_result(is_away) | tenacity.retry_if_exception(is_unheard),
        wait=tenacity.wait_exponential(multiplier=2 * _FIRST) + tenacity.wait_random(0, _FIRST),
        stop=tenacity.stop_after_attempt(tries - 1),
        retry_error_callback=_as_it_was,
    )
    return asking(once)


def _as_it_was(state: "object") -> Answered:
    """The last answer, or the last failure, and not that there were too many."""
    import tenacity  # lazy: as above

    assert isinstance(state, tenacity.RetryCallState)  # noqa: S101 - whose callback this is
    assert state.outcome is not None  # noqa: S101 - it was tried
    found: Answered = state.outcome.result()
    return found
