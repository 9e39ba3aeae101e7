"""Both distributions, as wheels, installed where nothing else is; and what happens beside ZenML's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheels")  # one environment for all of them

ROOT = Path(__file__).resolve().parents[2]
REFUSAL = (
    "error: both 'zenml' and 'lockwork-zenml' are installed and own the same package.\n"
    "hint: pip uninstall -y zenml lockwork-zenml && pip install lockwork-zenml\n"
)


def run(*command: str | Path, cwd: Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert ran.returncode == expect, ran.stdout + ran.stderr
    return ran


def built(project: Path, folder: Path) -> Path:
    """The wheel of a project of this checkout."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=project)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [built(folder, tmp_path_factory.mktemp("wheel")) for folder in (ROOT, ROOT / "drop_in")]


@pytest.fixture(scope="module")
def python(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with both wheels and what they say they need."""
    home = tmp_path_factory.mktemp("installed")
    uv = Path(sys.executable).with_name("uv")
    run(uv, "venv", "--quiet", "--python", sys.executable, home / "env", cwd=home)
    install = (uv, "pip", "install", "--quiet", "--python", home / "env" / "bin" / "python")
    run(*install, "--require-hashes", "-r", ROOT / "requirements" / "core.txt", cwd=home)
    # Nothing is missing, so nothing is looked for.
    run(*install, "--offline", "--no-index", *wheels, cwd=home)
    return home / "env" / "bin" / "python"


@pytest.fixture
def site(python: Path, own_home: Path) -> Path:
    """The folder that the environment's packages lie in."""
    return Path(
        run(python, "-c", "import zenml; print(zenml.__path__[0])", cwd=own_home).stdout.strip()
    ).parent


def test_the_wheel_holds_its_names_alone(wheels: list[Path]):
    """The package, the way in of the command, the licence and the marker for types; it needs Lockwork."""
    names = set(zipfile.ZipFile(wheels[1]).namelist())
    roots = {name.partition("/")[0] for name in names}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"zenml", "lockwork_zenml.py"}
    assert "zenml/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    (metadata,) = (name for name in names if name.endswith("METADATA"))
    assert b"Requires-Dist: lockwork==0.1.0" in zipfile.ZipFile(wheels[1]).read(metadata)
    assert "zenml" not in {name.partition("/")[0] for name in zipfile.ZipFile(wheels[0]).namelist()}


def test_every_module_imports_or_is_refused(python: Path, own_home: Path):
    """Each module of the installed package loads with no extra, or says that it is not here."""
    every = (
        "import importlib, pkgutil, zenml, lockwork\n"
        "def walk(path, prefix):\n"
        "    for found in pkgutil.iter_modules(path, prefix):\n"
        "        try:\n"
        "            module = importlib.import_module(found.name)\n"
        "            print(found.name)\n"
        "        except lockwork.Refused:\n"
        "            continue\n"
        "        if found.ispkg:\n"
        "            walk(module.__path__, found.name + '.')\n"
        "walk(zenml.__path__, 'zenml.')\n"
    )
    loaded = set(run(python, "-c", every, cwd=own_home).stdout.split())
    assert {"zenml.client", "zenml.steps", "zenml.integrations.mlflow.mlflow_utils"} <= loaded
    assert "zenml.zen_stores" not in loaded


def test_the_client_works_where_only_the_wheels_are(python: Path, own_home: Path):
    """A secret is kept and read by the installed package."""
    code = (
        "from zenml.client import Client\n"
        "Client().create_secret('db', {'k': 'from-the-wheel'})\n"
        "print(Client().get_secret('db').secret_values['k'])\n"
    )
    assert run(python, "-c", code, cwd=own_home).stdout == "from-the-wheel\n"


# ---- beside ZenML's own ----


@pytest.fixture(params=["metadata", "old metadata", "files"])
def beside(request: pytest.FixtureRequest, site: Path) -> Iterator[None]:
    """What an installed `zenml` leaves in the environment, one trace at a time."""
    if request.param == "files":
        (foreign := site / "zenml" / "zen_stores").mkdir()
        (foreign / "sql_zen_store.py").touch()
    else:
        (foreign := site / f"zenml-0.55.5.{'dist' if request.param == 'metadata' else 'egg'}-info").mkdir()
        (foreign / "METADATA").write_text("Metadata-Version: 2.1\nName: zenml\nVersion: 0.55.5\n")
    yield
    shutil.rmtree(foreign)


@pytest.mark.usefixtures("beside")
def test_two_owners_of_one_package_are_refused_at_once(python: Path, own_home: Path):
    """Importing any of it fails with what is wrong and the way out; so does the command, cleanly."""
    told = run(python, "-c", "import zenml.client", cwd=own_home, expect=1).stderr
    assert "Refused: both 'zenml' and 'lockwork-zenml' are installed and own the same package." in told
    assert told.endswith("hint: pip uninstall -y zenml lockwork-zenml && pip install lockwork-zenml\n")
    assert run(python.with_name("zenml"), "secret", "list", cwd=own_home, expect=1).stderr == REFUSAL


def test_names_that_only_begin_alike_are_no_owners(python: Path, site: Path, own_home: Path):
    """Other packages of ZenML's makers, and our own metadata, hold nothing up."""
    (other := site / "zenml_extras-1.0.dist-info").mkdir()
    assert (site / "lockwork_zenml-0.1.0.dist-info").is_dir()
    run(python, "-c", "import zenml", cwd=own_home)
    other.rmdir()
