"""A store that batches of hostile cases begin with, and a cheap seal for their backups."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fuzz.store import prepare

from lockwork.crypto import passphrase


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with something of every kind in it, to be copied."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    prepare(home)
    return home


@pytest.fixture(autouse=True)
def cheap_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The half second that a passphrase takes is not what is tried here."""
    cheap = passphrase.Work(memory=8 * 1024, passes=1, lanes=1)
    monkeypatch.setattr(passphrase.seal, "__defaults__", (cheap,))
