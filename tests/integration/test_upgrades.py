"""Stores of older schemas, on both databases: what was released opens, what is to come finds its way."""

import gzip
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.loading import loaded
from tests.postgres import Postgres, run

import lockwork
from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.crypto.keyring import RootKey
from lockwork.database import keys
from lockwork.database.keys import SCHEMA
from lockwork.domain.access import Limits, Role
from lockwork.domain.errors import NotPermitted, StoreUnusable
from lockwork.domain.runs import Pipeline, RunStatus, Step
from lockwork.messages import Listing
from lockwork.messages.access import CreateToken, ListTokens
from lockwork.messages.runs import FinishRun, StartRun
from lockwork.service.callers import Claim
from lockwork.service.server_store import open_server_store, upgrade_server_store

DATA = Path(__file__).parent / "data"
NEXT = SCHEMA + 1
LATER = """
CREATE TABLE later (
    id TEXT PRIMARY KEY, -- of a secret
    at INTEGER NOT NULL,
    part BLOB
);
INSERT INTO later (id, at, part) SELECT id, created, x'' FROM secrets;
ALTER TABLE users ADD COLUMN later TEXT;
"""


WRITTEN = loaded("scripts/released_store.py")


def opened(folder: Path) -> Client:
    return Client(workspace="default", gateway=Embedded(folder, user="default"))


def newer(folder: Path, migration: str = LATER) -> Path:
    """A Lockwork that is this one and one migration more."""
    tree = folder / "newer"
    shutil.copytree(Path(lockwork.__file__).parent, tree / "lockwork", ignore=shutil.ignore_patterns("*.pyc"))
    file = tree / "lockwork" / "database" / "keys.py"
    file.write_text(re.sub(r"^SCHEMA = \d+", f"SCHEMA = {NEXT}", file.read_text(), flags=re.MULTILINE))
    (tree / "lockwork" / "database" / "migrations" / f"{NEXT:04}_later.sql").write_text(migration)
    return tree


def started(tree: Path, code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tree), *sys.path])},
    )  # fmt: skip


def answers(*processes: subprocess.Popen[str]) -> list[str]:
    told = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), told
    return [out.strip() for out, _ in told]


def test_the_schema_is_that_of_the_last_migration() -> None:
    """The number in the code and the files agree, and no number is left out."""
    folder = Path(keys.__file__).parent / "migrations"
    numbers = [int(file.name.partition("_")[0]) for file in sorted(folder.glob("*.sql"))]
    assert numbers == list(range(1, SCHEMA + 1))


@pytest.mark.parametrize("file", sorted(DATA.glob("*.db.gz")), ids=lambda file: file.name)
def test_a_released_store_opens(own_home: Path, file: Path) -> None:
    """What every released schema wrote is read, changed and verified by this Lockwork."""
    home = own_home / "store"
    home.mkdir(mode=0o700)
    (home / "lockwork.db").write_bytes(gzip.decompress(file.read_bytes()))
    shutil.copy(file.with_name(file.name.replace(".db.gz", ".keyring")), home / "keyring")
    for path in home.iterdir():
        path.chmod(0o600)
    client = opened(home)
    assert client.get_secret("db").secret_values == WRITTEN.VALUES
    assert client.get_secret("db", version=1).secret_values["password"] == WRITTEN.OLD
    assert client.get_secret("mine", "user").secret_values == {"k": "my own"}
    assert client.undelete_secret("gone").name == "gone"
    client.update_secret("db", add_or_update_values={"more": "x"})
    verdict = client.verify_audit()
    assert verdict.ok, verdict.problems
    schema = int(file.name.removeprefix("schema-").removesuffix(".db.gz"))
    listing = Listing(filters={"action": "store.upgrade"}, sort_by="asc:number", size=100)
    upgrades = [record.kind for record in client.list_audit(listing)]
    assert upgrades[:1] == ["key"] * (schema < SCHEMA)
    assert upgrades[1:] == (["token", "token", "password"] if schema == 2 else [])
    client.close()


def test_what_older_schemas_held_by_name_is_held_by_id(own_home: Path) -> None:
    """Limits of tokens, of which a name that none had is nobody's later; and whose a run is."""
    home = own_home / "store"
    home.mkdir(mode=0o700)
    (home / "lockwork.db").write_bytes(gzip.decompress((DATA / "schema-2.db.gz").read_bytes()))
    shutil.copy(DATA / "schema-2.keyring", home / "keyring")
    for path in home.iterdir():
        path.chmod(0o600)
    client = opened(home)
    client.create_workspace("gone-by-then")
    limits = {token.name: token.limits for token in client.list_tokens()}
    assert limits["free"] == Limits()
    assert limits["held"] == Limits(role=Role.RUNNER, workspaces=("lab",), patterns=("db*",))
    (one,) = client.list_runs()
    assert client.send(FinishRun(workspace="default", run=one.id, status=RunStatus.FAILED)).by == "default"
    assert client.verify_audit().problems == ()
    client.close()


AS_SCHEMA_2_LEFT_IT = """
ALTER TABLE runs DROP COLUMN starter;
ALTER TABLE steps DROP COLUMN comes_after;
ALTER TABLE secret_versions DROP COLUMN changed;
UPDATE tokens SET limits = '{"role":null,"workspaces":["default","none"],"patterns":null}';
UPDATE store SET schema = 2;
"""


def test_on_postgresql_too(postgres: Postgres) -> None:
    """The same upgrade by its own words; a run from before its user was made is not theirs."""
    url, root_key = postgres.fresh(), RootKey.generate().reveal()
    upgrade_server_store(url, root_key=root_key)
    gate = open_server_store(url, root_key=root_key)
    owner = Claim("default", Role.OWNER)
    gate.answer(owner, CreateToken(name="held", days=None))
    one_step = Pipeline(name="p", steps=(Step(name="s"),))
    started = StartRun(workspace="default", pipeline=one_step, stack="default")
    mine, before = (gate.answer(owner, started).run.id for _ in range(2))
    gate.close()
    run(url, f"UPDATE runs SET started = 1 WHERE id = '{before}'; {AS_SCHEMA_2_LEFT_IT}")
    assert upgrade_server_store(url, root_key=root_key)[1:] == (2, SCHEMA)
    gate = open_server_store(url, root_key=root_key)
    (token,) = gate.answer(owner, ListTokens())
    assert token.limits == Limits(workspaces=("default",))
    gate.answer(owner, FinishRun(workspace="default", run=mine, status=RunStatus.FAILED))
    with pytest.raises(NotPermitted):
        gate.answer(owner, FinishRun(workspace="default", run=before, status=RunStatus.FAILED))
    gate.close()


OPEN = """
    import sys
    from pathlib import Path
    from lockwork.client.api import Client
    from lockwork.client.embedded import Embedded

    client = Client(workspace="default", gateway=Embedded(Path(sys.argv[1]), user="default"))
    verdict = client.verify_audit()
    upgrades = [r for r in client.list_audit() if r.action == "store.upgrade"]
    print(client.get_secret("db").secret_values, verdict.ok, [(r.user, r.detail) for r in upgrades])
"""


def test_an_embedded_store_upgrades_itself(own_home: Path) -> None:
    """Of many processes that open it at once one does it, with one record, and the trail still holds."""
    home = own_home / "store"
    client = opened(home)
    client.create_secret("db", {"k": "v"})
    client.close()
    tree = newer(own_home)
    told = answers(*[started(tree, OPEN, str(home)) for _ in range(8)])
    was_upgraded = [("lockwork", f"schema {SCHEMA} to {NEXT}")]
    assert set(told) == {f"{ {'k': 'v'} } True {was_upgraded}"}
    with pytest.raises(StoreUnusable, match=f"schema {NEXT}"):
        opened(home).list_secrets()


def test_an_upgrade_that_fails_changes_nothing(own_home: Path) -> None:
    """The store is of its old schema, whole, for the Lockwork of then."""
    home = own_home / "store"
    client = opened(home)
    client.create_secret("db", {"k": "v"})
    client.close()
    failed = started(newer(own_home, f"{LATER}\nINSERT INTO nowhere (x) VALUES (1);\n"), OPEN, str(home))
    _, said = failed.communicate(timeout=60)
    assert failed.returncode == 1
    assert "StoreUnusable" in said
    assert client.get_secret("db").secret_values == {"k": "v"}
    assert client.verify_audit().ok
    client.close()


SERVE = """
    import sys
    from lockwork.domain.access import Role
    from lockwork.messages.audit import VerifyAudit
    from lockwork.service import server_store
    from lockwork.service.callers import Claim

    act, url, root_key = sys.argv[1:]
    if act == "upgrade":
        done = server_store.upgrade_server_store(url, root_key=root_key)
        print(done.was, done.now)
    else:
        gate = server_store.open_server_store(url, root_key=root_key)
        print(gate.answer(Claim("default", Role.OWNER), VerifyAudit()).ok)
        gate.close()
"""


def test_a_servers_store_is_upgraded_when_somebody_says_so(own_home: Path, postgres: Postgres) -> None:
    """A newer server refuses it and names the command; after that an older one refuses it."""
    url, root_key, tree = postgres.fresh(), RootKey.generate().reveal(), newer(own_home)
    assert upgrade_server_store(url, root_key=root_key)[1:] == (None, SCHEMA)
    refused = started(tree, SERVE, "open", url, root_key)
    _, said = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert f"has schema {SCHEMA}, and this Lockwork needs {NEXT}" in said
    assert "lockwork server upgrade" in said
    told = answers(*[started(tree, SERVE, "upgrade", url, root_key) for _ in range(3)])
    assert sorted(told) == sorted([f"{SCHEMA} {NEXT}", *[f"{NEXT} {NEXT}"] * 2])
    assert answers(started(tree, SERVE, "open", url, root_key)) == ["True"]
    for act in (open_server_store, upgrade_server_store):
        with pytest.raises(StoreUnusable, match=f"has schema {NEXT}") as caught:
            act(url, root_key=root_key)
        assert "a newer Lockwork" in str(caught.value.hint)
