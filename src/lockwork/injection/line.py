"""What the two processes of an `exec` say to each other.

From the front to the keeper single bytes: a signal's number to pass on, or an `Order`. Back come `Report`s,
each a kind and a number.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum

_REPORT = struct.Struct(">BI")


class Order(IntEnum):
    """Beyond any signal's number."""

    FRONT = 128  # the terminal is ours again: go on, and listen
    BEHIND = 129  # another job has the terminal: go on without it
    RESIZED = 130


class Report(IntEnum):
    """What has become of the command."""

    STARTED = 1  # its process
    FAILED = 2  # an error number: it could not be started
    STOPPED = 3
    UNWRITTEN = 4  # an error number: what it printed could not be written
    ENDED = 5  # an exit code


def packed(kind: Report, number: int = 0) -> bytes:
    return _REPORT.pack(kind, number)


def unpacked(data: bytes) -> Iterator[tuple[Report, int]]:
    """Reports are few and short: they come whole."""
    for kind, number in _REPORT.iter_unpack(data):
        yield Report(kind), number
