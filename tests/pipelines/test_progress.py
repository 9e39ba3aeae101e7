"""What a run says while it goes on: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

from lockwork import Client

SOURCE = """
    import os
    from lockwork import pipeline, step

    @step
    def load() -> int:
        print("from the first step")
        return 1

    @step(environment={"PW": "{{db.pw}}"})
    def train(x: int) -> None:
        print("with", os.environ["PW"])

    @pipeline
    def training() -> None:
        train(load())

    if __name__ == "__main__":
        training()
"""


def on_a_terminal(command: list[str]) -> str:
    """All that a terminal is sent, escape sequences too."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how a terminal tells that nobody writes to it any more
                break
            shown += part
    os.close(ours)
    assert process.returncode == 0, shown.decode()
    return shown.decode()


def test_elsewhere_each_step_is_a_line(client: Client, script: Any):
    """Without a terminal: plain lines at the beginning and end of each step, no escape sequences."""
    answer = script(SOURCE)
    lines = [line.partition(" (")[0] for line in answer.splitlines()]
    assert lines[1:-1] == [
        "  load …",
        "from the first step",
        "  load completed",
        "  train …",
        "with ***",
        "  train completed",
    ]
    assert "\x1b" not in answer
    assert lines[-1].endswith("completed")


def test_a_terminal_shows_how_far_a_run_is(client: Client, script: Any, own_home: Path):
    """On a terminal one live line says what runs; it is erased, and what stays reads like plain lines."""
    script(SOURCE)
    shown = on_a_terminal([sys.executable, "script.py"])
    assert "[0/2] load" in shown
    assert "[1/2] train" in shown
    assert "\x1b[2K" in shown
    stays = [line.rpartition("\x1b[2K")[2].partition(" (")[0].strip("\r") for line in shown.split("\n")]
    assert stays[1:-2] == ["from the first step", "  load completed", "with ***", "  train completed"]
    assert "hunter2-pw" not in shown
