"""What a server says of itself: a line of JSON an event, on stderr. Never a value, a token, a body, a query.

A request's line names the row of the table that answered it, not the path that was asked: in that, anything
may have been typed.
"""

import asyncio
import logging
import os
import sys
from datetime import UTC, datetime
from typing import IO, Any

import msgspec
from starlette.types import Scope

from lockwork.domain.errors import Fault

_QUIET = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by machines: told when something is wrong."""

_IDS = 64
"""Drawn at once."""


class Log:
    """Writes lines; each whole. Those of requests that end in one turn of the event loop go in one write.

    For a write, as for random bytes, the loop lets go of the interpreter, and wins it back from who answers.
    """

    def __init__(self, file: IO[str] | None = None, *, requests: bool = True) -> None:
        self._file = file
        self._requests = requests
        self._lines: list[str] = []
        self._ids: list[str] = []

    def new_id(self) -> str:
        """An id for a request, which its answer and its audit record bear too."""
        if not self._ids:
            drawn = os.urandom(16 * _IDS).hex()
            self._ids = [drawn[at : at + 32] for at in range(0, len(drawn), 32)]
        return self._ids.pop()

    def request(self, scope: Scope, state: dict[str, Any], status: int, seconds: float) -> None:
        """A request that was answered."""
        if self._requests and not (state["route"] in _QUIET and status == 200):
            self._soon(
                "request",
                request=state["request"],
                method=scope["method"],
                route=state["route"],
                status=status,
                milliseconds=round(seconds * 1000, 1),
                address=state.get("address"),
            )

    def fault(self, request: str, fault: Fault) -> None:
        """Something in Lockwork itself is wrong: what failed and where."""
        self.say("fault", request=request, problem=fault.message)

    def say(self, event: str, **facts: object) -> None:
        """A line about an event."""
        self._write([_line(event, facts)])

    def take_over(self, *loggers: str) -> None:
        """What libraries say of themselves becomes lines like ours; by itself it would be plain text."""
        for name in loggers:
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [_Lines(self)], False

    def _soon(self, event: str, **facts: object) -> None:
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._write_lines)
        self._lines.append(_line(event, facts))

    def _write_lines(self) -> None:
        lines, self._lines = self._lines, []
        self._write(lines)

    def _write(self, lines: list[str]) -> None:
        print("\n".join(lines), file=self._file or sys.stderr, flush=True)


class _Lines(logging.Handler):
    """The first line of what was said, and no traceback: that may quote anything."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition("\n")[0]
        self._log.say("listener", problem=said, level=record.levelname.lower())


def _line(event: str, facts: dict[str, object]) -> str:
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
    return msgspec.json.encode(line).decode()
