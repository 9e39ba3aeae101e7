"""Every page of the table, in every state that a store gives it: by every role, on every screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle

import pytest
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, WIDE, Visiting, Visitor
from tests.browser.furnished import Furnished

FEW = 60
"""A sweep that found fewer pages than this has missed the table."""
SCREENS = (("light", WIDE), ("dark", NARROW))
"""Colours and room each in both ways, one after the other: each template comes in several states."""


def swept(visitor: Visitor, paths: Iterable[str], screens: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Each page as it is shown, on one of these screens after the other; the addresses and their answers.

    What is refused or absent is told by one page, which is looked at once.
    """
    turns = cycle(screens)
    visitor.expect_refusal()
    answers: dict[str, int] = {}
    for path in paths:
        answer = visitor.page.goto(visitor.url + path)
        assert answer is not None
        is_new = answer.ok or answer.status not in answers.values()
        answers[path] = answer.status
        assert answer.status in (200, 403, 404), path
        if not is_new or not answer.headers["content-type"].startswith("text/html"):
            continue
        scheme, width = next(turns)
        visitor.page.set_viewport_size({"width": width, "height": 800})
        visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a word of SCREENS
        visitor.check_accessible()
        if width != NARROW:
            visitor.page.set_viewport_size({"width": NARROW, "height": 800})
            visitor.check_fits()
    return answers


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_can_be_used_by_everyone(visiting: Visiting, team: Team, half: int) -> None:
    """Who may see all: no serious fault of accessibility, nothing wider than its window, none on the console;
    all is there but what was deleted and logs that were asked for without their step."""
    furnished = Furnished(team)
    paths = furnished.looks()
    assert len(paths) > FEW
    answers = swept(visiting("boss"), paths[half::2], SCREENS)
    absent = [path for path, status in answers.items() if status != 200]
    gone, step_less = furnished.fields["secret"][1], ("/undelete", "/log")
    assert [path for path in absent if gone not in path and not path.endswith(step_less)] == []


@pytest.mark.parametrize(("user", "screen"), [("editor", ("light", NARROW)), ("viewer", ("dark", WIDE))])
def test_every_page_can_be_used_by_every_role(
    visiting: Visiting, team: Team, user: str, screen: tuple[str, int]
) -> None:
    """Who may see less is shown less, as well made: also each page that says so."""
    swept(visiting(user), Furnished(team).rows(), [screen])
