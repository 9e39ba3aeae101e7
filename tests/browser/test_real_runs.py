"""A pipeline that really runs, over a server, with a browser beside it: refused, mended, followed, over."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect
from tests.access.conftest import Team
from tests.browser.conftest import Visiting

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
        print("begun")
        with open(os.environ["GO"]) as go:
            print("told:", go.read())
        return x

    @pipeline
    def training() -> None:
        train(load())

    if __name__ == "__main__":
        training()
"""


@contextmanager
def running(team: Team, folder: Path, go: Path) -> Iterator[subprocess.Popen[str]]:
    """The script in a process and a home of its own, as on a machine that was given a token."""
    home = folder / "elsewhere"
    home.mkdir(exist_ok=True)
    file = home / "script.py"
    file.write_text(textwrap.dedent(SCRIPT))
    given = {"LOCKWORK_URL": team.url, "LOCKWORK_TOKEN": team.token("runner").reveal(), "GO": str(go)}
    process = subprocess.Popen(
        [sys.executable, str(file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **given, "LOCKWORK_HOME": str(home)},
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
    page = visiting("editor").goto("/w/default/runs")
    with running(team, own_home, go) as refused:
        said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 1, said
    page.reload()
    page.get_by_role("link", name="training").click()
    point = page.locator(".points li")
    expect(point).to_contain_text("{{db.password}}")
    expect(point).to_contain_text("step load, environment.PW")
    point.get_by_role("link", name="Register db").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("db")
    expect(page.locator("[name=key]").first).to_have_value("password")
    page.locator("[name=value]").first.fill(PW)
    page.get_by_role("main").get_by_role("button", name="Register").click()
    page.wait_for_url("**/secrets/*")
    visitor = visiting("viewer")
    with running(team, own_home, go) as going:
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
            told.write(f"go on, {PW}")
        expect(page.get_by_role("status").first).to_have_text("completed")
        expect(log).to_have_text("begun\ntold: go on, ***\n")
        said, _ = going.communicate(timeout=60)
    assert going.returncode == 0, said
    page.reload()
    expect(log).to_have_text("begun\ntold: go on, ***\n")
    expect(page.get_by_role("link", name="db", exact=True)).to_be_visible()
    assert PW not in page.content()
