"""Failed knocks of who shows no name, counted by the minute and address: a row each would fill the disk.

What is counted waits in memory until it is `LATEST` old, or the end; who lists it is told of what waits too.
The memory has an end as well: past it all further addresses of a time are one.
"""

import threading
from collections import Counter
from collections.abc import Callable

from lockwork.database import strangers
from lockwork.database.engine import Database
from lockwork.database.strangers import Knock
from lockwork.domain.errors import LockworkError

MINUTE = 60_000_000
LATEST = 10_000_000
"""Microseconds."""
KEPT_MINUTES = 90 * 24 * 60
MOST = 1000
OTHERS = "others"


class Strangers:
    """Counts knocks and writes them down. Safe in several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._counted: Counter[Knock] = Counter()
        self._since: int | None = None

    def count(self, address: str, what: str, now: int) -> None:
        """One more; `what` is a word of ours, such as a message's action."""
        knock = Knock(now // MINUTE, address, what)
        with self._lock:
            if knock not in self._counted and len(self._counted) >= MOST:
                knock = knock._replace(address=OTHERS)
            self._counted[knock] += 1
            self._since = now if self._since is None else self._since
            is_due = not self._since <= now < self._since + LATEST
        if is_due:
            self.write(now)

    def write_due(self, clock: Callable[[], int]) -> None:
        """Write down what has waited long enough, though nobody else comes: a server looks every second."""
        with self._lock:
            since = self._since
        if since is not None and not since <= (now := clock()) < since + LATEST:
            self.write(now)

    def waiting(self) -> Counter[Knock]:
        """What this process has counted and not written."""
        with self._lock:
            return self._counted.copy()

    def write(self, now: int) -> None:
        """Write down what waits; where that cannot be done now, it waits on; who knocked hears nothing."""
        with self._lock:
            waiting, self._counted, self._since = self._counted, Counter(), None
        if not waiting:
            return
        try:
            with self._database.appending() as tx:
                strangers.add(tx, waiting)
                strangers.forget_before(tx, now // MINUTE - KEPT_MINUTES)
        except LockworkError:
            with self._lock:
                for knock, times in waiting.items():
                    kept = knock if len(self._counted) < MOST else knock._replace(address=OTHERS)
                    self._counted[kept] += times
                self._since = now
