"""What a form says, as numbers: or as what is none, told as such."""

from __future__ import annotations

import pytest

from lockwork.dashboard.forms import Form, whole
from lockwork.domain.errors import InvalidInput


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1\n", "٣", "²", "1_0", "9" * 10, "9" * 5000])
def test_what_is_no_whole_number_is_none(text: str) -> None:
    """Nor is one that is too long for Python to read, or in digits of another script."""
    assert whole(text) is None


def test_a_whole_number_is_read() -> None:
    """Also with zeros before it."""
    assert (whole("0"), whole("007"), whole("999999999")) == (0, 7, 999_999_999)


def test_a_form_says_which_version_it_shows() -> None:
    """One that does not is refused, not taken for any version."""
    assert Form({"version": ["3"]}).version() == 3
    for said in ({}, {"version": [""]}, {"version": ["9" * 5000]}):
        with pytest.raises(InvalidInput, match="does not say which version"):
            Form(said).version()
