"""Logs outlive whatever a step does to its process, and can be read while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lockwork import Client, pipeline, step
from lockwork.cli.main import run as command
from lockwork.domain.runs import RunStatus

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
