"""Questions about copies of the whole store. They name folders, so they are for a gateway on this machine."""

from lockwork.domain.access import Permission
from lockwork.domain.copies import StoreCopy
from lockwork.messages import Effect, Message


class CopyStore(Message[StoreCopy], frozen=True, kw_only=True):
    """Write database and keyring, as they are at one moment, into an empty private folder.

    The copy is taken once its record is on disk, so that it holds the record too.
    """

    action = "store.backup"
    permission = Permission.OWN_STORE
    effect = Effect.CHANGE
    folder: str
    name: str
    """What the copy is for, such as the name of the file that it goes into: for the record."""


class RecordRestore(Message[None], frozen=True, kw_only=True):
    """Asked of a store that was a copy and is to be used from here on."""

    action = "store.restore"
    permission = Permission.OWN_STORE
    effect = Effect.CHANGE
    copy: StoreCopy
    name: str
    """Where the copy came from."""
