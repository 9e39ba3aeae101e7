"""The masker's end of the line: whoever says what nobody says is hung up on, and nobody else."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from lockwork.capture.frames import DONE, Verb, frame, pack_all
from lockwork.capture.masker import Masker


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """The way to a masker that runs until the test has ended."""
    ours, theirs = socket.socketpair()
    stream, writer = os.pipe()
    masker = Masker(theirs.detach(), None, {stream: 1})
    runs = threading.Thread(target=masker.run)
    runs.start()
    yield ours
    os.close(writer)
    runs.join(10)
    assert not runs.is_alive()
    for end in (ours, masker._door, *(talk.socket for talk in masker._talks)):
        end.close()


def line_through(door: socket.socket) -> closing[socket.socket]:
    """A line of one's own, as every process that is captured opens it."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(door, [b"+"], [theirs.fileno()])
    ours.settimeout(10)
    return closing(ours)


@pytest.mark.parametrize(
    "message",
    [
        struct.pack(">BI", 200, 0),
        struct.pack(">BI", 0, 3) + b"abc",
        frame(Verb.LEARN, b"abc"),
        frame(Verb.LEARN, pack_all([b"whole", b"cut short"])[:-1]),
        frame(Verb.BEGIN, b"\x01"),
    ],
    ids=["an unknown verb", "no verb", "no length", "cut short", "no log"],
)
def test_who_talks_nonsense_is_hung_up_on(door: socket.socket, message: bytes) -> None:
    """It gets no answer, which would say that its values are masked; others are still answered."""
    with line_through(door) as honest, line_through(door) as garbled:
        garbled.sendall(message)
        assert garbled.recv(1) == b""
        honest.sendall(frame(Verb.LEARN, pack_all([b"pattern"])))
        assert honest.recv(1) == DONE
