"""The line to the masker, seen from the masker's end."""

import signal
import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from lockwork.capture.control import Control
from lockwork.capture.frames import DONE, Verb, frame
from lockwork.domain.errors import Unavailable


@pytest.fixture
def ends() -> Iterator[tuple[Control, socket.socket]]:
    theirs, door = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    door.settimeout(5)  # a failure, not a hang
    control = Control(theirs.detach())
    with door:
        yield control, door
        control.stop()


def next_line(door: socket.socket) -> socket.socket:
    _, descriptors, _, _ = socket.recv_fds(door, 1, 1)
    return socket.socket(fileno=descriptors[0])


class Interrupted(Exception):
    pass


def test_an_answer_that_was_not_waited_for(ends: tuple[Control, socket.socket]) -> None:
    """An interrupted request gives its line up, so that a late answer is not taken for the next one's."""
    control, door = ends

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    with pytest.raises(Interrupted):
        control.ask(Verb.LEARN, b"first")
    signal.signal(signal.SIGALRM, before)
    asking = Thread(target=control.ask, args=(Verb.END, b"second"), daemon=True)
    asking.start()
    with next_line(door) as first, next_line(door) as second:
        assert first.recv(100) == frame(Verb.LEARN, b"first")
        assert first.recv(100) == b""
        assert second.recv(100) == frame(Verb.END, b"second")
        assert asking.is_alive()
        second.send(DONE)
        asking.join()


def test_a_masker_that_has_gone(ends: tuple[Control, socket.socket]) -> None:
    """It is told by a failure of its own kind, whether it goes before or while it is asked."""
    control, door = ends
    asking = Thread(target=lambda: next_line(door).close())
    asking.start()
    with pytest.raises(Unavailable, match="has gone"):
        control.ask(Verb.LEARN, b"value")
    asking.join()
    door.close()
    with pytest.raises(Unavailable, match="has gone"):
        control.ask(Verb.LEARN, b"value")
