"""Runs that are stopped: by Ctrl-C, a closed terminal, or whoever ends the job; recorded, their logs kept."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from lockwork import Client
from lockwork.domain.runs import RunStatus
from lockwork.pipelines import attempts
from lockwork.pipelines.signals import Watch, waking

STEPS = """
    import signal, sys, time
    from lockwork import Client, pipeline, step

    @step(environment={"PW": "{{db.pw}}"})
    def slow() -> None:
        import os
        print("slow", os.environ["PW"], flush=True)
        time.sleep(60)

    @step
    def quick() -> int:
        return 1

    @step
    def later(x: int) -> None: ...

    @pipeline
    def stopped() -> None:
        slow()
        later.with_options(after="slow")(quick())

    if __name__ == "__main__":
        Client().update_component("orchestrator", "default", {"parallel": int(sys.argv[1])})
        stopped()
"""
SLOW = """
        print("slow", os.environ["PW"], flush=True)
        time.sleep(60)
"""
TIDY = """
        try:  # it prints in there: the signal may come the instant that it has
            print("slow", os.environ["PW"], flush=True)
            time.sleep(60)
        finally:
            print("tidied up")
"""


def stop(
    by: signal.Signals,
    parallel: int,
    *,
    group: bool = False,
    source: str = STEPS,
    shell: tuple[str, ...] = (),
) -> tuple[int, str]:
    """The exit code of a script that is sent a signal once its slow step has printed, and all it printed."""
    Path("stopped.py").write_text(textwrap.dedent(source))
    command = [*shell, sys.executable, "stopped.py", str(parallel)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as run:
        assert run.stdout is not None
        told = ""
        while "slow ***" not in told:
            line = run.stdout.readline()
            assert line, told
            told += line
        (os.killpg if group else os.kill)(run.pid, by)
        told += run.stdout.read()
    return run.returncode, told


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize(("by", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_that_is_stopped_is_recorded(client: Client, by: signal.Signals, code: int, parallel: int):
    """SIGTERM and SIGHUP end a run as Ctrl-C does, logs kept, with the exit code that a shell expects."""
    ended, told = stop(by, parallel)
    assert ended == code, told
    run = client.list_runs()[0]
    assert (run.status, run.failure) == (RunStatus.INTERRUPTED, f"interrupted by {by.name}")
    assert run.step("slow").status is RunStatus.INTERRUPTED
    assert run.step("later").status is RunStatus.SKIPPED
    assert client.get_run_log(run.id, "slow") == "slow ***\n"
    assert "Traceback" not in told


def test_ctrl_c_with_several_processes_is_quiet_and_tells_which_steps_it_ended(client: Client):
    """Every process of the group hears it: no worker says a word, each step's end and log are recorded."""
    ended, told = stop(signal.SIGINT, 2, group=True)
    assert ended == -signal.SIGINT
    run = client.list_runs()[0]
    assert run.status is RunStatus.INTERRUPTED
    assert run.step("slow").status is RunStatus.INTERRUPTED
    assert "  slow interrupted (" in told
    assert told.count("Traceback") == 1, told  # the script's own, of the KeyboardInterrupt that goes on
    assert "worker" not in told
    assert "Exception ignored" not in told
    assert client.get_run_log(run.id, "slow") == "slow ***\n"


def test_where_ctrl_c_is_ignored_steps_are_interrupted_all_the_same(client: Client):
    """What a script begins with `&` ignores SIGINT, and so do its workers: they tidy up all the same."""
    source = STEPS.replace(SLOW, TIDY)
    assert source != STEPS
    ended, told = stop(signal.SIGTERM, 2, source=source, shell=("sh", "-c", 'trap "" INT; exec "$@"', "sh"))
    assert ended == 143, told
    run = client.list_runs()[0]
    assert run.step("slow").status is RunStatus.INTERRUPTED
    assert client.get_run_log(run.id, "slow") == "slow ***\ntidied up\n"


def test_recording_is_done_before_a_signal_interrupts():
    """What is held is done in one piece, and the interrupt comes behind it; a step's is never held back."""
    done = []

    def step() -> None:
        with attempts.inside():
            signal.raise_signal(signal.SIGTERM)

    def record(watch: Watch) -> None:
        with watch.held():
            signal.raise_signal(signal.SIGTERM)
            done.append("recorded")
            with pytest.raises(KeyboardInterrupt):
                step()
            done.append("more")

    with pytest.raises(SystemExit) as ended, Watch() as watch:
        record(watch)
    assert done == ["recorded", "more"]
    assert ended.value.code == 143


def test_an_interrupt_that_somebody_swallows_is_not_lost():
    """As in a finalizer, whose exceptions go nowhere: whatever is recorded next interrupts."""
    with Watch() as watch:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt), watch.held():
            pass


def test_a_signal_ends_a_wait_however_close_it_comes_before():
    """The system alone would go on waiting for a signal that came an instant too early."""
    with suppress(SystemExit), Watch() as watch, watch.held(), waking() as woken:
        poll = select.poll()
        poll.register(woken, select.POLLIN)
        assert not poll.poll(0)
        signal.raise_signal(signal.SIGTERM)
        assert poll.poll(10_000)
    assert signal.set_wakeup_fd(-1) == -1


def test_a_handler_of_the_user_s_own_stays(client: Client):
    """Whoever has decided what SIGTERM means is not overruled."""
    source = STEPS.replace(
        "    @pipeline",
        "    signal.signal(signal.SIGTERM, lambda *_: sys.exit('my own end'))\n\n    @pipeline",
    )
    ended, told = stop(signal.SIGTERM, 1, source=source)
    assert ended == 1
    assert "SystemExit: my own end" in told
    assert client.list_runs()[0].status is RunStatus.FAILED


def test_a_forked_child_of_a_step_ends_at_once(client: Client):
    """`Process.terminate()` works in a step as anywhere: the handler is the run's, not its children's."""
    from lockwork import load_output, pipeline, step

    @step
    def forks() -> int:
        child = os.fork()
        if child == 0:
            signal.pause()
        os.kill(child, signal.SIGTERM)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    @pipeline
    def forking() -> None:
        forks()

    before = signal.getsignal(signal.SIGTERM)
    assert load_output(forking(), "forks") == -signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
