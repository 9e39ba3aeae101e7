"""What a backup holds, one thing after the other, as it is before it is sealed. Knows no passphrase.

    parcel   = size of the manifest (4, unsigned, big-endian) ‖ manifest ‖ keyring ‖ database
    manifest = JSON (RFC 8259, UTF-8): format (1), copy (of which store, made when, its schema),
               keyring and database (their sizes in bytes; keyring null where the keys come from elsewhere)

Keyring and database are the files of a store, byte for byte. Nothing follows them.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from lockwork.database.keys import SCHEMA
from lockwork.domain.copies import StoreCopy
from lockwork.domain.errors import InvalidInput, StoreUnusable
from lockwork.service.store_files import DATABASE_FILE, KEYRING_FILE

_FORMAT = 1
_SIZE_BYTES = 4
_PART = 1024 * 1024
_Size = Annotated[int, msgspec.Meta(ge=1)]


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    copy: StoreCopy
    keyring: _Size | None
    database: _Size


def pack(folder: Path, copy: StoreCopy) -> Iterator[bytes]:
    """The parts of a parcel that holds the copy in this folder."""
    database, keyring = folder / DATABASE_FILE, folder / KEYRING_FILE
    manifest = msgspec.json.encode(
        _Manifest(
            format=_FORMAT,
            copy=copy,
            keyring=keyring.stat().st_size if copy.has_keyring else None,
            database=database.stat().st_size,
        )
    )
    yield len(manifest).to_bytes(_SIZE_BYTES, "big") + manifest
    if copy.has_keyring:
        yield keyring.read_bytes()
    with database.open("rb") as file:
        while part := file.read(_PART):
            yield part


def unpack(parts: Iterable[bytes], folder: Path) -> StoreCopy:
    """Write what a parcel holds into an empty private folder, on the disk when this returns.

    Nothing may be made of it before: only the end of the parts says that they are genuine.
    """
    stream = _Stream(parts)
    size = int.from_bytes(b"".join(stream.take(_SIZE_BYTES)), "big")
    if size > _PART:
        raise _no_backup()
    manifest = _read_manifest(b"".join(stream.take(size)))
    if manifest.keyring is not None:
        _write(folder / KEYRING_FILE, stream.take(manifest.keyring))
    _write(folder / DATABASE_FILE, stream.take(manifest.database))
    if stream.has_more():
        raise _no_backup()
    return manifest.copy


def _read_manifest(content: bytes) -> _Manifest:
    try:
        found = msgspec.json.decode(content, type=_Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _no_backup() from None
    if found.format > _FORMAT or found.copy.schema > SCHEMA:
        raise StoreUnusable(
            f"a newer Lockwork made this backup (format {found.format}, schema {found.copy.schema}): "
            f"this one knows format {_FORMAT} and schema {SCHEMA}",
            hint="restore it with that version",
        )
    return found


def _no_backup() -> InvalidInput:
    return InvalidInput("it opens, and is no backup of a store")


def _write(path: Path, parts: Iterable[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(descriptor)


class _Stream:
    """Parts of any size, taken by size."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._rest = b""

    def take(self, size: int) -> Iterator[bytes]:
        """So many bytes, in parts; fewer are a failure."""
        while size:
            part = self._rest or next(self._parts, b"")
            if not part:
                raise _no_backup()
            self._rest = part[size:]
            yield part[:size]
            size -= len(part[:size])

    def has_more(self) -> bool:
        """Whether anything is left; asks the source to its end."""
        return bool(self._rest) or any(self._parts)
