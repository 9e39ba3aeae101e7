"""Pipelines that ask a team's server run as they do beside a store of one's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.contract.conftest import ServerStore
from tests.postgres import Postgres
from tests.printing import Script
from tests.serving import Team
from tests.waiting import until

from lockwork import Client, pipeline, step
from lockwork.cli.main import run as command
from lockwork.client.embedded import Embedded
from lockwork.domain.access import Role
from lockwork.domain.errors import NotFound, RunFailed, ValidationFailed
from lockwork.domain.runs import Run, RunStatus
from lockwork.messages.runs import GetLog
from lockwork.service import assembly

PW, KEY = "hunter2-pw", "sk-openai-123"
STEPS = """
    import os, subprocess, sys
    from lockwork import Client, pipeline, step

    @step(environment={"PW": "{{db.pw}}"})
    def first() -> int:
        print("first", os.environ["PW"], __name__, flush=True)
        subprocess.run(["sh", "-c", "env | grep -c LOCKWORK_TOKEN; true"], check=True)
        return 1

    @step
    def second() -> int:
        print("second", Client().get_secret("openai").secret_values["API_KEY"], flush=True)
        print("token", Client().profile.server.value.token.reveal(), flush=True)
        if "KILL" in os.environ:
            os.kill(os.getppid(), 9)
        return 2

    @step
    def last(a: int, b: int) -> int:
        return a + b

    @pipeline
    def training() -> None:
        last(first(), second())

    if __name__ == "__main__":
        training()
        print("after", "LOCKWORK_TOKEN" in os.environ)
"""


@pytest.fixture
def team(own_home: Path) -> Iterator[Team]:
    """A server on SQLite with the secrets `db` and `openai`; nobody is logged in here."""
    team = Team(assembly.open_store(own_home / "server"))
    _fill(team)
    yield team
    team.close()


@pytest.fixture
def on_postgres(postgres: Postgres, own_home: Path) -> Iterator[Team]:
    """The same on PostgreSQL."""
    store = ServerStore(postgres, own_home / "root-keys")
    team = Team(store.gate(None))
    _fill(team)
    yield team
    team.close()
    store.close()


def _fill(team: Team) -> None:
    team.admin.create_secret("db", {"user": "anna-db-user", "pw": PW})
    team.admin.create_secret("openai", {"API_KEY": KEY})


@step
def never(x: int) -> None:
    print("never", x)


@step
def nothing() -> None:
    pass


@pipeline
def afterwards() -> None:
    nothing()


def _check_training(team: Team, printed: str, token: str) -> None:
    run = team.admin.list_runs()[0]
    assert run.status is RunStatus.COMPLETED
    assert run.by == "anna"
    assert [used.name for used in run.secrets] == ["db", "openai"]
    log = team.admin.get_run_log(run.id)
    assert log == "first *** __main__\n0\nsecond ***\ntoken ***\n"
    assert not any(value in printed for value in (PW, KEY, token))


def _told_by_the_next_run(team: Team) -> Run:
    """The run before, which the server hears of at last."""
    afterwards()
    fine, lost = team.admin.list_runs()
    assert fine.status is RunStatus.COMPLETED
    assert lost.status is RunStatus.FAILED
    return lost


def test_a_pipeline_runs_with_what_a_machine_was_given(team: Team, script: Script):
    """By LOCKWORK_URL and LOCKWORK_TOKEN: values are read, masked and recorded; no program that a step starts
    inherits the token, and the run's own process has it again afterwards."""
    token = team.token("anna", Role.RUNNER).reveal()
    printed = script(STEPS, LOCKWORK_URL=team.url, LOCKWORK_TOKEN=token)
    _check_training(team, printed, token)
    assert printed.endswith("after True\n")


@pytest.mark.parametrize("parallel", [1, 2])
def test_a_machine_keeps_nothing_of_a_run(team: Team, script: Script, own_home: Path, parallel: int):
    """What it was given by its environment leaves no file and no folder of any server in its home."""
    token = team.token("anna", Role.RUNNER).reveal()
    team.admin.update_component("orchestrator", "default", {"parallel": parallel})
    home = own_home / "machine"
    script(STEPS, LOCKWORK_URL=team.url, LOCKWORK_TOKEN=token, LOCKWORK_HOME=str(home))
    assert team.admin.list_runs()[0].status is RunStatus.COMPLETED
    assert "second ***\n" in team.admin.get_run_log(team.admin.list_runs()[0].id)
    assert [path.name for path in home.iterdir()] == ["artifacts"]  # which the stack keeps there


def test_steps_at_once_reach_the_server_too(team: Team, script: Script):
    """Their processes are handed the connection through a pipe, and hand it to nobody."""
    token = team.token("anna", Role.RUNNER).reveal()
    team.admin.update_component("orchestrator", "default", {"parallel": 2})
    printed = script(STEPS, LOCKWORK_URL=team.url, LOCKWORK_TOKEN=token)
    run = team.admin.list_runs()[0]
    assert run.status is RunStatus.COMPLETED
    assert team.admin.get_run_log(run.id) == "first *** __mp_main__\n0\nsecond ***\ntoken ***\n"
    assert not any(value in printed for value in (PW, KEY, token))


def test_steps_at_once_ask_whom_their_run_asks(team: Team, script: Script):
    """The same where one is logged in; the folder of the home holds no store afterwards."""
    path = team.log_in("anna", Role.RUNNER)
    team.admin.update_component("orchestrator", "default", {"parallel": 2})
    script(STEPS)
    assert team.admin.list_runs()[0].status is RunStatus.COMPLETED
    assert not (path.parent / "lockwork.db").exists()


def test_a_pipeline_runs_on_postgresql(on_postgres: Team, script: Script):
    """A server on PostgreSQL records it alike."""
    token = on_postgres.token("anna", Role.RUNNER).reveal()
    printed = script(STEPS, LOCKWORK_URL=on_postgres.url, LOCKWORK_TOKEN=token)
    _check_training(on_postgres, printed, token)


def test_a_run_that_lacks_something_is_refused_whole(team: Team, capfd: pytest.CaptureFixture[str]):
    """The report comes back from the server, and is recorded with the run."""
    team.log_in("anna", Role.RUNNER)

    @step(environment={"A": "{{db.nope}}", "B": "{{absent.key}}"})
    def one() -> None:
        print("never")

    @pipeline
    def lacking() -> None:
        one()

    with pytest.raises(ValidationFailed) as refused:
        lacking()
    assert {p.problem for p in refused.value.report.problems} == {"no_key", "no_secret"}
    run = team.admin.list_runs()[0]
    assert run.status is RunStatus.REFUSED
    assert run.report is not None
    assert "never" not in capfd.readouterr().out


def test_a_viewer_is_told_beforehand_what_they_may_not_read(team: Team):
    """Who may list and not read validates, and is refused up front: `not_readable`."""
    team.log_in("vic", Role.VIEWER)

    @step(environment={"PW": "{{db.pw}}"})
    def one() -> None:
        pass

    @pipeline
    def reading() -> None:
        one()

    with pytest.raises(ValidationFailed) as refused:
        reading()
    assert [p.problem for p in refused.value.report.problems] == ["not_readable"]


READ: dict[str, Callable[[str], object]] = {
    "lockwork run list": lambda _: command(["run", "list"]),
    "lockwork run describe": lambda run: command(["run", "describe", run]),
    "list_runs": lambda _: print(*(run.status for run in Client().list_runs())),
    "get_run": lambda run: print(Client().get_run(run).status),
    "get_run_log": lambda run: print(Client().get_run_log(run), "failed"),
}


@pytest.mark.parametrize("how", READ)
def test_how_a_run_ended_is_recorded_before_it_is_read(
    team: Team, own_home: Path, how: str, capfd: pytest.CaptureFixture[str]
):
    """Where the server was away at its end: reading it from that machine is enough, no run has to follow.

    Who asks another store from there tells that one nothing of it, and takes nothing away.
    """
    team.log_in("anna", Role.RUNNER)

    @step
    def one() -> None:
        team.go_away()

    @pipeline
    def cut_off() -> None:
        one()

    with pytest.raises(RunFailed, match="cannot be reached") as failed:
        cut_off()
    team.come_back()
    run = team.admin.list_runs()[0]
    assert run.status is RunStatus.RUNNING
    with closing(Client(gateway=Embedded(own_home / "another", user="default"))) as elsewhere:
        assert not elsewhere.list_runs()
    READ[how](run.id)
    assert "failed" in capfd.readouterr().out
    assert team.admin.get_run(run.id).failure == failed.value.run.failure


def test_a_server_that_goes_away_ends_a_run_clearly(team: Team, capfd: pytest.CaptureFixture[str]):
    """The step that runs then comes to its end; the run fails, says why, and its log lies here, readable by
    its owner alone; the server hears how it ended from the next run."""
    path = team.log_in("anna", Role.RUNNER)

    @step(environment={"PW": "{{db.pw}}"})
    def one() -> int:
        print("printed", os.environ["PW"], flush=True)
        team.go_away()
        return 1

    @pipeline
    def cut_off() -> None:
        never(one())

    with pytest.raises(RunFailed, match="cannot be reached"):
        cut_off()
    assert "never" not in capfd.readouterr().out
    (file,) = path.parent.glob("servers/*/logs/*/one")
    assert file.read_text() == "printed ***\n"
    assert file.stat().st_mode & 0o777 == 0o600

    team.come_back()

    lost = _told_by_the_next_run(team)
    assert "cannot be reached" in (lost.failure or "")
    assert team.admin.get_run_log(lost.id) == "printed ***\n"
    assert not list(path.parent.glob("servers/*/logs/*"))
    assert not list(path.parent.glob("servers/*/runs/*"))


def test_who_is_sent_away_during_a_run_hears_how_it_ended(team: Team, capfd: pytest.CaptureFixture[str]):
    """It fails and says why, though nothing can be recorded; back again, the next run tells the server."""
    path = team.log_in("anna", Role.RUNNER)

    @step
    def one() -> int:
        team.admin.remove_member("anna", "default")
        return 1

    @pipeline
    def cut_off() -> None:
        never(one())

    with pytest.raises(RunFailed, match="no workspace 'default'"):
        cut_off()
    assert "never" not in capfd.readouterr().out
    assert list(path.parent.glob("servers/*/runs/*"))

    team.admin.add_member("anna", Role.RUNNER, "default")

    lost = _told_by_the_next_run(team)
    assert "no workspace" in (lost.failure or "")


def test_a_run_that_is_killed_is_told_of_by_the_next_one(team: Team, script: Script):
    """Its log is recorded and it counts as interrupted."""
    team.log_in("anna", Role.RUNNER)
    team.admin.update_component("orchestrator", "default", {"parallel": 2})
    script(STEPS, expect=-9, KILL="yes")
    lost = team.admin.list_runs()[0].id
    script(STEPS)
    run = team.admin.get_run(lost)
    assert run.status is RunStatus.INTERRUPTED
    assert "second ***\n" in team.admin.get_run_log(lost)


def test_a_step_s_log_can_be_read_where_it_runs(team: Team, capfd: pytest.CaptureFixture[str]):
    """`run logs` shows what it has printed so far, the unfinished line as well; others see whole lines."""
    team.log_in("anna", Role.RUNNER)
    seen: dict[str, str] = {}

    @step
    def long() -> None:
        print("so far\nand no", end="", flush=True)
        client = Client()
        run = client.list_runs()[0].id
        until(lambda: client.get_run_log(run) == "so far\nand no")  # the masker is on its way
        question = GetLog(workspace="default", run=run)
        seen["elsewhere"] = until(lambda: team.admin.send(question)).decode()

    @pipeline
    def going() -> None:
        long()

    run = going()
    assert seen == {"elsewhere": "so far\n"}
    capfd.readouterr()
    assert command(["run", "logs", run.id]) == 0
    assert capfd.readouterr().out == "so far\nand no"
    assert team.admin.get_run_log(run.id) == "so far\nand no"


def test_a_child_of_a_step_does_not_fall_back_to_this_machine(team: Team, script: Script):
    """Lockwork in a program that a step starts says what is missing; it opens no store of its own."""
    token = team.token("anna", Role.RUNNER).reveal()
    printed = script(
        """
        import subprocess, sys
        from lockwork import pipeline, step

        @step
        def one() -> None:
            subprocess.run([sys.executable, "-m", "lockwork", "secret", "list"])

        @pipeline
        def going() -> None:
            one()

        going()
        """,
        LOCKWORK_URL=team.url,
        LOCKWORK_TOKEN=token,
    )
    assert "LOCKWORK_URL is set and LOCKWORK_TOKEN is not" in printed


def test_what_a_workspace_holds_is_nobody_s_who_is_no_member(team: Team):
    """A run in a workspace of others is refused like one that does not exist."""
    team.log_in("eve", Role.RUNNER)
    team.admin.create_workspace("others")

    @step
    def one() -> None:
        pass

    @pipeline
    def going() -> None:
        one()

    os.environ["LOCKWORK_WORKSPACE"] = "others"
    try:
        with pytest.raises(NotFound, match="others"):
            going()
    finally:
        del os.environ["LOCKWORK_WORKSPACE"]
