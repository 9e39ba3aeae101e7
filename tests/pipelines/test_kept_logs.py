"""Logs outlive whatever a step does to its process, and can be read while it runs."""

from __future__ import annotations

import os
import sqlite3
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from lockwork import Client, pipeline, step
from lockwork.capture.logs import parts
from lockwork.cli.main import run as command
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.runs import Pipeline, RunStatus
from lockwork.messages.runs import StartRun

SOURCE = """
    import ctypes, os, signal, sys
    from lockwork import pipeline, step

    @step
    def before() -> int:
        print("before")
        return 1

    @step(environment={"PW": "{{db.pw}}"})
    def last(x: int) -> None:
        print("last", os.environ["PW"], flush=True)
        how = sys.argv[1]
        if how == "exit":
            os._exit(7)
        if how == "segfault":
            ctypes.string_at(0)
        if how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)

    @pipeline
    def ending() -> None:
        last(before())

    ending()
"""


@pytest.mark.parametrize(("how", "code"), [("exit", 7), ("segfault", -11), ("kill", -9)])
def test_a_step_that_takes_the_run_along_leaves_its_log(client: Client, script: Any, how: str, code: int):
    """What it printed until then is read as any log, masked; the run is told as interrupted."""
    script(SOURCE, how, expect=code)
    run = client.list_runs()[0]
    assert run.status is RunStatus.INTERRUPTED
    assert client.get_run_log(run.id) == "before\nlast ***\n"
    assert client.get_run_log(run.id[:8], "last") == "last ***\n"
    assert client.get_run_log(run.id, "before") == "before\n"
    file = client.profile.settings.home.value / "logs" / run.id / "last"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert "hunter2-pw" not in file.read_text()


def test_a_log_can_be_read_while_its_step_runs(client: Client, capfd: pytest.CaptureFixture[str]):
    """`run logs` shows what a step has printed so far; once it is recorded, no file is left."""
    seen: dict[str, str] = {}

    @step
    def long() -> None:
        print("so far", flush=True)
        run = client.list_runs()[0].id
        while not seen.get("log"):  # the masker is on its way
            seen["log"] = client.get_run_log(run)

    @pipeline
    def going() -> None:
        long()

    run = going()
    assert seen["log"] == "so far\n"
    assert client.get_run_log(run.id) == "so far\n"
    assert list((client.profile.settings.home.value / "logs").iterdir()) == []
    capfd.readouterr()
    assert command(["run", "logs", run.id]) == 0
    assert capfd.readouterr().out == "so far\n"


def test_a_folder_that_cannot_be_written_stops_no_run(client: Client):
    """Then the log is kept in memory, as long as the run lasts, and recorded as ever."""
    Path(client.profile.settings.home.value / "logs").write_text("in the way")

    @step
    def one() -> None:
        print("printed")

    @pipeline
    def going() -> None:
        one()

    assert client.get_run_log(going().id) == "printed\n"


def test_the_next_run_records_what_a_killed_one_left(client: Client, script: Any):
    """Its log is in the store then, under the same id, and no file is left; a run that runs keeps its own."""
    script(SOURCE, "kill", expect=-9)
    lost = client.list_runs()[0].id
    folder = client.profile.settings.home.value / "logs"
    unknown = folder / "5b0b2f3e-0f0e-4f7e-9d51-5a5b1c1d2e3f"
    unknown.mkdir()
    (unknown / "one").write_text("of a store that was here before")
    (folder / "notes").mkdir()
    seen: list[str] = []

    @step
    def one() -> None:
        print("printed", flush=True)
        Client().send(
            StartRun(
                workspace="default",
                stack="default",
                pipeline=Pipeline(name="other", steps=()),
                level=ValidationLevel.NONE,
                process="",
            )
        )
        seen.extend(sorted(file.name for file in folder.iterdir()))

    @pipeline
    def going() -> None:
        one()

    run = going()
    assert seen == sorted([run.id, "notes"])
    assert [file.name for file in folder.iterdir()] == ["notes"]
    assert client.get_run_log(run.id) == "printed\n"
    assert client.get_run_log(lost) == "before\nlast ***\n"
    assert client.get_run_log(lost[:8], "last") == "last ***\n"


def test_a_log_that_was_being_recorded_is_recorded_once(client: Client, script: Any):
    """Killed after some of its parts were recorded: the rest follows, and nothing is there twice."""
    script(SOURCE, "kill", expect=-9)
    lost = client.list_runs()[0].id
    file = client.profile.settings.home.value / "logs" / lost / "last"
    lines = "".join(f"line {n} {'x' * 90}\n" for n in range(2000))
    file.write_text(lines)
    with sqlite3.connect(client.profile.settings.home.value / "lockwork.db") as database:
        for number, part in enumerate(islice(parts(os.open(file, os.O_RDONLY)), 2)):
            database.execute("INSERT INTO step_logs VALUES (?, 'last', ?, ?)", (lost, number, part))
    database.close()

    @step
    def one() -> None:
        pass

    @pipeline
    def going() -> None:
        one()

    going()
    assert client.get_run_log(lost, "last") == lines
    assert not file.parent.exists()
