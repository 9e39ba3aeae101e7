"""A server's store on PostgreSQL: made, opened, written by many at once, asked by its indexes, cleared."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.postgres import Postgres

from lockwork.client.api import Client
from lockwork.crypto.keyring import Keyring, RootKey
from lockwork.database.engine import Statement, as_set
from lockwork.database.keys import SCHEMA
from lockwork.database.postgres.database import PostgresDatabase
from lockwork.domain.access import Role
from lockwork.domain.checks import Need, Where
from lockwork.domain.errors import LockworkError, NotFound, Refused, RootKeyUnusable, StoreUnusable
from lockwork.messages import Message
from lockwork.messages.audit import VerifyAudit
from lockwork.messages.copies import CopyStore
from lockwork.service.callers import Claim
from lockwork.service.gate import Gate
from lockwork.service.server_store import open_server_store, upgrade_server_store

WHERE = Where(kind="stack", name="s", path="p")


class Inside:
    """The gateway of who is in the server's process."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def send(self, message: Message[Any]) -> Any:
        return self.gate.answer(Claim("default", Role.OWNER), message)

    def close(self) -> None:
        self.gate.close()


class Made:
    """A store with its root key, and clients of gates of their own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.root_key = RootKey.generate().reveal()
        self.said: list[str] = []
        self._clients: list[Client] = []
        upgrade_server_store(url, root_key=self.root_key)

    def client(self) -> Client:
        gate = open_server_store(self.url, root_key=self.root_key, watch=self.said.append)
        self._clients.append(Client(workspace="default", gateway=Inside(gate)))
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()


@pytest.fixture
def made(postgres: Postgres) -> Iterator[Made]:
    made = Made(postgres.fresh())
    yield made
    made.close()


# ---- making and opening ----


def test_a_root_key_is_given_and_never_made(postgres: Postgres, own_home: Path) -> None:
    """Without one neither is there a store afterwards nor a key anywhere; the way to one is told."""
    url = postgres.fresh()
    for act in (upgrade_server_store, open_server_store):
        with pytest.raises(RootKeyUnusable, match="LOCKWORK_ROOT_KEY_FILE") as caught:
            act(url)
        assert "lockwork key generate" in str(caught.value.hint)
        with pytest.raises(RootKeyUnusable, match=r"nowhere"):
            act(url, root_key_file=own_home / "nowhere")
    assert list(own_home.iterdir()) == []
    Keyring.create_file(own_home / "root.key")
    with pytest.raises(StoreUnusable, match="no store") as caught:
        open_server_store(url, root_key_file=own_home / "root.key")
    assert caught.value.hint == (
        "lockwork server upgrade, with --database-url @FILE, or LOCKWORK_DATABASE_URL, as for the server"
    )
    assert upgrade_server_store(url, root_key_file=own_home / "root.key").was is None
    open_server_store(url, root_key_file=own_home / "root.key").close()


def test_another_root_key_opens_nothing(made: Made) -> None:
    """It is told by its id, before anything is read or written."""
    wrong = RootKey.generate()
    for act in (upgrade_server_store, open_server_store):
        with pytest.raises(RootKeyUnusable, match=wrong.id_text) as caught:
            act(made.url, root_key=wrong.reveal())
        assert wrong.reveal() not in f"{caught.value!r}{caught.value.hint}"


def test_many_make_a_store_at_once(postgres: Postgres) -> None:
    """One does; the others find it made."""
    url, root_key = postgres.fresh(), RootKey.generate().reveal()
    with ThreadPoolExecutor(6) as threads:
        done = [threads.submit(upgrade_server_store, url, root_key=root_key) for _ in range(6)]
    assert sorted(str(one.result().was) for one in done) == [str(SCHEMA)] * 5 + ["None"]
    assert postgres.run("SELECT count(*) FROM store", url=url) == [(1,)]


def test_a_database_of_another_program_is_left_alone(postgres: Postgres) -> None:
    """Where it has a table of a name of ours, none of ours is made."""
    url = postgres.fresh()
    postgres.run("CREATE TABLE users (id int)", url=url)
    with pytest.raises(StoreUnusable, match="another program"):
        upgrade_server_store(url, root_key=RootKey.generate().reveal())
    assert postgres.run("SELECT to_regclass('store')", url=url) == [(None,)]


def test_a_store_on_a_server_is_copied_by_other_means(made: Made, own_home: Path) -> None:
    """`backup` is refused, and says what to use."""
    with pytest.raises(Refused, match="PostgreSQL's own means") as caught:
        made.client().send(CopyStore(folder=str(own_home), name="x"))
    assert "pg_dump" in str(caught.value.hint)


# ---- many at once ----

WRITE = """
    import sys
    from concurrent.futures import ThreadPoolExecutor
    from lockwork.domain.access import Role
    from lockwork.messages.secrets import RevealSecret, UpdateSecret
    from lockwork.service.callers import Claim
    from lockwork.domain.sensitive import Sensitive
    from lockwork.service.server_store import open_server_store

    me, url, root_key = sys.argv[1:]
    gate, claim = open_server_store(url, root_key=root_key), Claim("default", Role.OWNER)

    def write(n):
        values = {f"k{me}_{n}": Sensitive("v")}
        gate.answer(claim, UpdateSecret(workspace="default", secret="db", set=values))
        gate.answer(claim, RevealSecret(workspace="default", secret="db", key=f"k{me}_{n}"))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(100)))
    gate.close()
"""


def test_no_change_is_lost_and_the_trail_does_not_fork(made: Made) -> None:
    """Two server processes, four threads each, add 200 keys to one secret and read each: all are there."""
    client = made.client()
    client.create_secret("db", {"first": "v"})
    command = [sys.executable, "-c", textwrap.dedent(WRITE)]
    processes = [
        subprocess.Popen([*command, str(n), made.url, made.root_key], stderr=subprocess.PIPE, text=True)
        for n in range(2)
    ]
    said = [process.communicate(timeout=100)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert len(client.describe_secret("db").keys) == 201
    assert client.describe_secret("db").version == 201
    verdict = client.verify_audit()
    assert verdict.ok, verdict.problems
    assert verdict.records == 3 + 1 + 200 + 200


def test_800_keys_by_8_threads_over_two_gates(made: Made) -> None:
    """Secrets of their own, changes and refusals among them: 800 keys are there, and the trail verifies."""
    gates = [made.client(), made.client()]

    def work(me: int) -> None:
        client = gates[me % 2]
        client.create_secret(f"s{me}", {"k0": "v"})
        for n in range(1, 100):
            client.update_secret(f"s{me}", add_or_update_values={f"k{n}": "v"})
            if n % 25 == 0:
                with pytest.raises(NotFound):
                    client.get_secret(f"absent{me}")
                with pytest.raises(LockworkError):
                    client.create_secret("s0" if me else "s1", {"k": "v"})

    for me in (0, 1):
        gates[me].create_workspace(f"w{me}")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert sum(len(secret.keys) for secret in gates[0].list_secrets()) == 800
    verdict = gates[1].verify_audit()
    assert verdict.ok, verdict.problems


# ---- by index ----


@pytest.mark.parametrize("known", ["never", "of one secret", "of all"])
@pytest.mark.parametrize("secrets", [1000, 10_000])
def test_references_are_checked_by_indexes(made: Made, postgres: Postgres, known: str, secrets: int) -> None:
    """A check of many references reads no table from end to end, whatever PostgreSQL knows of its tables:
    nothing yet, how they were when they held one secret, or how they are."""
    client = made.client()
    client.create_secret("seed", {"k0": "v"})
    analyze = "ANALYZE secrets, secret_versions, secret_values"
    postgres.run(
        analyze if known == "of one secret" else "SELECT",
        "INSERT INTO secrets (id, namespace, name, scope, workspace, owner, version, scope_since, created,"
        " updated) SELECT 'id-' || n, s.namespace, 'name-' || n, s.scope, s.workspace, s.owner, 1, 1, n, n"
        f" FROM secrets s, generate_series(1, {secrets}) n WHERE s.name = 'seed'",
        "INSERT INTO secret_versions (secret, version, namespace, created, created_by)"
        " SELECT id, 1, namespace, 1, 'me' FROM secrets WHERE name <> 'seed'",
        "INSERT INTO secret_values (secret, version, key) SELECT id, 1, 'k' || n FROM secrets,"
        " generate_series(1, 5) n WHERE name <> 'seed'",
        analyze if known == "of all" else "SELECT",
        url=made.url,
    )
    made.said.clear()
    needs = [Need(secret=f"name-{n * 7}", key="k3", where=WHERE) for n in range(1, secrets // 10)]
    assert client.check_references(needs).ok
    (statement,) = [text for text in made.said if "has_key" in text]
    (namespace,) = postgres.run("SELECT namespace FROM secrets LIMIT 1", url=made.url)[0]
    given = {"wanted": as_set([("name-7", "k3")]), "namespaces": as_set([namespace]), "holders": as_set([])}
    given |= {"stack": None, "member": "", "workspace": ""}
    database = PostgresDatabase(made.url)
    with database.reading() as tx:
        plan = [row[0] for row in tx.rows(Statement(f"EXPLAIN {statement}"), **given)]
    assert not [step for step in plan if re.search(r"Seq Scan on (secrets|secret_v)", step)], plan
    assert not [step for step in plan if "Hash" in step and "secret_v" in step], plan
    (looked_up,) = [by for step, by in pairwise(plan) if "using secrets_name" in step]
    assert "(namespace = " in looked_up, plan  # or a name is looked for all through the index
    assert "(name = " in looked_up, plan
    assert any("secret_values_pkey" in step for step in plan)
    made.said.clear()
    client.describe_secret("name-7")
    (statement,) = [text for text in made.said if "json_each(:names)" in text]
    given = {"names": as_set(["name-7", "name-14"]), "namespaces": as_set([namespace, "u:nobody"])}
    with database.reading() as tx:
        plan = [row[0] for row in tx.rows(Statement(f"EXPLAIN {statement}"), **given)]
    database.close()
    (looked_up,) = [by for step, by in pairwise(plan) if "using secrets_name" in step]
    assert "(namespace = " in looked_up, plan
    assert "(name = " in looked_up, plan


# ---- what is removed, and what is recorded ----


def test_what_is_purged_is_no_row_any_more(made: Made, postgres: Postgres) -> None:
    """Neither live nor dead: the tables that hold values are vacuumed after the commit."""
    client = made.client()
    for n in range(20):
        client.create_secret(f"s{n}", {"k": "v"})
    made.said.clear()
    for n in range(20):
        client.delete_secret(f"s{n}", purge=True)
    assert postgres.run("SELECT count(*) FROM secret_values", url=made.url) == [(0,)]
    postgres.run("CREATE EXTENSION IF NOT EXISTS pgstattuple SCHEMA pg_catalog")
    for table in ("secrets", "secret_versions", "secret_values"):
        found = postgres.run(f"SELECT dead_tuple_count FROM pgstattuple('{table}')", url=made.url)
        assert found == [(0,)]


def test_what_cannot_be_cleared_is_told(
    made: Made, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another holds the tables for too long, the purge is done, and that rows may be left is said."""
    client = made.client()
    client.create_secret("db", {"k": "v"})
    patient = "lockwork.database.postgres.database._TAKE_YOUR_TIME"
    monkeypatch.setattr(patient, "SET lock_timeout = '50ms'")
    with psycopg.connect(made.url) as other:
        other.execute("LOCK TABLE secret_values IN SHARE UPDATE EXCLUSIVE MODE")
        with pytest.raises(StoreUnusable, match="done, but") as caught:
            client.delete_secret("db", purge=True)
        assert "VACUUM" in str(caught.value.hint)
    assert len(client.list_secrets()) == 0
    assert client.verify_audit().ok


def test_a_refusal_is_recorded_whatever_it_names(made: Made) -> None:
    """A name that no PostgreSQL text can hold is recorded all the same, in a form that it can."""
    client = made.client()
    with pytest.raises(LockworkError):
        client.create_secret("not\0a name", {"k": "v"})
    (record,) = [r for r in client.list_audit() if r.action == "secret.create"]
    assert record.name == "not?a name"
    assert client.send(VerifyAudit()).ok
