"""Steps that let values out in every way that Python, C and the system know: all of it is masked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.loading import ROOT

from lockwork import Client
from lockwork.domain.runs import RunStatus
from lockwork.messages import Listing
from lockwork.messages.runs import GetLog

DEEDS = Path(__file__).with_name("deeds.py")


@pytest.fixture
def client(own_home: Path, planted: dict[str, str]) -> Iterator[Client]:
    client = Client()
    client.create_secret("s", planted)
    yield client
    client.close()


Do = Callable[..., None]


@pytest.fixture
def do(client: Client, own_home: Path, search: Any) -> Do:
    """Has the deeds done, and looks at all that came of it."""

    def do(*deeds: str, parallel: int = 1) -> None:
        folder = own_home / "work"
        folder.mkdir()
        ran = subprocess.run(
            [sys.executable, str(DEEDS), str(folder), str(parallel), *deeds],
            env={**os.environ, "TMPDIR": str(folder), "PYTHONWARNINGS": "always", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        for number, said in enumerate(ran.stdout.split(b"\n--- ")):
            search.check(said, f"what was printed by {deeds[min(number, len(deeds) - 1)]}")
        assert ran.returncode == 0, ran.stdout
        assert ran.stdout.count(b" is done\n") == len(deeds)
        search.check_files(own_home)
        runs = client.list_runs(size=100).items
        assert len(runs) == len(deeds)
        for run in runs:
            run = client.get_run(run.id)
            log = client.send(GetLog(workspace="default", run=run.id))
            assert b"***" in log or run.status is not RunStatus.COMPLETED, run
            search.check(log, "the log")
            search.check(repr(run), "the record")
        search.check(repr(client.list_audit(Listing(sort_by="desc:number", size=10_000)).items), "the trail")

    return do


def every_deed() -> list[str]:
    code = "import deeds, json; print(json.dumps(list(deeds.DEEDS)))"
    listed = subprocess.run([sys.executable, "-c", code], cwd=DEEDS.parent, capture_output=True, check=True)
    deeds: list[str] = json.loads(listed.stdout)
    return deeds


def leaving(deeds: list[str]) -> list[str]:
    """Those that take their process along."""
    return [deed for deed in deeds if deed.startswith("left_")]


def test_every_way_out(do: Do):
    """Raised, chained, noted, warned, logged, from threads, children, C: masked in all that is left of it."""
    deeds = every_deed()
    do(*(deed for deed in deeds if deed not in leaving(deeds)))


def test_ways_out_of_a_process_that_dies(do: Do):
    """At exit, in a crash, an abort or a sudden end, of a process that runs a step."""
    do(*leaving(every_deed()), parallel=2)


@pytest.mark.soak
def test_every_way_out_of_another_process(do: Do):
    """The same with each step in a process of its own."""
    do(*every_deed(), parallel=2)
