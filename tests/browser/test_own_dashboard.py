"""`lockwork dashboard`: the store of this machine, in a browser that comes in by a file of its user's."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.browser.conftest import Visiting
from tests.server.conftest import until

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded


class Own:
    """The command as a process, and what it gave the browser to open."""

    def __init__(self, folder: Path, *words: str, before: tuple[str, ...] = ()) -> None:
        self._said, self._opened = folder / "said", folder / "opened"
        browser = folder / "browser"
        browser.write_text(
            f'#!/bin/sh\necho "$1" >{self._opened}.new\nmv {self._opened}.new {self._opened}\n'
        )
        browser.chmod(0o700)
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lockwork", *before, "dashboard", *words],
                env={**os.environ, "LOCKWORK_HOME": str(folder / "store"), "BROWSER": str(browser)},
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def url(self) -> str:
        """Where it is, once it has said so."""
        until(lambda: "http://" in self.said and self.said.endswith("\n"))
        return "http://" + self.said.partition("http://")[2].split()[0]

    @property
    def page(self) -> Path:
        """The file that the browser was given."""
        until(self._opened.exists)
        return Path(self._opened.read_text().strip().removeprefix("file://"))

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture
def own(own_home: Path) -> Iterator[Own]:
    made = Own(own_home)
    yield made
    if made.process.poll() is None:
        made.end()


def test_a_browser_comes_in_by_the_file_once(own: Own, own_home: Path, visiting: Visiting) -> None:
    """The page in the file opens the secrets; opened again, it opens nothing; Ctrl-C ends all."""
    assert stat.S_IMODE(own.page.stat().st_mode) == 0o600
    assert stat.S_IMODE(own.page.parent.stat().st_mode) == 0o700
    Client(gateway=Embedded(own_home / "store", user="default")).create_secret(
        "db", {"password": "a value that is nowhere"}
    )
    first, second = visiting(url=own.url), visiting(url=own.url)
    first.page.goto(own.page.as_uri())
    first.page.wait_for_url("**/w/default/secrets")
    assert first.main().get_by_role("link", name="db", exact=True).is_visible()
    first.goto("/w/default/settings/about")
    assert first.page.title() == "About this store · Lockwork"
    assert first.main().locator("a[href='/docs'], a[href='/openapi.json']").count() == 0
    second.expect_refusal()
    second.page.goto(own.page.as_uri())
    second.page.get_by_text("the code is not good, or no more").wait_for()
    second.goto("/w/default/secrets")
    assert second.at == "/login"
    # Another code is printed where the command runs, and nowhere else; again only once that is no good.
    for _ in range(2):
        second.page.get_by_role("button", name="Print a code there").click()
        second.page.get_by_text("A code stands where the command runs").wait_for()
    until(lambda: "lkc_" in own.said and own.said.endswith("\n"))
    assert own.said.count("lkc_") == 1
    code = "lkc_" + own.said.partition("lkc_")[2].split()[0]
    assert code not in second.page.content()
    second.page.get_by_label("Code").fill(code)
    second.page.get_by_role("button", name="Log in").click()
    second.page.wait_for_url("**/w/default/secrets")
    page = own.page
    assert own.end() == 0
    assert not page.parent.exists()


def test_the_code_is_in_no_process_list(own: Own) -> None:
    """Neither on its own command line nor on the browser's."""
    code = own.page.read_text().partition('value="')[2].partition('"')[0]
    assert code.startswith("lkc_")
    listed = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert "lockwork" in listed
    assert code not in listed


def test_without_a_browser_the_code_is_typed(own_home: Path, visiting: Visiting) -> None:
    """It is printed, for who sits elsewhere; a wrong one, which any page could send, does not end it."""
    Client(gateway=Embedded(own_home / "store", user="default")).create_user("anna")
    own = Own(own_home, "--no-browser", before=("--as", "anna"))
    url, code = own.url, own.said.split()[-1]
    assert httpx2.post(f"{url}/enter", data={"code": "lkc_0000000000000000000000"}).status_code == 401
    visitor = visiting(url=url)
    visitor.goto("/")
    visitor.page.get_by_label("Code").fill(code)
    visitor.page.get_by_role("button", name="Log in").click()
    visitor.page.wait_for_url("**/w/default/secrets")
    visitor.check_accessible()
    # What it shows to be pasted is asked as the same user, whoever is active in that terminal.
    visitor.page.get_by_text("lockwork --as anna secret list").wait_for()
    assert own.end() == 0


def test_it_answers_its_browser_alone(own: Own) -> None:
    """No API, no other name, no page without the session."""
    nothing = httpx2.get(f"{own.url}/v1/workspaces/default/secrets")
    assert (nothing.status_code, "openapi" in nothing.text) == (404, False)
    assert "no address '/v1/workspaces/default/secrets'" in nothing.json()["detail"]
    elsewhere = {"host": "evil.example"}
    assert httpx2.get(own.url, headers=elsewhere).status_code == 421
    told = httpx2.get(f"{own.url}/w/default/secrets")
    assert (told.status_code, told.headers["location"]) == (303, "/login?next=%2Fw%2Fdefault%2Fsecrets")
    wrong = httpx2.post(f"{own.url}/enter", data={"code": "lkc_0000000000000000000000"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers or "session" not in wrong.headers["set-cookie"]


def test_a_server_has_a_dashboard_of_its_own(own_home: Path) -> None:
    """Whoever is logged in to one is told where it is: nothing of this machine is opened in its place."""
    done = subprocess.run(
        [sys.executable, "-m", "lockwork", "dashboard"],
        env={**os.environ, "LOCKWORK_URL": "http://127.0.0.1:9", "LOCKWORK_TOKEN": "lkw_x"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "hint: open http://127.0.0.1:9" in done.stderr
