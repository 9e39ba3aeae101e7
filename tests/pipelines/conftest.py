"""A store of one's own with a secret in it, and scripts that run as a user's would."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lockwork import Client

Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def client(own_home: Path) -> Iterator[Client]:
    """The store that `Client()` finds, with the secrets `db` and `openai` in it."""
    client = Client()
    client.create_secret("db", {"user": "anna-db-user", "pw": "hunter2-pw"})
    client.create_secret("openai", {"API_KEY": "sk-openai-123"})
    yield client
    client.close()


@pytest.fixture
def script(own_home: Path) -> Script:
    """Run `source`, as a file, in a process of its own; stdout and stderr together, as on a terminal."""

    def run(source: str, *words: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        file = own_home / "script.py"
        file.write_text(textwrap.dedent(source))
        ran = subprocess.run(
            [sys.executable, str(file), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=100,
        )
        assert expect is None or ran.returncode == expect, ran.stdout
        return ran

    return run
