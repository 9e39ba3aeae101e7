"""Clients: free to construct, safe in several threads and after a fork."""

import gc
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import pytest

from lockwork.client.api import Client
from lockwork.domain.errors import VersionMismatch


class Store(Protocol):
    def client(self, user: str = ..., workspace: str = ...) -> Client: ...


def test_constructing_opens_nothing(own_home: Path) -> None:
    """`Client()` at import time makes no file and loads neither database nor cryptography."""
    script = """
        import sys
        from lockwork import Client
        client = Client()
        heavy = {"sqlite3", "cryptography", "lockwork.service.assembly", "lockwork.crypto.keyring"}
        print(sorted(heavy & set(sys.modules)))
    """
    before = sorted(own_home.rglob("*"))
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
    assert sorted(own_home.rglob("*")) == before


def test_the_first_question_makes_the_store(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In LOCKWORK_HOME, with everything that it needs, and a closed client opens it again."""
    monkeypatch.setenv("LOCKWORK_HOME", str(own_home / "here"))
    client = Client()
    client.create_secret("db", {"k": "v"})
    client.close()
    assert client.get_secret("db").secret_values == {"k": "v"}
    assert Client(user="default", workspace="default").list_secrets().total == 1
    assert {f.name for f in (own_home / "here").iterdir()} >= {"lockwork.db", "keyring", "store.lock"}
    client.close()


def test_threads_lose_no_update(client: Client) -> None:
    """Eight threads that change one secret through one client: every change is there."""
    client.create_secret("db", {"start": ""})
    rounds = 6

    def change(number: int) -> None:
        for n in range(rounds):
            client.update_secret("db", add_or_update_values={f"k{number}.{n}": str(number)})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(8)))
    secret = client.get_secret("db")
    assert secret.version == 1 + 8 * rounds
    assert set(secret.keys) == {"start", *(f"k{t}.{n}" for t in range(8) for n in range(rounds))}
    assert client.verify_audit().ok


def test_one_of_many_wins_a_version(store: Store, client: Client) -> None:
    """Of eight clients that demand the same version one writes and seven are told."""
    client.create_secret("db", {"k": ""})
    clients = [store.client() for _ in range(8)]

    def change(mine: Client) -> str:
        try:
            return f"done {mine.update_secret('db', add_or_update_values={'k': 'x'}, if_version=1).version}"
        except VersionMismatch:
            return "told"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(change, clients))
    assert outcomes == ["done 2", *["told"] * 7]


def test_one_of_many_gets_a_name(store: Store, client: Client) -> None:
    """Eight clients that create one name at once make one secret."""
    client.list_secrets()

    def create(number: int) -> int:
        try:
            store.client().create_secret("db", {"k": str(number)})
        except ValueError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 1
    assert client.list_secrets().total == 1


def test_first_questions_at_once(own_home: Path, store: Store) -> None:
    """Several threads whose first question makes the store all get their answer."""
    client = store.client()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: client.create_secret(f"s{n}", {"k": "v"}), range(8)))
    assert client.list_secrets().total == 8


def test_threads_that_have_ended_hold_nothing_open(client: Client) -> None:
    """A host that starts a thread for each task does not run out of descriptors."""
    client.create_secret("db", {"k": "v"})

    def open_files() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    def ask_in_a_thread() -> None:
        thread = threading.Thread(target=client.get_secret, args=("db",))
        thread.start()
        thread.join()

    ask_in_a_thread()
    before = open_files()
    for _ in range(20):
        ask_in_a_thread()
    assert open_files() <= before + 3


def in_child(client: Client, number: int, said: Any) -> None:
    client.update_secret("db", add_or_update_values={f"child{number}": "x"})
    said.put(client.get_secret("db").version)
    client.close()


def test_a_client_is_safe_after_a_fork(client: Client) -> None:
    """Children and their parent go on with the client that the parent had open; nothing is lost."""
    client.create_secret("db", {"start": ""})
    context = multiprocessing.get_context("fork")
    said = context.Queue()
    children = [context.Process(target=in_child, args=(client, n, said)) for n in range(3)]
    for child in children:
        child.start()
    for n in range(5):
        client.update_secret("db", add_or_update_values={f"parent{n}": "x"})
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0]
    keys = {"start", *(f"parent{n}" for n in range(5)), *(f"child{n}" for n in range(3))}
    assert set(client.get_secret("db").keys) == keys
    assert client.verify_audit().ok


def test_a_fork_that_ends_as_scripts_do_leaves_the_parent_its_store(client: Client) -> None:
    """A child that exits through the interpreter's own end closes nothing of its parent's."""
    client.create_secret("db", {"k": "v"})
    child = os.fork()
    if child == 0:
        client.close()
        del client
        gc.collect()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    client.update_secret("db", add_or_update_values={"k": "w"})
    assert client.get_secret("db").secret_values == {"k": "w"}


def test_a_folder_left_behind_is_still_the_store(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store opened by a relative path stays that store, in every thread, when the process moves on."""
    from lockwork.client.embedded import Embedded

    client = Client(workspace="default", gateway=Embedded(Path("here"), user="default"))
    client.create_secret("db", {"k": "v"})
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(client.get_secret, "db").result().secret_values == {"k": "v"}
    client.close()
