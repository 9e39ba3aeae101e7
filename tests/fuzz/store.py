"""The store that batches begin with, and how it is seen whether anything in one has changed."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.fuzz.texts import SECRET

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded


def prepare(home: Path) -> None:
    """Make a store with something of every kind in it, all of whose values are recognised."""
    client = Client(workspace="default", gateway=Embedded(home, user="default"))
    values = iter(f"{SECRET}stored{number}" for number in range(100))
    client.create_secret("db", {"password": next(values), "username": next(values)})
    client.create_secret("openai", {"token": next(values)})
    client.create_secret("lines", {"a.b": f"{next(values)}\n{next(values)}\n", "values": next(values)})
    client.create_secret("mine", {"password": next(values)}, "user")
    client.create_secret("openai", {"token": next(values)}, "user")
    client.create_secret("gone", {"password": next(values)})
    client.delete_secret("gone")
    client.update_secret("db", add_or_update_values={"password": next(values)})
    address = {"tracking_uri": "http://127.0.0.1:9", "tracking_username": "{{db.username}}"}
    client.register_component(
        "tracker", "mlflow", "experiment_tracker", {**address, "tracking_password": next(values)}
    )
    client.register_component(
        "bucket", "s3", "artifact_store", {"path": "s3://bucket", "key": "{{nope.key}}"}
    )
    parts = {"orchestrator": "default", "artifact_store": "default", "experiment_tracker": "tracker"}
    client.create_stack("prod", parts, secrets=["openai"])
    client.create_user("anna")
    client.create_workspace("team")
    client.close()


def ids(home: Path) -> list[str]:
    """Of all that can be named by one."""
    tables = ("secrets", "components", "stacks", "workspaces", "users", "runs", "root_keys")
    with closing(sqlite3.connect(home / "lockwork.db")) as database:
        return [
            row[0] for table in tables for row in database.execute(f"SELECT id FROM {table} ORDER BY rowid")
        ]


def content(home: Path) -> str:
    """A digest of all that the store holds but its audit trail, which records refusals too."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(home / "lockwork.db")) as database:
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            if not table.startswith("audit"):
                rows = database.execute(f"SELECT * FROM {table}").fetchall()
                digest.update(repr((table, sorted(rows, key=repr))).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def files(folder: Path) -> dict[str, bytes]:
    """Every file below but the database's own, locks, and what Python keeps of a file that it has read."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith("lockwork.db")
        and not path.name.endswith((".lock", ".pyc"))
    }
