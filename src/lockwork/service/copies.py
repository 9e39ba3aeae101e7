"""Copies of the whole store: take one while it is in use, record that one is used."""

from pathlib import Path

from lockwork.crypto import keyring_file
from lockwork.database import keys
from lockwork.database.sqlite.database import SqliteDatabase, create_private
from lockwork.domain.audit import Subject
from lockwork.domain.copies import StoreCopy
from lockwork.domain.errors import Refused
from lockwork.domain.secrets import from_epoch
from lockwork.messages.copies import CopyStore, RecordRestore
from lockwork.service.context import Context, House
from lockwork.service.store_files import DATABASE_FILE, KEYRING_FILE


def copy(ctx: Context, message: CopyStore) -> StoreCopy:
    """Others go on writing meanwhile. It is taken after the commit, so that it holds its own record."""
    store, folder, database = keys.the_store(ctx.tx), Path(message.folder), _embedded(ctx.house)
    has_keyring = ctx.house.keyring.path == database.folder / KEYRING_FILE
    ctx.tx.afterwards.append(lambda: _take(ctx.house, database, folder, has_keyring))
    ctx.about(Subject(kind="store", name=message.name, id=store.id))
    return StoreCopy(made=from_epoch(ctx.now), store=store.id, schema=store.schema, has_keyring=has_keyring)


def _embedded(house: House) -> SqliteDatabase:
    if isinstance(house.database, SqliteDatabase):
        return house.database
    raise Refused(
        "a server's store is copied by PostgreSQL's own means",
        hint="use pg_dump, and keep the root key: the dump holds none, and nothing opens without it",
    )


def _take(house: House, source: SqliteDatabase, folder: Path, has_keyring: bool) -> None:
    database, before = folder / DATABASE_FILE, None
    while before is None or _keyring_text(house) != before:
        # A key that was added or destroyed meanwhile: its keyring would not be that of this database.
        before = _keyring_text(house)
        database.unlink(missing_ok=True)
        create_private(database)
        source.copy_into(database)
    if has_keyring:
        keyring_file.create(folder / KEYRING_FILE, before)


def _keyring_text(house: House) -> str:
    path = house.keyring.path
    return "" if path is None else keyring_file.read(path)


def record_restore(ctx: Context, message: RecordRestore) -> None:
    """The record tells of which moment the copy was."""
    made = message.copy.made.strftime("%Y-%m-%dT%H:%M:%SZ")
    ctx.about(Subject(kind="store", name=f"{message.name}, made {made}", id=ctx.house.store))


ANSWERS = (
    CopyStore.answered_by(copy),
    RecordRestore.answered_by(record_restore),
)
