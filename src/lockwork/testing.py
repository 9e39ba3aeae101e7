"""For users' own tests: a real store that nobody else sees and that leaves nothing behind.

from lockwork.testing import temporary_store

@pytest.fixture
def client():
    with temporary_store({"db": {"password": "not-the-real-one"}}) as client:
        yield client
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lockwork.client.api import Client
from lockwork.client.profile import Profile
from lockwork.domain.workspaces import DEFAULT
from lockwork.settings import Settings


@contextmanager
def temporary_store(secrets: Mapping[str, Mapping[str, str]] | None = None) -> Iterator[Client]:
    """A Client on a fresh store with these secrets (name → key → value); all of it is gone afterwards.

    While it lasts, `Client()`, pipelines and commands started anywhere in this process use that store
    too, and no `LOCKWORK_*` variable from outside counts: code under test needs no change.
    """
    with tempfile.TemporaryDirectory(prefix="lockwork-test-") as folder, _only(Path(folder) / "home"):
        client = Client(profile=Profile(Settings.load()))
        for name, values in (secrets or {}).items():
            client.create_secret(name, values)
        try:
            yield client
        finally:
            client.close()


@contextmanager
def _only(home: Path) -> Iterator[None]:
    """The environment with this home and no other `LOCKWORK_*` variable."""
    before = {name: text for name, text in os.environ.items() if name.startswith("LOCKWORK_")}
    for name in before:
        del os.environ[name]
    ours = {"LOCKWORK_HOME": str(home)}
    # A project's file may name a workspace and a stack that are not in this store.
    if Settings.load().project_path is not None:
        ours |= {"LOCKWORK_WORKSPACE": DEFAULT, "LOCKWORK_STACK": DEFAULT}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(before)
