"""Times as pages tell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lockwork.dashboard.rendering import ago, sentence


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(seconds=59.6), "1 minute ago"),
        (timedelta(hours=47), "2 days ago"),
        (timedelta(days=400), "13 months ago"),
        (timedelta(days=1000), "3 years ago"),
        (timedelta(seconds=-3), "just now"),
        (timedelta(minutes=-2, seconds=-30), "in 2 minutes"),
        (timedelta(hours=-12), "in 12 hours"),
        (timedelta(days=-5), "in 5 days"),
        (timedelta(days=-90), "in 90 days"),
        (timedelta(days=-182), "in 6 months"),
    ],
)
def test_times_are_told_by_how_far_they_are(since: timedelta, told: str) -> None:
    """What was, and what is to come, such as the end of a token."""
    assert ago(datetime.now(UTC) - since) == told


def test_what_has_not_been_was_never() -> None:
    """Such as a secret's last reading."""
    assert ago(None) == "never"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no secret 'db'", "No secret 'db'"),
        ("lockwork secret list", "lockwork secret list"),
        ("'a b' is no name", "'a b' is no name"),
        ("db.password is still missing", "db.password is still missing"),
        ("", ""),
    ],
)
def test_what_went_wrong_begins_as_a_sentence(text: str, told: str) -> None:
    """What is typed or named as it stands is not changed."""
    assert sentence(text) == told
