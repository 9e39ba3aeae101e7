"""The masker: a process of its own between what a run's steps print and the terminal and their logs.

It never waits for the process that it serves, which may be held up in C code that prints while it holds the
interpreter's lock: logs go to files, answers are one byte each, and a terminal that is slow is fed from
memory. It lives until nobody can write to its streams any more, so a child that a step left behind is masked
to its end.
"""

import array
import fcntl
import os
import select
import socket
import sys
import termios
from contextlib import suppress
from types import TracebackType

from lockwork.capture.frames import DONE, Garbled, Verb, take_frames, unpack_all
from lockwork.capture.log_file import LogFile
from lockwork.capture.screen import Screen, Sink
from lockwork.capture.scrubber import Known, Scrubber, scrub

_CHUNK = 64 * 1024
_BACKLOG = 64 * 1024 * 1024  # what waits for a slow terminal before the programs that print have to wait too
_MAIN = 0  # the channel of the captured process itself; others are processes that it started for a step each


class _Stream:
    """One pipe that programs print into."""

    def __init__(self, fd: int, sink: Sink | None, channel: int, known: Known) -> None:
        self.fd, self.sink, self.channel = fd, sink, channel
        self.scrubber = Scrubber(known)

    def waiting(self) -> int:
        """How many bytes lie in the pipe at this moment."""
        count = array.array("i", [0])
        fcntl.ioctl(self.fd, termios.FIONREAD, count)
        return count[0]

    def is_over(self) -> bool:
        """Nothing lies in the pipe and nobody can write to it any more."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        return not self.waiting() and any(event & select.POLLHUP for _, event in poll.poll(0))


class _Talk:
    """A connection of a process that is captured."""

    def __init__(self, fd: int) -> None:
        self.socket = socket.socket(fileno=fd)
        self.received = bytearray()
        self.descriptors: list[int] = []


class Masker:
    """Everything in one loop: streams in, screen and logs out, requests answered in between."""

    def __init__(self, door: int, screen: Screen | None, streams: dict[int, int]) -> None:
        self._known = Known()
        self._screen = screen
        self._door = socket.socket(fileno=door)
        self._talks: list[_Talk] = []
        self._logs: dict[int, LogFile] = {}
        self._notes: dict[bytes, None] = {}
        """Those for the next log."""
        self._noted: dict[int, set[bytes]] = {}
        self._told: set[bytes] = set()
        self._streams: list[_Stream] = []
        for fd, which in streams.items():
            self._open(fd, which, _MAIN)

    def run(self) -> None:
        """Until every stream has ended."""
        while self._streams:
            ready = self._wait()
            for talk in [t for t in self._talks if t.socket.fileno() in ready]:
                self._hear(talk)
            for stream in [s for s in self._streams if s.fd in ready]:
                self._read(stream)
            if self._door.fileno() in ready:
                self._welcome()
            if self._screen:
                self._screen.pump()
        if self._screen:
            self._screen.finish()

    def _wait(self) -> set[int]:
        """The descriptors on which something can be done."""
        poll = select.poll()
        inputs = [self._door.fileno(), *(talk.socket.fileno() for talk in self._talks)]
        if not self._screen or self._screen.backlog < _BACKLOG:
            inputs += [stream.fd for stream in self._streams]
        for fd in inputs:
            poll.register(fd, select.POLLIN)
        for fd in self._screen.unwritten() if self._screen else ():
            poll.register(fd, select.POLLOUT)
        return {fd for fd, _ in poll.poll()}

    # -- streams

    def _open(self, fd: int, which: int, channel: int) -> None:
        """`which` is the descriptor that the stream stands for; 0 is none, for the log alone."""
        os.set_blocking(fd, False)
        sink = self._screen.sinks.get(which) if self._screen else None
        self._streams.append(_Stream(fd, sink, channel, self._known))

    def _read(self, stream: _Stream, at_most: int = _CHUNK) -> int:
        """Take what has been printed; how much it was."""
        try:
            data = os.read(stream.fd, at_most)
        except BlockingIOError:
            return 0  # a request that was answered meanwhile has taken it
        if data:
            self._put(stream, stream.scrubber.feed(data))
        else:
            self._close(stream)
        return len(data)

    def _put(self, stream: _Stream, masked: bytes) -> None:
        if self._screen and stream.sink:
            self._screen.show(stream.sink, masked)
        if log := self._logs.get(stream.channel):
            log.write(masked)

    def _settle(self, stream: _Stream) -> None:
        """Take what lies in the pipe now, and no more: a child left behind may print for ever."""
        left = stream.waiting()
        while left > 0 and (taken := self._read(stream, min(left, _CHUNK))):
            left -= taken
        self._put(stream, stream.scrubber.flush())

    def _close(self, stream: _Stream) -> None:
        self._put(stream, stream.scrubber.flush())
        self._streams.remove(stream)
        os.close(stream.fd)

    # -- requests

    def _welcome(self) -> None:
        """A process that is captured opens a connection of its own: a fork must not share its parent's."""
        _, descriptors, _, _ = socket.recv_fds(self._door, 1, 1)
        self._talks += [_Talk(fd) for fd in descriptors]

    def _hear(self, talk: _Talk) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(talk.socket, _CHUNK, 4)
        except OSError:
            data, descriptors = b"", []
        talk.received += data
        talk.descriptors += descriptors
        try:
            for verb, payload in take_frames(talk.received):
                self._answer(talk, verb, payload)
        except Garbled:  # some program writes to what is not its own: the others are masked all the same
            data = b""
        if not data:
            self._talks.remove(talk)
            talk.socket.close()

    def _answer(self, talk: _Talk, verb: Verb, payload: bytes) -> None:
        self._do(verb, payload, talk)
        with suppress(OSError):  # whoever asked is gone
            talk.socket.send(DONE)

    def _do(self, verb: Verb, payload: bytes, talk: _Talk) -> None:
        match verb:
            case Verb.LEARN:
                self._known.add(unpack_all(payload))
            case Verb.NOTE:
                self._note(payload)
            case Verb.BEGIN:
                self._begin(int.from_bytes(payload), talk)
            case Verb.END:
                self._end(int.from_bytes(payload))
            case Verb.SAY if self._screen:
                self._screen.say(scrub(self._known, payload))
            case Verb.PROGRESS if self._screen:
                self._screen.progress(scrub(self._known, payload))
            case Verb.STOP:
                self._stop()

    def _note(self, text: bytes) -> None:
        if self._screen and text not in self._told:
            self._told.add(text)  # each process of a run notes it for itself
            self._screen.say(text)
        if not self._logs:
            self._notes[text] = None
        for channel in self._logs:
            self._note_in(channel, text)

    def _note_in(self, channel: int, text: bytes) -> None:
        """Once in each log, whoever says it how often."""
        if text not in self._noted[channel]:
            self._noted[channel].add(text)
            self._logs[channel].write(text)

    def _begin(self, channel: int, talk: _Talk) -> None:
        """What lies in the pipes was printed before the step and is not its own."""
        self._end(channel)  # nothing to end, unless whoever began the last one was interrupted
        if not talk.descriptors:
            raise Garbled
        log, *streams = talk.descriptors
        talk.descriptors = []
        for which, fd in enumerate(streams, start=1):
            self._open(fd, which, channel)
        self._logs[channel] = LogFile(log)
        self._noted[channel] = set()
        for text in self._notes:
            self._note_in(channel, text)
        self._notes = {}

    def _end(self, channel: int) -> None:
        """What children of the step print from now on is masked and shown, and in no log of this step."""
        self._settle_all(channel)
        if log := self._logs.pop(channel, None):
            log.close()

    def _settle_all(self, channel: int) -> None:
        for stream in [s for s in self._streams if s.channel == channel]:
            self._settle(stream)

    def _stop(self) -> None:
        """Finish, and end: but where a child still has a stream, a fork of this process stays for it."""
        for stream in list(self._streams):
            self._settle(stream)
            if stream.is_over():
                self._close(stream)
        for channel in list(self._logs):
            self._end(channel)
        if self._screen:
            self._screen.finish()
        if not self._streams or os.fork():
            os._exit(0)  # the captured process waits for this end, and not for the child that stays


def main() -> None:
    """`masker.py DOOR SHOWN STREAM:WHICH …`, all descriptors but SHOWN: where to, empty for nowhere."""
    door, shown, *streams = sys.argv[1:]
    sys.excepthook = _say_no_more
    err = Sink(2)
    screen = Screen(err if shown == "apart" else Sink(1), err) if shown else None
    pairs = (stream.split(":") for stream in streams)
    Masker(int(door), screen, {int(fd): int(which) for fd, which in pairs}).run()


def _say_no_more(kind: type[BaseException], _: BaseException, __: TracebackType | None) -> None:
    """Our own failure's text could quote what was being masked."""
    os.write(2, b"error: the masker failed: " + kind.__name__.encode() + b"\n")
