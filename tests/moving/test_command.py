"""`lockwork import zenml` as typed: what it prints, where it looks, what it refuses; never a value."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.moving.installed import NEW, OLD, WRITTEN, MySql, change, every_value

Unpack = Callable[[str], Path]


def lockwork(*words: str, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
    """One command in this test's home."""
    ran = subprocess.run(
        [sys.executable, "-m", "lockwork", *words],
        env={**os.environ, "NO_COLOR": "1", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    shown = ran.stdout + ran.stderr
    for value in every_value():
        assert value not in shown
        assert base64.b64encode(value.encode()).decode() not in shown
    return ran


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_a_dry_run_shows_what_would_be_called_what(zenml: Unpack):
    """Each thing with ZenML's name and ours, renamed keys below it, and what does not come with why."""
    ran = lockwork("import", "zenml", str(zenml(OLD)), "--dry-run")
    shown = rows(ran.stdout)
    assert ["user", "bob@corp.example", "bob-corp-example"] in shown
    assert ["workspace", "team", "two", "team-two"] in shown
    assert ["secret", "db", "db-team-two", "user", "anna", "comes"] in shown
    assert ["secret", "db", "prod", "db-prod-default", "default", "comes"] in shown
    assert ["key", "user", "name", "user_name"] in shown
    assert "it belongs to a service connector" in ran.stdout
    assert ran.stdout.endswith("23 would come, 6 here already\n")
    assert lockwork("secret", "list", "-o", "json").stdout.strip() == "[]"


def test_an_import_says_what_was_compared(zenml: Unpack):
    """The last line counts; the second time nothing comes."""
    path = str(zenml(NEW))
    first = lockwork("import", "zenml", path).stdout.splitlines()[-1]
    assert first == "19 came, 3 here already; 14 values compared, 14 equal"
    again = lockwork("import", "zenml", path).stdout.splitlines()[-1]
    assert again == "0 came, 22 here already; 14 values compared, 14 equal"


def test_json_has_stable_fields(zenml: Unpack):
    """For scripts: every thing with its state, what is left out with why, and the counts."""
    found: dict[str, Any] = json.loads(lockwork("import", "zenml", str(zenml(NEW)), "-o", "json").stdout)
    assert (found["version"], found["dry_run"]) == ("0.98.0", False)
    assert (found["compared"], found["equal"]) == (14, 14)
    (item,) = [i for i in found["items"] if i["was"] == "db prod"]
    assert item == {
        "kind": "secret",
        "was": "db prod",
        "name": "db-prod-default",
        "workspace": "default",
        "owner": "default",
        "state": "new",
        "type": None,
        "flavor": None,
        "keys": {"user name": "user_name", "password": "password", "empty": "empty"},
    }
    assert {"kind", "name", "workspace", "why"} == set(found["left_out"][0])


def test_what_differs_ends_with_one(zenml: Unpack):
    """An import that would overwrite is refused; a dry run lists all of it, and ends the same way."""
    path = str(zenml(NEW))
    lockwork("secret", "create", "s3_login", "--key=mine")
    refused = lockwork("import", "zenml", path, code=1)
    assert "already here, and not as ZenML has it: secret 's3_login' (default)" in refused.stderr
    dry = lockwork("import", "zenml", path, "--dry-run", code=1)
    assert ["secret", "s3_login", "s3_login", "default", "differs"] in rows(dry.stdout)
    done = lockwork("import", "zenml", path, "--if-exists", "skip")
    assert done.stdout.endswith("1 here and different; 12 values compared, 12 equal\n")


def test_the_key_comes_from_a_file_or_zenmls_own_variable(zenml: Unpack, tmp_path: Path):
    """Never from the command line itself."""
    path = str(zenml(f"{NEW}-encrypted"))
    (tmp_path / "key").write_text(f"{WRITTEN.ENCRYPTION_KEY}\n")
    lockwork("import", "zenml", path, "--dry-run", "--encryption-key", f"@{tmp_path / 'key'}")
    lockwork("import", "zenml", path, ZENML_SECRETS_STORE_ENCRYPTION_KEY=WRITTEN.ENCRYPTION_KEY)
    plain = lockwork("import", "zenml", path, "--encryption-key", WRITTEN.ENCRYPTION_KEY, code=2)
    assert "takes @FILE" in plain.stderr
    missing = lockwork("import", "zenml", path, code=1)
    assert "hint: give ZenML's encryption key" in missing.stderr


def test_without_a_source_it_looks_where_zenml_does(zenml: Unpack, own_home: Path):
    """ZENML_STORE_URL, then ZENML_LOCAL_STORES_PATH, then ZENML_CONFIG_PATH, then the platform's folder."""
    path = zenml(NEW)
    for stores, variables in [
        (own_home / ".config/zenml/local_stores", {}),
        (own_home / "config/local_stores", {"ZENML_CONFIG_PATH": str(own_home / "config")}),
        (own_home / "stores", {"ZENML_LOCAL_STORES_PATH": str(own_home / "stores")}),
    ]:
        (stores / "default_zen_store").mkdir(parents=True)
        place = stores / "default_zen_store/zenml.db"
        place.write_bytes(path.read_bytes())
        ran = lockwork("import", "zenml", "--dry-run", **variables)
        assert str(place) in ran.stdout.splitlines()[0]
    ran = lockwork("import", "zenml", "--dry-run", ZENML_STORE_URL=f"sqlite:///{path}")
    assert str(path) in ran.stdout.splitlines()[0]


@pytest.mark.xdist_group("mysql_server")
def test_a_password_is_in_no_list_of_processes(mysql: MySql, tmp_path: Path):
    """A URL with one is refused as a word, and taken from a file or ZenML's own variable."""
    name = mysql.place(OLD).name
    url = f"mysql://reader:re%40der%3Apass@127.0.0.1:{mysql.port}/{name}"
    refused = lockwork("import", "zenml", url, code=2)
    assert "re%40der" not in refused.stderr
    (tmp_path / "url").write_text(url)
    shown = lockwork("import", "zenml", f"@{tmp_path / 'url'}", "--dry-run").stdout
    assert shown.splitlines()[0] == f"ZenML 0.55.5, mysql://reader@127.0.0.1:{mysql.port}/{name}"
    ran = lockwork("import", "zenml", ZENML_STORE_URL=url)
    assert ran.stdout.endswith("18 values compared, 18 equal\n")


def test_no_failure_shows_a_value(zenml: Unpack):
    """Damaged values, and values that our rules refuse, are told by their names."""
    path = zenml(NEW)
    whole = base64.b64encode(json.dumps({"k": "tok-of-name"}).encode()).decode()
    change(
        path,
        f"UPDATE secret SET `values` = '{whole[:-5]}' WHERE name = 'db-prod'",
        f"UPDATE stack_component SET configuration = '{whole[:-5]}' WHERE name = 'k8s'",
    )
    assert "'db-prod'" in lockwork("import", "zenml", str(path), code=1).stderr
    ran = lockwork("import", "zenml", str(path), "--skip-unreadable")
    assert "its configuration cannot be read" in ran.stdout
    assert "it has no orchestrator that comes" in ran.stdout
