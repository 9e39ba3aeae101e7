"""How ZenML's own users and tests drive the command line: single commands by click's runner, and sessions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zenml.cli.cli import cli

Run = Callable[..., Result]
Session = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(own_home: Path) -> Run:
    """Runs a command by itself, without the groups around it: `run("secret get", "db")`."""

    def run(path: str, *words: str, exit_code: int | None = None) -> Result:
        command = cli
        for name in path.split():
            command = command.commands[name]
        result = CliRunner().invoke(command, [*words])
        if exit_code is not None:
            assert result.exit_code == exit_code, result.output
        return result

    return run


@pytest.fixture
def zenml(own_home: Path) -> Session:
    """Runs the command `zenml` in a process of its own: `zenml("secret", "get", "db")`."""
    command = Path(sys.executable).with_name("zenml")

    def zenml(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, *words],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return zenml
