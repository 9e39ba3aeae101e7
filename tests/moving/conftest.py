"""Databases that the real ZenML wrote, stores to bring them into, and a MySQL server of the tests' own."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.moving.installed import KEY, NEW, OLD, MySql, Store, started, unpacked, wait_until_it_answers

from lockwork.moving.from_zenml.importing import Taken


@pytest.fixture
def store(own_home: Path) -> Iterator[Store]:
    made = Store(own_home / "lockwork")
    yield made
    made.close()


@pytest.fixture
def zenml(tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a database by its version, such as `0.98.0-encrypted`."""
    return lambda version: unpacked(version, tmp_path)


@pytest.fixture(scope="session", params=[OLD, NEW, f"{OLD}-encrypted", f"{NEW}-encrypted"])
def imported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Taken]]:
    """Each of the four databases, imported once: for tests that only look."""
    folder = tmp_path_factory.mktemp("imported")
    store = Store(folder / "lockwork")
    yield store, store.take(unpacked(request.param, folder), encryption_key=KEY)
    store.close()


# ---- MySQL: one private server for the whole run ----


@pytest.fixture(scope="session")
def mysql(tmp_path_factory: pytest.TempPathFactory, loopback_only: None) -> Iterator[MySql]:
    """A real MariaDB with what the real ZenML wrote into one. Its reader might write: none may be seen to."""
    server = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/libexec")
    if server is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("NO MYSQL SERVER HERE, so nothing that needs one was tested: run scripts/system_packages.sh")
    assert server is not None
    folder = Path("/tmp") / f"lw-{os.getpid()}-{time.monotonic_ns()}"  # a socket's path is short
    folder.mkdir(mode=0o700)
    running, port = started(server, folder, tmp_path_factory.mktemp("mysql"))
    try:
        found = MySql(port, folder)
        wait_until_it_answers(found, running)
        found.run(
            "CREATE USER reader@'%' IDENTIFIED BY 're@der:pass'", "GRANT ALL ON `zenml\\_%`.* TO reader@'%'"
        )
        for version in (OLD, f"{NEW}-encrypted"):
            found.load(version)
        yield found
    finally:
        running.terminate()
        running.wait(30)
        shutil.rmtree(folder)
