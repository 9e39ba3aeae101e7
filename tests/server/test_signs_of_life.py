"""A run on another machine is known to go on by its signs of life, and to have ended by their absence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.conftest import Clock
from tests.serving import Team

from lockwork import Client, pipeline, step
from lockwork.database import runs
from lockwork.domain.access import Role
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.errors import InvalidInput, NotPermitted, Refused
from lockwork.domain.runs import Pipeline, RunStatus, Step
from lockwork.messages.runs import AppendLog, FinishRun, StartRun, StartStep, StillRunning
from lockwork.pipelines import pulse
from lockwork.service import assembly
from lockwork.service.gate import Gate

ELSEWHERE = "another-machine/boot/4026531836/4711/889312"
MINUTE = 1 / (24 * 60)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(own_home: Path, clock: Clock) -> Gate:
    return assembly.open_store(own_home / "server", clock=clock)


@pytest.fixture
def team(gate: Gate) -> Iterator[Team]:
    team = Team(gate)
    yield team
    team.close()


@pytest.fixture
def anna(team: Team) -> Client:
    team.log_in("anna", Role.RUNNER)
    return Client()


def _start(client: Client, process: str = ELSEWHERE) -> str:
    started = client.send(
        StartRun(
            workspace="default",
            stack="default",
            pipeline=Pipeline(name="long", steps=(Step(name="one"),)),
            level=ValidationLevel.NONE,
            process=process,
        )
    )
    client.send(StartStep(workspace="default", run=started.run.id, step="one"))
    return started.run.id


def test_a_run_that_is_not_heard_of_is_told_as_interrupted(team: Team, anna: Client, clock: Clock):
    """After ten minutes, with the time of its last sign; one more sign, and it goes on."""
    run = _start(anna)
    clock.advance(days=9 * MINUTE)
    assert team.admin.get_run(run).status is RunStatus.RUNNING
    clock.advance(days=2 * MINUTE)
    told = team.admin.get_run(run)
    assert told.status is RunStatus.INTERRUPTED
    assert "nothing was heard of this run since 2026-01-01 00:" in (told.failure or "")
    assert told.steps[0].status is RunStatus.INTERRUPTED
    anna.send(StillRunning(workspace="default", run=run))
    assert team.admin.get_run(run).status is RunStatus.RUNNING
    anna.send(FinishRun(workspace="default", run=run, status=RunStatus.COMPLETED))
    assert team.admin.get_run(run).status is RunStatus.COMPLETED


def test_a_run_that_is_not_heard_of_is_found_as_what_it_is_told_as(team: Team, anna: Client, clock: Clock):
    """By filter and in order, whoever lists, with no other run in between: not as running."""
    lost = _start(anna)
    clock.advance(days=11 * MINUTE)
    going = _start(anna)
    for client in (anna, team.admin):
        assert [run.id for run in client.list_runs(status="running")] == [going]
        found = client.list_runs(status="interrupted")
        assert ([run.id for run in found], found.total) == ([lost], 1)
        assert [run.id for run in client.list_runs(sort_by="asc:status")] == [lost, going]
        assert [run.id for run in client.list_runs(status="contains:rupted")] == [lost]


def test_after_a_day_it_is_recorded_so_by_the_next_run(team: Team, anna: Client, clock: Clock):
    """It no longer goes on then; what it printed may still come."""
    run = _start(anna)
    clock.advance(days=1.1)
    _start(anna)
    with pytest.raises(Refused, match="interrupted"):
        anna.send(FinishRun(workspace="default", run=run, status=RunStatus.COMPLETED))
    anna.send(AppendLog(workspace="default", run=run, step="one", start=0, part=b"came late\n"))
    assert team.admin.get_run_log(run) == "came late\n"
    assert team.admin.get_run(run).status is RunStatus.INTERRUPTED


def test_a_run_elsewhere_that_gives_signs_is_left_alone(team: Team, anna: Client, clock: Clock):
    """However long it takes: no process of the server's own machine is looked for."""
    run = _start(anna)
    for _ in range(3):
        clock.advance(days=0.9)
        anna.send(StillRunning(workspace="default", run=run))
        _start(anna)
    assert team.admin.get_run(run).status is RunStatus.RUNNING


def test_nobody_else_keeps_a_run_alive(team: Team, anna: Client):
    """The sign is its own runner's; it changes nothing else, and leaves no record in the trail."""
    run = _start(anna)
    head = team.admin.audit_head().number
    anna.send(StillRunning(workspace="default", run=run))
    assert team.admin.audit_head().number == head
    with pytest.raises(NotPermitted):
        team.admin.send(StillRunning(workspace="default", run=run))


@pytest.mark.parametrize("process", ["x", "a/b/c/²/d", "a/b/c/-1/d", "////"])
def test_a_process_may_be_called_anything(anna: Client, process: str):
    """What a caller says of its process breaks nothing; it counts only where it is one of this machine."""
    assert anna.get_run(_start(anna, process)).status is RunStatus.RUNNING


def test_a_process_has_no_endless_name(anna: Client):
    """It is kept with the run."""
    with pytest.raises(InvalidInput, match="256"):
        _start(anna, "x" * 257)


def test_a_run_gives_signs_while_a_step_takes_its_time(
    anna: Client, gate: Gate, monkeypatch: pytest.MonkeyPatch
):
    """By itself, without a word of the step's."""
    monkeypatch.setattr(pulse, "EVERY", 0.01)

    def heard() -> int:
        with gate.house.database.reading() as tx:
            return runs.running(tx)[0].heard or 0

    @step
    def long() -> None:
        first = heard()
        while heard() == first:  # the sign is on its way
            pass

    @pipeline
    def going() -> None:
        long()

    assert going().status is RunStatus.COMPLETED
