"""What a step printed, masked, until it is stored. Only the masker writes it.

<home>/logs/<run>/<step>      mode 0600; gone once the log is recorded
"""

import os
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

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


def parts(fd: int, at: int = 0) -> Iterator[bytes]:
    """A log from there on, at most 64 KiB each, cut at line ends or at least between UTF-8 characters."""
    while part := _whole(os.pread(fd, PART, at)):
        yield part
        at += len(part)


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
