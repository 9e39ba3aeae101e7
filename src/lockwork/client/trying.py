"""Ask again while a server is away, with growing pauses, where asking twice does no harm."""

import random
import time
from collections.abc import Callable

import httpx2

_FIRST = 0.1
"""Seconds."""
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_OVERLOADED = (502, 503, 504)


def again_while_away(
    once: Callable[[], tuple[int, bytes]], *, is_safe: bool, tries: int
) -> tuple[int, bytes]:
    """Status and body. What may have been done already is asked once, unless `is_safe`."""
    for number in range(1, tries + 1):
        try:
            status, body = once()
        except httpx2.TransportError as error:
            if number == tries or not (is_safe or isinstance(error, _NEVER_SENT)):
                raise
        else:
            if number == tries or status not in _OVERLOADED or not is_safe or b"not-ready" in body:
                return status, body
        time.sleep(_FIRST * 2 ** (number - 1) * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    raise AssertionError  # the last try answers or raises
