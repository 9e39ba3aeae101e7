"""The dashboard over TLS and behind a proxy: which origin is its own, and how its cookies are bound to it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import httpx2
from tests.server.conftest import ADMIN, PASSWORD, Running, until, with_admin
from tests.server.test_clients import Authority

PUBLIC = "https://lockwork.example"


class Browser:
    """What a browser does, as far as cookies and origins go: it keeps a secure cookie for TLS alone."""

    def __init__(self, http: httpx2.Client, origin: str, **headers: str) -> None:
        self._http = http
        self._headers = {"accept": "text/html", **headers}
        self.origin = origin
        self.set: dict[str, str] = {}
        """Name → the attributes it came with."""
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> httpx2.Response:
        return self._heard(self._http.get(path, headers=self._sent()))

    def post(self, path: str, fields: Mapping[str, str], origin: str | None = None) -> httpx2.Response:
        """A form, with the token of the page that it stands on."""
        headers = {"origin": origin or self.origin, "sec-fetch-site": "same-origin"}
        return self._heard(self._http.post(path, data=dict(fields), headers=self._sent() | headers))

    def log_in(self, origin: str | None = None) -> httpx2.Response:
        fields = {"csrf": token_in(self.get("/login")), "name": ADMIN, "password": PASSWORD, "next": "/"}
        return self.post("/login", fields, origin)

    def _sent(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={text}" for name, text in self._cookies.items())
        return self._headers | ({"cookie": cookie} if cookie else {})

    def _heard(self, answer: httpx2.Response) -> httpx2.Response:
        for line in answer.headers.get_list("set-cookie"):
            pair, _, attributes = line.partition("; ")
            name, _, text = pair.partition("=")
            self._cookies[name], self.set[name] = text, attributes
        return answer


def token_in(answer: httpx2.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', answer.text)
    assert found is not None, answer.text[:500]
    return found[1]


def is_ready(http: httpx2.Client) -> bool:
    try:
        return http.get("/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def check_works(browser: Browser) -> None:
    """Someone logs in, keeps a secret, sees it, and leaves; each cookie is of this origin alone."""
    assert browser.log_in().headers["location"] == "/"
    assert set(browser.set) == {"__Host-lockwork-visit", "__Host-lockwork-session"}
    for attributes in browser.set.values():
        assert attributes.startswith("Path=/; HttpOnly; SameSite=Strict; Secure")
    form = browser.get("/w/default/secrets/new")
    new = {"csrf": token_in(form), "name": "db", "scope": "workspace", "key": "password", "value": "v"}
    assert browser.post("/w/default/secrets/new", new).status_code == 303
    assert "db" in browser.get("/w/default/secrets").text
    chosen = browser.post("/theme", {"csrf": token_in(form), "theme": "dark", "back": "/"})
    assert chosen.status_code == 303
    assert "Secure" in browser.set["__Host-lockwork-theme"]
    assert browser.post("/logout", {"csrf": token_in(form)}).headers["location"].startswith("/login")
    assert browser.get("/w/default/secrets").headers["location"].startswith("/login?next=")


def test_over_tls_its_cookies_are_this_origins_alone(own_home: Path) -> None:
    """`__Host-`, Secure; a page in the clear on the same port is no page of ours."""
    authority = Authority(own_home)
    certificate, key = authority.certified("127.0.0.1")
    words = ("--tls-cert", str(certificate), "--tls-key", str(key), *with_admin(own_home))
    server = Running(own_home / "server", *words)
    url = server.url.replace("http://", "https://")
    trusting = ssl.create_default_context(cafile=str(authority.file))
    with closing(server.start(wait=False)), httpx2.Client(base_url=url, verify=trusting) as http:
        until(lambda: is_ready(http), server)
        assert Browser(http, url).log_in(origin=server.url).status_code == 403
        check_works(Browser(http, url))


def test_behind_a_proxy_its_origin_is_the_public_one(own_home: Path) -> None:
    """TLS ends at the proxy: browsers know the public URL, whose cookies are secure; its own name beside it
    keeps to itself, with cookies of its port."""
    words = ("--public-url", PUBLIC, "--behind-proxy", "127.0.0.1/32", *with_admin(own_home))
    server = Running(own_home / "server", *words)
    with closing(server.start()), httpx2.Client(base_url=server.url) as http:
        for wrong in ("http://lockwork.example", server.url, "https://evil.example", "null"):
            assert Browser(http, PUBLIC, host="lockwork.example").log_in(wrong).status_code == 403, wrong
        check_works(Browser(http, PUBLIC, host="lockwork.example"))
        here = Browser(http, server.url)
        assert here.log_in(PUBLIC).status_code == 403
        assert here.log_in().status_code == 303
        assert set(here.set) == {f"lockwork-{server.port}-visit", f"lockwork-{server.port}-session"}
        assert "Secure" not in "".join(here.set.values())
