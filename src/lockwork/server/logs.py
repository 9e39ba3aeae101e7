"""What a server says of itself: a line of JSON an event, on stderr. Never a value, a token, a body, a query.

A request's line names the row of the table that answered it, not the path that was asked: in that, anything
may have been typed.
"""

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


class Log:
    """Writes lines; each whole, in one go."""

    def __init__(self, file: IO[str] | None = None, *, requests: bool = True) -> None:
        self._file = file
        self._requests = requests

    def new_id(self) -> str:
        """An id for a request, which its answer and its audit record bear too."""
        return os.urandom(16).hex()

    def request(self, scope: Scope, state: dict[str, Any], status: int, seconds: float) -> None:
        """A request that was answered."""
        if self._requests and not (state["route"] in _QUIET and status == 200):
            self.say(
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
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        print(msgspec.json.encode(line).decode(), file=self._file or sys.stderr, flush=True)

    def take_over(self, *loggers: str) -> None:
        """What libraries say of themselves becomes lines like ours; by itself it would be plain text."""
        for name in loggers:
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [_Lines(self)], False


class _Lines(logging.Handler):
    """The first line of what was said, and no traceback: that may quote anything."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition("\n")[0]
        self._log.say("listener", problem=said, level=record.levelname.lower())
