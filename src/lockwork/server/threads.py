"""Threads in which a server asks its store, which is synchronous: so many at once, the others wait in turn.

asyncio's own way to a pool of threads; anyio's costs two and a half times as much (27 µs a request against
10, measured with 16 at once), for cancellation that a question to a store does not know.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from lockwork.domain.errors import Busy, NotLoggedIn, TooManyAttempts

T = TypeVar("T")
MOST_KNOWN = 10_000
"""Tokens; past them the one that was found good first is forgotten."""


class Threads:
    """At most `many` at work, and no more than `patient` who wait: all others are sent away, by `full`."""

    def __init__(self, many: int, *, patient: int, full: type[Busy] | type[TooManyAttempts] = Busy) -> None:
        self._full = full
        self._pool = ThreadPoolExecutor(many, thread_name_prefix="lockwork")
        self._most = many + patient
        self._inside = 0

    async def run(self, act: Callable[..., T], *arguments: Any) -> T:
        """What it answers, in one of them."""
        if self._inside >= self._most:
            raise self._full("too many ask at this moment", 1, hint="try again in a second")
        self._inside += 1
        try:
            return await self.begin(act, *arguments)
        finally:
            self._inside -= 1

    def begin(self, act: Callable[..., T], *arguments: Any) -> "asyncio.Future[T]":
        """It begins as soon as one of them is free."""
        return asyncio.get_running_loop().run_in_executor(self._pool, act, *arguments)

    def close(self) -> None:
        """Nobody is let in any more; those at work end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Turns:
    """Whose turn it is, by the hash of the token that was shown.

    Who is not known here yet waits apart from who is, and is named before anything else is done for them: so
    what strangers ask holds up nobody's question, and takes no lock of the store's.
    """

    def __init__(self, known: Threads, strangers: Threads) -> None:
        self._of_known = known
        self._of_strangers = strangers
        self._known: dict[str, None] = {}

    async def run(
        self, token: str | None, name: Callable[[], object], act: Callable[..., T], *arguments: Any
    ) -> T:
        """What it answers, once `name` has not raised `NotLoggedIn`."""
        await self.admit(token, name)
        try:
            return await self._of_known.run(act, *arguments)
        except NotLoggedIn:
            self._known.pop(token or "", None)
            raise

    async def admit(self, token: str | None, name: Callable[[], object]) -> None:
        """Let in who is known, and who is not once `name` has not raised `NotLoggedIn`."""
        if token is None or token not in self._known:
            await self._of_strangers.run(name)
            self._met(token)

    def _met(self, token: str | None) -> None:
        """Of good tokens alone: nobody fills this with what they made up."""
        if token is not None:
            self._known[token] = None
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]

    def close(self) -> None:
        """Nobody is let in any more."""
        self._of_known.close()
        self._of_strangers.close()


class Shared:
    """A question that anyone may ask: of those who ask while it is being answered, all hear that answer."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._threads = Threads(1, patient=0)
        self._asking: asyncio.Future[object] | None = None

    async def run(self) -> None:
        """Until it is answered; raises what it raises."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._threads.run(self._act))
            # Where all who asked have gone, nobody is left to hear of a failure.
            self._asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(self._asking)

    def close(self) -> None:
        """It is asked no more."""
        self._threads.close()
