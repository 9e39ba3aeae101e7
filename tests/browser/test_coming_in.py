"""Logging in and out, by the forms, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.access.conftest import PASSWORD, Team
from tests.browser.conftest import NARROW, SCHEMES, WIDE, Visiting, Visitor, noted

from lockwork.domain.tokens import TokenKind


def end_sessions(team: Team, user: str) -> None:
    """As after an hour in which nothing was asked."""
    for token in team.client(user).list_tokens(size=100).items:
        if token.kind is TokenKind.SESSION:
            team.root.revoke_token(token.id)


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
    visitor.page.get_by_text("Then you come back to the page that you asked for.").wait_for()
    visitor.page.get_by_label("User", exact=True).fill("viewer")
    visitor.page.get_by_label("Password", exact=True).fill("correct horse battery")
    visitor.page.get_by_role("button", name="Log in").click()
    visitor.page.wait_for_url("**/secrets?q=db")
    # Who is in already is shown no form.
    for path in ("/login", "/login?next=/login"):
        visitor.goto(path)
        assert visitor.at == "/w/default/secrets"


def log_in_again(visitor: Visitor, page: Page, user: str) -> None:
    """By the link that a page shows whose session has ended, in the tab that it opens."""
    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in a new tab").click()
    tab = opened.value
    tab.get_by_text("Your session has ended. Log in to go on where you were.").wait_for()
    tab.get_by_label("User", exact=True).fill(user)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url("**/w/default/secrets**")
    tab.close()


def test_who_logs_in_again_goes_on_where_they_were(visiting: Visiting, team: Team) -> None:
    """A session that ends while a page is open: it says so and leads to the log-in in another tab; what was
    typed stays and is sent then. As somebody else nothing is sent."""
    visitor = visiting().log_in("editor")
    visitor.expect_refusal()
    page = visitor.goto("/w/default/secrets")
    page.get_by_role("link", name="Register Secret").click()
    page.get_by_label("Name", exact=True).fill("db")
    page.get_by_role("button", name="Next").click()
    page.get_by_placeholder("key", exact=True).fill("password")
    page.get_by_placeholder("value", exact=True).fill("typed before it ended")
    page.get_by_role("button", name="Next").click()
    end_sessions(team, "editor")
    register = page.get_by_role("button", name="Register", exact=True)
    problem = page.locator("[data-guided] [data-problem]")
    for user in ("viewer", "editor"):
        register.click()
        expect(problem).to_contain_text("Your session has ended")
        log_in_again(visitor, page, user)
        register.click()
        if user == "viewer":
            expect(problem).to_contain_text("This page is from an earlier session")
            end_sessions(team, user)
    page.get_by_role("link", name="Open the secret").click()
    page.get_by_role("button", name="Reveal").click()
    page.get_by_text("typed before it ended").wait_for()
    page.reload()
    end_sessions(team, "editor")
    page.get_by_role("button", name="Reveal").click()
    said = page.locator("[data-said]")
    expect(said).to_contain_text("Your session has ended. Log in again")
    log_in_again(visitor, page, "editor")
    page.get_by_role("button", name="Reveal").click()
    page.get_by_text("typed before it ended").wait_for()


def test_a_form_without_scripts_says_that_the_session_has_ended(visiting: Visiting, team: Team) -> None:
    """As a page: nothing was changed, and where to log in."""
    visitor = visiting(scripts=False).log_in("editor")
    visitor.expect_refusal()
    page = visitor.goto("/w/default/secrets/new")
    end_sessions(team, "editor")
    page.get_by_label("Name", exact=True).fill("db")
    page.get_by_label("Key", exact=True).first.fill("key")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("alert")).to_have_text("Your session has ended")
    page.get_by_text("Nothing was changed. Log in, then open the page again.").wait_for()
    expect(page.get_by_role("link", name="Log in")).to_have_attribute("href", "/login")


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
    """No serious fault of accessibility before the log-in, nor in the page of the API; before a password is
    typed it is told how long it is."""
    visitor = visiting(scheme=scheme, width=width)
    for path in ("/login", "/setup", "/invited", *(["/docs"] if width == NARROW else [])):
        visitor.goto(path)
        visitor.check_accessible()
        asks = path in ("/setup", "/invited")
        assert ("At least 10 characters" in visitor.main().inner_text()) == asks
