"""Stacks on the command line: values for what is missing, checks, files, and the active one."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from lockwork import Client
from lockwork.cli.main import run
from lockwork.client.embedded import Embedded

SECRET = "hunter2-hunter2"
Talk = Callable[..., tuple[int, str]]


@pytest.fixture
def stack(client: Client) -> str:
    """An active stack that refers to login.name, login.password and gate.key, and declares openai."""
    client.register_component(
        "mlflow",
        "mlflow",
        "experiment_tracker",
        {
            "tracking_uri": "https://{{gate.key}}@h",
            "tracking_username": "{{login.name}}",
            "tracking_password": "{{login.password}}",
        },
    )
    parts = {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "mlflow"}
    client.create_stack("prod", parts, secrets=["openai"])
    client.set_active_stack("prod")
    return "prod"


def everything(client: Client) -> dict[str, dict[str, str]]:
    return {info.name: client.get_secret(info.id).secret_values for info in client.list_secrets()}


# --- register-secrets at a terminal ------------------------------------------------------------------------


def test_each_missing_value_is_asked_for(client: Client, stack: str, talk: Talk) -> None:
    """Each is asked for unseen, saying which attribute wants it; a declared secret until an empty key."""
    code, screen = talk(
        ["stack", "register-secrets"],
        ("key of openai", "api_key\n"),
        ("value of openai.api_key", SECRET + "1\n"),
        ("key of openai", "\n"),
        ("value of gate.key", "\n"),  # nothing: asked for again
        ("value of gate.key", SECRET + "2\n"),
        ("value of login.name", SECRET + "3\n"),
        ("value of login.password", SECRET + "4\n"),
    )
    assert code == 0
    assert "{{gate.key}} is wanted by experiment-tracker 'mlflow', tracking_uri" in screen
    assert "{{login.password}} is wanted by experiment-tracker 'mlflow', tracking_password" in screen
    assert SECRET not in screen
    assert everything(client) == {
        "openai": {"api_key": SECRET + "1"},
        "gate": {"key": SECRET + "2"},
        "login": {"name": SECRET + "3", "password": SECRET + "4"},
    }
    assert {info.version for info in client.list_secrets()} == {1}  # each was stored in one write


@pytest.mark.parametrize(("typed", "code"), [("\x03", 130), ("\x04", 1)])
def test_what_is_broken_off_stores_nothing(
    client: Client, stack: str, talk: Talk, typed: str, code: int
) -> None:
    """Ctrl-C and Ctrl-D at the last question store none of the values that were typed before."""
    ended, screen = talk(
        ["stack", "register-secrets"],
        ("key of openai", "api_key\n"),
        ("value of openai.api_key", SECRET + "\n"),
        ("key of openai", "\n"),
        ("value of gate.key", SECRET + "\n"),
        ("value of login.name", SECRET + "\n"),
        ("value of login.password", typed),
    )
    assert ended == code
    assert "Traceback" not in screen
    assert everything(client) == {}


def test_a_value_that_exists_is_kept_or_replaced(client: Client, stack: str, talk: Talk) -> None:
    """An empty answer keeps it, another replaces it, in the scope where it was found."""
    client.create_secret("openai", {"api_key": "x"})
    client.create_secret("gate", {"key": "x"})
    client.create_secret("login", {"name": "old", "password": "old"})
    client.create_secret("login", {"name": "mine", "password": "mine"}, scope="user")
    code, screen = talk(
        ["stack", "register-secrets"],
        ("value of gate.key (empty keeps what workspace default/gate v1 holds)", "\n"),
        ("value of login.name (empty keeps what user default/login v1, hides", "\n"),
        ("value of login.password", SECRET + "\n"),
    )
    assert code == 0
    assert "updated user secret 'login', now version 2" in screen
    assert client.get_secret("gate").info.version == 1
    assert client.get_secret("login", "user").secret_values == {"name": "mine", "password": SECRET}
    assert client.get_secret("login", "workspace").secret_values == {"name": "old", "password": "old"}


def test_skip_existing_asks_only_for_what_is_missing(client: Client, stack: str, talk: Talk) -> None:
    """With --skip-existing, values that exist are not asked for."""
    client.create_secret("openai", {"api_key": "x"})
    client.create_secret("gate", {"key": "x"})
    client.create_secret("login", {"name": "old"})
    code, screen = talk(
        ["stack", "register-secrets", "--skip-existing"], ("value of login.password", SECRET + "\n")
    )
    assert code == 0
    assert "login.name" not in screen
    assert client.get_secret("login").secret_values == {"name": "old", "password": SECRET}


def test_a_declared_secret_without_a_key_is_still_missing(client: Client, stack: str, talk: Talk) -> None:
    """Who gives it no key hears that it is missing; all else is stored."""
    client.create_secret("login", {"name": "x", "password": "x"})
    code, screen = talk(
        ["stack", "register-secrets", "--skip-existing"],
        ("key of openai", "\n"),
        ("value of gate.key", SECRET + "\n"),
    )
    assert code == 1
    assert "1 value is still missing" in screen
    assert everything(client).keys() == {"gate", "login"}


# --- what is asked of the store, and what is told ----------------------------------------------------------


def test_a_store_is_asked_once_for_the_stack_and_once_to_check(
    client: Client, stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much a stack refers to, validating is two questions; at level NONE it is none at all."""
    asked: list[str] = []
    answer = Embedded.send

    def send(self: Embedded, message: object) -> object:
        asked.append(type(message).__name__)
        return answer(self, message)  # type: ignore[arg-type]  # any message passes through

    monkeypatch.setattr(Embedded, "send", send)
    assert run(["stack", "validate"]) == 1
    assert asked == ["GetStack", "CheckReferences"]
    asked.clear()
    assert run(["stack", "validate", "--level", "NONE"]) == 0
    assert asked == []


def test_the_report_has_the_fields_that_scripts_rely_on(
    client: Client, stack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`validate --output json` is exactly what the contract says, with no value and no more fields."""
    client.create_secret("login", {"name": SECRET})
    assert run(["stack", "validate", "--output", "json"]) == 1
    out = capsys.readouterr().out
    report = msgspec.json.decode(out)
    assert list(report) == ["ok", "stack", "level", "checked", "problems"]
    assert (report["ok"], report["stack"], report["checked"]) == (False, "prod", 4)
    for problem in report["problems"]:
        assert list(problem) == ["reference", "secret", "key", "problem", "keys", "where", "fix"]
        assert list(problem["where"]) == ["kind", "name", "path"]
    assert {p["problem"] for p in report["problems"]} == {"no_secret", "no_key"}
    assert SECRET not in out


def test_validating_reads_no_value(client: Client, stack: str) -> None:
    """Checks, describing and printing variables leave no record of a reveal."""
    client.create_secret("login", {"name": "x", "password": "x"})
    for words in (["validate"], ["describe"], ["register-secrets", "--print-env"], ["register-secrets"]):
        run(["stack", *words])
    actions = [record.action for record in client.list_audit()]
    assert "component.register" in actions
    assert "secret.reveal" not in actions


# --- files -------------------------------------------------------------------------------------------------


def test_an_import_that_fails_takes_back_what_it_made(
    client: Client, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a later component or the stack cannot be made, the components before it do not stay."""
    (own_home / "s.yaml").write_text(
        "format: 1\nstack: 'not a name'\ncomponents:\n"
        "  orchestrator: {name: o, flavor: local}\n  artifact_store: {name: a, flavor: local}\n"
    )
    assert run(["stack", "import", "s.yaml"]) == 1
    assert "'not a name' is not a stack name" in capsys.readouterr().err
    assert [c.name for c in client.list_components()] == ["default", "default"]


def test_an_export_is_for_its_owner_alone(client: Client, stack: str, own_home: Path) -> None:
    """The file is 0600, and holds references and no value."""
    client.create_secret("login", {"name": SECRET, "password": SECRET})
    assert run(["stack", "export", "-f", "out.yaml"]) == 0
    assert stat.S_IMODE((own_home / "out.yaml").stat().st_mode) == 0o600
    text = (own_home / "out.yaml").read_text()
    assert "{{login.password}}" in text
    assert SECRET not in text


# --- the active one ----------------------------------------------------------------------------------------


def test_another_active_stack_is_left_alone(
    client: Client, stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deleting and renaming touch what is kept only where it names that very stack."""
    client.copy_stack("prod", "other")
    assert run(["stack", "rename", "other", "third"]) == 0
    assert run(["stack", "delete", "third", "-y"]) == 0
    assert Client().profile.kept_stack == "prod"


def test_what_is_kept_follows_even_where_the_environment_says_otherwise(
    client: Client, stack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With LOCKWORK_STACK set, the configuration still never names a stack that is gone."""
    monkeypatch.setenv("LOCKWORK_STACK", "default")
    assert run(["stack", "rename", "prod", "live"]) == 0
    assert Client().profile.kept_stack == "live"
    assert run(["stack", "delete", "live", "-y"]) == 0
    assert Client().profile.kept_stack is None


@pytest.mark.parametrize(("typed", "is_gone"), [("y\n", True), ("n\n", False)])
def test_delete_asks_first(client: Client, stack: str, talk: Talk, typed: str, is_gone: bool) -> None:
    """Only a yes deletes a stack."""
    code, _ = talk(["stack", "delete", "prod"], ("delete stack 'prod'?", typed))
    assert code == (0 if is_gone else 1)
    assert client.list_stacks().total == (1 if is_gone else 2)
