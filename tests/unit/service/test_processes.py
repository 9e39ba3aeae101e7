"""Which process runs a run, and whether it has certainly gone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lockwork.service.processes import Process, is_gone, this

TELL = "from lockwork.service.processes import this; print(this(), flush=True); input()"


@pytest.fixture
def child() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TELL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_a_process_is_there_until_it_ends(child: subprocess.Popen[str]):
    """While it lives it is not gone; once it has ended it is, buried or not."""
    assert child.stdout is not None
    told = child.stdout.readline().strip()
    assert not is_gone(told)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked how yet
    assert is_gone(told)
    child.communicate()
    assert is_gone(told)


def test_a_later_process_of_the_same_number_is_another():
    """The start time tells them apart."""
    mine = Process(*this().split("/"))
    assert not is_gone(str(mine))
    assert is_gone(str(mine._replace(started="1")))


@pytest.mark.parametrize(
    "part", [{"machine": "elsewhere"}, {"namespace": "1"}, {"boot": ""}], ids=["machine", "namespace", "boot"]
)
def test_what_cannot_be_known_is_not_called_gone(part: dict[str, str]):
    """Another machine's process, another container's, or one of no known boot may well be there."""
    mine = Process(*this().split("/"))
    assert not is_gone(str(mine._replace(started="1", **part)))


def test_what_ran_before_the_last_boot_is_gone():
    """The same machine, started anew since."""
    mine = Process(*this().split("/"))
    assert is_gone(str(mine._replace(boot="before")))


@pytest.mark.parametrize("text", ["", "nonsense", "a/b/c"])
def test_what_names_no_process_is_not_called_gone(text: str):
    """A record without a process says nothing."""
    assert not is_gone(text)
