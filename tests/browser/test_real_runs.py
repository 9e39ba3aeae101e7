"""A pipeline that really runs, over a server, with a browser beside it: refused, mended, followed, over."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.access.conftest import Team
from tests.browser.conftest import Visiting
from tests.browser.test_own_dashboard import Own

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded

PW = "hunter2-of-the-browser"
SCRIPT = """
    import os, pathlib, time
    from lockwork import pipeline, step

    @step(environment={"PW": "{{db.password}}"})
    def load() -> int:
        print("connecting with", os.environ["PW"])
        print("<script>alert(1)</script> \\x1b[31mred\\x1b[0m \\u202eevil")
        return 1

    @step
    def train(x: int) -> int:
        print("begun", flush=True)
        with open(os.environ["GO"]) as go:
            print("told:", go.read())
        return x

    @pipeline
    def training() -> None:
        train(load())

    if __name__ == "__main__":
        training()
"""


@pytest.fixture
def own(own_home: Path) -> Iterator[Own]:
    """`lockwork dashboard`, for the store that runs here record themselves in."""
    made = Own(own_home)
    yield made
    made.end()


@contextmanager
def running(home: Path, go: Path, **given: str) -> Iterator[subprocess.Popen[str]]:
    """The script in a process of its own; it goes on once something is written into `go`."""
    home.mkdir(exist_ok=True)
    file = home.with_suffix(".py")
    file.write_text(textwrap.dedent(SCRIPT))
    process = subprocess.Popen(
        [sys.executable, str(file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **given, "LOCKWORK_HOME": str(home), "GO": str(go)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_run_is_refused_mended_followed_and_read(visiting: Visiting, team: Team, own_home: Path) -> None:
    """The report leads to the page that registers what is missing; the run after that is seen while it goes
    on, its values masked, and once it is over."""
    go = own_home / "go"
    os.mkfifo(go)
    home = own_home / "elsewhere"
    given = {"LOCKWORK_URL": team.url, "LOCKWORK_TOKEN": team.token("runner").reveal()}
    page = visiting("editor").goto("/w/default/runs")
    with running(home, go, **given) as refused:
        said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 1, said
    page.reload()
    page.get_by_role("link", name="training").click()
    point = page.locator(".lacks > li")
    expect(point).to_contain_text("{{db.password}}")
    expect(point).to_contain_text("step load: environment.PW")
    point.get_by_role("link", name="Register secret db").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("db")
    expect(page.locator("[name=key]").first).to_have_value("password")
    page.locator("[name=value]").first.fill(PW)
    page.get_by_role("main").get_by_role("button", name="Register").click()
    page.get_by_role("heading", name="all that it lacked is there now").wait_for()
    visitor = visiting("viewer")
    with running(home, go, **given) as going:
        with go.open("w") as told:  # opens once the step waits there
            page = visitor.goto("/w/default/runs?status=running")
            page.get_by_role("link", name="training").click()
            expect(page.get_by_role("status").first).to_have_text("running")
            page.get_by_role("link", name="load: completed").click()
            log = page.locator("#log pre")
            expect(log).to_have_text(
                "connecting with ***\n<script>alert(1)</script> \\x1b[31mred\\x1b[0m \\u202eevil\n"
            )
            page.get_by_role("link", name="train: running").click()
            expect(log).to_have_text("begun\n")
            told.write(f"go on, {PW}")
        expect(page.get_by_role("status").first).to_have_text("completed")
        expect(log).to_have_text("begun\ntold: go on, ***\n")
        said, _ = going.communicate(timeout=60)
    assert going.returncode == 0, said
    page.reload()
    expect(log).to_have_text("begun\ntold: go on, ***\n")
    expect(page.get_by_role("link", name="db", exact=True)).to_be_visible()
    assert PW not in page.content()


def test_on_ones_own_machine_a_step_is_followed_while_it_runs(
    own: Own, visiting: Visiting, own_home: Path
) -> None:
    """What it prints is seen as it prints it, masked, before anything of it is recorded."""
    go = own_home / "go"
    os.mkfifo(go)
    visitor = visiting(url=own.url)
    page = visitor.page
    page.goto(own.page.as_uri())
    page.wait_for_url("**/w/default/secrets")
    Client(gateway=Embedded(own_home / "store", user="default")).create_secret("db", {"password": PW})
    with running(own_home / "store", go) as going:
        with go.open("w") as told:
            page = visitor.goto("/w/default/runs")
            page.get_by_role("link", name="training").click()
            log = page.locator("#log pre")
            expect(log).to_have_text("begun\n")
            told.write(f"{PW}\n")
        expect(log).to_have_text("begun\ntold: ***\n\n")
        expect(page.get_by_role("status").first).to_have_text("completed")
        said, _ = going.communicate(timeout=60)
    assert going.returncode == 0, said
