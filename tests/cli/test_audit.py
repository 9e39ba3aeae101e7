"""The audit trail on the command line: its old part goes into a file, which can be checked later."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path

from tests.printing import lockwork

from lockwork import Client


def test_the_old_part_goes_into_a_file(client: Client, own_home: Path) -> None:
    """It is its owner's alone, replaces nothing, is checked by a command; the trail goes on without it."""
    client.create_secret("db", {"k": "v"})
    file = own_home / "audit-2025.jsonl"
    assert "nothing in the trail is older" in lockwork(
        "audit", "prune", "--before", "2020-01-01", "-f", str(file), "-y"
    )
    assert not file.exists()
    said = lockwork("audit", "prune", "--before", "2999-01-01", "-f", str(file), "-y")
    assert f"records into {file}" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    beginning, *records = map(json.loads, file.read_text().splitlines())
    assert beginning["start"] == "0:" + "00" * 32
    assert records[-1]["action"] == "secret.create"
    assert "each following from the one before" in lockwork("audit", "verify", "--file", str(file))
    assert "each following from the one before" in lockwork("audit", "verify")
    assert "cannot be created" in lockwork(
        "audit", "prune", "--before", "2999-01-01", "-f", str(file), "-y", expect=1
    )
    file.write_text(file.read_text().replace('"db"', '"dc"'))
    assert f"{file} does not hold" in lockwork("audit", "verify", "--file", str(file), expect=1)


def test_a_beginning_that_nobody_pruned_is_seen(client: Client, own_home: Path) -> None:
    """Whoever writes the database cannot take the beginning away, nor say that it was never pruned."""
    client.create_secret("db", {"k": "v"})
    client.update_secret("db", add_or_update_values={"k": "w"})
    client.close()
    store = next(own_home.rglob("lockwork.db"))
    with sqlite3.connect(store) as database:
        number, mac = database.execute(
            "SELECT number, mac FROM audit WHERE action = 'secret.create'"
        ).fetchone()
        database.execute("DELETE FROM audit WHERE number <= ?", (number,))
        database.execute("UPDATE audit_start SET number = ?, mac = ?", (number, mac))
    database.close()
    assert "no record tells of its pruning" in lockwork("audit", "verify", expect=1)
