"""`sys.stdout` and `sys.stderr` during a capture, whatever they were before and whatever a step does to them.

Where the object stood for descriptor 1 or 2, a fresh one on the same descriptor takes its place, so that a
step may close it. Where it did not (a notebook, a test runner), what is written is masked here, handed to
that object as it comes, and sent aside to the masker for the log alone.
"""

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from lockwork.capture.scrubber import Known, Scrubber

if TYPE_CHECKING:
    from logging import StreamHandler

    from typing_extensions import Buffer


class TakenOver:
    """One of the two for as long as a capture lasts."""

    def __init__(self, name: str, fd: int, known: Known, aside: int) -> None:
        self._name, self._fd = name, fd
        self._original: TextIO | None = getattr(sys, name)
        self.is_hosted = not _is_on(self._original, fd)
        self._known, self._aside = known, aside
        self._ours = self._new()
        self._handlers: list[StreamHandler[Any]] = []

    def install(self) -> None:
        """Put ours in place, a fresh one where a step has closed it."""
        if self._ours.closed:
            self._ours = self._new()
        setattr(sys, self._name, self._ours)
        if self.is_hosted:
            self._take_handlers()

    def flush(self) -> None:
        """Send on what Python still holds, also in an object that a step has put in place of ours."""
        flush_all(getattr(sys, self._name, None), self._ours, self._original)
        if isinstance(self._ours, _Hosted):
            with suppress(ValueError, OSError):  # closed by the step, or the masker has gone
                self._ours.finish()

    def restore(self) -> None:
        """Put back what was there."""
        setattr(sys, self._name, self._original)
        for handler in self._handlers:
            handler.setStream(self._original)

    def say(self, text: str) -> None:
        """A line of the run's own for the host."""
        if self._original is not None:
            self._original.write(text if text.endswith("\n") else text + "\n")
            self._original.flush()

    def _new(self) -> io.TextIOWrapper:
        if self.is_hosted and self._original is not None:
            return _Hosted(self._original, self._known, self._aside)
        errors = getattr(self._original, "errors", None) or "backslashreplace"
        return open(self._fd, "w", buffering=1, closefd=False, encoding="utf-8", errors=errors)

    def _take_handlers(self) -> None:
        """Log handlers that were made before hold the host's object itself and would go past the mask."""
        for handler in _handlers_on(self._original):
            handler.setStream(self._ours)
            self._handlers.append(handler)


def flush_all(*streams: TextIO | None) -> None:
    """Flush what can be flushed."""
    for stream in streams:
        with suppress(ValueError, OSError, AttributeError):  # closed, broken, or not much of a stream
            stream.flush()  # type: ignore[union-attr]  # None is among what is suppressed


def _is_on(stream: TextIO | None, fd: int) -> bool:
    if stream is None or getattr(stream, "closed", False):
        return True
    try:
        return stream.fileno() == fd
    except (OSError, ValueError, AttributeError):
        return False


def _handlers_on(stream: TextIO | None) -> "Iterator[StreamHandler[Any]]":
    logging = sys.modules.get("logging")
    if logging is None:
        return
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    for handler in {handler for logger in loggers for handler in getattr(logger, "handlers", ())}:
        if getattr(handler, "stream", None) is stream:
            yield handler


class _Hosted(io.TextIOWrapper):
    """Text for an object that is not a descriptor of ours."""

    def __init__(self, host: TextIO, known: Known, aside: int) -> None:
        self._raw = _HostedBytes(host, known, aside)
        super().__init__(io.BufferedWriter(self._raw), "utf-8", "surrogatepass", line_buffering=True)

    def flush(self) -> None:
        super().flush()
        self._raw.host.flush()

    def finish(self) -> None:
        """Let go of what was held back."""
        self.flush()
        self._raw.finish()


class _HostedBytes(io.RawIOBase):
    def __init__(self, host: TextIO, known: Known, aside: int) -> None:
        self.host, self._aside = host, aside
        self._scrubber = Scrubber(known)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self) -> bool:
        return True

    def write(self, data: "Buffer", /) -> int:
        whole = bytes(data)
        self._put(self._scrubber.feed(whole))
        return len(whole)

    def finish(self) -> None:
        self._put(self._scrubber.flush())

    def _put(self, masked: bytes) -> None:
        self.host.write(self._decoder.decode(masked))
        while masked:
            masked = masked[os.write(self._aside, masked) :]
