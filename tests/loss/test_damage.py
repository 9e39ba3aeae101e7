"""Files that were spoilt: what is told is true or an error, nothing is changed, and the rest can be read."""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lockwork.crypto.keyring import RootKey
from lockwork.domain.errors import LockworkError, NotFound, Unavailable

VALUE = "hunter2-of-the-store"
SECRETS = {f"s{n}": {"k": f"{VALUE} {n}", "other": "x" * 3000} for n in range(12)}
SORTED = sorted(SECRETS)
PAGE = 4096


@pytest.fixture
def filled(store: Any) -> Any:
    """A dozen secrets of two versions each, all in the one file."""
    store.keep(SECRETS)
    return store


# ---- pages ----


def overwritten(page: bytes) -> bytes:
    return random.Random(7).randbytes(len(page))


def zeroed(page: bytes) -> bytes:
    return bytes(len(page))


def flipped(page: bytes) -> bytes:
    """One bit in every hundred bytes: in headers, in pointers, in what the rows hold."""
    spoilt = bytearray(page)
    for at in range(5, len(page), 100):
        spoilt[at] ^= 1
    return bytes(spoilt)


def answered(ask: Callable[[], Any]) -> Any:
    """What it answers, or its failure: one that names a way out, and shows no value."""
    try:
        return ask()
    except LockworkError as failure:
        refusal = failure
    assert isinstance(refusal, Unavailable | NotFound), repr(refusal)
    assert refusal.hint
    assert VALUE not in f"{refusal!r}{refusal.hint}"
    return refusal


def names_in(client: Any) -> list[str]:
    """What is listed; nothing where that is refused."""
    found = answered(lambda: client.list_secrets(size=100))
    return SORTED if isinstance(found, Unavailable) else [info.name for info in found]


def opened_in(client: Any) -> tuple[int, int]:
    """How many secrets are opened, and how many are not all there; what is told of them is right."""
    opened = missing = 0
    for name, values in SECRETS.items():
        found = answered(lambda name=name: client.get_secret(name))
        told = {} if isinstance(found, LockworkError) else found.secret_values
        assert told.items() <= values.items()
        opened += told == values
        missing += told != values and not isinstance(found, Unavailable)
    return opened, missing


def is_noticed(client: Any) -> bool:
    """Whether the check that there is tells of the damage."""
    verdict = answered(client.verify_audit)
    return isinstance(verdict, LockworkError) or bool(verdict.problems)


@pytest.mark.parametrize("spoilt", [overwritten, zeroed, flipped], ids=lambda how: how.__name__)
def test_a_page_is_spoilt(filled: Any, own_home: Path, spoilt: Callable[[bytes], bytes]):
    """Whichever it is: no value is told wrongly, what is missing is noticed, looking changes nothing."""
    kept, opened = own_home / "kept", 0
    shutil.copytree(filled.folder, kept)
    whole = (kept / "lockwork.db").read_bytes()
    pages = range(0, len(whole), PAGE)
    for at in pages:
        shutil.rmtree(filled.folder)
        shutil.copytree(kept, filled.folder)
        file = filled.folder / "lockwork.db"
        damaged = whole[:at] + spoilt(whole[at : at + PAGE]) + whole[at + PAGE :]
        file.write_bytes(damaged)
        with filled.opened() as client:
            names = names_in(client)
        assert file.read_bytes() == damaged
        with filled.opened() as client:
            noticed = is_noticed(client)
            told, missing = opened_in(client)
        assert noticed or (names == SORTED and not missing)
        opened += told
    assert opened > len(pages) * len(SECRETS) / 3  # one page takes some of it along, and not everything


@pytest.mark.parametrize("spoilt", [overwritten, zeroed], ids=lambda how: how.__name__)
def test_the_head_of_the_file_is_spoilt(filled: Any, spoilt: Callable[[bytes], bytes]):
    """Told with the folder and the way out, by every command; no other store is made in its place."""
    file = filled.folder / "lockwork.db"
    whole = file.read_bytes()
    file.write_bytes(spoilt(whole[:100]) + whole[100:])
    damaged = filled.files()
    for words in (
        ("secret", "list"),
        ("secret", "get", "s0", "--reveal"),
        ("secret", "create", "x", "--k=v"),
    ):
        filled.command(*words).check_refused("not a database", str(filled.folder), "lockwork restore")
    assert filled.files() == damaged
    file.write_bytes(whole)
    assert filled.check_whole() == SECRETS


@pytest.mark.parametrize("part", [0.3, 0.7])
def test_the_end_of_the_file_is_missing(filled: Any, part: float):
    """Told as damage; nothing is written over what is left."""
    file = filled.folder / "lockwork.db"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    damaged = filled.files()
    filled.command("secret", "list").check_refused("damaged", str(filled.folder), "lockwork restore")
    filled.command("secret", "create", "x", "--k=v").check_refused("damaged", str(filled.folder))
    assert filled.files() == damaged


# ---- the log and its index ----

KILLED = """
import os, signal
from lockwork import Client
client = Client()
for number in range(12, 20):
    client.create_secret(f"s{number}", {"k": str(number)})
os.kill(os.getpid(), signal.SIGKILL)
"""
LATE = {f"s{number}": {"k": str(number)} for number in range(12, 20)}


@pytest.fixture
def killed(filled: Any) -> Any:
    """Whose last writer was killed: its log holds the last eight secrets."""
    assert filled.process(sys.executable, "-c", KILLED).code == -9
    return filled


def test_the_index_of_the_log_is_gone(killed: Any):
    """It is made again; nothing is missing."""
    (killed.folder / "lockwork.db-shm").unlink()
    assert killed.check_whole() == {**SECRETS, **LATE}


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.9, 0.999])
def test_the_end_of_the_log_is_missing(killed: Any, part: float):
    """What was written until there is whole, in the order of writing; the rest is as if it had never been."""
    log = killed.folder / "lockwork.db-wal"
    content = log.read_bytes()
    log.write_bytes(content[: int(len(content) * part)])
    found = killed.check_whole()
    late = [name for name in LATE if name in found]
    assert found == {**SECRETS, **{name: LATE[name] for name in late}}
    assert late == list(LATE)[: len(late)] != list(LATE)
    killed.done("secret", "create", "next", "--k=v")


# ---- rows ----

MOVED = {
    "key": "UPDATE secret_values SET sealed = (SELECT sealed FROM secret_values v WHERE v.secret ="
    " secret_values.secret AND v.version = 2 AND v.key = 'other') WHERE secret = :s0 AND version = 2",
    "version": "UPDATE secret_values SET sealed = (SELECT sealed FROM secret_values v WHERE v.secret ="
    " secret_values.secret AND v.version = 1 AND v.key = secret_values.key)"
    " WHERE secret = :s0 AND version = 2",
    "secret": "UPDATE secret_values SET sealed = (SELECT sealed FROM secret_values v WHERE v.secret ="
    " :s1 AND v.version = 2 AND v.key = secret_values.key) WHERE secret = :s0 AND version = 2",
    "nowhere": "DELETE FROM secret_values WHERE secret = :s0 AND version = 2",
    "user": "UPDATE secrets SET scope = 'user', namespace = 'u:' || owner WHERE id = :s0",
}


@pytest.mark.parametrize("to", MOVED)
def test_a_row_is_moved(filled: Any, to: str):
    """To another key, version, secret or user, or away: it does not open, which is told; all others do."""
    with closing(sqlite3.connect(filled.folder / "lockwork.db")) as database, database:
        ids = dict(database.execute("SELECT name, id FROM secrets").fetchall())
        database.execute(MOVED[to], {"s0": ids["s0"], "s1": ids["s1"]})
    filled.command("secret", "get", "s0", "--reveal").check_refused("lockwork audit verify")
    for name, values in list(SECRETS.items())[1:4]:
        assert filled.done("secret", "get", name, "--key", "k") == values["k"]
    filled.done("secret", "list")


# ---- root keys ----


def test_the_keyring_is_missing_or_of_another_store(filled: Any, own_home: Path):
    """Each command tells which key it lacks, and where it looked; put back, it opens everything."""
    keyring, active = filled.folder / "keyring", filled.done("key", "list", "-o", "csv").split("\n")[1][:32]
    keyring.rename(own_home / "kept")
    for spoil in (lambda: None, lambda: written(keyring, RootKey.generate().reveal())):
        spoil()
        for words in (
            ("secret", "list"),
            ("secret", "get", "s0", "--reveal"),
            ("secret", "create", "x", "--k=v"),
        ):
            filled.command(*words).check_refused(active, str(keyring), "LOCKWORK_ROOT_KEY_FILE")
    keyring.unlink()
    (own_home / "kept").rename(keyring)
    assert filled.check_whole() == SECRETS


def written(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)
