"""The only place where concretes meet: a store is opened, or made, and given its gate."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from lockwork.crypto import keyring_file
from lockwork.crypto.envelope import StoreKeyContext
from lockwork.crypto.keyring import Keyring, parse_root_id
from lockwork.database import keys
from lockwork.database.engine import Database, Transaction
from lockwork.database.keys import SCHEMA, Store
from lockwork.database.sqlite.database import SqliteDatabase, check_private, create_private
from lockwork.domain import ways_out
from lockwork.domain.errors import RootKeyUnusable, StoreUnusable, Tampered
from lockwork.messages import Answer, Message
from lockwork.service.context import AUDIT_KEY, Clock, House, Policy
from lockwork.service.gate import Gate
from lockwork.service.patience import Patience
from lockwork.service.recording import Direct, Grouped
from lockwork.service.store_files import DATABASE_FILE, KEYRING_FILE, LOCK_FILE, OPEN_FILE
from lockwork.service.strangers import Strangers
from lockwork.service.trail import Trail
from lockwork.vaults.builtin import BuiltinVault

ROOMS = {
    "secrets": ("secrets", "revealing", "versions", "references", "uses"),
    "stacks": ("stacks", "components", "trust"),
    "runs": ("runs",),
    "access": ("access", "tokens", "doors", "hosting"),
    "workspaces": ("workspaces",),
    "audit": ("audit", "pruning"),
    "keys": ("keys",),
    "copies": ("copies",),
}
"""Which modules of this room answer the messages of each noun, in the table `ANSWERS` at their end."""


class Handlers:
    """Which function answers which message. A module is loaded with the first message that it answers."""

    def __init__(self) -> None:
        self._known: dict[type[Message[Any]], Answer[Any]] = {}

    def __getitem__(self, message: type[Message[Any]]) -> Answer[Any]:
        for room in ROOMS[message.__module__.rpartition(".")[2]]:
            if message in self._known:
                break
            answers = import_module(f"lockwork.service.{room}").ANSWERS
            self._known.update((answer.message, answer) for answer in answers)
        return self._known[message]


def microseconds_now() -> int:
    return time.time_ns() // 1000


def open_store(
    folder: Path,
    *,
    root_key: str | None = None,
    root_key_file: Path | None = None,
    policy: Policy | None = None,
    clock: Clock = microseconds_now,
    watch: Callable[[str], object] | None = None,
    grouped: bool = False,
    may_upgrade: bool = True,
) -> Gate:
    """The gate of the embedded store in `folder`, made there first if there is none, or upgraded.

    Opening one that is up to date costs one SELECT. `watch` is told every statement, for tests. `grouped`:
    for a server, whose many requests put their audit records to disk together. Without `may_upgrade` a store
    of an older schema is refused.
    """
    place = _Place(folder, root_key, root_key_file, clock, watch)
    store = place.opened() or place.made()
    if store.schema != SCHEMA:
        if not may_upgrade:
            place.database.close()
            raise StoreUnusable(
                f"the store in {folder} has schema {store.schema}, and this Lockwork needs {SCHEMA}",
                hint="stop older servers, then: lockwork server upgrade",
            )
        place.upgrade()
    return gate_of(store, place.database, place.keyring, clock=clock, policy=policy, grouped=grouped)


def gate_of(
    store: Store,
    database: Database,
    keyring: Keyring,
    *,
    clock: Clock,
    policy: Policy | None,
    grouped: bool,
) -> Gate:
    """The door of a store that is open."""
    vault, trail = BuiltinVault(store.id, keyring), trail_of(keyring)
    recorder = Grouped(database, trail) if grouped else Direct(database, trail)
    house = House(
        store.id, database, keyring, vault, trail, clock, policy or Policy(), recorder,
        Patience(clock), Strangers(database),
    )  # fmt: skip
    return Gate(house, Handlers())


class _Place:
    """A folder in which a store is, or will be."""

    def __init__(
        self,
        folder: Path,
        root_key: str | None,
        root_key_file: Path | None,
        clock: Clock,
        watch: Callable[[str], object] | None,
    ) -> None:
        self._folder = folder
        self._root_key = root_key
        self._root_key_file = root_key_file
        self._clock = clock
        self._file = folder / DATABASE_FILE
        self._beside = folder / KEYRING_FILE
        self.database = SqliteDatabase(self._file, hold=folder / OPEN_FILE, watch=watch)
        self._loaded: Keyring | None = None

    @property
    def keyring(self) -> Keyring:
        """The root keys, loaded once."""
        if self._loaded is None:
            self._loaded = Keyring.load(text=self._root_key, file=self._root_key_file, beside=self._beside)
        return self._loaded

    def opened(self) -> Store | None:
        """The store that is there; None where one must be made."""
        if not self._file.exists() or self._file.stat().st_size == 0:  # or another process makes it now
            return None
        check_private(self._folder)
        check_private(self._file)
        store = self._stored()
        if store is None:
            return None
        if not 1 <= store.schema <= SCHEMA:
            raise StoreUnusable(
                f"the store in {self._folder} has schema {store.schema}, and this Lockwork knows {SCHEMA}",
                hint="if a newer Lockwork wrote to it, use that one; else: restore it from a copy",
            )
        self._check_root_key(store)
        return store

    def made(self) -> Store:
        """Make the store, alone: others wait, and then find it there."""
        with alone(self._folder):
            store = self.opened()
            if store is not None:
                return store
            create_private(self._file)
            keyring_file.remove_leftovers(self._beside)
            if self._beside.exists():
                self._tell_of_empty_store()
            keyring = self._first_keyring()
            from lockwork.service.founding import found  # lazy: it happens once in a store's life

            with self.database.writing() as tx:
                found(tx, keyring, trail_of(keyring), self._clock())
        store = self.opened()
        if store is None:
            raise StoreUnusable(f"the store in {self._folder} could not be made")
        return store

    def upgrade(self) -> None:
        """Bring the store that is there to our schema, alone: others wait, and then find it so."""
        from lockwork.service import migrating  # lazy: it happens once in a release's life

        with alone(self._folder), self.database.writing() as tx:
            migrating.upgrade(tx, trail_of(self.keyring), self._clock())

    def _tell_of_empty_store(self) -> None:
        """A keyring without a database: half of a store that was, or of one that is only now being made."""
        from logging import getLogger  # lazy: this is rare, and logging costs 5 ms

        getLogger("lockwork").warning(
            "note: %s holds a keyring and no store: made an empty one under that root key", self._folder
        )

    def _stored(self) -> Store | None:
        with self.database.reading() as tx:
            if not keys.has_schema(tx):
                return None
            return keys.the_store(tx)  # where it is missing nothing is made anew: a root key would be, too

    def _first_keyring(self) -> Keyring:
        """A key is made by itself only here: for a store that has nothing in it yet."""
        given = self._root_key is not None or self._root_key_file is not None
        if not given and not self._beside.exists():
            self._loaded = Keyring.create_file(self._beside)
        return self.keyring

    def _check_root_key(self, store: Store) -> None:
        """Find a missing or wrong root key before anything else is read or written."""
        if store.active is None:
            raise Tampered(f"the store in {self._folder} has no active root key", hint=ways_out.RESTORE)
        if self._root_key is None and self._root_key_file is None and not self._beside.exists():
            raise RootKeyUnusable(
                f"the store needs root key {store.active}, and there is no keyring at {self._beside}",
                hint="put the keyring back, or name it in LOCKWORK_ROOT_KEY_FILE; nothing opens without it",
            )
        self.keyring[parse_root_id(store.active)]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder, made if there is none, against all others who would make or replace its store."""
    _make_folder(folder)
    lock = _made_lock(folder / LOCK_FILE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _made_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be created: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise StoreUnusable(f"{folder} is not a folder", hint="LOCKWORK_HOME names the folder of the store")
    try:
        for each in reversed((folder, *folder.parents)):
            if not each.exists():
                each.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(
            f"{folder} cannot be created: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None
    check_private(folder)


def trail_of(keyring: Keyring) -> Trail:
    """The trail, whose key is unwrapped when it is first needed."""
    return Trail(lambda tx: _audit_key(tx, keyring))


def _audit_key(tx: Transaction, keyring: Keyring) -> bytes:
    store = keys.the_store(tx)
    context = StoreKeyContext(parse_root_id(store.audit_key_root), store.id, AUDIT_KEY)
    return keyring.unwrap(context, store.audit_key)
