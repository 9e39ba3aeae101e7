"""The file that root keys lie in: read it, make it, change it. Text in, text out; knows nothing of keys.

Only its owner may read it. It is replaced in one step, never written in place, and is on the disk before
a call returns: whoever reads it, whenever, and after whatever crash, sees the old text or the new one.
"""

import fcntl
import os
import shlex
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lockwork.domain import ways_out
from lockwork.domain.errors import AlreadyExists, RootKeyUnusable

_LARGEST = 64 * 1024
_LOST = (
    "bring back your copy of it, or say with LOCKWORK_ROOT_KEY_FILE where it lies; "
    "for a new store: lockwork key generate"
)
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read(path: Path) -> str:
    """The text, if no one but the owner can get at it. Bytes beyond ASCII come as lone surrogates."""
    with _failures_named("read", path, hint=_LOST), _opened(path, os.O_RDONLY) as descriptor:
        _check(os.fstat(descriptor), path)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise RootKeyUnusable(f"{path} is no keyring file: it is larger than {_LARGEST} bytes")
    # Never `strict`: a UnicodeDecodeError carries all it was given, keys too. This never fails, and
    # `_written_beside` gives back the same bytes: a comment in the owner's language stays what it was.
    return content.decode("ascii", "surrogateescape")


def create(path: Path, text: str) -> None:
    """Make the file, whole or not at all. One that exists is left as it is: `AlreadyExists`."""
    with _failures_named("make", path), _written_beside(path, text) as fresh:
        try:
            # Not rename, which would put a new key in the place of one that values are sealed under.
            # File systems without hard links have no owners and modes either: no place for keys.
            os.link(fresh, path)
        except FileExistsError:
            raise AlreadyExists("keyring file", str(path), "and is never overwritten") from None
        fresh.unlink()
        _sync_folder(path.parent)


def edit(path: Path, change: Callable[[str], str]) -> str:
    """Replace the text by what `change` makes of it, one writer at a time, and return that.

    If `change` raises, the file stays as it was.
    """
    target = path.resolve()  # else a link to the file would be replaced by a second file
    with _failures_named("change", path, hint=_LOST), _locked(target) as owner:
        text = change(read(target))
        remove_leftovers(target)
        with _written_beside(target, text, owner) as fresh:
            fresh.replace(target)
            _sync_folder(target.parent)
    return text


@contextmanager
def _failures_named(act: str, path: Path, *, hint: str | None = None) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        message = f"cannot {act} the keyring file {path}: {ways_out.reason(problem)}"
        way_out = None if act == "read" else ways_out.after(problem)
        raise RootKeyUnusable(message, hint=way_out or hint) from None


@contextmanager
def _opened(path: Path, flags: int, mode: int = 0) -> Iterator[int]:
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever. Files take no notice of it.
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, mode)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _check(state: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(state.st_mode):
        raise RootKeyUnusable(f"{path} is no keyring file: it is not a regular file")
    if state.st_mode & _FOR_OTHERS:
        raise RootKeyUnusable(
            f"the keyring file {path} is open to others than its owner (mode {state.st_mode & 0o777:03o})",
            hint=f"chmod 600 {shlex.quote(str(path))}",
        )


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Hold the file against other writers; gives its owner."""
    while True:
        with _opened(path, os.O_RDWR) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            held = os.fstat(descriptor)
            if os.path.samestat(held, path.stat()):
                yield held.st_uid
                return
        # Another writer has put a new file in its place while this one waited: wait for that one.


@contextmanager
def _written_beside(path: Path, text: str, owner: int | None = None) -> Iterator[Path]:
    """A finished file in the same folder, to be put in place; removed if it is not."""
    fresh = path.with_name(f"{_leftover_prefix(path)}{os.urandom(8).hex()}.new")
    try:
        with _opened(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) as descriptor:
            # Root may change a service's keyring: the service must still be able to read it.
            if owner is not None:
                os.fchown(descriptor, owner, -1)
            with os.fdopen(descriptor, "wb", closefd=False) as file:
                file.write(text.encode("ascii", "surrogateescape"))
            os.fsync(descriptor)
        yield fresh
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


def _leftover_prefix(path: Path) -> str:
    return f".{path.name}."


def remove_leftovers(path: Path) -> None:
    """What a crash left half-done holds keys: it must not outlive the removal of one.

    While nobody else makes or changes this file.
    """
    for file in path.parent.iterdir():
        if file.name.startswith(_leftover_prefix(path)) and file.suffix == ".new":
            file.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with _opened(folder, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
        os.fsync(descriptor)
