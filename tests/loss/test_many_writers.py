"""Many processes that change one secret at once: every change is there, none is lost, each made a version."""

from __future__ import annotations

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


CASES = [
    pytest.param(WRITER, 8, 12, id="client"),
    pytest.param(COMMANDS, 4, 4, id="commands"),
    pytest.param(WRITER, 8, 100, id="client-whole", marks=pytest.mark.soak),
    pytest.param(COMMANDS, 8, 25, id="commands-whole", marks=pytest.mark.soak),
]


@pytest.mark.parametrize(("script", "processes", "keys"), CASES)
def test_no_update_is_lost(store: Any, script: str, processes: int, keys: int):
    """Each adds keys to one secret, one by one: all are there with their values, and as many versions."""
    with store.opened() as client:
        client.create_secret("db", {"start": ""})
    store.run_together(script, processes, str(keys))
    added = {f"k{writer}.{n}": f"{writer}/{n}" for writer in range(processes) for n in range(keys)}
    assert store.check_whole() == {"db": {"start": "", **added}}
    with store.opened() as client:
        assert client.describe_secret("db").version == 1 + processes * keys
        assert len(client.list_secret_versions("db")) == min(20, 1 + processes * keys)
