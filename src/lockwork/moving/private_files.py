"""Files for their owner alone, such as backups and exported values: written whole or not at all."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, LockworkError
from lockwork.service.store_files import DATABASE_FILE, KEYRING_FILE, LOCK_FILE, OPEN_FILE
from lockwork.settings import CONFIGURATION_FILE

_STORE_FILES = {KEYRING_FILE, LOCK_FILE, OPEN_FILE, CONFIGURATION_FILE}
_ROOT_KEY = re.compile(rb"^lwk1_", re.MULTILINE)
_KEYRING_BYTES = 1 << 16


def check_free(path: Path, replace: bool) -> None:
    """Refuse a file that is there, unless it may be replaced, and what is no regular file in any case.

    Taking the place of a device would break it for everyone, and that of a link would cut it.
    """
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder", hint="name a file")
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
        raise InvalidInput(f"{path} is not a regular file", hint="name another")
    if _is_of_a_store(path):
        raise InvalidInput(f"{path} is a file of a store, which cannot do without it", hint="name another")
    if path.exists() and not replace:
        raise InvalidInput(f"{path} exists already", hint="--force replaces it; or name another")


def _is_of_a_store(path: Path) -> bool:
    """Whether a store would be lost with it: by its name beside a database, or as it holds a root key."""
    beside = path.parent / DATABASE_FILE
    if beside.exists() and (path.name in _STORE_FILES or path.name.startswith(DATABASE_FILE)):
        return True
    with suppress(OSError), path.open("rb") as file:
        return _ROOT_KEY.search(file.read(_KEYRING_BYTES)) is not None
    return False


def write(path: Path, content: bytes, replace: bool) -> None:
    """All of it, or nothing."""
    with writing(path, replace) as file:
        file.write(content)


@contextmanager
def writing(path: Path, replace: bool) -> Iterator[BinaryIO]:
    """A file that is there, and on the disk, once the block has ended without a failure."""
    fresh = path.with_name(f".{path.name[:100]}.{os.urandom(8).hex()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        if replace:
            fresh.replace(path)
        else:
            os.link(fresh, path)  # unlike a rename, it never replaces a file that came meanwhile
            fresh.unlink()
        _sync(path.parent)
    except FileExistsError:
        check_free(path, replace=False)
        raise
    except OSError as error:
        if isinstance(error, LockworkError):
            raise
        raise InvalidInput(
            f"{path} cannot be written: {ways_out.reason(error)}", hint=ways_out.after(error)
        ) from None
    finally:
        with suppress(OSError):
            fresh.unlink()


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {ways_out.reason(error)}") from None
    with file:
        yield file


def check_readable(path: Path) -> None:
    """Refuse what cannot be opened. A pipe can be opened only once."""
    if not path.is_fifo():
        with reading(path):
            pass


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
