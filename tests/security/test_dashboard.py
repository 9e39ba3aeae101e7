"""Attacks on the dashboard, over every row of its table: forged changes, foreign origins, values in pages.

A page that is added is tried here without a word; a field of an address that is new is named in `FIELDS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx2
import pytest
from tests.access.conftest import PASSWORD, Team
from tests.contract.conftest import GATEWAYS, OverHttp

from lockwork.dashboard import entry
from lockwork.dashboard.pages import For, Page
from lockwork.dashboard.sessions import token_for
from lockwork.dashboard.table import PAGES
from lockwork.domain.secrets import SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import ComponentType
from lockwork.messages import Listing
from lockwork.messages.audit import ListAudit
from lockwork.messages.secrets import CreateSecret
from lockwork.messages.stacks import RegisterComponent

MARK = "v4lue-that-n0-page-may-hold"
ALL = (*PAGES, *entry.BY_LOG_IN)
USERS = ("viewer", "runner", "editor", "admin", "boss", "outsider", "robot")
CHANGES = [page for page in ALL if page.method != "GET"]
LOOKS = [page for page in ALL if page.method == "GET"]


def called(page: Page) -> str:
    return f"{page.method} {page.path}"


class Site:
    """A team's server, asked as a browser asks it, and as what only pretends to be one."""

    def __init__(self, team: Team) -> None:
        self.team = team
        self.url = team.url
        keeps_none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self.http = httpx2.Client(base_url=team.url, follow_redirects=False, cookies=keeps_none)
        self.sessions = {user: team.token(user).reveal() for user in USERS}
        made = team.did(
            CreateSecret(
                workspace="default",
                name="db",
                values={"password": Sensitive(MARK), "user": Sensitive(f"{MARK}-2")},
            )
        )
        team.did(
            RegisterComponent(
                workspace="default",
                name="tracker",
                type=ComponentType.EXPERIMENT_TRACKER,
                flavor="mlflow",
                attributes={"tracking_uri": "http://127.0.0.1:1"},
                credentials={"tracking_password": Sensitive(f"{MARK}-3")},
            )
        )
        self.fields = {
            "workspace": "default",
            "room": "default",
            "secret": made.id,
            "edition": "0",
            "file": "style.css",
            "type": "experiment-tracker",
            "component": "tracker",
            "stack": "default",
            "run": "00000000",
            "step": "s",
            "user": "viewer",
            "token": "none",
            "key": "none",
            "version": "1",
        }

    def path(self, page: Page) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self.fields[found[1]], page.path)

    def session(self, user: str) -> str:
        return self.sessions[user]

    def cookie(self, user: str) -> str:
        return f"lockwork-{self.url.rpartition(':')[2]}-session={self.session(user)}"

    def done(self) -> int:
        """How much has been done here, as the audit trail tells it: any change and any reveal is one more."""
        found: int = self.team.did(ListAudit(listing=Listing(filters={"outcome": "done"}))).total
        return found


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    store = GATEWAYS["http"](request, tmp_path_factory.mktemp("dashboard") / "store")
    assert isinstance(store, OverHttp)
    made = Site(Team(store))
    yield made
    made.http.close()
    store.close()


FORGERIES: dict[str, dict[str, str]] = {
    "no origin": {},
    "another port of this host": {"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-site"},
    "another site": {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    "a file": {"origin": "null"},
    "ours, as the browser denies": {"origin": "OURS", "sec-fetch-site": "same-site"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("page", CHANGES, ids=called)
def test_no_other_page_can_change_anything(site: Site, page: Page, forgery: str) -> None:
    """With the cookie that a browser sends by itself, and even with our token: it is not looked at."""
    headers = {name: text.replace("OURS", site.url) for name, text in FORGERIES[forgery].items()}
    before = site.done()
    answer = site.http.post(
        site.path(page),
        data={"csrf": token_for(site.session("boss")), "name": "x", "key": "password"},
        headers={"cookie": site.cookie("boss"), **headers},
    )
    assert answer.status_code == 403
    assert MARK not in answer.text
    assert site.done() == before


@pytest.mark.parametrize("token", ["", "another session's", "the session itself"])
@pytest.mark.parametrize("page", CHANGES, ids=called)
def test_every_change_bears_the_token_of_its_session(site: Site, page: Page, token: str) -> None:
    """From our own origin too: a page of before, or none, changes nothing."""
    given = {
        "": "",
        "another session's": token_for(site.session("editor")),
        "the session itself": site.session("boss"),
    }[token]
    before = site.done()
    answer = site.http.post(
        site.path(page),
        data={"csrf": given, "name": "x", "key": "password"},
        headers={"cookie": site.cookie("boss"), "origin": site.url, "sec-fetch-site": "same-origin"},
    )
    assert answer.status_code == 403
    assert site.done() == before


@pytest.mark.parametrize("page", LOOKS, ids=called)
def test_no_page_holds_a_value(site: Site, page: Page) -> None:
    """Who may read everything is shown no value by looking; each answer says who may frame and keep it."""
    answer = site.http.get(site.path(page), headers={"cookie": site.cookie("boss"), "accept": "text/html"})
    assert answer.status_code < 500
    assert MARK not in answer.text
    assert MARK not in str(answer.headers)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    if page.path not in ("/static/{edition}/{file}", "/favicon.ico"):
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("user", USERS)
def test_every_page_answers_every_role(site: Site, user: str) -> None:
    """A page, a refusal, or nothing there: never a fault."""
    for page in LOOKS:
        answer = site.http.get(site.path(page), headers={"cookie": site.cookie(user), "accept": "text/html"})
        assert answer.status_code < 500, called(page)
        assert "internal:" not in answer.text, called(page)


@pytest.mark.parametrize("page", ALL, ids=called)
def test_strangers_are_sent_to_the_door(site: Site, page: Page) -> None:
    """Without a session, or with one that is made up, no page for users shows or changes anything."""
    if page.whose is For.EVERYONE:
        return
    for session in ("", "lkw_made-up", '";x='):
        cookie = {"cookie": f"lockwork-{site.url.rpartition(':')[2]}-session={session}"} if session else {}
        answer = site.http.request(page.method, site.path(page), headers={**cookie, "origin": site.url})
        if page.method == "GET":
            assert answer.headers["location"].startswith("/login?next="), called(page)
        else:
            assert answer.status_code in (401, 403), called(page)


@pytest.mark.parametrize("page", ALL, ids=called)
def test_another_name_is_misdirected(site: Site, page: Page) -> None:
    """A page elsewhere whose name was made our address (DNS rebinding) is told 421, whatever it asks."""
    answer = site.http.request(
        page.method, site.path(page), headers={"host": "evil.example", "cookie": site.cookie("boss")}
    )
    assert answer.status_code == 421


def test_the_cookie_is_for_no_script_and_no_other_site(site: Site) -> None:
    """HttpOnly, SameSite=Strict, of this host alone, gone with the browser, named by the port."""
    shown = site.http.get("/login")
    visit = shown.headers["set-cookie"].partition(";")[0]
    csrf = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert csrf is not None
    answer = site.http.post(
        "/login",
        data={"csrf": csrf[1], "name": "viewer", "password": PASSWORD, "next": "/"},
        headers={"cookie": visit, "origin": site.url},
    )
    assert answer.status_code == 303
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if "-session=lkw_" in c]
    name, _, attributes = cookie.partition("=")
    assert name == f"lockwork-{site.url.rpartition(':')[2]}-session"
    assert attributes.partition("; ")[2] == "Path=/; HttpOnly; SameSite=Strict"


@pytest.mark.parametrize(
    "other",
    ['settings={"a":[1]}', "a[b]=c", "=", "no-value", 'open="', "path=/", "\u00e9=1", "a b=c", 'x="a\\073b"'],
)
def test_cookies_of_other_services_do_not_hide_ours(site: Site, other: str) -> None:
    """A browser sends those of every port of this host: what they hold changes nothing about who one is."""
    for line in (f"{other}; {site.cookie('boss')}", f"{site.cookie('boss')}; {other}"):
        answer = site.http.get("/w/default/secrets", headers={"cookie": line.encode("latin-1")})
        assert answer.status_code == 200, line


def test_a_log_in_made_by_others_is_refused(site: Site) -> None:
    """Nobody is logged in as somebody else behind their back."""
    answer = site.http.post(
        "/login",
        data={"name": "viewer", "password": PASSWORD},
        headers={"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-site"},
    )
    assert answer.status_code == 403


def test_large_and_odd_bodies_are_refused(site: Site) -> None:
    """Of a stranger nothing large is read; what is no form is told so, and nothing is a fault."""
    ours = {"cookie": site.cookie("editor"), "origin": site.url}
    stranger = site.http.post("/login", content=b"x" * 100_000, headers={"origin": site.url})
    assert stranger.status_code == 413
    for content, kind in (
        (b"{}", "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"a=%ff", "application/x-www-form-urlencoded"),
        (b"a=1&" * 4000, "application/x-www-form-urlencoded"),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
    ):
        answer = site.http.post(
            "/w/default/secrets/new", content=content, headers={**ours, "content-type": kind}
        )
        assert answer.status_code in (400, 403, 422), (kind, answer.text[:300])


def test_hostile_addresses_are_absent(site: Site) -> None:
    """Quotes, slashes, traversals and letters of no text are names of nothing."""
    for name in ("..%2f..%2fetc", "%00", "%3Cscript%3E", "%ff", "a%2Fb", "'%20OR%201=1"):
        answer = site.http.get(
            f"/w/default/secrets/{name}", headers={"cookie": site.cookie("boss"), "accept": "text/html"}
        )
        assert answer.status_code in (400, 404, 422), name
        assert "<script>" not in answer.text
    assert site.http.get("/static/x/..%2f..%2fsite.py").status_code == 404
    assert Path(__file__).is_file()


def test_scope_and_password_need_the_gate(site: Site) -> None:
    """What a page does not offer is refused by the store all the same."""
    ours = {"origin": site.url, "accept": "application/json"}
    headers = {**ours, "cookie": site.cookie("viewer")}
    csrf = token_for(site.session("viewer"))
    new = {"csrf": csrf, "name": "mine-not", "scope": SecretScope.WORKSPACE.value, "key": "a", "value": "b"}
    made = site.http.post("/w/default/secrets/new", data=new, headers=headers)
    assert made.status_code == 403
    shown = site.http.post(
        f"/w/default/secrets/{site.fields['secret']}/reveal",
        data={"csrf": csrf, "key": "password"},
        headers=headers,
    )
    assert shown.status_code == 403
    assert MARK not in shown.text
