"""What is told once after a change, by the cookie that carries it."""

from __future__ import annotations

import pytest

from lockwork.dashboard.notes import NOTES, kept, told


@pytest.mark.parametrize(
    ("to", "page"),
    [("/w/a/secrets", "/w/a/secrets"), ("/w/a%20b/x?keys=2#c", "/w/a b/x"), ("/w/%7Ea", "/w/~a")],
)
def test_a_note_is_for_the_page_that_follows(to: str, page: str) -> None:
    """However a browser quotes its address; another page, which another tab may load first, tells nothing."""
    assert told(kept("purged", to), page) == NOTES["purged"]
    assert told(kept("purged", to), f"{page}/edit") == ""


@pytest.mark.parametrize("cookie", ["", "purged", "purged.", "nothing.%2F", ".%2F", "Purged for good.%2F"])
def test_only_a_word_of_ours_is_told(cookie: str) -> None:
    """A cookie is text of whoever set it: nothing of it is shown."""
    assert told(cookie, "/") == ""
