"""The whole way of someone new, in a browser; the command line runs the pipeline and does nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Visiting, noted
from tests.browser.test_own_dashboard import Own

PASSWORD, TOKEN = "hunter2-of-the-story", "t0ken-of-the-story"
PIPELINE = """
    import os
    from lockwork import pipeline, step

    @step(experiment_tracker="tracker")
    def train() -> int:
        print("the tracker's token is", os.environ["MLFLOW_TRACKING_TOKEN"])
        return 1

    @pipeline(environment={"DB": "postgres://anna:{{db.password}}@host.example"})
    def training() -> None:
        train()
"""


@pytest.fixture
def own(own_home: Path) -> Iterator[Own]:
    made = Own(own_home)
    yield made
    made.end()


def run(home: Path) -> subprocess.CompletedProcess[str]:
    """`lockwork pipeline run FILE --stack prod`, as a process."""
    file = home / "training.py"
    file.write_text(textwrap.dedent(PIPELINE))
    return subprocess.run(
        [sys.executable, "-m", "lockwork", "pipeline", "run", str(file), "--stack", "prod"],
        env={**os.environ, "LOCKWORK_HOME": str(home / "store")},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


def register_db(page: Page) -> None:
    """By the guided dialog."""
    page.get_by_role("link", name="Register secret").click()
    page.get_by_label("Name", exact=True).fill("db")
    page.get_by_role("button", name="Next").click()
    page.get_by_placeholder("key", exact=True).fill("password")
    page.get_by_placeholder("value", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Register", exact=True).click()
    page.get_by_role("link", name="Open the secret").click()
    page.wait_for_url("**/secrets/*")
    noted(page, "created")


def register_tracker(page: Page) -> None:
    """One that refers to a key that `db` does not have."""
    page.get_by_role("link", name="Components", exact=True).click()
    page.get_by_role("link", name="Register Component").first.click()
    page.get_by_role("link", name="tracks experiments").click()
    page.get_by_label("Name", exact=True).fill("tracker")
    page.get_by_label("tracking_uri", exact=True).fill("http://127.0.0.1:9")
    page.get_by_label("tracking_token", exact=True).fill("{{db.token}}")
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/components/experiment-tracker/tracker")
    page.locator("p.note").wait_for()


def build_stack(page: Page) -> None:
    page.get_by_role("link", name="Build a stack with it").click()
    page.get_by_label("Name", exact=True).fill("prod")
    page.get_by_role("button", name="Build").click()
    page.wait_for_url("**/stacks/prod")
    page.locator("p.note").wait_for()


def test_from_nothing_to_a_run_that_masks_what_it_prints(
    own: Own, own_home: Path, visiting: Visiting
) -> None:
    """A secret by the guided dialog, a tracker that lacks a key, a stack with it; a run is refused, its page
    leads to where it is mended, the next run goes through, and its log shows no value."""
    visitor = visiting(url=own.url)
    page = visitor.page
    page.goto(own.page.as_uri())
    page.wait_for_url("**/w/default/secrets")
    register_db(page)
    register_tracker(page)
    build_stack(page)
    refused = run(own_home)
    assert refused.returncode == 1, refused.stderr
    assert "db.token" in refused.stderr
    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("link", name="training", exact=True).click()
    expect(page.get_by_role("status").first).to_have_text("refused")
    point = page.locator(".lacks > li")
    expect(point).to_contain_text("{{db.token}}")
    report = page.url
    point.get_by_role("link", name="Add key db").click()
    expect(page.locator("[data-key]").last).to_have_value("token")
    page.get_by_placeholder("value", exact=True).last.fill(TOKEN)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(report)
    page.get_by_text("lockwork pipeline run FILE:training --stack prod", exact=True).wait_for()
    done = run(own_home)
    assert done.returncode == 0, done.stderr
    page.get_by_role("link", name="Runs", exact=True).first.click()
    page.get_by_role("link", name="training", exact=True).first.click()
    expect(page.get_by_role("status").first).to_have_text("completed")
    expect(page.locator("#log pre")).to_have_text("the tracker's token is ***\n")
    for secret in (PASSWORD, TOKEN):
        assert secret not in page.content() + done.stdout + done.stderr + own.said
