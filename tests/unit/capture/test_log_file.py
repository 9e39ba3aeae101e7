"""A step's log holds what a terminal would have gone on to show, whatever the pieces in which it comes."""

import os
import resource
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.capture import logs
from lockwork.capture.log_file import LIMIT, LogFile
from lockwork.capture.logs import StepLog


def kept(pieces: Sequence[bytes]) -> bytes:
    """What is in the file once all has been written."""
    log = StepLog("train")
    file = LogFile(os.dup(log.fd))
    for piece in pieces:
        file.write(piece)
    file.close()
    return b"".join(log.parts())


DRAWN = {
    "before each drawing": (b"\r 10%\r 20%\r100%\ndone\n", b"100%\ndone\n"),
    "after each drawing": (b" 10%\r 20%\r100%\r\ndone\n", b"100%\r\ndone\n"),
    "over another text": (b"loading\rloaded\n", b"loaded\n"),
    "a shorter one": (b"0123456789\rabc\n", b"abc\n"),
    "wiped out": (b"100%\r    \r\n", b"    \r\n"),
    "line ends of Windows": (b"one\r\ntwo\r\n", b"one\r\ntwo\r\n"),
    "one line among others": (b"one\n1%\r2%\nthree\n4%\r5%", b"one\n2%\nthree\n5%"),
    "the end": (b"one\n1%\r2%\r", b"one\n2%\r"),
    "nothing": (b"plain\n\ntext", b"plain\n\ntext"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_line_that_is_drawn_over_is_kept_once(name: str) -> None:
    """As it stood last, in one piece and byte by byte; line ends are no drawings."""
    printed, wanted = DRAWN[name]
    assert kept([printed]) == wanted
    assert kept([bytes((byte,)) for byte in printed]) == wanted


@given(st.lists(st.text("ab\r\n", max_size=6).map(str.encode)))
def test_the_pieces_make_no_difference(pieces: list[bytes]) -> None:
    """However it is cut, the log is the same, and no line of it was drawn over."""
    log = kept(pieces)
    assert log == kept([b"".join(pieces)])
    assert all(b"\r" not in line.rstrip(b"\r") for line in log.split(b"\n"))


@given(st.lists(st.text("ab\r\n", max_size=6).map(str.encode)))
def test_what_is_settled_stays(pieces: list[bytes]) -> None:
    """Who reads a log up to its last line end while it grows has read the beginning of what it is at last."""
    log = StepLog("train")
    file = LogFile(os.dup(log.fd))
    read = b""
    for piece in pieces:
        file.write(piece)
        read += b"".join(logs.parts(log.fd, len(read), logs.settled(log.fd, len(read))))
        assert log.text().encode().rpartition(b"\n")[0] == read.rpartition(b"\n")[0]
    file.close()
    assert read + b"".join(logs.rest(log.fd, len(read))) == kept(pieces)


def test_a_log_that_is_cut_is_cut_once() -> None:
    """Also where a drawing was to come."""
    log = kept([b"x" * LIMIT + b"yyy\r"])
    assert log.count(b"[lockwork: the log ends here") == 1


def test_who_reads_meanwhile_sees_the_last_drawing() -> None:
    """Of a step that still runs, or that took its process along, the log is no longer than its screen."""
    log = StepLog("train")
    file = LogFile(log.fd)
    for percent in range(100):
        file.write(b"\r%d%%" % percent)
        assert log.text() == f"{percent}%"


def drawings() -> Iterator[bytes]:
    for _ in range(3 * LIMIT // 1024):
        yield b"\r" + b"#" * 1023


def test_drawings_do_not_fill_the_log() -> None:
    """What is drawn over counts no more: a long progress bar leaves room for what is printed after it."""
    assert kept([*drawings(), b"\nlast\n"]) == b"#" * 1023 + b"\nlast\n"


def test_a_full_log_stays_as_it_is() -> None:
    """Once it has been cut, nothing is added and nothing drawn over."""
    log = kept([b"x" * LIMIT, b"y", b"\rz\n", b"more\n"])
    assert log.startswith(b"x" * LIMIT + b"\n[lockwork: the log ends here, at 10 MiB")
    assert log.endswith(b"]\n")


def test_a_full_disk_ends_the_log_with_a_note(tmp_path: Path) -> None:
    """What was written last gives way to it, as there is no other room; what follows is not kept."""
    file = tmp_path / "log"
    fd = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))  # as good as a full disk: the system refuses
    try:
        log = LogFile(fd)
        log.write(b"first\n")
        log.write(b"x" * 2000)
        log.write(b"later\n")
        log.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    kept = file.read_bytes()
    assert len(kept) == 1000
    assert kept.startswith(b"first\nxxx")
    assert b"x\n[lockwork: the log ends here: the disk is full; " in kept[-120:]
