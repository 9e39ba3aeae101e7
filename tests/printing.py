"""Programs in processes of their own, and what they print: both streams together, as on a terminal."""

import os
import subprocess
import sys
from collections.abc import Callable

Script = Callable[..., str]
"""What the fixture `script` gives: source, words for it, `expect` and variables → all that it prints."""


def printed(*command: str, expect: int = 0, **variables: str) -> str:
    """All of it, of a command that is to end with this code and has these variables as well as ours."""
    ran = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, **variables},
    )
    assert ran.returncode == expect, ran.stdout
    return ran.stdout


def lockwork(*words: str, expect: int = 0, **variables: str) -> str:
    """What `lockwork WORDS` says, as a user's script would hear it."""
    return printed(sys.executable, "-m", "lockwork", *words, expect=expect, **variables)
