"""What every test stands on: a home of its own, no network but loopback, one real MLflow server if asked."""

from __future__ import annotations

import ipaddress
import itertools
import os
import signal
import socket
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from tests.loading import ROOT, loaded
from tests.printing import Script, printed

# ---- property tests: modest by default; `--hypothesis-profile soak` looks harder ----

# Machines that run tests are shared and slow at times: a deadline for one example would only fail by chance.
_EXAMPLES = DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples")
settings.register_profile(
    "modest", max_examples=60, deadline=None, database=_EXAMPLES, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "ci", settings.get_profile("modest"), max_examples=150, print_blob=True, database=None
)
settings.register_profile("soak", settings.get_profile("modest"), max_examples=5000)
settings.load_profile("ci" if os.environ.get("CI") else "modest")


# ---- ids are for people ----


def pytest_make_parametrize_id(val: object) -> str | None:
    """A value of kilobytes is called by its beginning, else it fills whole screens of a report."""
    if isinstance(val, (str, bytes)) and len(val) > 80:
        return f"{val[:60]!r}..."
    return None


# ---- isolation ----

# A shell's background job ignores Ctrl-C, what `nohup` starts a hangup, and both hand that down: no test of
# an interrupt could see one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Fresh folders, counted: numbering by pytest lists all of them again for every test."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count(1))


@pytest.fixture(autouse=True)
def own_home(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, a working folder and an environment in which nobody has used Lockwork yet."""
    home = next(homes)
    home.mkdir(mode=0o700)
    foreign = ("LOCKWORK_", "ZENML_", "MLFLOW_", "AWS_", "XDG_")
    for name in [name for name in os.environ if name.startswith(foreign)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    monkeypatch.setattr("lockwork.client.memory._kept", set())  # no run masks what another test has read
    return home


_real_connect = socket.socket.connect
_real_connect_ex = socket.socket.connect_ex


class NetworkRefused(OSError):
    """A test reached for a machine other than this one."""


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):  # a path: a Unix socket
        return True
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _connect(self: socket.socket, address: Any) -> None:
    if not _is_here(address):
        raise NetworkRefused(f"tests may reach loopback alone, not {address!r}")
    _real_connect(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    if not _is_here(address):
        raise NetworkRefused(f"tests may reach loopback alone, not {address!r}")
    return _real_connect_ex(self, address)


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """No test talks to another machine, by accident or through a library's good intentions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect)
        patch.setattr(socket.socket, "connect_ex", _connect_ex)
        yield


# ---- scripts ----


@pytest.fixture
def script(own_home: Path) -> Script:
    """Run `source`, as a file in a process of its own, with words and variables: all that it prints."""

    def run(source: str, *words: str, expect: int = 0, **variables: str) -> str:
        file = own_home / "script.py"
        file.write_text(textwrap.dedent(source))
        return printed(sys.executable, str(file), *words, expect=expect, **variables)

    return run


# ---- the demo and the MLflow server: one for the whole run ----


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything that asks for the MLflow server goes to one worker, first: others work meanwhile."""

    def asks(item: pytest.Item) -> bool:
        return "mlflow_server" in getattr(item, "fixturenames", ())

    for item in items:
        if asks(item):
            item.add_marker(pytest.mark.xdist_group("mlflow_server"))
    items.sort(key=lambda item: not asks(item))


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory, loopback_only: None) -> Iterator[Any]:
    """A real tracking server with basic authentication; see `Server` in demo/mlflow_server.py."""
    starter = loaded("demo/mlflow_server.py")
    with starter.mlflow_server(tmp_path_factory.mktemp("mlflow")) as server:
        yield server


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """demo/run.py."""
    monkeypatch.syspath_prepend(str(ROOT / "demo"))  # as for `python demo/run.py`
    return loaded("demo/run.py")


# ---- PostgreSQL: one for each worker ----


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A real server's database for this run; see `Postgres` in tests/postgres.py."""
    from tests.postgres import database  # lazy: most tests need none

    with database() as made:
        yield made
