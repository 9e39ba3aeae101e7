"""Capture: what steps print goes through the masker, and into a log per step.

    with Capture.start() as capture:
        capture.learn(values)                  # before user code gets them
        with capture.step("train") as log:     # in this process
            train()
        with capture.worker("test") as place:  # in a fresh process that is given place's descriptors
            subprocess.run(command, stdout=place.stdout, stderr=place.stderr, pass_fds=[place.door])
        store(log.parts(), place.log.parts())

A child that a step leaves behind is masked and shown as long as it prints; its late text is in the log of the
step that runs then, if any. Threads that print after the capture has ended print to the terminal, unmasked.
"""

import io
import itertools
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from lockwork.capture.control import Control
from lockwork.capture.descriptors import close_all, fill_low, flush_c, put_back, save
from lockwork.capture.forms import forms_of, unmasked
from lockwork.capture.frames import Verb, pack_all
from lockwork.capture.logs import StepLog
from lockwork.capture.python_level import TakenOver, flush_all
from lockwork.capture.scrubber import Known, scrub
from lockwork.domain.terminals import escaped_log

_MAIN = 0  # the channel of this process; workers have others
_OUT, _ERR, _ASIDE = 1, 2, 0  # the descriptors that streams stand for; what goes aside is for the log alone
# Isolated, and the standard library first: a file of the user's may be called socket.py.
_MASKER = (
    "import sys; sys.path += sys.argv.pop().split('\\n'); from lockwork.capture.masker import main; main()"
)
# What the interpreter itself is found and started with. All else in the caller's environment, which may hold
# values, is not copied into a process that a child left behind may keep alive.
_FOR_THE_MASKER = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LC_ALL", "LC_CTYPE", "LANG")
# Ctrl-C and a closed terminal reach the whole process group; the masker ends when nobody prints any more.
_NOT_FOR_THE_MASKER = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTTOU}


class Mask:
    """Values that are known, and texts without them."""

    def __init__(self) -> None:
        self._known = Known()

    def learn(self, values: Iterable[str]) -> None:
        """Mask these values in everything that is printed once this has returned; see `tell_unmasked`."""
        self._know(forms_of(values))

    def tell_unmasked(self, named: Iterable[tuple[object, str]]) -> None:
        """Say which of these, name and value, are in use and too short to be masked: once in each log."""
        for sentence in unmasked(named):
            self._note(f"[lockwork: {sentence}]\n")

    def scrub(self, text: str) -> str:
        """A text of our own, a failure's or a traceback, without the known values."""
        return scrub(self._known, text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def holds(self, data: bytes) -> bool:
        """Whether a known value is in there, in any of its forms."""
        return bool(self._known) and bool(self._known.coverings(data))

    def _know(self, forms: Iterable[bytes]) -> None:
        self._known.add(forms)

    def _note(self, text: str) -> None:
        """Write to the log of the step that runs, or of the next; there is none here."""


class _Remote(Mask):
    """A mask that a masker shares."""

    def __init__(self, control: Control) -> None:
        super().__init__()
        self._control = control

    def _know(self, forms: Iterable[bytes]) -> None:
        with self._control.alone():
            if fresh := self._known.missing(forms):
                # First the masker: were we interrupted in between, the next attempt would find them known.
                self._control.ask(Verb.LEARN, pack_all(fresh))
                self._known.add(fresh)

    def _note(self, text: str) -> None:
        self._control.ask(Verb.NOTE, text.encode())


class Place(NamedTuple):
    """Where a step in a fresh process prints: give these descriptors to that process."""

    log: StepLog
    stdout: int
    stderr: int
    door: int


class Joined(_Remote):
    """The side of a process that was given a place's descriptors; its output is captured from outside."""

    def __init__(self, door: int) -> None:
        super().__init__(Control(door))
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", line_buffering=True)  # what is buffered dies with us

    def flush(self) -> None:
        """Send on what is buffered, C code's too: before the process ends in an unusual way."""
        flush_all(sys.stdout, sys.stderr)
        flush_c()


class Inline(Mask):
    """No capture, for a debugger: steps print where they always do; only our own texts are masked."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        flush_all(sys.stdout, sys.stderr)

    @contextmanager
    def step(self, name: str, file: Path | None = None) -> Iterator[StepLog]:  # noqa: ARG002 - as a Capture's
        """The log stays empty."""
        yield StepLog(name)

    def say(self, text: str) -> None:
        """Write a line to standard error."""
        masked = self.scrub(text)
        print(escaped_log(masked) if sys.stderr.isatty() else masked, file=sys.stderr, flush=True)

    def progress(self, text: str) -> None:
        """Not shown: it would stand in the debugger's way."""


class Capture(_Remote):
    """Descriptors 1 and 2 and their Python objects, from `start` to the end of the `with` block."""

    @classmethod
    def start(cls, *, terminal: bool = True, apart: bool = False) -> Self:
        """Everything that is printed is masked from now on; without `terminal` it is in the logs alone.

        `apart`: what is printed to standard output is shown on standard error.
        """
        flush_all(sys.stdout, sys.stderr)
        flush_c()
        with ExitStack() as undo:
            undo.callback(close_all, fill_low())
            pipes = {which: os.pipe() for which in (_OUT, _ERR, _ASIDE)}
            shown = "apart" if apart else "as is" if terminal else ""
            ends = {which: write for which, (_, write) in pipes.items()}
            try:
                control = _start_masker({which: read for which, (read, _) in pipes.items()}, shown, undo)
            finally:
                undo.callback(close_all, ends.values())  # before the masker is stopped: it waits for that
                close_all(read for read, _ in pipes.values())
            capture = cls(control, ends)
            capture._take_over(undo)
            capture._undo = undo.pop_all()
        return capture

    @staticmethod
    def joined(door: int) -> Joined:
        """For a process that was started with a place's descriptors."""
        return Joined(door)

    def __init__(self, control: Control, ends: dict[int, int]) -> None:
        super().__init__(control)
        self._pid = os.getpid()
        self._is_on_terminal = os.isatty(_ERR)
        self._ends = ends
        self._python: list[TakenOver] = []
        self._undo = ExitStack()
        self._channels = itertools.count(_MAIN + 1)

    def _take_over(self, undo: ExitStack) -> None:
        for fd in (_OUT, _ERR):
            undo.callback(put_back, *save(fd), fd)
        self._connect()
        for name, fd in (("stdout", _OUT), ("stderr", _ERR)):
            stream = TakenOver(name, fd, self._known, self._ends[_ASIDE])
            undo.callback(stream.restore)
            stream.install()
            self._python.append(stream)
        undo.callback(self._drop_unsent)
        undo.callback(self._flush)

    def _drop_unsent(self) -> None:
        """If the masker has gone: what is still buffered must not come out once all is put back."""
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), _OUT)
            os.dup2(nowhere.fileno(), _ERR)
            self._flush()

    def _connect(self) -> None:
        for fd in (_OUT, _ERR):
            os.dup2(self._ends[fd], fd)

    def _flush(self) -> None:
        for stream in self._python:
            stream.flush()
        flush_c()

    def _repair(self) -> None:
        """Send on what is buffered, then take back what a step has replaced, closed or redirected."""
        self._flush()
        self._connect()
        for stream in self._python:
            stream.install()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Put everything back as it was, once all that was printed is shown. A second time does nothing."""
        if os.getpid() == self._pid:  # a fork that comes this way has nothing to take down
            self._undo.close()

    @contextmanager
    def step(self, name: str, file: Path | None = None) -> Iterator[StepLog]:
        """What is printed meanwhile goes into this log, by child processes and C code too."""
        log = StepLog(name, file)
        self._repair()
        self._begin(_MAIN, [log.fd])
        try:
            yield log
        finally:
            if os.getpid() == self._pid:  # not in a fork that ran out of the step
                self._repair()
                self._end(_MAIN)

    @contextmanager
    def worker(self, name: str, file: Path | None = None) -> Iterator[Place]:
        """What a process prints goes into `place.log`: start it and see its end within this block."""
        log = StepLog(name, file)
        channel = next(self._channels)
        with ExitStack() as ends:
            pipes = [os.pipe(), os.pipe()]
            ends.callback(close_all, [write for _, write in pipes])
            try:
                self._begin(channel, [log.fd, *(read for read, _ in pipes)])
            finally:
                close_all(read for read, _ in pipes)
            try:
                yield Place(log, pipes[0][1], pipes[1][1], self._control.door)
            finally:
                self._end(channel)

    def _begin(self, channel: int, descriptors: list[int]) -> None:
        self._control.ask(Verb.BEGIN, channel.to_bytes(4), descriptors)

    def _end(self, channel: int) -> None:
        self._control.ask(Verb.END, channel.to_bytes(4))

    def say(self, text: str) -> None:
        """A line of the run's own: shown, masked, in no log. On standard error, or in the notebook."""
        host = self._python[-1]
        if host.is_hosted:
            host.say(self.scrub(text))
        else:
            self._control.ask(Verb.SAY, self._shown(text))

    def progress(self, text: str) -> None:
        """Keep this line last until the next, an empty one or the end. Shown on terminals alone."""
        self._control.ask(Verb.PROGRESS, self._shown(text))

    def _shown(self, text: str) -> bytes:
        """On a terminal nothing in it can act. Masked before that: escaped, no value would be known."""
        text = escaped_log(self.scrub(text)) if self._is_on_terminal else text
        return text.encode("utf-8", "surrogatepass")


def _start_masker(streams: dict[int, int], shown: str, undo: ExitStack) -> Control:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    pairs = [f"{fd}:{which}" for which, fd in streams.items()]
    command = [sys.executable, "-I", "-S", "-c", _MASKER, str(theirs.fileno()), shown, *pairs]
    out, err = (_OUT, _ERR) if shown else (subprocess.DEVNULL, subprocess.DEVNULL)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_FOR_THE_MASKER)  # which inherits it
    try:
        with theirs:
            masker = subprocess.Popen(
                [*command, "\n".join(path for path in sys.path if path)],
                env={name: os.environ[name] for name in _FOR_THE_MASKER if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=[theirs.fileno(), *streams.values()],
            )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    control = Control(ours.detach())
    undo.callback(masker.wait)
    undo.callback(control.stop)
    return control
