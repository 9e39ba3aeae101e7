"""The wheel stands alone: built from this checkout, installed where nothing else is, it works."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    ran = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("lockwork-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and what it says it needs, at our locked versions."""
    home = tmp_path_factory.mktemp("installed")
    uv = Path(sys.executable).with_name("uv")
    python = home / "env" / "bin" / "python"
    run(uv, "venv", "--quiet", "--python", sys.executable, home / "env", cwd=home)
    install = (uv, "pip", "install", "--quiet", "--python", python)
    run(*install, "--require-hashes", "-r", ROOT / "requirements" / "core.txt", cwd=home)
    run(*install, "--no-deps", wheel, cwd=home)
    return python


def test_the_wheel_holds_all_that_is_not_python(wheel: Path):
    """Types and data files travel: py.typed, the licence and every migration of the tree."""
    names = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    migrations = {str(path.relative_to(source)) for path in source.rglob("migrations/*.sql")}
    assert migrations
    assert {"lockwork/py.typed"} | migrations <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_holds_the_package_alone(wheel: Path):
    """Nothing of the tests, the demo or the checkout's own folders gets into people's environments."""
    roots = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"lockwork"}


def test_every_module_imports_where_only_the_wheel_is(installed: Path, own_home: Path):
    """Each module can be imported without any extra, but for those behind one door, which tells of theirs."""
    every = (
        "import importlib, pkgutil, lockwork\n"
        "for found in pkgutil.walk_packages(lockwork.__path__, 'lockwork.'):\n"
        "    if not found.name.startswith('lockwork.database.postgres.'):\n"
        "        importlib.import_module(found.name)\n"
        "        print(found.name)\n"
    )
    found = run(installed, "-c", every, cwd=own_home).split()
    assert {"lockwork.domain.secrets", "lockwork.database.postgres"} <= set(found)
    asked = (
        "from lockwork.database.postgres import database_at\n"
        "try:\n"
        "    database_at('postgresql://here/x')\n"
        "except Exception as failure:\n"
        "    print(type(failure).__name__, failure.hint)\n"
    )
    told = run(installed, "-c", asked, cwd=own_home).strip()
    assert told == "StoreUnusable pip install 'lockwork[postgres]'"


def test_the_command_answers_where_only_the_wheel_is(installed: Path, own_home: Path):
    """`lockwork secret create` and `get` work from the installed wheel, migrations included."""
    lockwork = installed.with_name("lockwork")
    run(lockwork, "secret", "create", "db", "--password=from-the-wheel", cwd=own_home)
    assert run(lockwork, "secret", "get", "db", "--key", "password", cwd=own_home) == "from-the-wheel"
