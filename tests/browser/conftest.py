"""The dashboard in a real browser: Debian's chromium, driven by Playwright, on a real server in this process.

Whoever visits is watched: a message on the console, a failed script, a breach of the content security policy
or a page over 100 kB fails the test, whatever it looks at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    sync_playwright,
)
from tests.access.conftest import PASSWORD, Team
from tests.contract.conftest import GATEWAYS, OverHttp

from lockwork.dashboard.notes import NOTES
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.secrets import CreateSecret

LARGEST_PAGE = 100_000
"""Bytes of a page's HTML."""
WIDE, NARROW = 1280, 360
SCHEMES = ("light", "dark")
_QUIET = (
    "--no-sandbox",  # root, in containers
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def chromium(loopback_only: None) -> Iterator[Browser]:
    """One browser for a file of tests; each visitor has a profile of their own in it.

    Not for a whole run: while Playwright is there its event loop runs in this thread, and tests elsewhere
    that run one of their own could not.
    """
    program = shutil.which("chromium")
    if program is None and not os.environ.get("CI"):
        pytest.skip("needs Debian's chromium: scripts/system_packages.sh installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture
def team(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Team]:
    """A server with people in every role; see `tests.access.conftest.Team`."""
    store = GATEWAYS["http"](request, own_home / "store")
    assert isinstance(store, OverHttp)
    yield Team(store)
    store.close()


@pytest.fixture
def db(team: Team) -> str:
    """The secret that recorded runs use; its id."""
    made = team.did(
        CreateSecret(workspace="default", name="db", values={"password": Sensitive("hunter2-pw")})
    )
    return str(made.id)


STICKING_OUT = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const right = (one) => {
    const range = document.createRange();  // what it holds may stand out where it does not
    range.selectNodeContents(one);
    return Math.max(one.getBoundingClientRect().right, range.getBoundingClientRect().right);
  };
  const wide = [...document.querySelectorAll("body *")].filter((one) => right(one) > root.clientWidth);
  if (wide.length === 0) return [`something ${root.scrollWidth} wide in ${root.clientWidth}`];
  const told = (one) => `${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 60)}`;
  return wide.reverse().slice(0, 5).map(told);
}"""
"""What makes a page wider than its window; nothing, where all of it is seen without scrolling sideways."""


class Visitor:
    """Someone at a browser. `page` is Playwright's; what goes wrong behind their back is in `trouble`."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.context = context
        self.trouble: list[str] = []
        self.expected: list[str] = []
        """Beginnings of what the console is allowed to say, such as of a request that is meant to fail."""
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.trouble.append(f"script: {error.error}"))
        context.on("response", self._got)
        self.page: Page = context.new_page()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(tuple(self.expected) or "\0"):
            self.trouble.append(f"console: {message.text} ({message.location['url']})")

    def _got(self, response: Response) -> None:
        size = int(response.headers.get("content-length", 0))
        if size > LARGEST_PAGE and "html" in response.headers.get("content-type", ""):
            self.trouble.append(f"{response.url}: {size:,} bytes")

    def expect_refusal(self) -> None:
        """The console tells of each answer that is no success; here one is meant."""
        self.expected.append("Failed to load resource: the server responded with a status of 4")

    def goto(self, path: str) -> Page:
        """A page of the dashboard, when it and its scripts are there."""
        self.page.goto(self.url + path)
        return self.page

    @property
    def at(self) -> str:
        """The path where they are."""
        return urlsplit(self.page.url).path

    def log_in(self, name: str, password: str = PASSWORD) -> Visitor:
        """By the form."""
        self.goto("/login")
        self.page.get_by_label("User", exact=True).fill(name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/secrets")
        return self

    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def check_accessible(self) -> None:
        """Nothing serious for axe-core, and nothing that makes a narrow window scroll sideways."""
        if self.page.evaluate("typeof axe === 'undefined'"):
            self.page.evaluate(Axe().axe_script)
        # What it looked at and found good is long, and takes longer to hand over than to find.
        found = self.page.evaluate("axe.run({resultTypes: ['violations']}).then(told => told.violations)")
        serious = [
            f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], self.page.url
        self.check_fits()

    def check_fits(self) -> None:
        """Nothing is wider than the window."""
        assert self.page.evaluate(STICKING_OUT) == [], f"{self.page.url} scrolls sideways"


Visiting = Callable[..., Visitor]


def noted(page: Page, word: str) -> None:
    """What was done is told on the page that follows, by the note of that word."""
    page.get_by_role("status").get_by_text(NOTES[word], exact=True).wait_for()


@pytest.fixture
def visiting(chromium: Browser, team: Team) -> Iterator[Visiting]:
    """Makes visitors: `visiting()`, `visiting(scheme="dark", width=360, scripts=False)`.

    `user` has logged in already, by a cookie, which is quicker than the form.
    """
    visitors: list[Visitor] = []

    def visit(
        user: str | None = None,
        *,
        scheme: str = "light",
        width: int = WIDE,
        scripts: bool = True,
        url: str = "",
    ) -> Visitor:
        url = url or team.url
        context = chromium.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]  # a word of SCHEMES
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        visitor = Visitor(context, url)
        visitors.append(visitor)
        if user is not None:
            name = f"lockwork-{urlsplit(url).port}-session"
            cookie: dict[str, Any] = {"name": name, "value": team.token(user).reveal(), "url": url}
            context.add_cookies([cookie])  # type: ignore[list-item]  # Playwright's TypedDict
        return visitor

    yield visit
    trouble = [line for visitor in visitors for line in visitor.trouble]
    for visitor in visitors:
        visitor.context.close()
    assert trouble == []
