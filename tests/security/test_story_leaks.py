"""The whole story, each command failing at every point: none is in what is written, printed, started."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import select
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

TELLING = Path(__file__).with_name("telling.py")
ZENML = Path(__file__).parents[1] / "moving" / "data" / "zenml-0.55.5.db.gz"
SAID = b"--- said"
NOT_TOLD = {
    "message WhoAmI": "no command asks it",
    **{
        f"message {name}": "a server is asked it"
        for name in ("LogIn", "LogOut", "SetUp", "ChoosePassword", "ChangePassword", "AppointAdmin")
    },
    "message StillRunning": "a server is told it",
    "message GetRights": "a server is asked it, before a question",
    "message GetLogPart": "the dashboard asks it, of a run that goes on",
    "trail.derived": "for requests with an idempotency key, on a server",
    "store.list": "for those who look at artifacts",
}
"""Points that the story never comes to, and why."""
PIPELINE = """
import json, os, urllib.request
from lockwork import pipeline, step

@step(secrets=["mlflow_secret"])
def load() -> list[int]:
    print("careless:", os.environ["username"], os.environ.get("password"))
    return [1, 2, 3]

@step(experiment_tracker="mlflow")
def train(rows: list[int]) -> float:
    from base64 import b64encode
    login = f"{os.environ['MLFLOW_TRACKING_USERNAME']}:{os.environ['MLFLOW_TRACKING_PASSWORD']}".encode()
    print("logging in with", login, repr(os.environ["MLFLOW_TRACKING_PASSWORD"]))
    asked = urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/create", data=b"{}",
        headers={"Authorization": "Basic " + b64encode(login).decode()},
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return float(json.load(answer)["rows"])
    except urllib.error.HTTPError as refusal:
        refusal.close()
        refused = RuntimeError(f"401 for {login!r}: {os.environ['MLFLOW_TRACKING_PASSWORD']}")
        refused.add_note(os.environ["MLFLOW_TRACKING_PASSWORD"])
        raise refused from ValueError(login)

@pipeline
def training():
    train(load())
"""


class StandIn(BaseHTTPRequestHandler):
    """As much of a tracking server, and of Slack, as the story needs."""

    login = ""
    alerts: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/chat.postMessage":
            self.alerts.append(body.decode())
            self._answer(200, {"ok": True})
            return
        given = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        self._answer(*((200, {"rows": 3}) if given == self.login else (401, {"error": "unauthorized"})))

    def _answer(self, code: int, told: dict[str, Any]) -> None:
        content = json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """It logs nothing."""


@pytest.fixture
def stand_in(planted: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the alerts that it was sent."""
    login, alerts = f"{planted['username']}:{planted['password']}", []
    kind = type("Answering", (StandIn,), {"login": login, "alerts": alerts})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", alerts
        server.shutdown()
        serving.join()


@pytest.fixture
def folder(own_home: Path, planted: dict[str, str]) -> Path:
    """A project with files of values that are the user's own."""
    folder = own_home / "project"
    given = folder / "given"
    given.mkdir(parents=True)
    (folder / "out").mkdir()
    (folder / "tmp").mkdir()
    for name, value in planted.items():
        (given / name).write_bytes(value.encode())
    (given / "values.json").write_text(json.dumps(planted))
    (given / "groups.json").write_text(json.dumps({"mlflow_secret": planted}))
    (given / "values.env").write_text(f"one='{planted['unicode']}'\ntwo={planted['plain']}\n")
    (given / "template").write_text("one: {{kept.password}}\ntwo: {{kept.key}}{{kept.escapes}}\n")
    write_zenml_database(given / "zenml.db", planted)
    (folder / "pipeline.py").write_text(PIPELINE)
    return folder


def write_zenml_database(path: Path, values: dict[str, str]) -> None:
    """What the real ZenML wrote, each secret holding these values."""
    path.write_bytes(gzip.decompress(ZENML.read_bytes()))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute('UPDATE secret SET "values" = ?', [b64encode(json.dumps(values).encode())])


class Told(NamedTuple):
    """What came of it."""

    points: set[str]
    tries: list[dict[str, Any]]

    def check_each_was_forced(self) -> None:
        """Before and after, but for those that the masker has no after of."""
        forced = {one["forced"] for one in self.tries}
        told = self.points - set(NOT_TOLD)
        wanted = {f"{when} {point}" for point in told for when in ("before", "after")}
        assert sorted(one for one in wanted - forced if not one.startswith("after masker")) == []
        assert not [point for point in NOT_TOLD if f"before {point}" in forced], "now it is told"


class Telling:
    """The story, told by a process whose every word is read here."""

    def __init__(self, folder: Path, url: str, search: Any, *, on_terminal: bool, **how: Any) -> None:
        self.folder, self.home = folder, folder.parent / "store"
        self._search = search
        self._reads, writes = os.openpty() if on_terminal else os.pipe()
        self._talk, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(TELLING), str(folder), url, json.dumps(how)],
                env={**os.environ, "LOCKWORK_HOME": str(self.home), "TMPDIR": str(folder / "tmp"),
                     "TELLING": str(theirs.fileno()), "TERM": "xterm", "PYTHONDONTWRITEBYTECODE": "1"},
                cwd=folder, stdin=subprocess.DEVNULL, stdout=writes, stderr=writes,
                pass_fds=[theirs.fileno()], start_new_session=True,
            )  # fmt: skip
        os.close(writes)
        self.printed = b""

    def follow(self) -> list[dict[str, Any]]:
        """Look at everything after each try, to the end; what the tries were."""
        try:
            while (said := self._read()).endswith(SAID):
                self._check(said)
                self._talk.send(b".")
            self._check(said)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._reads)
            self._talk.close()
        assert b"Traceback" not in said, said.decode()
        return [json.loads(line) for line in self._tries()]

    def _tries(self) -> list[str]:
        return (self.folder / "tries").read_text().splitlines()

    def _read(self) -> bytes:
        """All that is printed up to the end of a try, or to the end of all."""
        said, deadline = b"", time.monotonic() + 60
        while not said.rstrip().endswith(SAID):
            ready, _, _ = select.select([self._reads], [], [], deadline - time.monotonic())
            assert ready, f"nothing more came after {said!r}"
            try:
                more = os.read(self._reads, 65536)
            except OSError:  # Linux's way to say that nobody holds the terminal any more
                more = b""
            if not more:
                return said
            said += more
        self.printed += said
        return said.rstrip()

    def _check(self, said: bytes) -> None:
        which = self._tries()[-1]
        self._search.check(said, f"what was printed by {which}")
        but = [self.folder / "given", self.folder / "out"]
        try:
            self._search.check_files(self.folder.parent, but)
        except AssertionError as found:
            raise AssertionError(f"after {which}: {found}") from None


@pytest.fixture
def tell(folder: Path, stand_in: tuple[str, list[str]], search: Any) -> Callable[..., Told]:
    """Has the story told, and looks at everything after each try."""

    def tell(**how: Any) -> Told:
        points, *tries = Telling(folder, stand_in[0], search, **how).follow()
        assert stand_in[1]
        for alert in stand_in[1]:
            search.check(alert, "an alert")
        ends = [one for one in tries if not one["forced"] and one["room"] is None]
        assert [one["words"] for one in ends if one["code"] != one["expected"]] == []
        return Told(set(points), tries)

    return tell


@pytest.mark.timeout(240)
def test_failures_at_every_point(tell: Any):
    """Whatever fails, with all values in its text and chain: none is printed, written, or in an argument."""
    told = tell(on_terminal=True, times=1, parallel=1)
    told.check_each_was_forced()


@pytest.mark.soak
@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize("on_terminal", [False, True])
def test_failures_at_every_moment(tell: Any, parallel: int, on_terminal: bool):
    """The same at each moment of each command, with steps in processes of their own, and in pipes."""
    told = tell(on_terminal=on_terminal, times=1_000, parallel=parallel)
    if parallel == 1:  # else stores and trackers are used by processes where nothing is forced
        told.check_each_was_forced()


class Watching(threading.Thread):
    """Reads the command line of every process below this one, again and again, and its first environment."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[bytes] = set()
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.wait(0.01):
            waiting = [os.getpid()]
            while waiting:
                waiting += (children := [*self._children(waiting.pop())])
                for child, name in itertools.product(children, ("cmdline", "environ")):
                    with suppress(OSError):  # it has ended
                        self.seen.add(Path(f"/proc/{child}/{name}").read_bytes())

    def _children(self, process: int) -> Iterator[int]:
        for thread in Path(f"/proc/{process}/task").glob("*/children"):
            with suppress(OSError):
                yield from map(int, thread.read_text().split())

    def stop(self) -> bytes:
        self._is_over.set()
        self.join()
        return b"\n".join(self.seen)


@pytest.mark.soak  # tests/demo runs it too, and looks for passwords in the files of the store
def test_make_demo_itself(
    demo: Any, mlflow_server: Any, own_home: Path, search: Any, planted: dict[str, str],
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
):  # fmt: skip
    """On a real MLflow server: no password is printed, written, or in a process that does not need it."""
    passwords = iter([planted["password"], planted["wrong"]])
    monkeypatch.setattr(demo.secrets, "token_urlsafe", lambda _: next(passwords))
    (own_home / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(own_home / "tmp"))
    watching = Watching()
    watching.start()
    try:
        demo.tell(mlflow_server, own_home)
    finally:
        seen = watching.stop()
    assert b"lockwork\0pipeline\0run\0" in seen
    # The user's own environment is given to `register-secrets --from-env`, and what a step's libraries start
    # inherits what MLflow reads; see docs/security.md.
    for variable in (
        b"LOCKWORK_SECRET_MLFLOW_SECRET__PASSWORD=wrong-" + planted["wrong"].encode(),
        b"MLFLOW_TRACKING_PASSWORD=right-" + planted["password"].encode(),
    ):
        seen = seen.replace(variable, b"")
    search.check(seen, "a process")
    search.check("".join(capfd.readouterr()), "what was printed")
    search.check_files(own_home)
