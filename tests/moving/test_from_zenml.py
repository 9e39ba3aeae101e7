"""A ZenML installation, taken over whole; and what cannot come."""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.moving.installed import KEY, NEW, OLD, WRITTEN, Store, change

from lockwork import ComponentType
from lockwork.domain.audit import Outcome
from lockwork.domain.errors import InvalidInput, Refused, Unavailable
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Listing
from lockwork.moving.from_zenml.importing import Taken

Unpack = Callable[[str], Path]
Imported = tuple[Store, Taken]


def left(taken: Taken) -> set[tuple[str, str]]:
    return {(one.kind, one.name) for one in taken.left_out}


# ---- what comes ----


def test_every_value_comes(imported: Imported):
    """Shared and own secrets have the values that ZenML kept, byte for byte, under names we take."""
    store, _taken = imported
    here = {"db prod": "db-prod-default", "a.dotted": "a-dotted", "name": "secret-name"}
    for name, values in WRITTEN.SHARED.items():
        kept = store.values(here.get(name, name))
        assert kept == {key.replace(" ", "_"): text for key, text in values.items()}
    assert store.values("db", user="anna") == WRITTEN.OWN["anna", "db"]
    assert store.values("notes", user="bob-corp-example") == WRITTEN.OWN["bob@corp.example", "notes"]


def test_everything_is_compared_afterwards(imported: Imported):
    """The answer counts the values that were read again from both sides, and all are equal."""
    _store, taken = imported
    coming = sum(len(item.keys) for item in taken.items if item.kind == "secret")
    assert taken.compared == taken.equal == coming > 0


def test_references_follow_the_names(imported: Imported):
    """At any depth, within text and with dots in names, a reference names what it named before."""
    store, _taken = imported
    k8s = store.client().get_component(ComponentType.ORCHESTRATOR, "k8s")
    assert k8s.attributes["pod_settings"]["annotations"] == {
        "dsn": "postgresql://app:{{db-prod.password}}@host/{{a-dotted.key.with.dots}}",
        "list": "{{secret-name.token}}",
    }
    assert not k8s.problems
    stack = store.client().get_stack("prod")
    assert {t.value: c.name for t, c in stack.components.items()} == WRITTEN.STACKS["prod"]


def test_unknown_flavors_are_kept(imported: Imported):
    """A component of somebody's own flavor comes with its declaration, made from ZenML's schema."""
    store, _taken = imported
    ours = store.client().get_component(ComponentType.EXPERIMENT_TRACKER, "ours")
    assert ours.attributes == {"api_key": "{{secret-name.token}}", "retries": 3, "region": "north"}
    assert ours.declaration is not None
    kinds = {a.name: (a.kind, a.sensitive) for a in ours.declaration.attributes}
    assert kinds["api_key"] == ("text", True)
    assert kinds["retries"] == ("integer", False)
    changed = store.client().update_component(ComponentType.EXPERIMENT_TRACKER, "ours", {"retries": 4})
    assert changed.attributes["retries"] == 4


def test_a_secret_given_as_a_whole_fills_the_attributes(imported: Imported):
    """ZenML's authentication_secret becomes references to its keys, where our flavor takes these."""
    store, _taken = imported
    bucket = store.client().get_component(ComponentType.ARTIFACT_STORE, "bucket")
    assert bucket.attributes == {
        "path": "s3://bucket/prefix",
        "client_kwargs": {"endpoint_url": "https://s3.example"},
        "key": "{{s3_login.aws_access_key_id}}",
        "secret": "{{s3_login.aws_secret_access_key}}",
    }


def test_plain_credentials_become_secrets(imported: Imported):
    """What stood in the clear in a sensitive attribute is a secret now, and the component refers to it."""
    store, taken = imported
    chat = store.client().get_component(ComponentType.ALERTER, "chat")
    assert chat.attributes["slack_token"] == "{{chat-alerter.slack_token}}"
    channel = "slack_channel_id" if taken.version == NEW else "default_slack_channel_id"
    assert chat.attributes[channel] == "C1"
    assert store.values("chat-alerter") == {"slack_token": WRITTEN.PLAIN_TOKEN}


def test_connectors_are_left_out_with_their_secrets(imported: Imported):
    """A service connector and the secret that is its own are listed, and do not come."""
    store, taken = imported
    assert ("service connector", "registry") in left(taken)
    assert any(kind == "secret" and name.startswith("connector-registry") for kind, name in left(taken))
    assert not [s for s in store.client().list_secrets(size=100) if s.name.startswith("connector")]


def test_all_of_it_is_on_the_record(imported: Imported):
    """Each thing that was made has its audit record, by the user whose it is."""
    store, _taken = imported
    found = store.client().list_audit(Listing(sort_by="desc:number", size=1000))
    made = {(r.action, r.user, r.name) for r in found if r.outcome is Outcome.DONE}
    assert ("secret.create", "anna", "db") in made
    assert ("secret.create", "default", "db-prod-default") in made
    assert ("component.register", "default", "k8s") in made
    assert ("stack.register", "default", "prod") in made
    assert store.client().verify_audit().problems == ()


# ---- workspaces, and what only one version has ----


def test_one_name_in_several_workspaces_is_kept_apart(store: Store, zenml: Unpack):
    """A user's own secrets of one name in two workspaces get two names, and references follow."""
    store.take(zenml(OLD))
    assert store.values("db", user="anna") == {"password": "annas-db"}
    assert store.values("db-team-two", user="anna") == {"password": "annas-team-db"}
    assert store.values("db-team-two", user="bob-corp-example") == {"password": "bobs-team-db"}
    assert store.values("warehouse", workspace="team-two") == WRITTEN.TEAM_SHARED["warehouse"]
    tracker = store.client("team-two").get_component(ComponentType.EXPERIMENT_TRACKER, "team-tracker")
    assert tracker.attributes["tracking_password"] == "{{db-team-two.password}}"
    assert store.client("team-two").get_stack("prod").experiment_tracker.name == "team-tracker"


def test_variables_and_whole_secrets_of_components_come(store: Store, zenml: Unpack):
    """0.98's variables and whole secrets come; a variable that decides too much does not."""
    taken = store.take(zenml(NEW))
    builder = store.client().get_component(ComponentType.IMAGE_BUILDER, "builder")
    assert builder.environment == {"REGION": "north", "TOKEN": "{{secret-name.token}}"}
    assert builder.secrets == {"db-prod-default": "", "mlflow_login": ""}
    assert store.client().get_stack("double").secrets == {"s3_login": ""}
    assert store.client().get_stack("double").experiment_tracker.name == "tracking"
    assert {("variable", "builder.LD_PRELOAD"), ("link", "double"), ("deployer", "default")} <= left(taken)


# ---- again, and into a store that is not empty ----


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_second_import_changes_nothing(store: Store, zenml: Unpack, version: str):
    """What came is the same the next time: all is compared, and nothing is written."""
    first = store.take(zenml(version))
    head = [r.action for r in store.client().list_audit(Listing(sort_by="desc:number", size=1))]
    again = store.take(zenml(version))
    assert head == ["secret.reveal"]
    assert {item.state for item in again.items} == {"same"}
    assert (again.compared, again.equal) == (first.compared, first.equal)


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_dry_run_lists_all_and_makes_nothing(store: Store, zenml: Unpack, version: str):
    """It tells the same as the import does, and the store stays as it was."""
    dry = store.take(zenml(version), dry_run=True)
    assert [u.name for u in store.client().list_users()] == ["default"]
    assert len(store.client().list_secrets()) == 0
    assert dry.compared == 0
    assert dry.items == store.take(zenml(version)).items


def test_what_differs_is_refused_before_anything_is_made(store: Store, zenml: Unpack):
    """A secret, component or stack of that name that is not the same is named; nothing has come."""
    store.client().create_secret("s3_login", {"aws_access_key_id": "mine"})
    store.client().register_component("tracking", "mlflow", "experiment_tracker", {})
    with pytest.raises(Refused) as refused:
        store.take(zenml(NEW))
    assert "secret 's3_login' (default), component 'tracking' (default)" in str(refused.value)
    assert [s.name for s in store.client().list_secrets()] == ["s3_login"]
    assert len(store.client().list_users()) == 1


def test_what_differs_can_be_left_as_it_is(store: Store, zenml: Unpack):
    """With `skip` ours stays untouched, everything else comes, and only that is compared."""
    store.client().create_secret("s3_login", {"aws_access_key_id": "mine"})
    taken = store.take(zenml(NEW), if_exists="skip")
    assert store.values("s3_login") == {"aws_access_key_id": "mine"}
    assert [item.name for item in taken.differing] == ["s3_login"]
    assert taken.compared == taken.equal > 10
    assert store.values("mlflow_login") == WRITTEN.MLFLOW


def test_equal_things_that_were_here_stay(store: Store, zenml: Unpack):
    """A secret that somebody made before with the same values is no conflict and gets no new version."""
    store.client().create_secret("mlflow_login", WRITTEN.MLFLOW)
    taken = store.take(zenml(NEW))
    assert [i.name for i in taken.items if i.kind == "secret" and i.state == "same"] == ["mlflow_login"]
    assert store.client().describe_secret("mlflow_login").version == 1


def many(path: Path, number: int) -> None:
    """Fill a database with so many secrets more."""
    database = sqlite3.connect(path)
    (user,) = database.execute("SELECT id FROM user WHERE name = 'default'").fetchone()
    rows = [
        (uuid.UUID(int=n).hex, f"s{n:05}", base64.b64encode(json.dumps({"key": f"v-{n}"}).encode()), user)
        for n in range(number)
    ]
    database.executemany(
        "INSERT INTO secret (id, created, updated, name, private, internal, `values`, user_id)"
        " VALUES (?, '2024-01-01', '2024-01-01', ?, 0, 0, ?, ?)",
        rows,
    )
    database.commit()
    database.close()


def test_an_import_that_was_killed_is_finished_by_the_next(store: Store, zenml: Unpack, own_home: Path):
    """`kill -9` between two batches of 1,500 secrets: run again, it ends as if nothing had happened."""
    path = zenml(NEW)
    many(path, 1500)
    environment = {**os.environ, "LOCKWORK_HOME": str(own_home / "lockwork")}
    running = subprocess.Popen(
        [sys.executable, "-m", "lockwork", "import", "zenml", str(path)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait_until(lambda: _secrets_in(own_home / "lockwork") >= 200, running)
    running.send_signal(signal.SIGKILL)
    running.wait()
    half = store.client().list_secrets(size=1).total
    taken = store.take(path)
    assert 200 <= half < 1500
    assert taken.compared == taken.equal == 1500 + 14
    assert store.values("s01499") == {"key": "v-1499"}
    assert {item.state for item in store.take(path).items} == {"same"}


def _secrets_in(home: Path) -> int:
    try:
        database = sqlite3.connect(f"{(home / 'lockwork.db').as_uri()}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return 0
    try:
        return int(database.execute("SELECT count(*) FROM secrets").fetchone()[0])
    except sqlite3.OperationalError:  # not there yet, or busy
        return 0
    finally:
        database.close()


def _wait_until(is_so: Callable[[], bool], running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert running.poll() is None, "it was through already"
        assert time.monotonic() < deadline


# ---- what cannot be read ----


@pytest.mark.parametrize("key", [None, Sensitive("another key")])
def test_values_that_do_not_open_are_refused_by_name(store: Store, zenml: Unpack, key: Sensitive | None):
    """Without the key, or with a wrong one, nothing is made, and it says how many and which."""
    with pytest.raises(Refused, match=r"9 of ZenML's secrets cannot be read \('a\.dotted'"):
        store.take(zenml(f"{NEW}-encrypted"), encryption_key=key)
    assert len(store.client().list_secrets()) == 0


def test_unreadable_secrets_can_be_skipped(store: Store, zenml: Unpack):
    """Everything else comes then; they are listed, and references to them stay as they are."""
    taken = store.take(zenml(f"{NEW}-encrypted"), skip_unreadable=True)
    assert ("secret", "mlflow_login") in left(taken)
    assert [s.name for s in store.client().list_secrets()] == ["chat-alerter"]
    tracking = store.client().get_component(ComponentType.EXPERIMENT_TRACKER, "tracking")
    assert tracking.attributes["tracking_password"] == "{{ mlflow_login.tracking_password }}"


def test_a_database_may_hold_both_kinds_of_values(store: Store, zenml: Unpack):
    """A key is no hindrance to what ZenML wrote before it had one."""
    taken = store.take(zenml(NEW), encryption_key=KEY)
    assert taken.compared == taken.equal == 14


def encoded(values: object) -> str:
    return base64.b64encode(json.dumps(values).encode()).decode()


def test_values_that_are_elsewhere_are_listed(store: Store, zenml: Unpack):
    """Where an outside secrets store keeps them, the secret is told of, and the rest comes."""
    path = zenml(OLD)
    change(path, "UPDATE secret SET `values` = NULL WHERE name = 's3_login'")
    taken = store.take(path)
    (why,) = [one.why for one in taken.left_out if one.name == "s3_login"]
    assert why == "its values are not in this database: does an outside secrets store keep them?"
    bucket = store.client().get_component(ComponentType.ARTIFACT_STORE, "bucket")
    assert bucket.attributes["key"] == "{{s3_login.aws_access_key_id}}"


def test_values_that_our_rules_refuse_are_listed_by_key(store: Store, zenml: Unpack):
    """Null, too large, not text or with NUL: such a key does not come, and the others of its secret do."""
    path = zenml(NEW)
    bad = {"none": None, "big": "x" * 1_048_577, "number": 7, "nul": "a\0b", "lone": "\ud800", "good": "fine"}
    change(path, f"UPDATE secret SET `values` = '{encoded(bad)}' WHERE name = 'db-prod'")
    taken = store.take(path)
    told = {one.name: one.why for one in taken.left_out if one.kind == "key"}
    assert told["db-prod.none"] == "the value of 'none' is null"
    assert set(told) == {f"db-prod.{key}" for key in bad if key != "good"}
    assert store.values("db-prod") == {"good": "fine"}


def test_a_secret_that_is_too_large_as_a_whole_is_listed(store: Store, zenml: Unpack):
    """One of which all keys are well and the whole is not stays out."""
    path = zenml(NEW)
    large = encoded({f"k{n}": "x" * 1_000_000 for n in range(5)})
    change(path, f"UPDATE secret SET `values` = '{large}' WHERE name = 'db-prod'")
    assert ("secret", "db-prod") in left(store.take(path))


# ---- whose database it is ----


def test_other_databases_are_refused(store: Store, tmp_path: Path):
    """No file, no database, and a database of somebody else's: each says which it is."""
    (tmp_path / "text.db").write_text("nothing of the kind")
    change(tmp_path / "other.db", "CREATE TABLE stack (id, name)", "INSERT INTO stack VALUES (1, 'x')")
    for name, says in [("none", "No such"), ("text", "no SQLite"), ("other", "not ZenML's")]:
        with pytest.raises(InvalidInput, match=f"(?i){says}"):
            store.take(tmp_path / f"{name}.db")


def test_a_schema_that_is_not_known_is_refused_with_its_version(store: Store, zenml: Unpack):
    """What this needs of the tables and does not find is named."""
    path = zenml(NEW)
    change(path, "DROP TABLE stack_composition", "UPDATE alembic_version SET version_num = '9.9.9'")
    with pytest.raises(InvalidInput, match=r"ZenML 9\.9\.9.*stack_composition\.stack_id"):
        store.take(path)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_nothing_of_theirs_changes(store: Store, zenml: Unpack, mode: str):
    """The file is the same byte for byte afterwards, and no other lies beside it."""
    path = zenml(NEW)
    change(path, f"PRAGMA journal_mode = {mode}")
    before = path.read_bytes()
    store.take(path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_database_in_use_is_read_as_it_is(store: Store, zenml: Unpack):
    """What is only in the write-ahead log of another program comes too, and is left to it."""
    path = zenml(NEW)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = wal")
    writer.execute(f"UPDATE secret SET `values` = '{encoded({'k': 'newest'})}' WHERE name = 'db-prod'")
    writer.commit()
    store.take(path)
    assert store.values("db-prod") == {"k": "newest"}
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
    writer.close()


def test_a_database_that_was_not_closed_is_refused(store: Store, zenml: Unpack):
    """A copy with a log and without its index would have to be written to be read."""
    path = zenml(NEW)
    change(path, "PRAGMA journal_mode = wal")
    path.with_name(f"{path.name}-wal").write_bytes(b"\0" * 4152)
    with pytest.raises(Refused, match="was not closed"):
        store.take(path)


def test_a_damaged_database_is_a_clear_failure(store: Store, zenml: Unpack):
    """Pages that are no pages: which file, and that nothing could be read; no traceback."""
    path = zenml(NEW)
    content = bytearray(path.read_bytes())
    content[4096 : len(content)] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises((Unavailable, InvalidInput), match="zenml"):
        store.take(path)
