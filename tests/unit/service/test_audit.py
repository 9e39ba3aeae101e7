"""The trail as a chain: what is changed, missing, added, reordered or cut off is seen."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.unit.service.conftest import opened

from lockwork.client.api import Client
from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, StoreUnusable
from lockwork.messages import Listing


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    """A client of a store with a dozen records."""
    client = opened(folder)
    for n in range(4):
        client.create_secret(f"s{n}", {"k": "v"})
        client.get_secret(f"s{n}")
    client.update_secret("s0", add_or_update_values={"k": "w"})
    client.delete_secret("s1")
    client.delete_secret("s2", purge=True)
    yield client
    client.close()


def written(folder: Path, *statements: str) -> None:
    """What someone who can write the file does to it."""
    database = sqlite3.connect(folder / "lockwork.db")
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


def test_an_honest_trail_is_whole(client: Client) -> None:
    """Through every kind of change, chain and tables agree, and the head is the last record."""
    client.update_secret("s0", new_name="renamed", new_scope="user")
    client.undelete_secret("s1", new_name="back")
    client.destroy_secret_versions("back")
    client.create_user("anna")
    client.create_workspace("lab")
    client.add_key()
    client.activate_key()
    while client.rewrap_versions(reseal=True, size=2):
        pass
    client.retire_keys()
    verdict = client.verify_audit()
    assert verdict.problems == ()
    assert verdict.ok
    assert verdict.head == client.audit_head()
    assert verdict.records == client.audit_head().number == client.list_audit().total


def test_a_trail_begins_with_the_store(client: Client) -> None:
    """Record 1 tells of the store's making."""
    first = client.list_audit(Listing(sort_by="asc:number", size=1))[0]
    assert (first.number, first.action, first.kind) == (1, "store.create", "key")
    assert first.name == client.list_keys()[0].id


COLUMNS = (
    "at, user_name, system_user, action, outcome, workspace, kind, name, id, version, state, run, step,"
    " detail, token, address, request, mac"
)

TAMPERED: dict[str, tuple[list[str], str]] = {
    "changed": (["UPDATE audit SET user_name = 'eve' WHERE number = 4"], "record 4 was changed"),
    "missing": (["DELETE FROM audit WHERE number = 4"], "record 4 is missing"),
    "several missing": (["DELETE FROM audit WHERE number IN (4, 5, 6)"], "records 4 to 6 are missing"),
    "first missing": (["DELETE FROM audit WHERE number = 1"], "record 1 is missing"),
    "reordered": (
        [
            "UPDATE audit SET number = 1000 WHERE number = 4",
            "UPDATE audit SET number = 4 WHERE number = 5",
            "UPDATE audit SET number = 5 WHERE number = 1000",
        ],
        "record 4 was changed",
    ),
    "closed up": (
        ["DELETE FROM audit WHERE number = 4", "UPDATE audit SET number = number - 1 WHERE number = 5"],
        "record 4 was changed",
    ),
    "copied to the end": (
        [f"INSERT INTO audit (number, {COLUMNS}) SELECT number + 100, {COLUMNS} FROM audit WHERE number = 4"],
        "are missing",
    ),
    "put before the first": (
        [f"INSERT INTO audit (number, {COLUMNS}) SELECT -7, {COLUMNS} FROM audit WHERE number = 4"],
        "record -7 was put in before the first",
    ),
    "cut off, head left": (["DELETE FROM audit WHERE number > 5"], "ends at record 5, but its head says"),
    "head alone": (["UPDATE audit_head SET number = number - 1"], "but its head says"),
    "head's mac": (["UPDATE audit_head SET mac = zeroblob(32)"], "but its head says"),
    "mac of another kind": (["UPDATE audit SET mac = 'text' WHERE number = 4"], "record 4 was changed"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_done_to_the_chain_is_seen(client: Client, folder: Path, name: str) -> None:
    """Each is named with its place; the trail is still listed."""
    statements, told = TAMPERED[name]
    written(folder, *statements)
    verdict = client.verify_audit()
    assert not verdict.ok
    assert any(told in problem for problem in verdict.problems), verdict.problems
    client.list_audit()


def test_a_clean_cut_is_seen_against_a_head_kept_elsewhere(client: Client, folder: Path) -> None:
    """A trail cut back to an older head, tables and all, is whole by itself; a head kept elsewhere tells."""
    kept = client.audit_head()
    client.close()
    database = sqlite3.connect(folder / "lockwork.db")
    copy = sqlite3.connect(folder / "old.db")
    database.backup(copy)
    client.create_secret("later", {"k": "v"})
    head = client.audit_head()
    client.close()
    copy.backup(database)
    copy.close()
    database.close()
    assert client.verify_audit().ok
    assert client.verify_audit(expect=kept).ok
    verdict = client.verify_audit(expect=head)
    assert not verdict.ok
    assert f"the expected head, record {head.number}, is not in this chain" in verdict.problems


def test_an_older_head_is_still_in_a_longer_chain(client: Client) -> None:
    """A head that was kept yesterday fits the chain that has grown since, and a forged one does not."""
    kept = client.audit_head()
    client.create_secret("later", {"k": "v"})
    assert client.verify_audit(expect=kept).ok
    forged = type(kept)(number=kept.number, mac="0" * 64)
    assert not client.verify_audit(expect=forged).ok


DISAGREEING: dict[str, tuple[str, str]] = {
    "purged by hand": ("DELETE FROM secrets WHERE name = 's3'", "'s3' .* is gone"),
    "undeleted by hand": ("UPDATE secrets SET deleted = NULL WHERE name = 's1'", "'s1' .* is not as record"),
    "deleted by hand": ("UPDATE secrets SET deleted = 1 WHERE name = 's3'", "'s3' .* is not as record"),
    "renamed by hand": ("UPDATE secrets SET name = 'evil' WHERE name = 's3'", "'s3' .* is not as record"),
    "rolled back": ("UPDATE secrets SET version = 1 WHERE name = 's0'", "'s0' .* is not as record"),
    "key added": (
        "INSERT INTO secret_values SELECT secret, version, 'extra', sealed FROM secret_values LIMIT 1",
        "is not as record",
    ),
    "miscounted": ("UPDATE namespace_counts SET secrets = 99", "is said to hold 99 secrets"),
}


@pytest.mark.parametrize("name", DISAGREEING)
def test_tables_that_disagree_with_the_trail_are_seen(client: Client, folder: Path, name: str) -> None:
    """The chain is whole, and still what was done past it is named."""
    statement, told = DISAGREEING[name]
    written(folder, "PRAGMA foreign_keys = ON", statement)
    verdict = client.verify_audit()
    assert any(re.search(told, problem) for problem in verdict.problems), verdict.problems


def test_a_secret_put_in_by_hand_was_never_recorded(client: Client, folder: Path) -> None:
    """A row that no record tells of is named."""
    written(
        folder,
        "INSERT INTO secrets SELECT '00000000-0000-4000-8000-000000000000', namespace, 'new', scope,"
        " workspace, owner, version, scope_since, created, updated, NULL FROM secrets WHERE name = 's3'",
    )
    assert any("'new'" in p and "never recorded" in p for p in client.verify_audit().problems)


def test_a_broken_end_stops_changes_and_not_reading(client: Client, folder: Path) -> None:
    """Where the head points before the last record, nothing more is recorded, changed or revealed."""
    written(folder, "UPDATE audit_head SET number = number - 1")
    actions: list[Callable[[], object]] = [
        lambda: client.create_secret("new", {"k": "v"}),
        lambda: client.get_secret("s3"),
    ]
    for act in actions:
        with pytest.raises(StoreUnusable, match="contradicts itself") as caught:
            act()
        assert caught.value.hint == "lockwork audit verify"
    assert client.list_secrets().total == 2
    written(folder, "DELETE FROM audit_head")
    with pytest.raises(StoreUnusable, match="is missing") as caught:
        client.get_secret("s3")
    assert caught.value.hint == ways_out.RESTORE


def test_the_trail_is_listed_newest_first_and_filtered(client: Client) -> None:
    """By action, outcome, name, number and time; a bad filter is an error."""
    newest = client.list_audit()
    assert [r.number for r in newest] == sorted((r.number for r in newest), reverse=True)
    filters = {"action": "startswith:secret.", "name": "s0", "number": "gt:4"}
    found = client.list_audit(Listing(filters=filters, sort_by="asc:number"))
    assert [(r.action, r.version) for r in found] == [("secret.reveal", 1), ("secret.update", 2)]
    assert client.list_audit(Listing(filters={"at": "2001-01-01"}, sort_by="asc:at")).total == 0
    for bad in ("x", "--5", "", "contains:1", "9" * 19, "²", "1.5"):
        with pytest.raises(InvalidInput, match="'number' takes a whole number"):
            client.list_audit(Listing(filters={"number": bad}, sort_by="asc:number"))


@pytest.mark.parametrize("at_a_time", [1, 5, 7])
def test_reading_a_long_trail_takes_all_of_it(
    client: Client, folder: Path, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    """Verification goes on past the records that are read at a time, also where they end with those."""
    monkeypatch.setattr("lockwork.database.audit._BATCH", at_a_time)
    head = client.audit_head()
    assert head.number == 14  # two times seven
    assert client.verify_audit(expect=head).ok
    written(folder, f"UPDATE audit SET detail = 'x' WHERE number = {head.number - 1}")
    assert any(f"record {head.number - 1} was changed" in p for p in client.verify_audit().problems)
