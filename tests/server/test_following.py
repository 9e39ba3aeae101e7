"""On a team's server a log follows its step: whoever may look sees what it prints, before it is over."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.contract.conftest import Served
from tests.printing import lockwork
from tests.server.conftest import Running
from tests.serving import Team
from tests.waiting import until

from lockwork import Client, pipeline, step
from lockwork.client import credentials
from lockwork.client.credentials import Server
from lockwork.client.http import Http
from lockwork.domain.access import Role
from lockwork.domain.errors import NotLoggedIn, ServerAway
from lockwork.domain.runs import Run, RunStatus
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.runs import GetLog, GetLogPart
from lockwork.pipelines import pulse, runner, sending
from lockwork.service import assembly
from lockwork.settings import Settings

PW = "hunter2-pw"
LONG = """
    import os
    from lockwork import pipeline, step

    @step(environment={"PW": "{{db.pw}}"})
    def long() -> None:
        print("with", os.environ["PW"], flush=True)
        for percent in range(100):
            print(f"\\r{percent}%", end="", flush=True)
        with open(os.environ["GO"]) as told:  # opens once somebody writes there
            print("\\rtold", told.readline(), end="", flush=True)
            print("drawn 1%\\rhalf a li", end="", flush=True)
            print("\\rdrawn", told.read(), flush=True)

    @step
    def beside() -> None:
        print("beside", flush=True)

    @pipeline
    def training() -> None:
        long()
        beside()

    if __name__ == "__main__":
        training()
"""


@pytest.fixture
def own(alone: Running, own_home: Path) -> Client:
    """The admin of a server that is a process of its own, far from where runs run; `db` is there."""
    token = alone.token()
    credentials.keep(Settings.load(), Server(alone.url, token, "root-admin"))
    client = alone.client(token)
    client.create_secret("db", {"pw": PW})
    return client


@pytest.fixture
def go(own_home: Path) -> Path:
    made = own_home / "go"
    os.mkfifo(made)
    return made


@contextmanager
def running(go: Path, **given: str) -> Iterator[subprocess.Popen[str]]:
    file = go.with_name("long.py")
    file.write_text(textwrap.dedent(LONG))
    process = subprocess.Popen(
        [sys.executable, str(file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "GO": str(go), **given},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def told(client: Client, step: str = "long") -> str:
    """What the server has of the log of the last run's step; a client's own way would read the file here."""
    for run in client.list_runs():
        return client.send(GetLog(workspace="default", run=run.id, step=step)).decode()
    return ""


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize("is_machine", [True, False], ids=["machine", "person"])
def test_a_log_is_seen_from_elsewhere_while_its_step_runs(
    own: Client, alone: Running, go: Path, parallel: int, is_machine: bool
):
    """Its values masked, of a line that is drawn over nothing before it is finished, and nothing twice."""
    own.update_component("orchestrator", "default", {"parallel": parallel})
    given = {"LOCKWORK_URL": alone.url, "LOCKWORK_TOKEN": alone.token().reveal()} if is_machine else {}
    with running(go, **given) as process, go.open("w") as telling:
        until(lambda: told(own) == "with ***\n", told=lambda: told(own))
        telling.write(f"{PW}\n")
        telling.flush()
        until(lambda: told(own) == "with ***\ntold ***\n", told=lambda: told(own))
        run = own.list_runs()[0]
        assert run.step("long").status is RunStatus.RUNNING
        part = own.send(GetLogPart(workspace="default", run=run.id, step="long", start=9))
        assert (part.size, part.part) == (18, b"told ***\n")
        telling.write("whole")
        telling.close()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert own.get_run_log(run.id) == "with ***\ntold ***\ndrawn whole\nbeside\n"


def test_a_server_that_comes_back_hears_what_it_missed(own: Client, alone: Running, go: Path):
    """Killed and started again while the step runs: its log follows on, and the run knows nothing of it."""
    with running(go) as process, go.open("w") as telling:
        until(lambda: told(own) == "with ***\n", told=lambda: told(own))
        alone.kill()
        telling.write("meanwhile\n")
        telling.flush()
        alone.start()
        until(lambda: told(own) == "with ***\ntold meanwhile\n", told=lambda: told(own))
        telling.close()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    run = own.list_runs()[0]
    assert own.get_run_log(run.id) == "with ***\ntold meanwhile\ndrawn \nbeside\n"


@pytest.mark.parametrize("parallel", [1, 2])
def test_the_next_command_sends_what_a_killed_run_could_not(
    own: Client, go: Path, own_home: Path, parallel: int
):
    """What followed stands there once, and behind it the line that it was about to finish."""
    own.update_component("orchestrator", "default", {"parallel": parallel})
    with running(go) as process, go.open("w") as telling:
        until(lambda: told(own) == "with ***\n", told=lambda: told(own))
        run = own.list_runs()[0].id
        process.kill()
        process.wait()
        (file,) = until(lambda: list(own_home.rglob(f"servers/*/logs/{run}/long")))
        until(lambda: file.read_text() == "with ***\n99%", told=file.read_text)  # the masker ends after it
        telling.close()
    assert told(own) == "with ***\n"
    lockwork("run", "list")
    assert told(own) == "with ***\n99%"
    assert own.get_run(run).status is RunStatus.INTERRUPTED
    assert not list(own_home.rglob("servers/*/logs/*"))


def test_an_interrupted_step_s_log_is_whole(own: Client, go: Path):
    """What followed, and what was left."""
    with running(go) as process, go.open("w") as telling:
        until(lambda: told(own) == "with ***\n", told=lambda: told(own))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        telling.close()
    run = own.list_runs()[0]
    assert run.status is RunStatus.INTERRUPTED
    assert own.get_run_log(run.id) == "with ***\n99%"


# ---- over a server in this process, as often as can be ----


@pytest.fixture
def team(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    monkeypatch.setattr(sending, "EVERY", 0.001)
    team = Team(assembly.open_store(own_home / "server"))
    team.log_in("anna", Role.RUNNER)
    yield team
    team.close()


class Way:
    """To the server, for one who writes down what the thread sends, and does to it as told."""

    def __init__(self, trouble: Exception | None = None) -> None:
        server = credentials.active(Settings.load()).value
        self._http = Http(server.url, server.token)
        self._trouble = trouble
        self.sent: list[bytes] = []
        self.beats = 0
        self.held_back: dict[str, set[int]] = {}
        """By thread, the signals that do not reach it."""

    def send(self, message: Any) -> Any:
        answer = self._http.send(message)
        self.held_back[threading.current_thread().name] = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self.beats += type(message).__name__ == "StillRunning"
        if threading.current_thread().name == "lockwork-logs":
            self.sent.append(message.part)
            if self._trouble is not None:
                raise self._trouble
        return answer

    def close(self) -> None:
        self._http.close()


def run_over(way: Way, what: Any) -> Run:
    return runner.run(what.graph(), client=Client(gateway=way))


def test_however_often_one_looks_a_log_is_what_was_printed(team: Team):
    """While it grows quickly, by more than a part between two looks, and to its last line."""
    lines = [f"{n} {'x' * 100}" for n in range(20_000)]

    @step
    def much() -> None:
        for line in lines:
            print(line)
        print("no line end", end="")

    @pipeline
    def printing() -> None:
        much()

    way = Way()
    run = run_over(way, printing)
    assert way.sent
    assert all(part.endswith(b"\n") for part in way.sent)
    assert team.admin.get_run_log(run.id) == "\n".join([*lines, "no line end"])


def test_an_answer_that_is_lost_makes_nothing_double(team: Team):
    """What was kept and not answered comes again, with what has come since."""
    way = Way(ServerAway("lost on its way"))

    @step
    def talking() -> None:
        for n in range(20):
            print("line", n, flush=True)
            before = len(way.sent)
            until(lambda before=before: len(way.sent) > before)

    @pipeline
    def going() -> None:
        talking()

    run = run_over(way, going)
    assert team.admin.get_run_log(run.id) == "".join(f"line {n}\n" for n in range(20))


@pytest.mark.parametrize(
    ("trouble", "many"), [(None, 1), (NotLoggedIn("revoked"), 1)], ids=["quiet", "let in no more"]
)
def test_a_step_that_has_nothing_to_send_asks_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch, trouble: Exception | None, many: int
):
    """A quiet one, and one whose log the server takes no more: it does not knock on."""
    monkeypatch.setattr(pulse, "EVERY", 0.01)
    way = Way(trouble)

    @step
    def quiet() -> None:
        print("once", flush=True)
        until(lambda: way.sent)
        if trouble is not None:
            print("again", flush=True)
        seen = way.beats
        until(lambda: way.beats > seen + 20)  # each as long as ten looks

    @pipeline
    def going() -> None:
        quiet()

    run = run_over(way, going)
    assert len(way.sent) == many
    wanted = "once\n" if trouble is None else "once\nagain\n"
    assert team.admin.get_run_log(run.id) == wanted


def test_a_server_that_lost_some_of_a_log_has_all_of_it_in_the_end(team: Team, own_home: Path):
    """As where its store was put back to an earlier state: no run fails for that."""
    way = Way()

    @step
    def talking() -> None:
        print("one", flush=True)
        until(lambda: way.sent)
        with closing(sqlite3.connect(own_home / "server" / "lockwork.db")) as database, database:
            database.execute("DELETE FROM step_logs")
        print("two", flush=True)

    @pipeline
    def going() -> None:
        talking()

    run = run_over(way, going)
    assert team.admin.get_run_log(run.id) == "one\ntwo\n"


def test_what_ends_a_run_reaches_its_main_thread_alone(team: Team, monkeypatch: pytest.MonkeyPatch):
    """It holds a signal back where that would come between; in another thread one would come through."""
    monkeypatch.setattr(pulse, "EVERY", 0.01)
    way = Way()

    @step
    def talking() -> None:
        print("once", flush=True)
        until(lambda: way.sent and way.beats)

    @pipeline
    def going() -> None:
        talking()

    run_over(way, going)
    main = way.held_back.pop("MainThread")
    assert set(way.held_back) == {"lockwork-logs", "lockwork-pulse"}
    for held_back in way.held_back.values():
        assert held_back - main == {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def test_a_step_that_forks_while_its_log_is_sent_goes_on(own_home: Path, script: Any):
    """Its children print into the same log and end by themselves, at whatever moment they are made."""
    gate = assembly.open_store(own_home / "server")
    served = Served(gate)
    token: Sensitive = served.token_of("default")
    script(
        """
        import os
        from lockwork import Client, pipeline, step
        from lockwork.pipelines import sending
        sending.EVERY = 0.0001

        @step
        def forking() -> None:
            for n in range(60):
                print("parent", n, flush=True)
                if (child := os.fork()) == 0:
                    Client().get_workspace("default")
                    print("child", n, flush=True)
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
            if os.fork() == 0:
                return  # twice: only one of them goes on
            os.wait()

        @pipeline
        def going() -> None:
            forking()

        going()
        """,
        LOCKWORK_URL=served.url,
        LOCKWORK_TOKEN=token.reveal(),
    )
    admin = Client(gateway=Http(served.url, token))
    run = admin.list_runs()[0]
    assert run.status is RunStatus.COMPLETED
    assert admin.get_run_log(run.id) == "".join(f"parent {n}\nchild {n}\n" for n in range(60))
    admin.close()
    served.close()
