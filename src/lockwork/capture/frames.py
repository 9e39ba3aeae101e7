"""What a captured process and its masker say to each other: one byte of verb, four of length, a payload.

Framed by hand: a run waits for the masker to start, and the least serialisation library doubles that time.
"""

import struct
from collections.abc import Iterable, Iterator
from enum import IntEnum

_HEAD = struct.Struct(">BI")
_LENGTH = struct.Struct(">I")


class Verb(IntEnum):
    """Each is answered by one byte, `DONE`, but `STOP`, whose answer is the masker's end."""

    LEARN = 1  # patterns: mask these from now on
    NOTE = 2  # text: for the log that is being written, or the next one
    BEGIN = 3  # channel; with it come the log's descriptor, and any streams that are the channel's own
    END = 4  # channel: everything written before this is masked and in its log
    SAY = 5  # text: a line for the terminal
    PROGRESS = 6  # text: the line that stays last on the terminal; empty takes it away
    STOP = 7


_VERBS = frozenset(Verb)

DONE = b"."


class Garbled(Exception):
    """What came is not what anyone here sends."""


def frame(verb: Verb, payload: bytes = b"") -> bytes:
    """One message, ready to send."""
    return _HEAD.pack(verb, len(payload)) + payload


def take_frames(received: bytearray) -> Iterator[tuple[Verb, bytes]]:
    """The messages that are complete, taken off the front of what was received."""
    while len(received) >= _HEAD.size:
        verb, length = _HEAD.unpack_from(received)
        if len(received) < _HEAD.size + length:
            return
        payload = bytes(received[_HEAD.size : _HEAD.size + length])
        del received[: _HEAD.size + length]
        if verb not in _VERBS:
            raise Garbled
        yield Verb(verb), payload


def pack_all(parts: Iterable[bytes]) -> bytes:
    """Several byte strings as one payload."""
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def unpack_all(payload: bytes) -> Iterator[bytes]:
    """What `pack_all` packed."""
    at = 0
    while at < len(payload):
        start = at + _LENGTH.size
        end = start + int.from_bytes(payload[at:start])
        if end > len(payload):
            raise Garbled
        yield payload[start:end]
        at = end
