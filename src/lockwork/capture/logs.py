"""What a step printed, masked, until it is stored. Only the masker writes it.

<home>/logs/<run>/<step>      mode 0600; gone once the log is recorded
"""

import os
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lockwork.capture.log_file import NO_ROOM

PART = 64 * 1024
_FOLDER = "logs"


def folder(home: Path, run: str) -> Path:
    """Where the files of a run lie, one for each step."""
    return home / _FOLDER / run


def folders(home: Path) -> list[Path]:
    """Those of all runs that run, or that ended without a word."""
    with suppress(OSError):
        return sorted((home / _FOLDER).iterdir())
    return []


class StepLog:
    """The masked output of one step, both streams as they came. Complete once the step has ended.

    In `file`, where one is given and can be made, so that it outlives a step that takes this process along.
    """

    def __init__(self, name: str, file: Path | None = None) -> None:
        self.name = name
        self._file = file
        self.fd = _nameless_file() if file is None else _named_file(file)
        self.close = weakref.finalize(self, os.close, self.fd)

    def forget(self) -> None:
        """It is recorded elsewhere: the file goes, and with the last one the folder."""
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()
                self._file.parent.rmdir()

    def parts(self) -> Iterator[bytes]:
        """All of it in order; see `parts`."""
        yield from parts(self.fd)  # which stays open as long as somebody reads here

    def text(self) -> str:
        """All of it at once."""
        return b"".join(self.parts()).decode("utf-8", "replace")


def parts(fd: int, at: int = 0, end: int | None = None) -> Iterator[bytes]:
    """A log from there on, at most 64 KiB each, cut at line ends or at least between UTF-8 characters."""
    while part := _whole(os.pread(fd, PART if end is None else min(PART, end - at), at)):
        yield part
        at += len(part)


def settled(fd: int, at: int = 0) -> int:
    """Up to where, from there on, the log of a step that runs stays as it is.

    That is its last line end: what comes after it may be drawn over. It is asked for first, and read then.
    """
    end = os.fstat(fd).st_size
    if end > at and _ends_for_want_of_room(fd, end):
        return at
    while end > at:
        begins = max(at, end - PART)
        if line_end := os.pread(fd, end - begins, begins).rfind(b"\n") + 1:
            return begins + line_end
        end = begins
    return at


def rest(fd: int, at: int) -> Iterator[bytes]:
    """The parts that follow what is recorded, of a step that has ended."""
    end = os.fstat(fd).st_size
    if end - len(NO_ROOM) < at <= end and _ends_for_want_of_room(fd, end):
        yield NO_ROOM  # it stands in the place of lines that are recorded
    else:
        yield from parts(fd, at)


def _ends_for_want_of_room(fd: int, end: int) -> bool:
    return os.pread(fd, len(NO_ROOM), max(0, end - len(NO_ROOM))) == NO_ROOM


def _named_file(file: Path) -> int:
    try:
        for folder in (file.parent.parent, file.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:  # a full disk or a folder that nobody may write: the run goes on all the same
        return _nameless_file()


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("lockwork-log")
    import tempfile  # lazy: only where the system has no memory files

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _whole(part: bytes) -> bytes:
    """The part without the line, or else the character, that does not end in it."""
    if len(part) < PART:
        return part
    if line_end := part.rfind(b"\n") + 1:
        return part[:line_end]
    end = PART
    while end > PART - 4 and part[end - 1] & 0xC0 == 0x80:  # continues a character
        end -= 1
    starts_character = part[end - 1] & 0xC0 == 0xC0
    return part[: end - 1] if starts_character else part
