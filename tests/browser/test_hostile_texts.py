"""Text that would act, wherever a store or an address can hold any: shown as text on every page."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page as Tab
from tests.access.conftest import Team
from tests.browser.conftest import Visiting
from tests.browser.furnished import ACTING, HOSTILE, VALUE, Furnished

import lockwork.dashboard
from lockwork.dashboard.table import PAGES

INSPECTED = """() => {
  const all = [...document.querySelectorAll("*")], led = ["href", "src", "action", "formaction"];
  const protocol = (text) => { try { return new URL(text, location).protocol; } catch { return "none"; } };
  const isolated = [...document.querySelectorAll("bdi")].map((one) => one.innerText).filter(Boolean);
  return {
    acted: window.__pwned,
    handlers: all.flatMap((one) => [...one.attributes].map((its) => its.name))
      .filter((name) => /^on|^style$/.test(name)),
    protocols: [...new Set(led.flatMap((name) => all.map((one) => one.getAttribute(name)))
      .filter((text) => text !== null).map(protocol))],
    foreign: [...document.scripts].filter((one) => !one.src.startsWith(location.origin + "/static/")).length,
    text: document.body.innerText,
    turned: isolated.reduce((text, part) => text.replace(part, ""), document.body.innerText + document.title),
  };
}"""


def asked_names() -> set[str]:
    """Every name that some page looks for in the query of its address."""
    folder = Path(lockwork.dashboard.__file__).parent
    files = chain(folder.glob("*.py"), folder.glob("templates/**/*.html"))
    code = "".join(path.read_text() for path in files)
    pairs = re.findall(r'query(?:\.get\(|\[)"([\w-]+)"|\bnumber\("(\w+)"', code)
    return {name for name in chain.from_iterable(pairs) if name}


def inspected(page: Tab, path: str) -> str:
    """The text of the page, when nothing on it acts or leads to what acts."""
    found = page.evaluate(INSPECTED)
    assert found["acted"] is None, path
    assert found["handlers"] == [], path
    assert set(found["protocols"]) <= {"http:"}, path
    assert found["foreign"] == 0, path
    acts = re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", found["turned"])
    assert acts is None, (path, found["turned"][acts.start() - 80 :])
    return str(found["text"])


def test_what_a_store_holds_is_text_on_every_page(visiting: Visiting, team: Team) -> None:
    """Attributes, environments, logs, failures, labels, what strangers asked for: no script of theirs runs,
    no link leads to one, nothing turns the text around; and no value of a secret is among it."""
    furnished = Furnished(team)
    visitor = visiting("boss")
    visitor.expect_refusal()
    told = []
    for path in furnished.looks():
        answer = visitor.page.goto(visitor.url + path)
        assert answer is not None
        if answer.headers["content-type"].startswith("text/html"):
            text = inspected(visitor.page, path)
            assert VALUE not in visitor.page.content(), path
            told += [path] if ACTING[0] in text else []
    for part in ("components/experiment-tracker", "components/artifact-store", "runs/", "audit"):
        assert any(part in path for path in told), (part, told)


def test_what_an_address_holds_is_text_on_every_page(visiting: Visiting, team: Team) -> None:
    """All that pages look for in a query, each holding such text: shown as text, or not at all."""
    furnished = Furnished(team)
    visitor = visiting("boss")
    visitor.expect_refusal()
    names = asked_names()
    assert {"q", "back", "name", "keys", "add", "step", "next"} <= names
    query = urlencode(dict.fromkeys(names, HOSTILE))
    for page in (page for page in PAGES if page.method == "GET"):
        path = furnished.paths(page)[0]
        answer = visitor.page.goto(f"{visitor.url}{path}?{query}")
        assert answer is not None
        assert answer.status in (200, 400, 404, 422), path
        if answer.headers["content-type"].startswith("text/html"):
            inspected(visitor.page, path)
