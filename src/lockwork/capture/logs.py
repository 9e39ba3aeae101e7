"""What a step printed, masked, until it is stored. Only the masker writes it; the file has no name."""

import os
import weakref
from collections.abc import Iterator

PART = 64 * 1024


class StepLog:
    """The masked output of one step, both streams as they came. Complete once the step has ended."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fd = _nameless_file()
        self.close = weakref.finalize(self, os.close, self.fd)

    def parts(self) -> Iterator[bytes]:
        """All of it in order, at most 64 KiB each, cut at line ends or at least between UTF-8 characters."""
        at = 0
        while part := _whole(os.pread(self.fd, PART, at)):
            yield part
            at += len(part)

    def text(self) -> str:
        """All of it at once."""
        return b"".join(self.parts()).decode("utf-8", "replace")


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
