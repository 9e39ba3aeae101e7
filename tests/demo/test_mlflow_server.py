"""The starter that the demo and the tests trust: it logs people in, and nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
from pathlib import Path

import pytest
from tests.waiting import until

STARTER = Path(__file__).parents[2] / "demo" / "mlflow_server.py"

# A starter that guards a process which ignores SIGTERM's default timing, tells its pid and waits to be ended.
GUARDING = f"""
import sys, time
sys.path.insert(0, {str(STARTER.parent)!r})
from pathlib import Path
import mlflow_server
log = Path("log")
child = [sys.executable, "-c", "import os, time; print(os.getpid(), flush=True); time.sleep(600)"]
guard = mlflow_server.start_guarded(child, {{}}, Path.cwd(), log)
while not log.read_text().endswith("\\n"):
    time.sleep(0.01)
print(log.read_text(), end="", flush=True)
while True:  # a signal just before a long wait would only be heard after it
    time.sleep(0.05)
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_admin_can_create_an_experiment(mlflow_server):
    """The generated admin is let in and may write."""
    made = mlflow_server.ask("POST", "experiments/create", {"name": "starter"})
    found = mlflow_server.ask("GET", f"experiments/get?experiment_id={made['experiment_id']}")
    assert found["experiment"]["name"] == "starter"


def test_a_wrong_password_is_refused(mlflow_server):
    """The server really asks who it is: a wrong password gets 401."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        mlflow_server.ask_as(mlflow_server.username, "wrong", "GET", "experiments/get?experiment_id=0")
    with refused.value as answer:
        assert answer.code == 401


def test_the_password_is_in_no_repr_and_no_arguments(mlflow_server):
    """The admin's password stands in a private file, not in what anybody on the machine can list."""
    assert mlflow_server.password not in repr(mlflow_server)
    assert (mlflow_server.log.parent / "auth.ini").stat().st_mode & 0o077 == 0
    arguments = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert mlflow_server.password not in arguments


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_what_is_guarded_ends_with_its_starter(how):
    """However the starter dies, SIGKILL included, its server does not outlive it."""
    starter = subprocess.Popen(
        [sys.executable, "-c", GUARDING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert is_running(pid)
        starter.send_signal(how)
        starter.wait(10)
    until(lambda: not is_running(pid), 15, told=lambda: f"process {pid} outlives its starter")
