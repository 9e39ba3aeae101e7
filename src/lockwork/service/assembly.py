"""The only place where concretes meet: a store is opened, or made, and given its gate."""

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from lockwork.crypto.envelope import StoreKeyContext, new_data_key
from lockwork.crypto.keyring import Keyring, parse_root_id
from lockwork.database import access, keys, workspaces
from lockwork.database.access import Named
from lockwork.database.engine import Database, Transaction, check_private, create_private
from lockwork.database.keys import Store
from lockwork.domain.access import Caller, Role
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.errors import RootKeyUnusable, StoreUnusable, Tampered
from lockwork.domain.keys import KeyState
from lockwork.domain.workspaces import DEFAULT
from lockwork.messages.access import CreateUser, DeleteUser, GetUser, ListUsers, WhoAmI
from lockwork.messages.audit import GetAuditHead, ListAudit, VerifyAudit
from lockwork.messages.keys import ActivateKey, AddKey, DestroyKey, ListKeys, RetireKeys, RewrapVersions
from lockwork.messages.runs import (
    AppendLog,
    FinishRun,
    FinishStep,
    GetLog,
    GetRun,
    ListRuns,
    StartRun,
    StartStep,
)
from lockwork.messages.secrets import (
    CheckReferences,
    CreateSecret,
    DeleteSecret,
    DestroyVersions,
    ExplainReference,
    GetSecret,
    GetUsage,
    ListSecrets,
    ListVersions,
    RestoreVersion,
    RevealSecret,
    RevealSecrets,
    UndeleteSecret,
    UpdateSecret,
)
from lockwork.messages.stacks import (
    CopyComponent,
    CopyStack,
    DeleteComponent,
    DeleteStack,
    GetComponent,
    GetStack,
    ListComponents,
    ListStacks,
    RegisterComponent,
    RegisterStack,
    UpdateComponent,
    UpdateStack,
)
from lockwork.messages.workspaces import CreateWorkspace, DeleteWorkspace, GetWorkspace, ListWorkspaces
from lockwork.service import access as users
from lockwork.service import audit, components, references, runs, secrets, stacks, states, uses, versions
from lockwork.service import keys as root_keys
from lockwork.service import workspaces as rooms
from lockwork.service.context import AUDIT_KEY, Clock, House, Policy
from lockwork.service.gate import Gate
from lockwork.service.trail import Trail
from lockwork.vaults.builtin import BuiltinVault

SCHEMA = 1
DATABASE_FILE = "lockwork.db"
KEYRING_FILE = "keyring"
LOCK_FILE = "store.lock"

ANSWERS = (
    CreateSecret.answered_by(secrets.create),
    GetSecret.answered_by(secrets.get),
    RevealSecret.answered_by(secrets.reveal_one),
    RevealSecrets.answered_by(secrets.reveal_many),
    ListSecrets.answered_by(secrets.list_),
    UpdateSecret.answered_by(secrets.update),
    DeleteSecret.answered_by(secrets.delete),
    UndeleteSecret.answered_by(secrets.undelete),
    ListVersions.answered_by(versions.list_),
    RestoreVersion.answered_by(versions.restore),
    DestroyVersions.answered_by(versions.destroy),
    GetUsage.answered_by(uses.usage),
    ExplainReference.answered_by(references.explain),
    CheckReferences.answered_by(references.check_references),
    RegisterComponent.answered_by(components.register),
    GetComponent.answered_by(components.get),
    ListComponents.answered_by(components.list_),
    UpdateComponent.answered_by(components.update),
    CopyComponent.answered_by(components.copy),
    DeleteComponent.answered_by(components.delete),
    RegisterStack.answered_by(stacks.register),
    GetStack.answered_by(stacks.get),
    ListStacks.answered_by(stacks.list_),
    UpdateStack.answered_by(stacks.update),
    CopyStack.answered_by(stacks.copy),
    DeleteStack.answered_by(stacks.delete),
    WhoAmI.answered_by(users.who_am_i),
    CreateUser.answered_by(users.create),
    GetUser.answered_by(users.get),
    ListUsers.answered_by(users.list_),
    DeleteUser.answered_by(users.delete),
    CreateWorkspace.answered_by(rooms.create),
    GetWorkspace.answered_by(rooms.get),
    ListWorkspaces.answered_by(rooms.list_),
    DeleteWorkspace.answered_by(rooms.delete),
    ListKeys.answered_by(root_keys.list_),
    AddKey.answered_by(root_keys.add),
    ActivateKey.answered_by(root_keys.activate),
    RewrapVersions.answered_by(root_keys.rewrap),
    RetireKeys.answered_by(root_keys.retire),
    DestroyKey.answered_by(root_keys.destroy),
    StartRun.answered_by(runs.start),
    StartStep.answered_by(runs.start_step),
    AppendLog.answered_by(runs.append_log),
    FinishStep.answered_by(runs.finish_step),
    FinishRun.answered_by(runs.finish),
    GetRun.answered_by(runs.get),
    ListRuns.answered_by(runs.list_),
    GetLog.answered_by(runs.log),
    ListAudit.answered_by(audit.list_),
    GetAuditHead.answered_by(audit.head),
    VerifyAudit.answered_by(audit.verify),
)
"""Which function answers which message."""


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
) -> Gate:
    """The gate of the embedded store in `folder`, made there first if there is none.

    Opening one that is up to date costs one SELECT. `watch` is told every statement, for tests.
    """
    place = _Place(folder, root_key, root_key_file, clock, watch)
    store = place.opened() or place.made()
    database, keyring = place.database, place.keyring
    trail = _trail(keyring)
    vault = BuiltinVault(store.id, keyring)
    house = House(store.id, database, keyring, vault, trail, clock, policy or Policy())
    return Gate(house, ANSWERS)


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
        self.database = Database(self._file, watch=watch)
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
        if store.schema != SCHEMA:
            raise StoreUnusable(
                f"the store in {self._folder} has schema {store.schema}, and this Lockwork knows {SCHEMA}",
                hint="if a newer Lockwork wrote to it, use that one; else: restore it from a copy",
            )
        self._check_root_key(store)
        return store

    def made(self) -> Store:
        """Make the store, alone: others wait, and then find it there."""
        with self._alone():
            store = self.opened()
            if store is not None:
                return store
            create_private(self._file)
            keyring = self._first_keyring()
            with self.database.writing() as tx:
                for migration in _migrations():
                    tx.script(migration)
                _furnish(tx, keyring, self._clock())
        store = self.opened()
        if store is None:
            raise StoreUnusable(f"the store in {self._folder} could not be made")
        return store

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
            raise Tampered(f"the store in {self._folder} has no active root key")
        if self._root_key is None and self._root_key_file is None and not self._beside.exists():
            raise RootKeyUnusable(
                f"the store needs root key {store.active}, and there is no keyring at {self._beside}",
                hint="put the keyring back, or name it in LOCKWORK_ROOT_KEY_FILE; nothing opens without it",
            )
        self.keyring[parse_root_id(store.active)]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._make_folder()
        lock = os.open(self._folder / LOCK_FILE, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _make_folder(self) -> None:
        try:
            for folder in reversed((self._folder, *self._folder.parents)):
                if not folder.exists():
                    folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StoreUnusable(f"{self._folder} cannot be created: {error.strerror}") from None
        check_private(self._folder)


def _furnish(tx: Transaction, keyring: Keyring, now: int) -> None:
    """The rows that every store begins with."""
    root = keyring.first
    store = str(uuid.uuid4())
    wrapped = keyring.wrap(StoreKeyContext(root.id, store, AUDIT_KEY), new_data_key())
    keys.create_store(tx, Store(store, SCHEMA, now, wrapped, root.id_text, root.id_text))
    keys.insert(tx, root.id_text, KeyState.ACTIVE, now)
    user, room = Named(str(uuid.uuid4()), DEFAULT, now), Named(str(uuid.uuid4()), DEFAULT, now)
    access.insert_user(tx, user)
    workspaces.insert(tx, room)
    stacks.furnish(tx, room.id, user.id, now)
    trail, subjects = _trail(keyring), [root_keys.subject(tx, root.id_text)]
    for kind, row in (("user", user), ("workspace", room)):
        subjects.append(Subject(kind=kind, name=row.name, id=row.id, state=states.of_named(row)))
    caller = Caller(user=user.id, name=user.name, role=Role.OWNER)
    for subject in subjects:
        trail.append(tx, now=now, caller=caller, action="store.create", outcome=Outcome.DONE, subject=subject)


def _trail(keyring: Keyring) -> Trail:
    return Trail(lambda tx: _audit_key(tx, keyring))


def _audit_key(tx: Transaction, keyring: Keyring) -> bytes:
    store = keys.the_store(tx)
    context = StoreKeyContext(parse_root_id(store.audit_key_root), store.id, AUDIT_KEY)
    return keyring.unwrap(context, store.audit_key)


def _migrations() -> list[str]:
    """The texts of all migrations, in order."""
    folder = resources.files("lockwork.database") / "migrations"
    files = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
    return [(folder / name).read_text() for name in files]
