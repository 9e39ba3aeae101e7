"""The keeper: the process that starts the command, masks what it prints, and outlives whoever is killed.

Why a process of its own. On a pseudo-terminal the command needs a parent in its own session, or the system
takes Ctrl-Z from it; and a front that is killed must leave neither a terminal in the wrong mode nor a command
that prints to nobody. The keeper is out of reach of what ends the front: when the front is gone, it gives the
terminal back and ends the command.
"""

import fcntl
import os
import select
import signal
import socket
import subprocess
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, NoReturn

from lockwork.capture.screen import Sink
from lockwork.capture.scrubber import Known
from lockwork.injection.keyboard import Keyboard
from lockwork.injection.line import Order, Report, packed
from lockwork.injection.outputs import Output
from lockwork.injection.terminal import Terminal, copy_size


class Place(NamedTuple):
    """Where the command runs."""

    terminal: Terminal | None
    """The user's, where the command gets a pseudo-terminal to itself, with a session of its own."""
    ours: Mapping[int, int]
    """Where to → our end of a stream that the command prints into."""
    theirs: Mapping[int, int]
    """The command's 0, 1 and 2, where they are not ours as they stand."""
    is_apart: bool
    """In a process group of its own: there is no terminal whose keys have to reach it."""


class Start(NamedTuple):
    """What is started."""

    words: Sequence[str]
    environment: Mapping[str, str]
    mask: set[int]
    """The signals that it has blocked."""


class Keeper:
    """One command, from its start to the last byte that it left."""

    def __init__(self, place: Place, front: socket.socket, forms: set[bytes]) -> None:
        self._place, self._terminal = place, place.terminal
        self._front: socket.socket | None = front
        known = Known()
        known.add(forms)
        self._outputs = [
            Output(fd, Sink(shown), known, is_terminal=os.isatty(shown)) for shown, fd in place.ours.items()
        ]
        self._keyboard = self._terminal and Keyboard(
            self._terminal.fd, place.ours[1], front=os.getppid(), listens=self._terminal.is_taken
        )
        self._woken = _wakened_by_signals()
        self._command: subprocess.Popen[bytes]  # kept: what forgets it would ask for its end before us
        self._code: int | None = None
        self._is_given_up = False

    # -- the command

    def start(self, what: Start) -> None:
        """OSError where it cannot be."""
        if self._terminal:
            os.setsid()
            fcntl.ioctl(self._place.theirs[0], termios.TIOCSCTTY, 0)
        elif self._place.is_apart:
            os.setpgid(0, 0)

        def prepare() -> None:
            if self._terminal:
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})  # we do not have it yet
                os.tcsetpgrp(0, os.getpid())
            signal.pthread_sigmask(signal.SIG_SETMASK, what.mask)

        theirs = self._place.theirs
        self._command = subprocess.Popen(
            what.words,
            env=what.environment,
            stdin=theirs.get(0),
            stdout=theirs[1],
            stderr=theirs[2],
            process_group=0 if self._terminal else None,
            preexec_fn=prepare,
        )
        self.tell(Report.STARTED, self._command.pid)
        self._let_go()

    def _let_go(self) -> None:
        """What only the command needs: so that the ends of its streams are seen, and of what it reads."""
        if self._terminal:
            return  # with nobody at its other end, a terminal would be lost for who opens it again
        for fd in set(self._place.theirs.values()):
            os.close(fd)
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)

    def _signal(self, number: int) -> None:
        with suppress(PermissionError):  # such as `sudo`, which hears its terminal and nobody else
            if self._terminal:
                os.killpg(self._command.pid, number)
            elif self._place.is_apart:
                os.killpg(0, number)  # we have it blocked
            else:
                os.kill(self._command.pid, number)

    def _look_after(self) -> None:
        """See whether it has ended, or stopped."""
        with suppress(BlockingIOError):
            os.read(self._woken, 4096)
        if self._code is not None:
            return
        flags = os.WNOHANG | (os.WUNTRACED if self._terminal else 0)
        pid, status = os.waitpid(self._command.pid, flags)
        if pid and os.WIFSTOPPED(status):
            self._tell_of_stop()
        elif pid:
            code = os.waitstatus_to_exitcode(status)
            self._code = code if code >= 0 else 128 - code

    def _tell_of_stop(self) -> None:
        if self._keyboard:
            self._keyboard.listens = False
        self.tell(Report.STOPPED)
        if self._front:
            os.kill(os.getppid(), signal.SIGCHLD)  # on which the front listens

    # -- the front

    def tell(self, kind: Report, number: int = 0) -> None:
        """Say what has become of the command."""
        if self._front:
            with suppress(OSError):  # it has gone, which we are about to hear
                self._front.send(packed(kind, number))

    def _hear(self, front: socket.socket) -> None:
        try:
            orders = front.recv(4096)
        except OSError:
            orders = b""
        for order in orders:
            self._obey(order)
        if not orders:
            front.close()
            self._front = None
            self._abandoned()

    def _obey(self, order: int) -> None:
        if order in (Order.FRONT, Order.BEHIND, Order.RESIZED):
            for shown, fd in self._place.ours.items():
                if os.isatty(shown):
                    copy_size(shown, fd)
        if order == Order.RESIZED:
            return
        if order < Order.FRONT and self._code is not None:
            self._is_given_up = True  # what it left is in nobody's interest
        elif self._code is None:
            self._signal(order if order < Order.FRONT else signal.SIGCONT)
        if self._keyboard and order >= Order.FRONT:
            self._keyboard.listens = order == Order.FRONT

    def _abandoned(self) -> None:
        """Whoever killed the front meant all of it."""
        if self._terminal and self._keyboard and self._keyboard.listens:
            self._keyboard.listens = False
            self._terminal.give_back()
        if self._code is None:
            self._signal(signal.SIGHUP if self._terminal else signal.SIGTERM)
            self._signal(signal.SIGCONT)

    # -- all at once

    def run(self) -> int:
        """To the end of the command and of what it printed; its exit code."""
        while self._code is None:
            self._turn()
        for output in self._outputs:
            output.settle()
        while not self._is_given_up and any(output.sink.backlog for output in self._outputs):
            self._turn(reads=False)
        return self._code

    def unwritten(self) -> int | None:
        """The error number, if something that was printed could not be written."""
        return next((output.failure for output in self._outputs if output.failure), None)

    def has_heirs(self) -> bool:
        """Whether somebody whom the command left behind may still print."""
        return not self._terminal and any(output.is_open for output in self._outputs)

    def stay(self) -> None:
        """Until those have ended too."""
        self._front = None
        while self.has_heirs():
            self._turn()
        for output in self._outputs:
            output.sink.finish()

    def _turn(self, *, reads: bool = True) -> None:
        """Wait until something can be done, and do it."""
        ready = self._wait(reads=reads)
        if self._woken in ready:
            self._look_after()
        if self._front and self._front.fileno() in ready:
            self._hear(self._front)
        if self._keyboard and self._outputs[0].is_open:
            self._keyboard.pass_on(ready)
        for output in self._outputs:
            if reads and output.is_open and ready.get(output.fd, 0) & ~select.POLLOUT:
                output.read()
            output.hurry()
            output.pump()

    def _wait(self, *, reads: bool) -> dict[int, int]:
        """Which descriptors are ready for what."""
        wanted = {self._woken: select.POLLIN}
        if self._front:
            wanted[self._front.fileno()] = select.POLLIN
        for output in self._outputs:
            if reads and output.has_room:
                wanted[output.fd] = select.POLLIN
            if output.sink.backlog:
                wanted[output.sink.fd] = select.POLLOUT
        if self._keyboard and self._outputs[0].is_open:
            self._keyboard.want(wanted)
        poll = select.poll()
        for fd, events in wanted.items():
            poll.register(fd, events)
        waits = [wait for output in self._outputs if (wait := output.wait()) is not None]
        return dict(poll.poll(min(waits) * 1000 + 1 if waits else None))


def keep(place: Place, front: socket.socket, forms: set[bytes], what: Start) -> NoReturn:
    """The keeper's whole life, in a fork."""
    try:
        keeper = Keeper(place, front, forms)
        try:
            keeper.start(what)
        except OSError as failure:
            keeper.tell(Report.FAILED, failure.errno or 0)
        else:
            _see_it_through(keeper)
    except BaseException as failure:  # its text could quote what was being masked
        os.write(2, f"error: the process that masks has failed: {type(failure).__name__}\n".encode())
    finally:
        os._exit(0)  # whatever the front has opened is the front's to close


def _see_it_through(keeper: Keeper) -> None:
    code = keeper.run()
    if keeper.has_heirs() and not os.fork():
        keeper.stay()
        return
    if failure := keeper.unwritten():
        keeper.tell(Report.UNWRITTEN, failure)
    keeper.tell(Report.ENDED, code)


def _wakened_by_signals() -> int:
    """A descriptor that can be read when the command has ended or stopped."""
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    return woken
