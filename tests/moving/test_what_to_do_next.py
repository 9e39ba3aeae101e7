"""What `import zenml` says at the end: names that mean something else here, and which stack runs use."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.moving.installed import NEW, OLD
from tests.moving.test_command import lockwork

Unpack = Callable[[str], Path]


def chosen(database: Path, stack: str) -> str:
    """What ZenML writes into its file of settings when a stack is set: the id in its spelling with dashes."""
    opened = sqlite3.connect(database)
    ((id_,),) = opened.execute("SELECT id FROM stack WHERE name = ? ORDER BY created", (stack,)).fetchmany(1)
    opened.close()
    return f"active_stack_id: {uuid.UUID(id_)}\nstore:\n  password: hunter2-hunter2\n  type: sql\n"


@pytest.fixture
def laid_out(zenml: Unpack, tmp_path: Path) -> Callable[[str, str | None], Path]:
    """A database as ZenML lays it below its settings, with one stack chosen there."""

    def laid_out(version: str, stack: str | None) -> Path:
        path = tmp_path / "config/local_stores/default_zen_store/zenml.db"
        path.parent.mkdir(parents=True)
        zenml(version).rename(path)
        if stack is not None:
            (tmp_path / "config/config.yaml").write_text(chosen(path, stack))
        return path

    return laid_out


LaidOut = Callable[[str, str | None], Path]


# ---- a name in both scopes ----


def test_a_name_in_both_scopes_is_warned_of(zenml: Unpack):
    """0.98 finds the shared one first, we a user's own: each such pair is told, with what to do."""
    path = str(zenml(NEW))
    for words in (["--dry-run"], [], ["-o", "json"]):
        ran = lockwork("import", "zenml", path, *words)
        assert ran.stderr.count("warning:") == 1
        assert "warning: 'db' is shared in workspace 'default', and 'anna' has one of their own" in ran.stderr
        assert "hint: lockwork --as anna secret rename db --scope user --new-name NEW" in ran.stderr
    assert json.loads(ran.stdout)["hiding"] == [{"name": "db", "owner": "anna", "workspace": "default"}]
    lockwork("--as", "anna", "secret", "rename", "db", "--scope", "user", "--new-name", "own-db")
    assert "workspace" in lockwork("--as", "anna", "secret", "get", "db").stdout


def test_where_zenml_finds_the_same_one_nothing_is_warned_of(zenml: Unpack):
    """0.55.5 asks a user's own first too."""
    assert "warning:" not in lockwork("import", "zenml", str(zenml(OLD))).stderr


# ---- the active stack ----


def active() -> str:
    return lockwork("stack", "get").stdout.strip()


def test_the_active_stack_is_taken_over(laid_out: LaidOut):
    """By the settings beside the database, of which no more is told; a dry run says it too."""
    path = str(laid_out(NEW, "prod"))
    dry = lockwork("import", "zenml", path, "--dry-run")
    assert "note: stack 'prod' would be the active one of 'default', as in ZenML" in dry.stderr
    assert active() == "default"
    ran = lockwork("import", "zenml", path)
    assert "note: stack 'prod' is the active one of 'default', as in ZenML" in ran.stderr
    assert "hunter2" not in dry.stderr + ran.stderr + ran.stdout
    assert active() == "prod"
    again = lockwork("import", "zenml", path, "-o", "json")
    assert json.loads(again.stdout)["active"] == {
        "was": "prod", "name": "prod", "workspace": "default", "state": "same"
    }  # fmt: skip


def test_a_projects_own_choice_counts_first(
    laid_out: LaidOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As ZenML has it: what `zenml stack set` chose in the project that the command is run in."""
    path = laid_out(NEW, "prod")
    below = tmp_path / "project/src"
    below.mkdir(parents=True)
    (tmp_path / "project/.zen").mkdir()
    (tmp_path / "project/.zen/config.yaml").write_text(chosen(path, "trial"))
    monkeypatch.chdir(below)
    lockwork("import", "zenml", str(path))
    assert active() == "trial"


def test_what_names_no_stack_of_this_installation_is_passed_over(laid_out: LaidOut, tmp_path: Path):
    """A project of another installation, or a file that holds something else, decides nothing."""
    path = laid_out(NEW, "prod")
    Path(".zen").mkdir()
    Path(".zen/config.yaml").write_text(f"active_stack_id: {uuid.uuid4()}\n")
    ran = lockwork("import", "zenml", str(path), ZENML_ACTIVE_STACK_ID="some-name")
    assert "'prod' is the active one" in ran.stderr
    (tmp_path / "config/config.yaml").write_bytes(b"\xff\x00 active_stack_id")
    assert "lockwork stack set" not in lockwork("import", "zenml", str(path)).stderr


def test_where_nothing_tells_it_the_stacks_are_named(zenml: Unpack):
    """`default` stays active, which tracks nothing: a hint names the stacks that came, dry run or not."""
    path = str(zenml(NEW))
    for words in (["--dry-run"], []):
        ran = lockwork("import", "zenml", path, *words)
        assert "note: the active stack is 'default'" in ran.stderr
        assert "hint: lockwork stack set NAME, with one of ZenML's: double, prod, trial\n" in ran.stderr
    lockwork("stack", "set", "trial")
    assert "stack set" not in lockwork("import", "zenml", path).stderr


def test_what_somebody_chose_here_stays(laid_out: LaidOut):
    """An import changes no choice: it says which stack is ZenML's, and how to choose it."""
    path = str(laid_out(NEW, "prod"))
    lockwork("stack", "copy", "default", "mine")
    lockwork("stack", "set", "mine")
    ran = lockwork("import", "zenml", path)
    assert "the active stack stays as it was chosen here; ZenML's is 'prod'" in ran.stderr
    assert "hint: lockwork --workspace default stack set prod" in ran.stderr
    assert active() == "mine"


def test_a_stack_of_ours_by_that_name_is_not_taken_for_zenmls(laid_out: LaidOut):
    """Where it differs and is skipped, it is not made active: it is another one."""
    path = str(laid_out(NEW, "prod"))
    lockwork("stack", "copy", "default", "prod")
    ran = lockwork("import", "zenml", path, "--if-exists", "skip")
    assert active() == "default"
    assert "with one of ZenML's: double, trial\n" in ran.stderr


def test_a_stack_of_another_workspace_is_active_there(laid_out: LaidOut, tmp_path: Path):
    """0.55.5: it is made active in its workspace, and how to go there is said."""
    path = laid_out(OLD, None)
    opened = sqlite3.connect(path)
    query = "SELECT s.id FROM stack s JOIN workspace w ON w.id = s.workspace_id WHERE w.name = 'team two'"
    query += " AND s.name = 'prod'"
    ((id_,),) = opened.execute(query).fetchall()
    opened.close()
    (tmp_path / "config/config.yaml").write_text(f"active_stack_id: '{id_}'\n")
    ran = lockwork("import", "zenml", str(path))
    assert "stack 'prod' is the active one of 'team-two', as in ZenML" in ran.stderr
    assert "hint: lockwork workspace set team-two" in ran.stderr
    assert active() == "default"
    assert lockwork("--workspace", "team-two", "stack", "get").stdout.strip() == "prod"
