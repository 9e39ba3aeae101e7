"""Make the pictures of the dashboard that stand in README and docs: `python scripts/screenshots.py`.

A server of its own, in a folder that goes away, with a small team's secrets, a stack and three runs; then
Debian's chromium looks at the main pages. What it shows is made up, and no value is in any picture.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import BrowserContext, Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1280, 800
ADMIN, PASSWORD = "anna", "correct horse battery staple"
SECRETS = {
    "mlflow": ("username", "password"),
    "openai": ("api_key", "organization"),
    "prod-db": ("host", "port", "username", "password"),
    "slack": ("webhook_url",),
    "wandb": ("api_key",),
}
OWN = {"huggingface": ("token",)}
PIPELINE = """\
import time
from lockwork import pipeline, step

@step
def load() -> list[float]:
    print("read 4 rows from postgresql://trainer:***@db.example.com/features")
    return [0.1, 0.2, 0.3, 0.4]

@step
def clean(rows: list[float]) -> list[float]:
    return [row for row in rows if row > 0.1]

@step
def features(rows: list[float]) -> int:
    return len(rows)

@step({declared})
def train(rows: list[float], many: int) -> float:
    for epoch in range(1, 4):
        print(f"epoch {{epoch}}: loss {{1 / epoch:.3f}}")
    return 0.1

@step
def evaluate(loss: float) -> None:
    print("accuracy 0.97")

@pipeline
def training() -> None:
    rows = load()
    kept = clean(rows)
    evaluate(train(kept, features(kept)))
"""


class Team:
    """The server, and commands that ask it as its admin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        (folder / "password").write_text(PASSWORD + "\n")
        (folder / "password").chmod(0o600)
        self.environment = {**os.environ, "LOCKWORK_HOME": str(folder / "home")}
        words = ("server", "start", "--port", str(self.port), "--admin", ADMIN)
        self.server = subprocess.Popen(
            [sys.executable, "-m", "lockwork", *words, "--admin-password-file", str(folder / "password")],
            env={**os.environ, "LOCKWORK_HOME": str(folder / "store")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Until it answers."""
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx2.get(f"{self.url}/readyz").raise_for_status()
            except httpx2.HTTPError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def run(self, *words: str, typed: str = "", fails: bool = False) -> str:
        """`lockwork WORDS`."""
        done = subprocess.run(
            [sys.executable, "-m", "lockwork", *words],
            env=self.environment,
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        if (done.returncode != 0) != fails:
            raise SystemExit(f"lockwork {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def close(self) -> None:
        self.server.terminate()
        self.server.wait()


def tell(team: Team) -> None:
    """What the pictures show."""
    team.run("login", team.url, "--user", ADMIN, "--stdin", typed=PASSWORD + "\n")
    for scope, secrets in (("workspace", SECRETS), ("user", OWN)):
        for name, keys in secrets.items():
            made_up = (f"--{key}=not a real one {number}" for number, key in enumerate(keys))
            team.run("secret", "create", name, "--scope", scope, *made_up)
    for number in range(3):
        team.run("secret", "update", "prod-db", f"--password=not a real one, either {number}")
    team.run("secret", "update", "prod-db", "--sslmode=require")
    team.run(
        "experiment-tracker", "register", "mlflow", "--flavor", "mlflow",
        "--tracking-uri", "https://mlflow.example.com",
        "--tracking-username", "{{mlflow.username}}", "--tracking-password", "{{mlflow.password}}",
    )  # fmt: skip
    team.run(
        "alerter", "register", "team-channel", "--flavor", "slack", "--webhook-url", "{{slack.webhook_url}}"
    )
    team.run(
        "stack", "register", "prod", "-o", "default", "-a", "default", "-e", "mlflow", "-al", "team-channel"
    )
    team.run("stack", "register", "local", "-o", "default", "-a", "default", "--set")
    for declared, fails in (
        ("", False),
        ('secrets=["openai", "anthropic"]', True),
        ('secrets=["openai"]', False),
    ):
        (team.folder / "train.py").write_text(PIPELINE.format(declared=declared))
        team.run("pipeline", "run", "train.py", fails=fails)
    team.run("user", "invite", "bea", "--member", "default=editor")
    team.run("user", "create", "ci", "--service")
    team.run("token", "create", "nightly", "--for", "ci", "--pattern", "prod-*")


@contextmanager
def team() -> Iterator[Team]:
    with tempfile.TemporaryDirectory(prefix="lockwork-") as folder:
        made = Team(Path(folder))
        try:
            made.wait()
            yield made
        finally:
            made.close()


def look(context: BrowserContext, url: str, folder: Path) -> None:
    """Every picture, as `<page>.png`."""
    page = context.new_page()
    page.goto(f"{url}/login")
    page.get_by_label("User", exact=True).fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/secrets")
    keep(page, folder, "secrets")
    page.get_by_role("link", name="prod-db").click()
    keep(page, folder, "secret")
    page.goto(f"{url}/w/default/stacks/prod")
    keep(page, folder, "stack")
    page.goto(f"{url}/w/default/components/new?type=experiment_tracker&flavor=mlflow")
    keep(page, folder, "component-new")
    page.goto(f"{url}/w/default/runs")
    keep(page, folder, "runs")
    rows = page.get_by_role("main").get_by_role("table").get_by_role("link", name="training")
    addresses = [rows.nth(n).get_attribute("href") for n in range(rows.count())]
    for name, address in zip(("run", "run-refused"), addresses, strict=False):
        page.goto(f"{url}{address}")
        keep(page, folder, name)
    for section in ("audit", "access", "settings"):
        page.goto(f"{url}/w/default/{section}")
        keep(page, folder, section)


def keep(page: Page, folder: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    scheme = sys.argv[2] if len(sys.argv) > 2 else "light"
    width = int(sys.argv[3]) if len(sys.argv) > 3 else WIDTH
    folder.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("this needs Debian's chromium: scripts/system_packages.sh installs it")
    with team() as shown, sync_playwright() as playwright:
        tell(shown)
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        context = browser.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]  # light or dark
            viewport={"width": width, "height": HEIGHT},
        )
        look(context, shown.url, folder)
        browser.close()


if __name__ == "__main__":
    main()
