"""Put a verified store in the place of another: a kill at any moment leaves one of the two, whole.

    1  nobody has the old store open, and nobody can open it     open.lock, held alone
    2  all of the old store is in its one file                   its log is folded in
    3  the old store is kept aside                               a link to its file, a copy of its keyring
    4  the keyring holds the keys of both                        either store opens with it
    5  the new database takes the place of the old one           one rename: from here on it is the new store
    6  the keyring is the new store's

What is kept aside is a home of its own: `LOCKWORK_HOME` may name it. The caller holds `store.lock`.
"""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from lockwork.crypto import keyring_file
from lockwork.crypto.keyring import Keyring
from lockwork.database.sqlite import holds
from lockwork.database.sqlite.database import SqliteDatabase
from lockwork.domain import ways_out
from lockwork.domain.errors import Refused, RootKeyUnusable, StoreUnusable
from lockwork.service.store_files import DATABASE_FILE, KEYRING_FILE, OPEN_FILE

ASIDE = "replaced-"
_PATIENCE = 5
"""Seconds: commands that have the store open are soon over."""
_LOGS = (f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm", f"{DATABASE_FILE}-journal")


def check_free(home: Path, replace: bool) -> None:
    """Refuse to put a store where one is, or half of one, unless it may be replaced."""
    if home.exists() and home.stat().st_uid != os.geteuid():  # root's files would be of no use to its owner
        raise Refused(f"{home} belongs to another user", hint="restore it as that user")
    for path in (home / DATABASE_FILE, home / KEYRING_FILE):
        if not replace and path.exists() and path.stat().st_size:
            raise Refused(
                f"there is a store already: {path}",
                hint=f"--force replaces it, and keeps it aside as {home / ASIDE}DATE",
            )


def put_in_place(new: Path, home: Path) -> Path | None:
    """Make the store in the folder `new`, on the same disk, that of `home`; where the old one is now."""
    hold = holds.alone(home / OPEN_FILE, _PATIENCE)
    try:
        _forget_unused(home)
        return _swapped(new, home)
    except OSError as error:
        raise StoreUnusable(
            f"the store in {home} cannot be replaced: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None
    finally:
        hold.close()


def _swapped(new: Path, home: Path) -> Path | None:
    if (home / DATABASE_FILE).exists():
        SqliteDatabase(home / DATABASE_FILE).fold()
    aside = _kept_aside(new, home)
    try:
        _unite(new / KEYRING_FILE, home / KEYRING_FILE)
        # Only what was too damaged to fold left a log: SQLite would play it into the new file.
        for log in _LOGS:
            (home / log).unlink(missing_ok=True)
        (new / DATABASE_FILE).replace(home / DATABASE_FILE)
    except BaseException:
        _bring_back(aside, home)
        raise
    sync(home)
    _settle(new / KEYRING_FILE, home / KEYRING_FILE)
    return aside


def _kept_aside(new: Path, home: Path) -> Path | None:
    """Links and copies, so that all of it stays in its place as well until the swap. It is there at once."""
    database, keyring = home / DATABASE_FILE, home / KEYRING_FILE
    if not database.exists() and not keyring.exists():
        return None
    aside = new / "aside"
    aside.mkdir(mode=0o700)
    if keyring.exists():
        keyring_file.create(aside / KEYRING_FILE, keyring_file.read(keyring))
    for path in (database, *(home / log for log in _LOGS)):
        if path.exists():
            os.link(path, aside / path.name)
    sync(aside)
    kept = aside.rename(_free_name(home))
    sync(home)
    return kept


def _free_name(home: Path) -> Path:
    stamp = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())
    names = (home / f"{ASIDE}{stamp}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if not name.exists())


def _forget_unused(home: Path) -> None:
    """What a kill before the swap left aside is the store that is still in use: no copy of it is wanted."""
    for aside in home.glob(f"{ASIDE}*"):
        has_log = any((aside / log).exists() for log in _LOGS)  # which may be in its place no more
        with suppress(FileNotFoundError):
            if not has_log and (aside / DATABASE_FILE).samefile(home / DATABASE_FILE):
                shutil.rmtree(aside)


def _bring_back(aside: Path | None, home: Path) -> None:
    """After a failure before the swap: as if nothing had been."""
    _settle((aside or home / "nowhere") / KEYRING_FILE, home / KEYRING_FILE)
    if aside is None:
        return
    for log in _LOGS:
        if (aside / log).exists() and not (home / log).exists():
            os.link(aside / log, home / log)
    shutil.rmtree(aside)


def _unite(theirs: Path, ours: Path) -> None:
    """The keys of both. A keyring of ours that opens nothing gives way."""
    if not theirs.exists():
        return
    text = keyring_file.read(theirs)
    if not ours.exists():
        keyring_file.create(ours, text)
    else:
        is_good = _is_keyring(ours)
        keyring_file.edit(ours, lambda old: f"{old.rstrip()}\n{text}" if is_good else text)


def _is_keyring(path: Path) -> bool:
    try:
        Keyring.from_file(path)
    except RootKeyUnusable:
        return False
    return True


def _settle(wanted: Path, ours: Path) -> None:
    """The keyring as the store wants it, or none where its keys come from elsewhere."""
    if not wanted.exists():
        ours.unlink(missing_ok=True)
    elif ours.exists():
        text = keyring_file.read(wanted)
        keyring_file.edit(ours, lambda _old: text)


def sync(path: Path) -> None:
    """A folder's entries, or a file's content, on the disk before this returns."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
