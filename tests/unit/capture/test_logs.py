"""A step's log is read in parts that can be stored as text one by one."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.capture import logs
from lockwork.capture.log_file import NO_ROOM
from lockwork.capture.logs import PART, StepLog


def written(*pieces: bytes) -> StepLog:
    log = StepLog("train")
    for piece in pieces:
        os.write(log.fd, piece)
    return log


@given(
    st.lists(
        st.tuples(st.sampled_from(["x", "é", "日本", "😀", "line\n"]), st.integers(1, 50_000)), max_size=4
    )
)
def test_parts(runs: list[tuple[str, int]]) -> None:
    """Each is at most 64 KiB and whole characters, and together they are what was written."""
    text = "".join(part * times for part, times in runs)
    parts = list(written(text.encode()).parts())
    assert all(0 < len(part) <= PART for part in parts)
    assert "".join(part.decode() for part in parts) == text


def test_parts_end_with_lines() -> None:
    """Where there are lines, a part ends with one."""
    *parts, last = written(b"0123456789\n" * 10_000).parts()
    assert parts
    assert all(part.endswith(b"9\n") for part in parts)
    assert last.endswith(b"9\n")


def test_bytes_that_are_no_text() -> None:
    """What is not UTF-8 is kept in parts, and replaced in the text."""
    log = written(b"\xff\xfe" * PART)
    assert b"".join(log.parts()) == b"\xff\xfe" * PART
    assert written(b"a\xff").text() == "a�"


@pytest.mark.parametrize("lines", [0, 1, 3, 3 * PART])
@pytest.mark.parametrize("last", [0, 1, PART - 1, PART, PART + 1, 3 * PART])
def test_a_log_is_settled_up_to_its_last_line_end(lines: int, last: int) -> None:
    """However long the last line is, and wherever one begins to look; nothing before that is told again."""
    log = written(b"\n" * lines + b"x" * last)
    for at in {0, 1, lines - 1, lines} & set(range(lines + 1)):
        assert logs.settled(log.fd, at) == lines
        parts = list(logs.parts(log.fd, at, lines))
        assert b"".join(parts) == b"\n" * (lines - at)
        assert all(len(part) <= PART for part in parts)


def test_the_rest_of_a_log_is_what_is_not_recorded() -> None:
    """From any byte on; nothing where more is recorded than there is, as where it failed."""
    log = written(b"one\ntwo")
    assert [list(logs.rest(log.fd, at)) for at in (0, 5, 7, 8)] == [[b"one\ntwo"], [b"wo"], [], []]


@pytest.mark.parametrize("recorded", [0, 4, 13, 14, 13 + len(NO_ROOM)])
def test_that_the_disk_was_full_is_told_whole(recorded: int) -> None:
    """The note stands in the place of what was written last, though that may be recorded already; it goes at
    the end of the step, once."""
    log = written(b"one\ntwo\nthree", NO_ROOM)
    assert logs.settled(log.fd, recorded) == recorded
    before = b"one\ntwo\nthree"[recorded:]
    assert b"".join(logs.rest(log.fd, recorded)) == before + NO_ROOM


def test_the_file_has_no_name_and_can_be_closed() -> None:
    """Nothing of a log is left behind."""
    log = written(b"text")
    assert os.fstat(log.fd).st_nlink == 0
    fd = log.fd
    log.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
