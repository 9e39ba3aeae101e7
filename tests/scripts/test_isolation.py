"""Tests stand alone: no machine but this one, nobody's home, nobody's settings."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.invalid", 443), ("2001:db8::1", 80, 0, 0)])
def test_other_machines_are_out_of_reach(address):
    """Reaching for another machine fails at once, whether by name or by number."""
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as reaching, pytest.raises(OSError, match="loopback alone"):
        reaching.connect(address)


def test_loopback_is_within_reach():
    """Servers that tests start themselves can be talked to."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as reaching:
        reaching.connect(server.getsockname())


def test_home_is_new_and_empty(own_home):
    """Each test has a home and a working folder of its own, with nothing in it."""
    assert os.environ["HOME"] == str(own_home)
    assert Path.cwd() == own_home
    assert list(own_home.iterdir()) == []


def test_no_setting_comes_in_from_outside():
    """What a developer's shell says about Lockwork or its neighbours is not seen."""
    assert [name for name in os.environ if name.startswith(("LOCKWORK_", "ZENML_", "MLFLOW_"))] == []
