"""Someone who can write the database and lacks the root key: whatever they do to one column is found.

Each column of each table that secrets rest on is attacked one at a time: swapped between rows, renamed,
moved, changed, emptied, rolled back to what it was before. Afterwards each attack is (a) an error when the
store is used as before, or (b) found by `audit verify`, or (c) in NOT_CAUGHT, which docs/security.md repeats
for its readers. A new table or column fails here until somebody has decided which it is.
"""

import itertools
import os
import re
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.access import Role
from lockwork.domain.errors import LockworkError
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import AppointAdmin, ChoosePassword, PutMember, UpdateUser

PROTECTED = (
    "secrets",
    "secret_versions",
    "secret_values",
    "root_keys",
    "store",
    "users",
    "workspaces",
    "namespace_counts",
    "members",
    "tokens",
    "audit",
    "audit_head",
)
"""Every column of these is attacked."""

NOT_CAUGHT = {
    "components": "configuration: a reference or a server's address can be pointed elsewhere",
    "stacks": "configuration: which components and secrets a stack has",
    "stack_components": "configuration: which component stands in a stack",
    "reference_uses": "made from components and stacks, to warn before a secret that they name is changed",
    "runs": "records of what ran; the audit trail has its own record of who read which secret for it",
    "run_secrets": "as runs: what they used; who reads it needs the right to read that secret",
    "steps": "as runs",
    "step_logs": "as runs: masked text",
    "codes": "by one of them somebody chooses a password; the record of that names the user",
    "trusted": "as components: whose version of a configuration somebody accepted",
    "servers": "which processes there are: they tell it of themselves",
    "answered": "answers to what was asked twice, without values",
    "strangers": "counts of failed knocks",
    "audit_start": "where the chain begins; an empty beginning is the only one that is taken",
}
"""Tables in which a change is not seen, each with the reason; docs/security.md tells the same."""


class Folder(NamedTuple):
    """A store, and a copy of its database from earlier."""

    now: Path
    earlier: Path


def opened(folder: Path, user: str = "default", workspace: str = "default") -> Client:
    return Client(workspace=workspace, gateway=Embedded(folder, user=user))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where the system has one: thousands of commits would wait for a disk."""
    memory = Path("/dev/shm")
    where = memory if os.access(memory, os.W_OK) else tmp_path_factory.mktemp("scratch")
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def built(scratch: Path) -> Folder:
    """Secrets of two users and two workspaces, old, destroyed and deleted versions, four root keys."""
    folder = scratch / "built" / "store"
    client = opened(folder)
    client.create_user("anna")
    client.create_user("ben")
    client.create_workspace("lab")
    client.send(PutMember(workspace="default", user="anna", role=Role.RUNNER))
    client.send(PutMember(workspace="lab", user="ben", role=Role.ADMIN))
    client.send(UpdateUser(user="ben", admin=True))
    client.send(AppointAdmin(name="root", password=Sensitive("a long enough passphrase")))
    client.create_token("first", days=None)
    client.create_token("second", role="viewer", workspaces=["lab"])
    client.create_secret("db", {"user": "u1", "password": "p1"})
    client.create_secret("api", {"token": "t1", "password": "p2"})
    client.create_secret("old", {"k": "v"})
    anna, lab = opened(folder, "anna"), opened(folder, "anna", "lab")
    anna.create_secret("db", {"user": "anna", "password": "p3"}, scope="user")
    lab.create_secret("db", {"user": "lab", "password": "p4"})
    client.add_key()
    client.activate_key()
    earlier = folder.with_name("earlier.db")
    for each in (client, anna, lab):  # the last to close empties the log into the file
        each.close()
    shutil.copy(folder / "lockwork.db", earlier)
    for n in range(3):
        client.update_secret("db", add_or_update_values={"password": f"new {n}"})
    client.update_secret("api", add_or_update_values={"token": "t2"}, new_name="api2")
    anna.update_secret("api2", new_scope="user")
    client.send(PutMember(workspace="default", user="anna", role=Role.EDITOR))
    client.send(UpdateUser(user="anna", disabled=True))
    client.revoke_token("second")
    anna.create_token("third", patterns=["db*"])
    client.destroy_secret_versions("db", 2)
    client.delete_secret("old")
    lab.update_secret("db", "workspace", add_or_update_values={"user": "lab2"})
    while client.rewrap_versions():
        pass
    client.retire_keys()
    client.add_key()
    client.activate_key()
    client.rewrap_versions(size=3)
    client.add_key()
    for each in (client, anna, lab):
        each.get_secret("db")
        each.close()
    return Folder(folder, earlier)


# ---- what an attacker does ----


class Column(NamedTuple):
    table: str
    name: str
    type: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def columns_of_a_fresh_store(folder: Path) -> list[Column]:
    opened(folder).list_secrets()
    with sqlite3.connect(folder / "lockwork.db") as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = [
            Column(table, row[1], row[2])
            for table in tables
            for row in database.execute(f"PRAGMA table_info({table})")
        ]
    database.close()
    return found


ATTACKED = [
    Column(table, name, type_)
    for table, columns in {
        "secrets": "id namespace name scope workspace owner version:n scope_since:n created:n updated:n"
        " deleted:n",
        "secret_versions": "secret version:n namespace created:n created_by wrapped:b root_key changed",
        "secret_values": "secret version:n key sealed:b",
        "root_keys": "id state created:n",
        "store": "id schema:n created:n audit_key:b audit_key_root",
        "users": "id name created:n kind admin:n disabled:n password",
        "tokens": "id hash owner name kind begins limits parent created:n expires:n revoked:n",
        "members": "workspace member role since:n",
        "workspaces": "id name created:n",
        "namespace_counts": "namespace secrets:n",
        "audit": "number:n at:n user_name system_user action outcome workspace kind name id version:n state"
        " run step detail mac:b token address request",
        "audit_head": "one:n number:n mac:b",
    }.items()
    for word in columns.split()
    for name, _, kind in [word.partition(":")]
    for type_ in [{"": "TEXT", "n": "INTEGER", "b": "BLOB"}[kind]]
]
LAST_USED = Column("tokens", "last_used", "INTEGER")
"""Not caught: it changes without a record. A browser's session ends an hour after it, and that is all."""


def test_every_table_and_column_is_classified(own_home: Path) -> None:
    """A new table must be put among PROTECTED or NOT_CAUGHT, a new column among those attacked."""
    live = columns_of_a_fresh_store(own_home / "store")
    assert {c.table for c in live} == {*PROTECTED, *NOT_CAUGHT}
    assert sorted(c for c in live if c.table in PROTECTED) == sorted({*ATTACKED, LAST_USED})


def test_the_documentation_tells_what_is_not_caught() -> None:
    """docs/security.md names every table that is in NOT_CAUGHT, the one such column elsewhere, and before
    them every table whose columns are attacked."""
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
    caught, _, rest = text.partition("Every column of ")[2].partition("**Not caught:**")
    section = rest.partition("\n## ")[0]
    assert {*NOT_CAUGHT, LAST_USED.name} <= set(re.findall(r"\w+", section))
    assert set(PROTECTED) <= set(re.findall(r"\w+", caught))


def test_what_the_documentation_tells_of_codes_and_last_use(own_home: Path) -> None:
    """A code that was used is good again once its row is put back, and when a token was last used may be
    written at will: `audit verify` finds neither."""
    client, database = opened(own_home / "store"), own_home / "store" / "lockwork.db"
    code = client.invite_user("eve").text
    with closing(sqlite3.connect(database)) as tampering, tampering:
        rows = tampering.execute("SELECT * FROM codes").fetchall()
    client.send(ChoosePassword(code=code, password=Sensitive("a long enough passphrase")))
    with closing(sqlite3.connect(database)) as tampering, tampering:
        tampering.executemany("INSERT INTO codes VALUES (?, ?, ?, ?, ?)", rows)
        tampering.execute("UPDATE tokens SET last_used = created + 1")
    client.send(ChoosePassword(code=code, password=Sensitive("another long passphrase")))
    assert client.verify_audit().ok
    client.close()


Attack = Callable[[sqlite3.Connection], None]


def attacks(database: sqlite3.Connection, column: Column) -> Iterator[tuple[str, Attack]]:
    """What can be done to a column, in rows of every part of the table; each changes that column alone."""
    table, name, _ = column
    rows = list(
        database.execute(f"SELECT rowid, {name} FROM {table} {USED.get((table, name), '')} ORDER BY rowid")
    )
    some = rows[:: max(1, len(rows) // 5)]
    for (one, a), (two, b) in [*itertools.combinations(some, 2), *itertools.pairwise(rows[:8])]:
        if a != b:
            yield f"swap {one} and {two}", swapped(column, (one, a), (two, b))
    for rowid, value in some:
        for other in foreign(column, value):
            yield f"set {rowid} to {other!r}", set_to(column, rowid, other)
    for rowid, value in rows:
        for (was,) in database.execute(f"SELECT {name} FROM earlier.{table} WHERE rowid = {rowid}"):
            if was != value:
                yield f"roll {rowid} back to {was!r}", set_to(column, rowid, was)


OPENED = (
    "(SELECT v.rowid FROM secret_versions v JOIN secrets s ON s.id = v.secret AND v.version >= s.scope_since)"
)
USED = {
    ("secret_values", "sealed"): "WHERE sealed NOT NULL",
    ("secret_versions", "wrapped"): f"WHERE wrapped NOT NULL AND rowid IN {OPENED}",
    ("secret_versions", "root_key"): f"WHERE wrapped NOT NULL AND rowid IN {OPENED}",
}
"""Rows that matter: destroyed versions and those from before a change of scope open for nobody, ever."""


def foreign(column: Column, value: Any) -> list[Any]:
    """Values that no row has: of the column's own kind, of another, and none."""
    if column.type == "INTEGER":
        return [(value or 0) + 1, max((value or 0) - 1, 0), -1, 2**62, "text", None]
    if column.type == "BLOB":
        flipped = bytes([value[0], *value[1:-1], value[-1] ^ 1]) if value else b"\1" * 61
        return [flipped, b"", b"\1" * 100, "text", None]
    own = ["x", "", str(uuid.uuid4()), None, 7, b"bytes"]
    if column.name == "namespace":
        own += [f"w:{uuid.uuid4()}", f"u:{uuid.uuid4()}"]
    return own + {"scope": ["user"], "state": ["active", "retired"], "key": ["password"]}.get(column.name, [])


def set_to(column: Column, rowid: int, value: Any) -> Attack:
    def attack(database: sqlite3.Connection) -> None:
        database.execute(f"UPDATE {column.table} SET {column.name} = ? WHERE rowid = ?", [value, rowid])

    return attack


def swapped(column: Column, one: tuple[int, Any], two: tuple[int, Any]) -> Attack:
    def attack(database: sqlite3.Connection) -> None:
        aside = -99 if column.type == "INTEGER" else "aside"
        first = one[0]
        set_to(column, first, aside)(database)
        set_to(column, two[0], one[1])(database)
        # A row that is found by this column has moved with it.
        set_to(column, aside if column == ("audit", "number", "INTEGER") else first, two[1])(database)

    return attack


def is_done(database: sqlite3.Connection, attack: Attack) -> bool:
    """Whether the file takes it: what the format itself rules out needs no finding."""
    database.executescript("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;")
    before = sorted(database.iterdump())
    try:
        with database:
            attack(database)
    except sqlite3.IntegrityError:  # unique, or not null
        return False
    return sorted(database.iterdump()) != before


# ---- what its users notice ----


def uses(folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """All that is read and done every day, as each user in each workspace."""
    for user, workspace in itertools.product(("default", "anna", "ben"), ("default", "lab")):
        client = opened(folder, user, workspace)
        who = f"{user} in {workspace}"
        yield (
            f"{who}: list",
            lambda c=client: [(s.id, s.name, s.keys, s.version, s.owner) for s in c.list_secrets()],
        )
        for name in ("db", "api2", "old"):
            for version in (None, 1, 2, 3, 4):
                yield (
                    f"{who}: get {name} {version}",
                    lambda c=client, n=name, v=version: c.get_secret(n, version=v).secret_values,
                )
        client.close()


def changes(folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What touches every version that can still be opened."""
    client = opened(folder)
    yield "undelete", lambda: client.undelete_secret("old").name
    yield "get what was deleted", lambda: client.get_secret("old").secret_values
    yield "rotate", lambda: client.activate_key() and client.rewrap_versions(reseal=True) and None
    yield "retire", lambda: len(client.retire_keys().retired)
    client.close()


def outcome(use: Callable[[], Any]) -> object:
    """What a use gives: an answer, or the kind of failure. Anything but our own failures is a fault."""
    try:
        return use()
    except LockworkError as failure:
        return type(failure)


def noticed(folder: Path, honest: dict[str, object]) -> bool:
    """Whether something that worked now fails, or the verification finds it."""

    def fails(asked: Iterator[tuple[str, Callable[[], Any]]]) -> bool:
        answers = ((name, outcome(use)) for name, use in asked)
        return any(isinstance(a, type) and not isinstance(honest[name], type) for name, a in answers)

    verifier = opened(folder)
    verdict = outcome(verifier.verify_audit)
    verifier.close()
    return (
        isinstance(verdict, type) or not verdict.ok or fails(uses(folder)) or fails(changes(folder))  # type: ignore[attr-defined]  # a verdict, where it is no failure
    )


@pytest.fixture(scope="module")
def honest(built: Folder, scratch: Path) -> dict[str, object]:
    """What the uses give when nobody has written to the file."""
    folder = copied(built.now, scratch / "honest")
    client = opened(folder)
    assert client.verify_audit().problems == ()
    client.close()
    answers = {name: outcome(use) for name, use in itertools.chain(uses(folder), changes(folder))}
    assert sum(not isinstance(a, type) for a in answers.values()) >= 20
    return answers


def copied(folder: Path, under: Path) -> Path:
    target = under / "store"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    return target


@pytest.mark.parametrize("column", ATTACKED, ids=str)
def test_what_is_done_to_a_column_is_found(
    built: Folder, honest: dict[str, object], column: Column, scratch: Path
) -> None:
    """Each attack on this column is an error when the store is used, or found by `audit verify`."""
    planned = sqlite3.connect(built.now / "lockwork.db")
    planned.execute("ATTACH ? AS earlier", [str(built.earlier)])
    chosen = list(attacks(planned, column))
    planned.close()
    done, unseen = 0, []
    for name, attack in chosen:
        folder = copied(built.now, scratch / "attacked")
        database = sqlite3.connect(folder / "lockwork.db")
        took = is_done(database, attack)
        database.close()
        if took:
            done += 1
            if not noticed(folder, honest):
                unseen.append(name)
    assert done > 0
    assert unseen == []
