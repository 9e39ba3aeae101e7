"""Independent steps at once, each in a fresh process: same values, same record, however a process ends."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from lockwork import Client, load_output
from lockwork.domain.runs import RunStatus
from lockwork.service.processes import is_gone

PW = "hunter2-pw"
STEPS = """
    import ctypes, os, signal, sys, time
    from typing import Annotated
    from lockwork import Client, pipeline, step

    class Thing:
        def __init__(self, n: int) -> None:
            self.n = n

    @step(environment={"PW": "{{db.pw}}"})
    def first(n: int) -> tuple[Annotated[Thing, "thing"], Annotated[list[int], "pids"]]:
        print("first", os.environ["PW"], flush=True)
        return Thing(n), [os.getpid(), os.getppid()]

    @step
    def second(how: str) -> int:
        print("second", Client().get_secret("openai").secret_values["API_KEY"], flush=True)
        if how == "exit":
            os._exit(7)
        if how == "segfault":
            ctypes.string_at(0)
        if how == "raise":
            raise ValueError(Client().get_secret("openai").secret_values["API_KEY"])
        if how == "interrupt":
            signal.raise_signal(signal.SIGINT)
        return 5

    @step
    def third(of: dict[str, Thing], x: int) -> dict[str, str]:
        # Both values came in other processes of this run.
        print("third hunter2-pw sk-openai-123")
        return {"sum": str(of["thing"].n + x), "leak": "hunter2-pw"}

    @pipeline
    def parallel(how: str) -> None:
        thing, pids = first(3)
        third({"thing": thing}, second(how))

    if __name__ == "__main__":
        Client().update_component("orchestrator", "default", {"parallel": 2})
        parallel(sys.argv[1])
"""


def test_independent_steps_run_at_once_in_processes_of_their_own(client: Client, script: Any):
    """Outputs, classes of the script's own too, reach the next step; each log is masked by all of it."""
    answer = script(STEPS, "fine")
    run = client.list_runs()[0]
    assert run.status is RunStatus.COMPLETED
    first, second, third = run.steps
    assert first.started is not None
    assert second.started is not None
    assert second.started < (first.finished or second.started)
    pid, parent = load_output(run, "first", "pids")
    assert pid != parent
    assert load_output(run, "third") == {"sum": "8", "leak": PW}
    assert client.get_run_log(run.id) == "first ***\nsecond ***\nthird *** ***\n"
    assert "'third' holds a value" in third.notes[0]
    assert PW not in answer


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("exit", "its process ended with code 7"),
        ("segfault", "its process was ended by SIGSEGV"),
        ("raise", "ValueError: ***"),
    ],
)
def test_a_step_whose_process_ends_badly_has_failed(client: Client, script: Any, how: str, why: str):
    """The others finish, later ones are skipped, and the run says which step failed and why."""
    answer = script(STEPS, how, expect=1)
    run = client.list_runs()[0]
    assert [s.status for s in run.steps] == [RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED]
    assert why in str(run.step("second").failure)
    assert f"step 'second': {run.step('second').failure}" in str(run.failure)
    assert client.get_run_log(run.id, "second").startswith("second ***\n")
    assert "sk-openai" not in answer


def test_an_interrupted_step_interrupts_the_run(client: Client, script: Any):
    """Ctrl-C in a worker ends the run as interrupted, and no process is left behind."""
    script(STEPS, "interrupt", expect=-2)
    assert client.list_runs()[0].status is RunStatus.INTERRUPTED


def test_a_run_that_is_killed_takes_its_workers_along(client: Client, own_home: Path):
    """No step goes on once the run's process has gone; the run is shown as interrupted."""
    source = """
        import time
        from lockwork import Client, pipeline, step
        from lockwork.service.processes import this

        @step
        def wait() -> None:
            print(this(), flush=True)
            time.sleep(100)

        @pipeline
        def waiting() -> None:
            wait()

        if __name__ == "__main__":
            Client().update_component("orchestrator", "default", {"parallel": 2})
            waiting()
    """
    Path("waiting.py").write_text(textwrap.dedent(source))
    with subprocess.Popen([sys.executable, "waiting.py"], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        worker = run.stdout.readline().strip()
        assert not is_gone(worker)
        run.kill()
        # The pipe ends once the run, its masker and its worker have all let go of it.
        assert run.stdout.read() == ""
    while not is_gone(worker):  # it has ended, and its new parent may not have asked for its end yet
        time.sleep(0.01)
    assert client.list_runs()[0].status is RunStatus.INTERRUPTED


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("one = step(name='one')(lambda: 1)", "found in no file"),
        ("def make():\n    @step\n    def one(): ...\n    return one\none = make()", "found in no file"),
    ],
)
def test_a_function_that_no_file_holds_is_refused(client: Client, script: Any, source: str, why: str):
    """Lambdas and functions inside functions cannot be found again in a fresh process: the step says so."""
    script(
        "from lockwork import Client, pipeline, step\n" + source + "\n"
        "@pipeline\ndef p():\n    one()\n"
        "Client().update_component('orchestrator', 'default', {'parallel': 2})\n"
        "p()\n",
        expect=1,
    )
    assert why in str(client.list_runs()[0].failure)


def test_an_argument_that_cannot_be_passed_is_named(client: Client, script: Any):
    """What cannot be pickled is refused, naming step and argument."""
    script(
        """
        from lockwork import Client, pipeline, step

        @step
        def one(f: object) -> int:
            return 1

        @pipeline
        def p() -> None:
            one(lambda: 1)

        if __name__ == "__main__":
            Client().update_component("orchestrator", "default", {"parallel": 2})
            p()
        """,
        expect=1,
    )
    assert "step 'one': argument 'f' is a function" in str(client.list_runs()[0].failure)


def test_a_script_without_a_guard_is_told_what_to_write(client: Client, script: Any):
    """A script that starts its pipeline when it is imported does not start it again in each worker."""
    script(
        """
        from lockwork import Client, pipeline, step

        @step
        def one() -> int:
            return 1

        @pipeline
        def p() -> None:
            one()

        Client().update_component("orchestrator", "default", {"parallel": 2})
        p()
        """,
        expect=1,
    )
    assert "if __name__ == '__main__':" in str(client.list_runs()[0].failure)
    assert len(client.list_runs()) == 1
