"""What the system says of a file, as the end of our sentence, and what to do about it."""

import errno
import os

import pytest

from lockwork.domain import ways_out


def test_the_system_s_reason_ends_a_sentence_of_ours() -> None:
    """In lower case and without the path; a failure that says nothing is called what it is."""
    assert ways_out.reason(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/home/a/b")) == (
        "no such file or directory"
    )
    assert ways_out.reason(PermissionError()) == "permissionerror"


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, ways_out.FREE_SPACE),
        (errno.EDQUOT, ways_out.FREE_SPACE),
        (errno.EACCES, ways_out.PERMIT),
        (errno.EROFS, ways_out.PERMIT),
        (errno.ENOENT, None),
    ],
)
def test_there_is_a_hint_where_there_is_a_way_out(number: int, hint: str | None) -> None:
    """Space that ran out and permission that lacks can be mended; for the rest nothing is guessed."""
    assert ways_out.after(OSError(number, os.strerror(number))) == hint
