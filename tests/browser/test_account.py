"""Oneself: another password, where one is logged in, light and dark."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.access.conftest import PASSWORD, Team
from tests.browser.conftest import Visiting, Visitor, noted

from lockwork.domain.errors import TooManyAttempts
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import LogIn
from lockwork.server.threads import Threads

HOSTILE = "laptop <script>alert(1)</script> \u202egnirts"


@pytest.fixture(autouse=True)
def today(team: Team) -> None:
    """The store lives now: how long log-ins are good is seen on the page."""
    team.store.clock.now = time.time_ns() // 1000
    team.store.clock.step = 1


def change(visitor: Visitor, current: str, new: str) -> None:
    visitor.goto("/w/default/account")
    visitor.page.get_by_label("Current password").fill(current)
    visitor.page.get_by_label("New password", exact=True).fill(new)
    visitor.page.get_by_label("New password again").fill(new)
    visitor.page.get_by_role("button", name="Change password").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_another_password_ends_the_other_sessions(visiting: Visiting, scripts: bool) -> None:
    """By the one of now; here one stays logged in, elsewhere one is out, and the new one lets in."""
    here, there = visiting(scripts=scripts).log_in("viewer"), visiting().log_in("viewer")
    here.expect_refusal()
    change(here, "not this one at all", "quite another horse")
    here.page.get_by_text("Your current password is wrong").wait_for()
    there.goto("/w/default/secrets")
    assert there.at == "/w/default/secrets"
    change(here, PASSWORD, "quite another horse")
    here.page.get_by_text("Your password is changed").wait_for()
    there.goto("/w/default/secrets")
    assert there.at == "/login"
    there.log_in("viewer", "quite another horse")


def test_few_passwords_are_checked_at_once(
    visiting: Visiting, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing takes memory: also from who is logged in, it waits its turn where log-ins do."""
    on_the_porch, run = [], Threads.run

    async def noted(threads: Threads, act: Any, *arguments: Any) -> Any:
        if threads._full is TooManyAttempts:  # the porch is where one is sent away so
            on_the_porch.append(arguments[1].path)
        return await run(threads, act, *arguments)

    monkeypatch.setattr(Threads, "run", noted)
    visitor = visiting("viewer")
    change(visitor, PASSWORD, "quite another horse")
    visitor.page.get_by_text("Your password is changed").wait_for()
    assert on_the_porch == ["/w/default/account/password"]


def test_passwords_that_differ_change_nothing(visiting: Visiting, team: Team) -> None:
    """Told beside what was typed; the old password stays."""
    visitor = visiting("viewer")
    visitor.expect_refusal()
    page = visitor.goto("/w/default/account")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("quite another horse")
    page.get_by_label("New password again").fill("quite another house")
    page.get_by_role("button", name="Change password").click()
    page.get_by_role("alert").get_by_text("the two passwords differ").wait_for()
    visiting().log_in("viewer")


def test_where_one_is_logged_in(visiting: Visiting, team: Team) -> None:
    """Which browser, from where, since when; another log-in is ended from here, whatever it calls itself."""
    here = visiting().log_in("editor")
    team.store.clock.now += 25 * 1_000_000  # within the minute, to which it is written down that it was used
    team.did(LogIn(name="editor", password=Sensitive(PASSWORD), label=HOSTILE))
    page = here.goto("/w/default/account")
    assert "As editor of default you can read, create, change and delete secrets" in here.main().inner_text()
    lines = page.get_by_role("region", name="Where you are logged in").get_by_role("listitem")
    assert lines.count() == 2
    assert "Chrome on Linux, from 127.0.0.1 this browser" in lines.first.inner_text()
    began, used = lines.first.locator("time").evaluate_all("all => all.map(one => one.dateTime)")[:2]
    assert began <= used
    assert HOSTILE in lines.last.inner_text()
    assert lines.first.get_by_role("button").count() == 0
    lines.last.get_by_text("End", exact=True).click()
    page.get_by_role("button", name="End this log-in").click()
    page.get_by_text("Revoked: it opens nothing").wait_for()
    assert lines.count() == 1
    other = visiting().log_in("editor")
    page.get_by_role("button", name="Log out everywhere").click()
    page.wait_for_url("**/login")
    noted(page, "logged-out-everywhere")
    other.goto("/w/default/secrets")
    assert other.at == "/login"


def test_light_and_dark_are_chosen_here(visiting: Visiting) -> None:
    """The choice holds for the next pages, also without scripts."""
    visitor = visiting("viewer", scripts=False)
    page = visitor.goto("/w/default/account")
    visitor.main().get_by_role("button", name="Dark").click()
    page.wait_for_url("**/account")
    visitor.goto("/w/default/access")
    assert page.locator("html").get_attribute("data-theme") == "dark"
