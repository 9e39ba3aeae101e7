"""Copies of a store as data: what one holds, and what became of it."""

from datetime import datetime

import msgspec


class StoreCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A store as it was when it was copied."""

    made: datetime
    store: str
    """Its id."""
    schema: int
    has_keyring: bool
    """Whether the root keys came along. Those that come from elsewhere stay there."""


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A copy, sealed in a file."""

    file: str | None
    """None: it went to a stream."""
    size: int
    """Bytes, sealed."""
    copy: StoreCopy


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """A copy that was verified and, unless it was only checked, is the store now."""

    copy: StoreCopy
    records: int
    """Of its audit trail, each following from the one before unless `problems` says otherwise."""
    problems: tuple[str, ...] = ()
    """What `audit verify` finds in it."""
    replaced: str | None = None
    """Where the store lies that was there before: a home of its own."""
