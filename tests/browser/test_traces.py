"""What a browser keeps of a secret once it was seen: nothing, wherever it keeps things."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.access.conftest import Team
from tests.browser.conftest import Visiting, noted

VALUE = "hunter2-that-no-browser-keeps"
KEPT = """async () => JSON.stringify([
  location.href, document.title, history.state, {...localStorage}, {...sessionStorage}, document.cookie,
  window.name, await indexedDB.databases(), await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length,
  performance.getEntries().map((one) => one.name),
  document.documentElement.outerHTML,
  [...document.querySelectorAll("input, textarea")].map((one) => one.value),
])"""


def revealed(page: Page) -> None:
    row = page.get_by_role("row", name="password")
    row.get_by_role("button", name="Reveal").click()
    expect(row.locator("output")).to_have_text(VALUE)


def test_a_value_that_was_seen_is_nowhere(visiting: Visiting, team: Team) -> None:
    """Shown, copied, hidden; left while it is shown, and come back to: neither page nor browser keeps it."""
    db = team.client("editor").create_secret("db", {"password": VALUE})
    visitor = visiting("editor")
    page = visitor.goto(f"/w/default/secrets/{db.id}")
    revealed(page)
    assert VALUE in page.evaluate(KEPT), "what is looked through does not hold what is shown"
    row = page.get_by_role("row", name="password")
    row.get_by_role("button", name="Copy the value").click()
    expect(row.get_by_text("Copied")).to_be_visible()
    row.get_by_role("button", name="Hide").click()
    assert VALUE not in page.evaluate(KEPT)
    revealed(page)
    # As browsers say it that keep the page as it is; Playwright's keeps none.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    expect(row.locator("output")).to_have_text("••••••••")
    assert VALUE not in page.evaluate(KEPT)
    revealed(page)
    page.get_by_role("link", name="Stacks", exact=True).click()
    page.wait_for_url("**/stacks")
    assert VALUE not in page.evaluate(KEPT)
    page.go_back()
    page.wait_for_url(f"**/secrets/{db.id}")
    expect(page.get_by_role("row", name="password").locator("output")).to_have_text("••••••••")
    assert VALUE not in page.evaluate(KEPT)
    page.go_forward()
    page.wait_for_url("**/stacks")
    assert VALUE not in page.evaluate(KEPT)


def test_going_back_after_the_log_out_shows_nothing(visiting: Visiting, team: Team) -> None:
    """Neither a page nor a value that stood on it when one went: the log-in stands there."""
    db = team.client("editor").create_secret("db", {"password": VALUE})
    visitor = visiting().log_in("editor")
    page = visitor.goto(f"/w/default/secrets/{db.id}")
    revealed(page)
    page.get_by_label("Account of editor").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    page.wait_for_url("**/login")
    noted(page, "logged-out")
    for _ in range(2):
        page.go_back()
        page.get_by_label("Password", exact=True).wait_for()
        assert visitor.at == "/login"
        assert VALUE not in page.evaluate(KEPT)
        assert "{{db.password}}" not in page.content()
