"""The store of a server, on PostgreSQL or in a folder: open it, or upgrade it when somebody says so."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lockwork.crypto.keyring import FILE_SOURCE, TEXT_SOURCE, Keyring, parse_root_id
from lockwork.database import keys
from lockwork.database.keys import SCHEMA, Store
from lockwork.database.postgres import database_at
from lockwork.database.sqlite.database import SqliteDatabase
from lockwork.domain import ways_out
from lockwork.domain.errors import RootKeyUnusable, StoreUnusable, Tampered
from lockwork.service import migrating
from lockwork.service.assembly import gate_of, microseconds_now, open_store, trail_of
from lockwork.service.context import Clock, Policy
from lockwork.service.founding import found
from lockwork.service.gate import Gate
from lockwork.service.store_files import DATABASE_FILE

if TYPE_CHECKING:
    from lockwork.database.postgres.database import PostgresDatabase

_UPGRADE = "lockwork server upgrade"
_THIS = "--database-url @FILE, or LOCKWORK_DATABASE_URL, as for the server"


class Upgraded(NamedTuple):
    """What was done to a server's store."""

    place: str
    """The server, for people."""
    was: int | None
    """The schema that it had; None where there was no store."""
    now: int


def open_server_store(
    database_url: str,
    *,
    root_key: str | None = None,
    root_key_file: Path | None = None,
    policy: Policy | None = None,
    clock: Clock = microseconds_now,
    watch: Callable[[str], object] | None = None,
) -> Gate:
    """The gate of the store on PostgreSQL: there already, of our schema, under a root key that is given.

    `watch` is told every statement, for tests.
    """
    keyring = _given_keyring(root_key, root_key_file)
    with _closed_on_failure(database_at(database_url, watch=watch)) as database:
        with database.reading() as tx:
            store = keys.the_store(tx) if keys.has_schema(tx) else None
        if store is None:
            raise StoreUnusable(f"there is no store on {database.name} yet", hint=f"{_UPGRADE}, with {_THIS}")
        _check_schema(store, database.name)
        if store.schema < SCHEMA:
            raise StoreUnusable(
                f"the store on {database.name} has schema {store.schema}, and this Lockwork needs {SCHEMA}",
                hint=f"stop older servers, then: {_UPGRADE}, with {_THIS}",
            )
        _check_root_key(store, keyring, database.name)
    return gate_of(store, database, keyring, clock=clock, policy=policy, grouped=True)


def upgrade_server_store(
    database_url: str,
    *,
    root_key: str | None = None,
    root_key_file: Path | None = None,
    clock: Clock = microseconds_now,
) -> Upgraded:
    """Make the store in an empty database, or bring it to our schema. Of several who try at once one does it.

    The root key must be given: a server's is never made by itself, as nothing opens once it is lost.
    """
    keyring = _given_keyring(root_key, root_key_file)
    database = database_at(database_url)
    try:
        with database.writing() as tx:
            if not keys.has_schema(tx):
                found(tx, keyring, trail_of(keyring), clock())
                return Upgraded(database.name, None, SCHEMA)
            store = keys.the_store(tx)
            _check_schema(store, database.name)
            _check_root_key(store, keyring, database.name)
            return Upgraded(database.name, migrating.upgrade(tx, trail_of(keyring), clock()), SCHEMA)
    finally:
        database.close()


def open_folder_store(folder: Path, *, root_key: str | None, root_key_file: Path | None) -> Gate:
    """The same of a store in a folder of the server's host, which is made if there is none."""
    return open_store(folder, root_key=root_key, root_key_file=root_key_file, grouped=True, may_upgrade=False)


def upgrade_folder_store(folder: Path, *, root_key: str | None, root_key_file: Path | None) -> Upgraded:
    """The same of a store in a folder."""
    was = _schema_in(folder)
    open_store(folder, root_key=root_key, root_key_file=root_key_file).close()
    return Upgraded(f"the store in {folder}", was, SCHEMA)


def _schema_in(folder: Path) -> int | None:
    if not (folder / DATABASE_FILE).exists():
        return None
    with closing(SqliteDatabase(folder / DATABASE_FILE)) as database, database.reading() as tx:
        return keys.the_store(tx).schema if keys.has_schema(tx) else None


@contextmanager
def _closed_on_failure(database: "PostgresDatabase") -> Iterator["PostgresDatabase"]:
    try:
        yield database
    except BaseException:
        database.close()
        raise


def _given_keyring(root_key: str | None, root_key_file: Path | None) -> Keyring:
    if root_key is not None:
        return Keyring.from_text(root_key, TEXT_SOURCE)
    if root_key_file is not None:
        return Keyring.from_file(root_key_file)
    raise RootKeyUnusable(
        f"a server needs a root key, and neither {TEXT_SOURCE} nor {FILE_SOURCE} is set",
        hint="lockwork key generate FILE makes one; keep a copy of it",
    )


def _check_schema(store: Store, place: str) -> None:
    if not 1 <= store.schema <= SCHEMA:
        raise StoreUnusable(
            f"the store on {place} has schema {store.schema}, and this Lockwork knows {SCHEMA}",
            hint=f"a newer Lockwork wrote to it: use that one; `{_UPGRADE}` never leads back",
        )


def _check_root_key(store: Store, keyring: Keyring, place: str) -> None:
    """Find a missing or wrong root key before anything else is read or written."""
    if store.active is None:
        raise Tampered(f"the store on {place} has no active root key", hint=ways_out.RESTORE)
    keyring[parse_root_id(store.active)]
