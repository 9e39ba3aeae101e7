"""`lockwork run logs` of a run with several steps: which of them printed what."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pexpect
import pytest

from lockwork import Client

SOURCE = """
    from lockwork import pipeline, step

    @step(environment={"PW": "{{db.pw}}"})
    def load() -> int:
        import os
        print("loaded with", os.environ["PW"], end="")
        return 1

    @step
    def quiet(x: int) -> int:
        return x

    @step
    def train(x: int) -> None:
        print("trained")

    @pipeline
    def several() -> None:
        train(quiet(load()))

    several()
"""
LOGS = [sys.executable, "-m", "lockwork", "run", "logs"]


@pytest.fixture
def run(client: Client, script: Any) -> str:
    """The id of a run that has several steps."""
    script(SOURCE)
    return client.list_runs()[0].id


def shown(*words: str) -> str:
    """What it prints on a terminal."""
    return str(pexpect.run(" ".join([*LOGS, *words]), env=dict(os.environ), encoding="utf-8"))


def test_on_a_terminal_each_step_has_a_heading(run: str):
    """Each step that printed something, in order, on lines of their own; one that is asked for has none."""
    assert shown(run) == ("--- step 'load' ---\r\nloaded with ***\r\n--- step 'train' ---\r\ntrained\r\n")
    assert shown(run, "--step", "train") == "trained\r\n"


def test_elsewhere_there_is_what_was_printed_and_nothing_else(run: str, client: Client):
    """In a pipe byte for byte; other forms are the same wherever they go."""
    piped = subprocess.run([*LOGS, run], capture_output=True, check=True).stdout
    assert piped == client.get_run_log(run).encode() == b"loaded with ***trained\n"
    in_json = subprocess.run([*LOGS, run, "-o", "json"], capture_output=True, check=True, text=True).stdout
    assert shown(run, "-o", "json").replace("\r\n", "\n") == in_json
    assert "---" not in in_json
