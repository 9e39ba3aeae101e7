"""The masker's way to the terminal or what stands there: never waits, keeps one progress line last."""

import errno
import os
import select
import stat

_PORTION = min(select.PIPE_BUF, 4096)  # what a pipe that has room takes without making us wait


class Sink:
    """One descriptor that is written as fast as it takes it; what it does not take yet is kept in memory."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.is_terminal = os.isatty(fd)
        self._portion = 1 << 20 if stat.S_ISREG(os.fstat(fd).st_mode) else _PORTION
        self._waiting = bytearray()
        self.failure: int | None = None
        """The error number with which it took no more, such as EPIPE."""
        # Non-blocking mode would be seen by everyone who shares the descriptor, so room is asked for instead.
        self._room = select.poll()
        self._room.register(fd, select.POLLOUT)

    @property
    def backlog(self) -> int:
        """How many bytes wait."""
        return len(self._waiting)

    def put(self, data: bytes) -> None:
        """Write, now or as soon as there is room."""
        if self.failure is None:
            self._waiting += data
            self.pump()

    def pump(self, patience: int | None = 0) -> None:
        """Write what there is room for; `patience` is how long to wait for room, in ms (None: for ever)."""
        while self._waiting and self._room.poll(patience):
            try:
                with memoryview(self._waiting) as waiting:
                    written = os.write(self.fd, waiting[: self._portion])
            except BlockingIOError:
                return  # somebody else made it non-blocking and took the room
            except OSError as error:
                self._give_up(error.errno)
                return
            del self._waiting[:written]

    def _give_up(self, failure: int | None) -> None:
        """The reader has gone, or the disk is full: a run goes on, and its log with it."""
        self.failure = failure or errno.EIO
        self._waiting.clear()

    def finish(self) -> None:
        """Wait until everything is written."""
        while self._waiting:
            self.pump(patience=None)


class Screen:
    """What the user looks at: standard output and error, and below them at most one progress line."""

    def __init__(self, out: Sink, err: Sink) -> None:
        self.sinks = {1: out, 2: err}
        self.out, self.err = out, err
        self._progress = b""
        self._is_drawn = False
        self._at_line_start = True

    def show(self, sink: Sink, data: bytes) -> None:
        """Put program output where it belongs, the progress line staying below it."""
        if data:
            self._erase()
            sink.put(data)
            self._at_line_start = data.endswith(b"\n")
            self._draw()

    def say(self, text: bytes) -> None:
        """Write whole lines to standard error, never into a line that a program has begun."""
        start = b"" if self._at_line_start else b"\n"
        self.show(self.err, start + text + (b"" if text.endswith(b"\n") else b"\n"))

    def progress(self, line: bytes) -> None:
        """Keep this line last from now on, where standard error is a terminal; an empty one takes it away."""
        if self.err.is_terminal:
            self._erase()
            self._progress = line
            self._draw()

    @property
    def backlog(self) -> int:
        """How many bytes wait for a terminal that is slower than the programs."""
        return self.out.backlog + self.err.backlog

    def unwritten(self) -> list[int]:
        """The descriptors for which something waits."""
        return [sink.fd for sink in (self.out, self.err) if sink.backlog]

    def pump(self) -> None:
        """Write what there is room for."""
        self.out.pump()
        self.err.pump()

    def finish(self) -> None:
        """Take the progress line away and wait until everything is written."""
        self.progress(b"")
        self.out.finish()
        self.err.finish()

    def _erase(self) -> None:
        if self._is_drawn:
            self.err.put(b"\r\x1b[2K")
            self._is_drawn = False

    def _draw(self) -> None:
        if self._progress and self._at_line_start:
            self.err.put(self._fitting())
            self._is_drawn = True

    def _fitting(self) -> bytes:
        """The progress line, cut to the terminal's width: a line that wraps cannot be erased."""
        try:
            columns = os.get_terminal_size(self.err.fd).columns or 80
        except OSError:  # hung up
            columns = 80
        return self._progress.decode("utf-8", "replace")[: max(columns - 1, 1)].encode()
