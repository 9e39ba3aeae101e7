"""Names that scripts import: which there are, what they are, and what is refused."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

import lockwork
import zenml
import zenml.enums
import zenml.exceptions
from zenml import table
from zenml.enums import ExecutionStatus, LogicalOperators, SecretScope, SecretValidationLevel
from zenml.logger import get_logger


def fresh(code: str, expect: int = 0) -> str:
    """What a new interpreter says to `code`."""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == expect, ran.stderr
    return ran.stdout + ran.stderr


def test_importing_loads_little():
    """`import zenml` and the Client load neither a database, pipelines nor importlib.metadata."""
    code = "import sys, zenml, zenml.client; zenml.client.Client(); print(*sys.modules)"
    loaded = set(fresh(code).split())
    assert "lockwork.client.api" in loaded
    heavy = {"sqlite3", "cryptography", "lockwork.pipelines", "lockwork.service", "importlib.metadata"}
    assert heavy & loaded == set()


def test_the_root_has_its_names():
    """step, pipeline, Model and the version, loaded on first use; others are no attributes."""
    assert dir(zenml) == ["Model", "__version__", "pipeline", "step"]
    assert zenml.__version__ == lockwork.__version__
    with pytest.raises(AttributeError, match="'colour'"):
        _ = zenml.colour


def test_an_enumeration_reads_as_text():
    """An f-string gives the value; the values are ZenML's."""
    assert f"{SecretScope.USER} {LogicalOperators.OR} {ExecutionStatus.COMPLETED}" == "user or completed"
    assert {*SecretValidationLevel} == {"SECRET_AND_KEY_EXISTS", "SECRET_EXISTS", "NONE"}
    assert len(zenml.enums.StackComponentType) == 12


def test_every_exception_is_one_of_ours():
    """`except` of either name catches the same."""
    for name in zenml.exceptions.__all__:
        assert issubclass(getattr(zenml.exceptions, name), lockwork.LockworkError)
    assert zenml.exceptions.ZenMLBaseException is lockwork.LockworkError


def test_a_logger_shows_information(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """`get_logger` writes to standard output from INFO on, or as ZENML_LOGGING_VERBOSITY says; once."""
    for _ in range(2):
        get_logger("mine").info("hello")
    get_logger("mine").debug("quiet")
    assert capsys.readouterr().out == "hello\nhello\n"
    monkeypatch.setenv("ZENML_LOGGING_VERBOSITY", "WARN")
    get_logger("mine").info("quiet")
    get_logger("mine").warning("loud")
    assert capsys.readouterr().out == "loud\n"
    assert get_logger("mine") is logging.getLogger("mine")


IMPORTS = [name for name in table.REFUSED if name.startswith("zenml.")]


@pytest.mark.parametrize("name", IMPORTS)
def test_what_is_not_there_is_refused_when_it_is_imported(name):
    """Importing it fails as Refused, by whichever form of import, with where to read on."""
    _, _, last = name.partition(".")
    code = f"from zenml import {last}"
    with pytest.raises(lockwork.Refused, match=name) as caught:
        exec(code, {})
    assert "docs/moving-from-zenml.md" in str(caught.value.hint)
    assert isinstance(caught.value, ImportError)
    with pytest.raises(lockwork.Refused):
        exec(f"import {name}.anything.below", {})


ABSENT = [
    ("import zenml.colours", "zenml.colours"),
    ("from zenml.colours.red import dark", "zenml.colours"),
    ("from zenml import colours", "zenml.colours"),
    ("from zenml.client import ClientConfiguration", "zenml.client.ClientConfiguration"),
    ("from zenml.enums import ModelStages", "zenml.enums.ModelStages"),
    ("from zenml.config.schedule import Schedule", "zenml.config.schedule"),
    ("from zenml.integrations.wandb.flavors import x", "zenml.integrations.wandb"),
    ("from zenml.steps import BaseParameters, step", "zenml.steps.BaseParameters"),
]


@pytest.mark.parametrize(("code", "name"), ABSENT)
def test_what_else_is_not_there_says_where_to_read_on(code: str, name: str):
    """A module or name of ZenML's that is not here is an ImportError of ours, with the page."""
    with pytest.raises(ImportError, match=f"^{name} is not in lockwork-zenml") as caught:
        exec(code, {})
    assert isinstance(caught.value, lockwork.LockworkError)
    assert "docs/moving-from-zenml.md" in str(caught.value.hint)
    assert "docs/moving-from-zenml.md" in fresh(code, 1)


def test_what_is_there_is_found_as_ever():
    """Asking a module whether it has a name is answered as ever, and packages of others are theirs."""
    assert not hasattr(zenml.enums, "ModelStages")
    assert not hasattr(zenml, "colours")
    with pytest.raises(ModuleNotFoundError, match="No module named 'zenmlx'"):
        exec("import zenmlx", {})
    assert "True" in fresh("import zenml, zenml.client, importlib; print(importlib.reload(zenml) is zenml)")
    assert fresh("import pickle, zenml.enums as e; print(pickle.loads(pickle.dumps(e.SecretScope.USER)))")


def test_the_stores_behind_the_client_are_refused(client):
    """`Client().zen_store` says why; what is unknown is no attribute."""
    with pytest.raises(lockwork.Refused, match="zen_store"):
        _ = client.zen_store
    with pytest.raises(AttributeError, match="no 'get_pipeline'"):
        _ = client.get_pipeline
    assert not hasattr(client, "get_model")
