"""A step's log is read in parts that can be stored as text one by one."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_the_file_has_no_name_and_can_be_closed() -> None:
    """Nothing of a log is left behind."""
    log = written(b"text")
    assert os.fstat(log.fd).st_nlink == 0
    fd = log.fd
    log.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
