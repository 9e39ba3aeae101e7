"""How long a call takes."""

import statistics
import time
from collections.abc import Callable


def median_seconds(act: Callable[[int], object], times: int, *, before: int = 0) -> float:
    """Seconds, of `act(0)`, `act(1)` …, once so many calls were made that do not count."""
    taken = []
    for number in range(before + times):
        start = time.perf_counter()
        act(number)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[before:])
