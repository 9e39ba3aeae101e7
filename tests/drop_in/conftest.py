"""What these tests stand on: ZenML's Client on a fresh store, and notices that nobody has seen yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from zenml.client import Client


@pytest.fixture(autouse=True)
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each notice is told once in a process: each test is the first to meet it."""
    monkeypatch.setattr("zenml.table._told", set())


@pytest.fixture
def client(own_home: Path) -> Client:
    return Client()
