"""Many processes that change one secret at once: every change is there, none is lost, each made a version."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

WRITER = """
import sys
from lockwork import Client

client = Client()
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[2])):
    client.update_secret("db", add_or_update_values={f"k{sys.argv[1]}.{n}": f"{sys.argv[1]}/{n}"})
"""

COMMANDS = """
import subprocess, sys

print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[2])):
    pair = f"--k{sys.argv[1]}.{n}={sys.argv[1]}/{n}"
    subprocess.run([sys.executable, "-m", "lockwork", "secret", "update", "db", pair], check=True)
"""


def write_together(store: Any, script: str, processes: int, keys: int) -> None:
    """So many processes, let go at one moment, each of which adds so many keys, one after another."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(number), str(keys)],
            env={**os.environ, "LOCKWORK_HOME": str(store.folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * processes, told


CASES = [
    pytest.param(WRITER, 8, 12, id="client"),
    pytest.param(COMMANDS, 4, 4, id="commands"),
    pytest.param(WRITER, 8, 100, id="client-whole", marks=pytest.mark.soak),
    pytest.param(COMMANDS, 8, 25, id="commands-whole", marks=pytest.mark.soak),
]


@pytest.mark.parametrize(("script", "processes", "keys"), CASES)
def test_no_update_is_lost(store: Any, script: str, processes: int, keys: int):
    """Each adds its keys to one secret: all are there with their values, and as many versions were made."""
    with store.opened() as client:
        client.create_secret("db", {"start": ""})
    write_together(store, script, processes, keys)
    added = {f"k{writer}.{n}": f"{writer}/{n}" for writer in range(processes) for n in range(keys)}
    assert store.check_whole() == {"db": {"start": "", **added}}
    with store.opened() as client:
        assert client.describe_secret("db").version == 1 + processes * keys
        assert len(client.list_secret_versions("db")) == min(20, 1 + processes * keys)
