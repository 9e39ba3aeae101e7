"""Descriptors and buffers of this process, below Python's own streams."""

import os
from collections.abc import Iterable


def fill_low() -> list[int]:
    """Open what is closed of 0, 1 and 2, so that nothing of ours lands there; says what it opened."""
    opened = []
    while (fd := os.open(os.devnull, os.O_RDWR)) <= 2:
        opened.append(fd)
    os.close(fd)
    return opened


def save(fd: int) -> tuple[int, bool]:
    """A copy of a descriptor, and whether children inherit the original."""
    return os.dup(fd), os.get_inheritable(fd)


def put_back(saved: int, is_inheritable: bool, fd: int) -> None:
    """Undo whatever was done to a descriptor since it was saved."""
    os.dup2(saved, fd, is_inheritable)
    os.close(saved)


def close_all(descriptors: Iterable[int]) -> None:
    """Close each."""
    for fd in descriptors:
        os.close(fd)


def flush_c() -> None:
    """Write out what C code has buffered for its own standard output."""
    import ctypes  # lazy: 5 ms, and only for who runs steps

    ctypes.CDLL(None).fflush(None)
