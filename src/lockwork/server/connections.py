"""A connection on which the head of a request has an end, in bytes and in time; uvicorn alone sets neither.

Whoever opens connections and says nothing, or a letter a minute, would hold them for ever; and a header that
never ends would fill the memory.
"""

from asyncio import Transport
from asyncio.events import TimerHandle

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lockwork.domain.errors import InvalidInput
from lockwork.wire.problems import MEDIA_TYPE, problem_of

LONGEST_HEAD = 64 * 1024
"""Bytes of a request line and its headers."""
SLOWEST_HEAD = 15.0
"""Seconds from the first of it, or from the connection, to the last."""


class Impatient(HttpToolsProtocol):
    """Closes a connection that is too slow to say what it wants, or says too much."""

    _waiting: TimerHandle | None = None
    _size = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._waiting is not None:  # there is no whole head in it yet
            self._size += len(data)
            if self._size > LONGEST_HEAD:
                self.transport.abort()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's words are for its makers
        """What is no HTTP is told as every failure is, and nothing of it is quoted."""
        status, told = problem_of(InvalidInput("this is no request as HTTP has them"))
        body = msgspec.json.encode(told)
        head = f"HTTP/1.1 {status} Bad Request\r\ncontent-type: {MEDIA_TYPE}\r\ncache-control: no-store\r\n"
        head += f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._wait_no_more()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._wait_no_more()
        self._size = 0
        self._waiting = self.loop.call_later(SLOWEST_HEAD, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
