"""`kill -9` at random moments of writing: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lockwork import Client
from lockwork.domain.runs import RunStatus

WRITING = Path(__file__).with_name("writing.py")


class Told:
    """What a store should hold, as its writers tell."""

    def __init__(self) -> None:
        self.secrets: dict[str, dict[str, str]] = {}
        self.trackers: dict[str, str] = {}
        self.runs = 0

    def done(self, kind: str, *words: Any) -> None:
        getattr(self, f"_{kind}")(*words)

    def _create(self, name: str, values: dict[str, str]) -> None:
        self.secrets[name] = values

    def _update(self, name: str, values: dict[str, str]) -> None:
        self.secrets[name] = {**self.secrets[name], **values}

    def _rename(self, name: str, other: str) -> None:
        self.secrets[other] = self.secrets.pop(name)

    def _delete(self, name: str) -> None:
        del self.secrets[name]

    _purge = _delete

    def _register(self, name: str, uri: str) -> None:
        self.trackers[name] = uri

    def _run(self, _number: int) -> None:
        self.runs += 1

    def holds(self, secrets: dict[str, dict[str, str]], client: Client) -> bool:
        trackers = client.list_components("experiment-tracker", size=10_000)
        return secrets == self.secrets and self.trackers == {
            one.name: one.attributes["tracking_uri"] for one in trackers
        }


def killed_while_writing(store: Any, seed: int, number: int) -> Iterator[list[Any]]:
    """What the writer announced and acknowledged, in order: an announcement, or nothing for `done`."""
    writer = subprocess.Popen(
        [sys.executable, str(WRITING), str(seed), str(number)],
        env={**os.environ, "LOCKWORK_HOME": str(store.folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(random.Random(f"{seed} {number}").uniform(0, 0.25))  # the moment
    writer.send_signal(signal.SIGKILL)
    with writer.stdout:
        lines = [first, *writer.stdout]
    assert writer.wait(60) == -signal.SIGKILL
    for line in lines:
        if line.endswith("\n"):  # the last may be cut
            yield [] if line == "done\n" else json.loads(line)


def check_runs(client: Client, at_least: int) -> None:
    """Each is over, as it was told; what a killed one left is told as interrupted."""
    runs = client.list_runs(size=10_000).items
    ends = [run.status for run in runs]
    assert set(ends) <= {RunStatus.COMPLETED, RunStatus.INTERRUPTED}
    assert ends.count(RunStatus.COMPLETED) >= at_least
    for run in runs[:20]:
        if run.status is RunStatus.COMPLETED:
            assert client.get_run_log(run.id) == "printed\n"


@pytest.mark.parametrize("times", [15, pytest.param(200, marks=pytest.mark.soak)])
def test_what_was_acknowledged_is_there(store: Any, times: int):
    """Killed so many times, the store opens at once: the last change is there whole, or not at all."""
    told, seed, acknowledged = Told(), 20_260_101, 0
    for number in range(times):
        pending: list[Any] = []
        for said in killed_while_writing(store, seed, number):
            if not said:
                told.done(*pending)
                acknowledged += 1
            pending = said
        secrets = store.check_whole()
        with store.opened() as client:
            if not told.holds(secrets, client):
                assert pending
                told.done(*pending)
                assert told.holds(secrets, client), pending
            check_runs(client, told.runs)
    assert acknowledged > times
    with store.opened() as client:  # what the next start closes
        with closing(sqlite3.connect(store.folder / "lockwork.db")) as database:
            store.process(sys.executable, str(WRITING.with_name("running.py")))
            assert database.execute("SELECT count(*) FROM runs WHERE status = 'running'").fetchone() == (0,)
        check_runs(client, told.runs + 1)
    assert not list((store.folder / "logs").iterdir())
