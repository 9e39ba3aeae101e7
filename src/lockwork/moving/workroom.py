"""A folder for work in progress inside a store's own: as private, on the same disk, gone afterwards.

What a killed process left behind is taken away by the next one that needs such a folder: it holds keys.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = ".work-"


@contextmanager
def workroom(home: Path) -> Iterator[Path]:
    """An empty folder of mode 0700."""
    for left in home.glob(f"{_PREFIX}*"):
        _remove_if_left(left)
    folder, held = _made(home)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _made(home: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
        held = _hold(folder)
        if held is not None:
            if folder.exists():
                return folder, held
            os.close(held)
        # Another process took it for one that was left, just before it was held.


def _remove_if_left(folder: Path) -> None:
    held = _hold(folder)
    if held is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _hold(folder: Path) -> int | None:
    """A descriptor that keeps it from being taken away; None while another process has it."""
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor
    return None
