"""Who has a store open: all who do hold one file together; who puts another in its place holds it alone.

By `flock`, which ends with the process that holds it, however that ends. SQLite's own locks cannot serve:
they belong to a file, and it is the file that is replaced.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from lockwork.domain.errors import StoreUnusable


class Hold:
    """Held until it is closed, or forgotten."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


def together(path: Path, patience: float) -> Hold:
    """Hold it with all others who have the store open; who replaces the store is waited for."""
    try:
        hold = _held(path, fcntl.LOCK_SH, patience)
    except OSError:  # where nothing can be written, nothing can be replaced; what cannot be read, others tell
        return Hold(None)
    if hold is None:
        raise StoreUnusable(
            "another store is being put in the place of this one", hint="try again when that is done"
        )
    return hold


def alone(path: Path, patience: float) -> Hold:
    """Hold it while no one else has the store open, or `StoreUnusable`, which names who does."""
    hold = _held(path, fcntl.LOCK_EX, patience)
    if hold is None:
        raise StoreUnusable(
            f"the store in {path.parent} is in use{_by_whom(path)}: what that wrote would be lost",
            hint="let runs end, close notebooks and programs that use it, and try again",
        )
    return hold


def _held(path: Path, kind: int, patience: float) -> Hold | None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    hold, until = Hold(descriptor), time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return None
            time.sleep(0.01)
        else:
            return hold


def _by_whom(path: Path) -> str:
    """The processes that hold it, where the system tells."""
    processes = []
    with suppress(OSError):
        inode = str(path.stat().st_ino)
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.replace("-> ", "").split()
            if fields[1] == "FLOCK" and fields[3] == "READ" and fields[5].endswith(f":{inode}"):
                processes.append(fields[4])
    known = sorted({int(number) for number in processes if int(number) > 0})
    return f" by process {', '.join(map(str, known))}" if known else ""
