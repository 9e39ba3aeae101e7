"""The dashboard's pages of secrets over a store of 100,000, beside one of 1,000, in the same run.

Measured: what the server takes for a page, asked over one kept connection; and what a person waits in
chromium, from the click until something is painted, and from the last key typed until the list follows (of
which 120 ms are waited for the next key). The two stores take turns, and medians are shown. Limits: 50 ms for
the server, below which a page feels as if it had been there; 300 ms until it is shown. `make bench` runs it
where Debian's chromium is; without, the server's part.
"""

from __future__ import annotations

import http.client
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright
from tests.contract.conftest import Served

from lockwork.domain.access import Role
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.secrets import CreateSecrets, Fresh
from lockwork.service import assembly
from lockwork.service.callers import Claim

SMALL, LARGE = 1_000, 100_000
SERVER_LIMIT, SHOWN_LIMIT = 50, 300
LIST = "/w/default/secrets"
PAGES = {
    "the list": LIST,
    "page 40 of it": f"{LIST}?page=40",
    "newest change first": f"{LIST}?sort=-updated",
    "by owner": f"{LIST}?sort=owner",
    "by owner, changed this week": f"{LIST}?sort=-owner&updated=week",
    "searched, nearly all fit": f"{LIST}?q=secret",
    "searched, one fits": f"{LIST}?q=-000777",
    "searched, none fits": f"{LIST}?q=nothing-like-it",
    "made by me": f"{LIST}?owner=default",
    "deleted": f"{LIST}?deleted=1",
    "a name looked at while typed": f"{LIST}/new/name?name=secret-000777",
    "one secret": f"{LIST}/secret-000777",
}
BROWSER = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


class Store(NamedTuple):
    """A served store, and the cookie of someone who has come in."""

    url: str
    cookie: str

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0


@contextmanager
def served(many: int) -> Iterator[Store]:
    values = {"a": Sensitive("b"), "c": Sensitive("d")}
    with tempfile.TemporaryDirectory(prefix="lockwork-bench-") as folder:
        gate = assembly.open_store(Path(folder), grouped=True)
        for first in range(0, many, 1000):
            fresh = tuple(Fresh(name=f"secret-{n:06}", values=values) for n in range(first, first + 1000))
            gate.answer(
                Claim("default", Role.OWNER, "bench"), CreateSecrets(workspace="default", secrets=fresh)
            )
        server = Served(gate)
        try:
            yield Store(server.url, server.token_of("default").reveal())
        finally:
            server.close()
            gate.close()


def taken(act: Callable[[], object], times: int) -> float:
    """The median, in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return statistics.median(found) * 1000


def asked(store: Store, path: str) -> float:
    line = http.client.HTTPConnection("127.0.0.1", store.port)
    headers = {"Cookie": f"lockwork-{store.port}-session={store.cookie}"}

    def ask() -> None:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}: {body[:300]!r}")

    ask()  # templates are compiled once
    return taken(ask, 15)


_PAINTED = """() => new Promise((done) => new PerformanceObserver((list) => {
  const [paint] = list.getEntriesByName("first-contentful-paint");
  if (paint) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))"""


def painted(page: Page, path: str) -> float:
    """From the start of the navigation to the first paint of content, as the browser itself measures it."""
    found = []
    for _ in range(7):
        page.goto(path, wait_until="load")
        found.append(page.evaluate(_PAINTED))
    return statistics.median(found)


_FOLLOWS = """text => new Promise((done) => {
  const field = document.querySelector("[type=search]"), began = performance.now();
  const seen = () => requestAnimationFrame(() => done(performance.now() - began));
  new MutationObserver((_, watch) => { watch.disconnect(); seen(); })
    .observe(document.getElementById("results"), { childList: true });
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def followed(page: Page, path: str) -> float:
    """From the last key to the frame in which the list has followed."""
    page.goto(path, wait_until="load")
    return statistics.median(page.evaluate(_FOLLOWS, f"0{n}") for n in range(7))


@contextmanager
def browser(stores: list[Store]) -> Iterator[list[Page]]:
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(BROWSER))
        pages = []
        for store in stores:
            context = program.new_context(viewport={"width": 1280, "height": 800})
            cookie: Any = {"name": f"lockwork-{store.port}-session", "value": store.cookie, "url": store.url}
            context.add_cookies([cookie])
            pages.append(context.new_page())
        yield pages
        program.close()


def told(what: str, small: float, large: float, limit: int) -> None:
    print(f"{what:<46} {small:>9.1f} ms {large:>9.1f} ms {large / small:>8.2f}   {limit} ms", flush=True)


def main() -> None:
    with ExitStack() as stack:
        stores = [stack.enter_context(served(many)) for many in (SMALL, LARGE)]
        print(f"{'the server, a page':<46} {SMALL:>12,} {LARGE:>12,} {'ratio':>8}   limit")
        for what, path in PAGES.items():
            told(what, *(asked(store, path) for store in stores), SERVER_LIMIT)
        if shutil.which("chromium") is None:
            print("chromium is not here: what a person waits was not measured")
            return
        pages = stack.enter_context(browser(stores))
        print(f"{'chromium, until it is shown':<46} {SMALL:>12,} {LARGE:>12,} {'ratio':>8}   limit")
        both = list(zip(stores, pages, strict=True))
        for what in ("the list", "one secret"):
            told(what, *(painted(page, store.url + PAGES[what]) for store, page in both), SHOWN_LIMIT)
        told(
            "the list follows what is typed",
            *(followed(page, store.url + LIST) for store, page in both),
            SHOWN_LIMIT,
        )


if __name__ == "__main__":
    main()
