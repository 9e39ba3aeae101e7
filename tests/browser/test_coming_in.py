"""Logging in and out, by the forms, with and without scripts."""

from __future__ import annotations

import pytest
from tests.access.conftest import Team
from tests.browser.conftest import NARROW, SCHEMES, WIDE, Visiting, noted


@pytest.mark.parametrize("scripts", [True, False])
def test_a_password_opens_the_first_page(visiting: Visiting, scripts: bool) -> None:
    """Whoever logs in stands before the secrets of their workspace, also without scripts."""
    visitor = visiting(scripts=scripts).log_in("viewer")
    assert visitor.at == "/w/default/secrets"
    assert visitor.page.get_by_role("heading", level=1).inner_text() == "Secrets"


def test_a_wrong_password_is_told_where_it_was_typed(visiting: Visiting) -> None:
    """The form stays, with the name in it, and says what is wrong."""
    visitor = visiting()
    visitor.expect_refusal()
    visitor.goto("/login")
    visitor.page.get_by_label("User", exact=True).fill("viewer")
    visitor.page.get_by_label("Password", exact=True).fill("not this one")
    visitor.page.get_by_role("button", name="Log in").click()
    visitor.page.get_by_text("name or password is wrong").wait_for()
    assert visitor.page.get_by_label("User", exact=True).input_value() == "viewer"


def test_one_comes_back_to_the_page_that_was_asked(visiting: Visiting) -> None:
    """A page asked by a stranger is shown once they have logged in."""
    visitor = visiting()
    visitor.goto("/w/default/secrets?q=db")
    assert visitor.at == "/login"
    visitor.page.get_by_label("User", exact=True).fill("viewer")
    visitor.page.get_by_label("Password", exact=True).fill("correct horse battery")
    visitor.page.get_by_role("button", name="Log in").click()
    visitor.page.wait_for_url("**/secrets?q=db")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/%5Cevil", "/%09/evil"])
def test_nobody_is_sent_elsewhere(visiting: Visiting, elsewhere: str) -> None:
    """Where to go after the log-in may be a page of this site alone."""
    visitor = visiting()
    visitor.page.goto(f"{visitor.url}/login?next={elsewhere}")
    assert visitor.page.locator("[name=next]").get_attribute("value") == "/"


def test_logging_out_ends_the_session(visiting: Visiting, team: Team) -> None:
    """The cookie of before opens nothing any more."""
    visitor = visiting().log_in("viewer")
    kept = visitor.context.cookies()
    visitor.page.get_by_label("Account of viewer").click()
    visitor.page.get_by_role("button", name="Log out", exact=True).click()
    visitor.page.wait_for_url("**/login")
    noted(visitor.page, "logged-out")
    visitor.context.add_cookies(kept)  # type: ignore[arg-type]  # as Playwright gave them
    visitor.goto("/w/default/secrets")
    assert visitor.at == "/login"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_ways_in_can_be_used_by_everyone(visiting: Visiting, scheme: str, width: int) -> None:
    """No serious fault of accessibility on the pages before the log-in."""
    visitor = visiting(scheme=scheme, width=width)
    for path in ("/login", "/setup", "/invited"):
        visitor.goto(path)
        visitor.check_accessible()
