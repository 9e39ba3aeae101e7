"""A condition that others bring about, awaited: asked again and again, and never for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(holds: Callable[[], T], seconds: float = 60, *, told: Callable[[], object] = str) -> T:
    """What it answers, once that is something; if that never comes, the test fails with what `told` tells."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < deadline, told()
        time.sleep(0.01)  # between two questions
    return answer
