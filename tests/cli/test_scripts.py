"""Runs the command-line sessions beside this file: `$ command`, then exactly what it answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*.t"))


def session_environment(home: Path) -> dict[str, str]:
    """A shell as a new user's: our command first on PATH, an empty home, plain text, English."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        "PATH": path,
        "HOME": str(home),
        "LOCKWORK_HOME": str(home / "lockwork"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "200",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_session(script: Path, own_home: Path):
    """Every command of the session answers as the script says; a difference is shown as prysk shows it."""
    ran = subprocess.run(
        # A copy of the script runs: prysk leaves its findings beside it.
        [
            sys.executable,
            "-m",
            "prysk",
            "--preserve-env",
            "--shell=/bin/bash",
            "--color=never",
            str(copied(script)),
        ],
        cwd=own_home,
        env=session_environment(own_home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{script.name} answers differently:\n{ran.stdout}{ran.stderr}"


def copied(script: Path) -> Path:
    copy = Path.cwd() / script.name
    copy.write_bytes(script.read_bytes())
    return copy


def test_there_are_sessions():
    """The folder holds scripts: an empty list would pass without testing anything."""
    assert SCRIPTS
