"""The whole store into one file, sealed under a passphrase, and back: `back_up`, `check`, `restore`.

A backup holds the database, as it is at one moment while others go on writing, and the keyring that lies
beside it. `parcel` says in which order, `crypto/passphrase` how it is sealed. Root keys that come from
LOCKWORK_ROOT_KEY or LOCKWORK_ROOT_KEY_FILE stay there: whoever keeps them apart from the store wants them
apart from its copies. Nor are configuration, artifacts and logs of steps that still run in it.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from lockwork.client.embedded import Embedded
from lockwork.crypto.passphrase import WORK, Work, open_sealed, seal
from lockwork.database import keys
from lockwork.database.sqlite.database import SqliteDatabase
from lockwork.domain import ways_out
from lockwork.domain.copies import Backup, Restored, StoreCopy
from lockwork.domain.errors import (
    InvalidInput,
    LockworkError,
    NotFound,
    Refused,
    RootKeyUnusable,
    StoreUnusable,
    Tampered,
)
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.audit import VerifyAudit
from lockwork.messages.copies import RecordRestore
from lockwork.messages.keys import ListKeys
from lockwork.moving import parcel, private_files
from lockwork.moving.workroom import workroom
from lockwork.service import swapping
from lockwork.service.assembly import alone
from lockwork.service.store_files import DATABASE_FILE

if TYPE_CHECKING:
    from lockwork.client.api import Client
    from lockwork.client.profile import Profile

_STREAM = "a stream"
_SHOWN = 3


def back_up(
    client: "Client",
    target: Path | BinaryIO,
    passphrase: Sensitive,
    *,
    replace: bool = False,
    work: Work = WORK,
) -> Backup:
    """Seal the whole store into a file of mode 0600, or into a stream. It is recorded before anything leaves.

    A file that exists is refused, unless `replace` says otherwise.
    """
    home = _home(client.profile)
    if not (home / DATABASE_FILE).exists():
        raise Refused(f"there is no store in {home} to back up", hint="lockwork status")
    if isinstance(target, Path):
        private_files.check_free(target, replace)  # before it is recorded
    with _disk_failures_told(home), workroom(home) as folder:
        copy = client.copy_store(folder, _name(target))
        parts = parcel.pack(folder, copy)
        if not isinstance(target, Path):
            return Backup(file=None, size=seal(parts, target, passphrase, work), copy=copy)
        with private_files.writing(target, replace) as file:
            size = seal(parts, file, passphrase, work)
        return Backup(file=str(target), size=size, copy=copy)


def check(profile: "Profile", source: Path | BinaryIO, passphrase: Sensitive) -> Restored:
    """Open and verify a backup as `restore` does, and change nothing."""
    home = _home(profile)
    with alone(home), _disk_failures_told(home), workroom(home) as folder:
        copy = _unpacked(source, passphrase, folder)
        with _opened(profile, copy, folder) as store:
            return _verified(store, copy)


def restore(
    profile: "Profile",
    source: Path | BinaryIO,
    passphrase: Sensitive,
    *,
    replace: bool = False,
    accept_problems: bool = False,
) -> Restored:
    """Make a backup the store, once all of it is verified, in one step. The old store is kept aside.

    A store that is there is refused, unless `replace` says otherwise; so is one that is in use, and a backup
    whose audit trail does not hold, unless `accept_problems`. Close your clients before.
    """
    home = _home(profile)
    swapping.check_free(home, replace)  # before it takes any time
    with alone(home), _disk_failures_told(home), workroom(home) as folder:
        swapping.check_free(home, replace)
        copy = _unpacked(source, passphrase, folder)
        with _opened(profile, copy, folder) as store:
            found = _verified(store, copy)
            if found.problems and not accept_problems:
                raise _not_whole(found.problems)
            store.send(RecordRestore(copy=copy, name=Path(_name(source)).name))
        SqliteDatabase(folder / DATABASE_FILE).fold()
        aside = swapping.put_in_place(folder, home)
    replaced = None if aside is None else str(aside)
    return Restored(copy=copy, records=found.records, problems=found.problems, replaced=replaced)


# --- opening and verifying ---------------------------------------------------------------------------------


def _unpacked(source: Path | BinaryIO, passphrase: Sensitive, folder: Path) -> StoreCopy:
    """Everything in the file, which has opened to its end when this returns."""
    if isinstance(source, Path):
        with private_files.reading(source) as file:
            return _opened_to_its_end(file, str(source), passphrase, folder)
    return _opened_to_its_end(source, _STREAM, passphrase, folder)


def _opened_to_its_end(file: BinaryIO, name: str, passphrase: Sensitive, folder: Path) -> StoreCopy:
    try:
        return parcel.unpack(open_sealed(file, passphrase), folder)
    except InvalidInput as problem:
        failure = InvalidInput(f"{name}: {problem.message}", hint=problem.hint)
    raise failure


@contextmanager
def _opened(profile: "Profile", copy: StoreCopy, folder: Path) -> Iterator[Embedded]:
    """The copy as a store, opened as any store is: one of an older schema becomes one of ours."""
    settings = profile.settings
    given = settings.root_key is not None or settings.root_key_file is not None
    if not given and not copy.has_keyring:
        raise RootKeyUnusable(
            "this backup holds no root key: its store had it from elsewhere",
            hint="set LOCKWORK_ROOT_KEY or LOCKWORK_ROOT_KEY_FILE to that root key",
        )
    database = SqliteDatabase(folder / DATABASE_FILE)
    with closing(database):
        database.check_whole(hint="take another copy of it")
        _check_identity(database, copy)
    store = Embedded(
        folder,
        user=profile.user.value,
        root_key=settings.root_key,
        root_key_file=settings.root_key_file,
    )
    try:
        yield store
    finally:
        store.close()


def _check_identity(database: SqliteDatabase, copy: StoreCopy) -> None:
    """Before it is opened as a store: in a database without one, opening would make a new one."""
    with database.reading() as tx:
        found = keys.the_store(tx).id if keys.has_schema(tx) else None
    if found != copy.store:
        raise Tampered("the copy is of another store than it says", hint="take another backup")


def _verified(store: Embedded, copy: StoreCopy) -> Restored:
    """What is found wrong with it goes into the answer; that it cannot be opened at all is a failure."""
    try:
        verdict = store.send(VerifyAudit())
    except NotFound as problem:
        raise NotFound(
            problem.kind, problem.name, near=problem.near, hint="--as USER names one of the backup's users"
        ) from None
    missing = [
        f"root key {key.id}, which protects {key.wraps:,} versions, is not at hand"
        for key in store.send(ListKeys())
        if key.wraps and not key.present
    ]
    return Restored(copy=copy, records=verdict.records, problems=(*verdict.problems, *missing))


def _not_whole(problems: tuple[str, ...]) -> Refused:
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return Refused(
        f"the store in this backup is not as its trail left it: {'; '.join(problems[:_SHOWN])}{more}",
        hint="--check lists all of it; --accept-problems restores it all the same",
    )


def _home(profile: "Profile") -> Path:
    profile.check_embedded("a backup")
    return profile.settings.home.value


def _name(place: Path | BinaryIO) -> str:
    return str(place.absolute()) if isinstance(place, Path) else _STREAM


@contextmanager
def _disk_failures_told(home: Path) -> Iterator[None]:
    """A full disk, a folder that cannot be written."""
    try:
        yield
    except LockworkError:  # some of them are failures of the system's kind, too
        raise
    except BrokenPipeError:  # it is the reader of a stream that has gone
        raise
    except OSError as error:
        raise StoreUnusable(
            f"the work in {home} failed: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None
