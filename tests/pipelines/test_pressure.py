"""Steps that misbehave: all that is printed is masked, nothing hangs, and the record is right."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pytest

from lockwork import Client, pipeline, step
from lockwork.domain.runs import RunStatus

PW = "hunter2-pw"
LEAVING = """
    import ctypes, os, sys
    from lockwork import pipeline, step

    @step(environment={"PW": "{{db.pw}}"})
    def before() -> None:
        print("before", os.environ["PW"])

    @step(environment={"PW": "{{db.pw}}"})
    def leave() -> None:
        print("leaving", os.environ["PW"], flush=True)
        os._exit(7) if sys.argv[1] == "exit" else ctypes.string_at(0)

    @step
    def later() -> None:
        pass

    @pipeline
    def leaving() -> None:
        later.with_options(after=leave.with_options(after=before())())()

    if __name__ == "__main__":
        leaving()
"""


def ran(body: Any) -> tuple[RunStatus, str]:
    """How a pipeline of that one step ended, and its log."""

    @pipeline
    def pressed() -> None:
        step(environment={"PW": "{{db.pw}}"})(body)()

    run = pressed()
    return run.status, Client().get_run_log(run.id)


@pytest.mark.parametrize(("how", "code"), [("exit", 7), ("segfault", -11)])
def test_a_run_whose_process_has_gone_is_over(client: Client, script: Any, how: str, code: int):
    """A step that ends the run's own process: masked to the end, and the run is shown as interrupted."""
    answer = script(LEAVING, how, expect=code)
    assert "leaving ***" in answer
    assert PW not in answer
    run = client.list_runs()[0]
    assert run.status is RunStatus.INTERRUPTED
    assert "has gone" in str(run.failure)
    statuses = [s.status for s in run.steps]
    assert statuses == [RunStatus.COMPLETED, RunStatus.INTERRUPTED, RunStatus.SKIPPED]
    assert client.get_run(run.id) == run
    assert client.get_run_log(run.id) == "before ***\nleaving ***\n"


def test_the_next_run_records_what_has_gone(client: Client, script: Any, own_home: Any):
    """The next run closes it in the record as well: the versions that it held can be pruned again."""
    script(LEAVING, "exit", expect=7)

    def nothing() -> None:
        pass

    ran(nothing)
    gone = client.list_runs(pipeline="leaving", status="interrupted")
    assert [run.pipeline for run in gone] == ["leaving"]
    assert gone[0].finished is not None


def test_a_live_run_is_not_called_gone(client: Client):
    """While its process lives, a run is running, to whoever looks."""
    seen = {}

    def look() -> None:
        seen["run"] = Client().list_runs()[0]

    ran(look)
    assert seen["run"].status is RunStatus.RUNNING
    assert seen["run"].steps[0].status is RunStatus.RUNNING


def test_a_fork_that_comes_back_does_not_run_on(client: Client):
    """A step that forks and returns in the child too is recorded once; the child runs nothing more."""

    def forking() -> None:
        child = os.fork()
        print("child" if child == 0 else "parent", os.environ["PW"], flush=True)
        if child:
            os.waitpid(child, 0)

    status, log = ran(forking)
    assert status is RunStatus.COMPLETED
    assert sorted(log.splitlines()) == ["child ***", "parent ***"]
    assert len(client.list_runs()) == 1


def test_a_child_that_outlives_its_step_holds_nothing_up(client: Client, script: Any):
    """The run ends without waiting for it; what it prints later is masked too."""
    began = time.monotonic()
    answer = script(
        """
        import os, subprocess, sys
        from lockwork import pipeline, step

        @step(environment={"PW": "{{db.pw}}"})
        def leave() -> None:
            code = "import os, time; time.sleep(1.5); print('late', os.environ['PW'])"
            subprocess.Popen([sys.executable, "-c", code])
            print("left", os.environ["PW"])

        @pipeline
        def leaving() -> None:
            leave()

        if __name__ == "__main__":
            leaving()
            print("over", flush=True)
        """
    )
    assert time.monotonic() - began < 60
    assert answer.index("over") < answer.index("late ***")
    assert PW not in answer
    assert client.get_run_log(client.list_runs()[0].id) == "left ***\n"


def test_ten_megabytes_from_c_while_the_interpreter_is_held(client: Client):
    """C code that prints 10 MB and holds the interpreter's lock: no hang, all masked, the log cut."""

    def loud() -> None:
        import ctypes

        libc = ctypes.PyDLL(None)  # keeps the interpreter's lock, unlike CDLL
        line = f"loud {os.environ['PW']} {'x' * 100}\n".encode() * 1000
        for _ in range(100):
            libc.write(1, line, len(line))

    status, log = ran(loud)
    assert status is RunStatus.COMPLETED
    assert PW not in log
    assert log.startswith("loud *** xxx")
    assert len(log) <= 10 * 1024 * 1024 + 1024
    assert "the log ends here" in log[-200:]


def test_a_step_may_replace_and_close_its_streams(client: Client):
    """Whatever a step does to sys.stdout, the next step prints as ever, masked."""

    @step(environment={"PW": "{{db.pw}}"})
    def replace() -> int:
        print("first", os.environ["PW"])
        sys.stdout = nothing
        print("into nothing")
        os.close(1)
        return 1

    @step(environment={"PW": "{{db.pw}}"})
    def then(x: int) -> None:
        print("second", os.environ["PW"])
        subprocess.run(["sh", "-c", "echo third $PW"], check=True)

    @pipeline
    def replacing() -> None:
        then(replace())

    with open(os.devnull, "w") as nothing:
        run = replacing()
    assert client.get_run_log(run.id, "replace") == "first ***\n"
    # What prints here, in a test runner, and what a child prints come by two pipes: in either order.
    assert sorted(client.get_run_log(run.id, "then").splitlines()) == ["second ***", "third ***"]


def test_threads_of_a_step_are_masked(client: Client):
    """What a thread of the step fetches and prints is masked like the rest."""

    def threaded() -> None:
        import threading

        def fetch() -> None:
            print("thread", Client().get_secret("openai").secret_values["API_KEY"])

        thread = threading.Thread(target=fetch)
        thread.start()
        thread.join()

    assert ran(threaded) == (RunStatus.COMPLETED, "thread ***\n")
