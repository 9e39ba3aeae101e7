"""The front of a command that runs with secrets: the process that the shell knows, and sends signals to.

    shell ── front: signals, the terminal's modes, the exit code
               └── keeper: starts, masks, passes keys on
                     └── the command

Where standard input and output are a terminal, the command has a pseudo-terminal to itself. Elsewhere it
stays in the session and the process group of the front, so that a terminal's keys and prompts reach it as
ever; each output that is a terminal is a pseudo-terminal then, for colours and size, each other one a pipe.
"""

import os
import signal
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress

from lockwork.capture.descriptors import close_all
from lockwork.capture.forms import forms_of
from lockwork.domain.errors import Refused, Unavailable
from lockwork.injection import programs
from lockwork.injection.keeper import Place, Start, keep
from lockwork.injection.line import Order, Report, unpacked
from lockwork.injection.terminal import Terminal, is_same, open_like

_PASSED_ON = {
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
}
_HEARD = _PASSED_ON | {signal.SIGCHLD, signal.SIGWINCH}
_FROM_KERNEL = 0x80  # what Linux says of who sent it: nobody did
_LOOK_AGAIN = 0.2  # seconds; a shell that brings a running job to the front does not tell it
_ABOUT_JOBS = {signal.SIGTSTP, signal.SIGCONT}  # the system's business where the command is in our group


def run(words: Sequence[str], environment: Mapping[str, str], values: Iterable[str]) -> int:
    """Run a command to its end, `values` masked in what it prints; its exit code, 128 + n for a signal."""
    forms = forms_of(values)
    with ExitStack() as opened:
        place = _placed()
        heard = _HEARD | (_ABOUT_JOBS if place.terminal else set())
        what = Start(words, environment, opened.enter_context(_waiting(heard)))
        if place.terminal:
            opened.callback(place.terminal.give_back)
            place.terminal.take()
        ours, theirs = socket.socketpair()
        keeper = os.fork()
        if not keeper:
            ours.close()
            keep(place, theirs, forms, what)
        theirs.close()
        close_all({*place.ours.values(), *place.theirs.values()})
        with ours:
            return _Front(keeper, ours, place, heard).supervise(words[0])


class _Front:
    def __init__(self, keeper: int, line: socket.socket, place: Place, heard: set[signal.Signals]) -> None:
        self._keeper, self._line, self._heard = keeper, line, heard
        self._terminal, self._is_apart = place.terminal, place.is_apart
        self._reports: dict[Report, int] = {}

    def supervise(self, name: str) -> int:
        """Until the keeper has ended; the command's exit code."""
        while not self._is_over():
            self._hear(*_next(self._heard, _LOOK_AGAIN if self._is_behind else None))
        self._listen()
        if Report.FAILED in self._reports:
            raise programs.unstartable(name, self._reports[Report.FAILED])
        if Report.ENDED not in self._reports:
            self._end_it()
            raise Unavailable(
                "the process that masks secrets in the output has gone, and the command with it"
            )
        if failure := self._reports.get(Report.UNWRITTEN):
            raise Refused(f"what {name} printed could not be written: {os.strerror(failure).lower()}")
        return self._reports[Report.ENDED]

    def _end_it(self) -> None:
        """With the keeper gone nobody masks it. Where it had a terminal to itself, that has gone too."""
        if Report.STARTED in self._reports and not self._terminal:
            with suppress(ProcessLookupError):
                os.kill(self._reports[Report.STARTED], signal.SIGTERM)

    @property
    def _is_behind(self) -> bool:
        return self._terminal is not None and not self._terminal.is_taken

    def _is_over(self) -> bool:
        return os.waitpid(self._keeper, os.WNOHANG)[0] == self._keeper

    def _hear(self, number: int, is_from_terminal: bool) -> None:
        match number:
            case signal.SIGCHLD:
                self._listen()
            case signal.SIGWINCH:
                self._order(Order.RESIZED)
            case signal.SIGCONT:
                self._come_back()
            case 0 if self._terminal and self._terminal.take():
                self._order(Order.FRONT)
            case 0:
                pass
            case _ if self._terminal or self._is_apart or not is_from_terminal:
                self._order(number)

    def _order(self, order: int) -> None:
        with suppress(OSError):  # it is just ending
            self._line.send(bytes([order]))

    def _listen(self) -> None:
        """Take the keeper's reports, and stop where the command has."""
        with suppress(BlockingIOError):
            self._reports.update(unpacked(self._line.recv(4096, socket.MSG_DONTWAIT)))
        if self._reports.pop(Report.STOPPED, None) is not None:
            self._stop()

    def _stop(self) -> None:
        """As the shell knows it: the whole job stops, until the shell lets it go on."""
        if self._terminal:
            self._terminal.give_back()
        os.killpg(0, signal.SIGTSTP)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTSTP})  # here it happens
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})
        self._come_back()

    def _come_back(self) -> None:
        is_ours = self._terminal is not None and self._terminal.take()
        self._order(Order.FRONT if is_ours else Order.BEHIND)


def _next(heard: set[signal.Signals], patience: float | None) -> tuple[int, bool]:
    """The next signal, and whether it is a terminal's, which tells everyone in the group by itself.

    0 after so many seconds without one.
    """
    if not hasattr(signal, "sigwaitinfo"):  # macOS: it does not say whose
        number = signal.sigwait(heard)
        return number, number in (signal.SIGINT, signal.SIGQUIT)
    about = signal.sigwaitinfo(heard) if patience is None else signal.sigtimedwait(heard, patience)
    return (about.si_signo, about.si_code == _FROM_KERNEL) if about else (0, False)


@contextmanager
def _waiting(heard: set[signal.Signals]) -> Iterator[set[int]]:
    """These signals wait until they are asked for; what was blocked before."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a caller may have it ignored, and children with it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, heard)
    try:
        yield {int(number) for number in before}
    finally:
        while signal.sigpending() & heard:
            signal.sigwait(heard)  # they were for the command, and it has ended
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- where the command runs


def _placed() -> Place:
    if os.isatty(0) and os.isatty(1):
        terminal = Terminal(0)
        ours, slave = open_like(1, terminal.modes)
        ends = {1: (ours, slave)}
    else:
        terminal, slave, ends = None, None, {1: _stream(1)}
    shared = is_same(1, 2)
    if not shared:
        ends[2] = _stream(2)
    theirs = {1: ends[1][1], 2: ends[1 if shared else 2][1]}
    if slave is not None:
        theirs[0] = slave
    return Place(
        terminal=terminal,
        ours={shown: ours for shown, (ours, _) in ends.items()},
        theirs=theirs,
        is_apart=terminal is None and not _has_terminal(),
    )


def _stream(shown: int) -> tuple[int, int]:
    """Our end and the command's, alike to where it is shown."""
    return open_like(shown) if os.isatty(shown) else os.pipe()


def _has_terminal() -> bool:
    """Whether there is one whose Ctrl-C reaches our process group, and on which a program may ask."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
