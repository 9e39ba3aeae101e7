"""A page on another port of this host, its victim logged in: it changes nothing and reads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Request
from tests.access.conftest import PASSWORD, Team
from tests.browser.attacker import PROBES, WAYS, Attacker, form
from tests.browser.conftest import Visiting, Visitor
from tests.browser.furnished import VALUE, Furnished

from lockwork.dashboard import entry
from lockwork.dashboard.sessions import token_for
from lockwork.dashboard.table import PAGES
from lockwork.messages import Listing
from lockwork.messages.audit import ListAudit

FIELDS = {
    "csrf": token_for("a session of the attacker's"),
    "name": "viewer",
    "password": PASSWORD,
    "key": "password",
    "value": "x",
    "theme": "dark",
    "everywhere": "1",
}


@pytest.fixture
def evil() -> Iterator[Attacker]:
    with closing(Attacker()) as attacker:
        yield attacker


@pytest.fixture
def furnished(team: Team) -> Furnished:
    return Furnished(team)


@pytest.fixture
def victim(visiting: Visiting, furnished: Furnished) -> Visitor:
    """An admin of the server, logged in by the form: with the cookies that are really set."""
    visitor = visiting().log_in("boss")
    visitor.expected.append("")  # browsers say much about what such a page tries
    return visitor


def done(team: Team) -> int:
    """How much has been done: each change, each reveal, each log-in is one more."""
    found: int = team.did(ListAudit(listing=Listing(filters={"outcome": "done"}))).total
    return found


def changes(furnished: Furnished) -> list[str]:
    """Where something is changed or told."""
    rows = [page for page in (*PAGES, *entry.BY_LOG_IN) if page.method == "POST"]
    return [furnished.paths(page)[0] for page in rows]


def test_no_form_elsewhere_changes_anything(victim: Visitor, furnished: Furnished, evil: Attacker) -> None:
    """Sent to every page that takes one, with the victim's cookie: refused, and they stay who they are."""
    before = done(furnished.team)
    page = victim.page
    for path in changes(furnished):
        evil.lures(victim, form(victim.url + path, FIELDS))
        with page.expect_navigation() as sent:
            page.evaluate("document.forms[0].submit()")
        answer = sent.value
        assert (answer.request.method, answer.status) == ("POST", 403), path
        assert "-session=lkw_" in answer.request.all_headers()["cookie"], "it was no attack"
    assert done(furnished.team) == before
    victim.goto("/w/default/access")
    assert victim.at == "/w/default/access"
    assert page.get_by_label("Account of boss").is_visible()
    assert page.locator("html").get_attribute("data-theme") is None


def test_no_script_elsewhere_changes_anything(victim: Visitor, furnished: Furnished, evil: Attacker) -> None:
    """Whatever a script may send without being asked: opaque, readable, as text, as a beacon."""
    before = done(furnished.team)
    sent: list[Request] = []
    victim.page.on("request", lambda request: sent.append(request))  # its answer the browser keeps from all
    evil.lures(victim)
    addresses = [victim.url + path for path in changes(furnished)]
    read = victim.page.evaluate(
        """async ([addresses, fields]) => {
          const body = new URLSearchParams(fields), read = [];
          const how = { method: "POST", credentials: "include" };
          for (const address of addresses) {
            const text = new Blob([body.toString()], { type: "text/plain" });
            for (const more of [{ body, mode: "no-cors" }, { body: text, mode: "no-cors" }, { body },
                                { body, headers: { accept: "application/json" }, mode: "no-cors" }]) {
              const answer = await fetch(address, { ...how, ...more }).catch(() => null);
              if (answer && answer.type !== "opaque") read.push(address);
            }
            navigator.sendBeacon(address, body);
          }
          return read;
        }""",
        [addresses, FIELDS],
    )
    assert read == []
    assert {one.url for one in sent if one.method == "POST"} == set(addresses)
    assert done(furnished.team) == before


def test_nothing_is_read_from_elsewhere(victim: Visitor, furnished: Furnished, evil: Attacker) -> None:
    """Pages, data and reveals as scripts, styles, pictures and by `fetch`; even our own public files."""
    before = done(furnished.team)
    evil.pages["/own"] = ("text/javascript", "window.own = 1")
    secret = furnished.fields["secret"][0]
    run = furnished.fields["run"][0]
    paths = (
        "/", f"/w/default/secrets/{secret}", f"/w/default/secrets/{secret}/reveal?key=password",
        "/w/default/secrets/new/name?name=db", "/w/default/references", "/w/default/account",
        f"/w/default/runs/{run}/log?step=load", "/static/0/main.js", "/static/0/style.css", "/favicon.ico",
    )  # fmt: skip
    evil.lures(victim)
    told = victim.page.evaluate(PROBES, [f"{evil.url}/own", *(victim.url + path for path in paths)])
    read = [(kind, address) for kind, address, verdict in told if verdict == "read"]
    assert {kind for kind, address in read if address == f"{evil.url}/own"} == WAYS - {"img"}
    assert [one for one in read if one[1] != f"{evil.url}/own"] == []
    assert len(told) == len(WAYS) * (1 + len(paths))
    assert done(furnished.team) == before


@pytest.mark.parametrize("kind", ["iframe src", "embed src", "object data"])
def test_no_page_is_framed(victim: Visitor, evil: Attacker, kind: str) -> None:
    """Nothing of ours is drawn inside a page of others, where clicks could be led onto it."""
    text = f'<{kind}="{victim.url}/w/default/secrets" width="900" height="600"></{kind.split()[0]}>'
    evil.lures(victim, text)
    assert all(frame.url in ("", "chrome-error://chromewebdata/") for frame in victim.page.frames[1:])
    evil.lures(victim, text.replace(f"{victim.url}/w/default/secrets", f"{evil.url}/own"))
    assert [frame.url for frame in victim.page.frames[1:]] == [f"{evil.url}/own"]


def test_a_window_that_others_opened_is_cut_off(victim: Visitor, evil: Attacker) -> None:
    """Neither does its opener see it, nor it its opener; nor is one that was ours first handed on."""
    evil.lures(victim)
    for first in ("", evil.url):
        with victim.page.expect_popup() as opened:
            victim.page.evaluate("url => { window.other = window.open(url) }", first or victim.url)
        popup: Tab = opened.value
        if first:
            victim.page.evaluate("url => { window.other.location = url }", victim.url)
        popup.wait_for_url(f"{victim.url}/**")
        victim.page.wait_for_function("window.other.closed")
        assert popup.evaluate("window.opener") is None
        assert popup.get_by_role("heading", level=1).inner_text() == "Secrets"
        popup.close()


def test_cookies_that_others_set_lead_nowhere(visiting: Visiting, team: Team, evil: Attacker) -> None:
    """Another port can set ours: a visit that the attacker knows the token of lets them log nobody in."""
    visitor = visiting()
    visitor.expected.append("")
    port = team.url.rpartition(":")[2]
    evil.cookies = (
        f"lockwork-{port}-visit=known; Path=/",
        f'lockwork-{port}-theme="><script>window.__pwned=1</script>; Path=/',
        'settings={"a":[1,"b"]}; Path=/',
    )
    before = done(team)
    evil.lures(visitor, form(f"{team.url}/login", {**FIELDS, "csrf": token_for("known")}))
    with visitor.page.expect_navigation(url=f"{team.url}/login") as told:
        visitor.page.evaluate("document.forms[0].submit()")
    assert told.value.status == 403
    assert done(team) == before
    visitor.log_in("editor")
    assert visitor.page.evaluate("window.__pwned") is None
    assert visitor.page.get_by_label("Account of editor").is_visible()
    assert VALUE not in visitor.page.content()
