"""Questions about root keys. No key ever rides in a message."""

from lockwork.domain.access import Permission
from lockwork.domain.keys import RootKeyInfo, Rotation
from lockwork.messages import Effect, Message


class ListKeys(Message[tuple[RootKeyInfo, ...]], frozen=True, kw_only=True):
    action = "key.list"
    permission = Permission.ADMINISTER_STORE


class AddKey(Message[RootKeyInfo], frozen=True, kw_only=True):
    """A fresh root key in the keyring file, waiting to be made active."""

    action = "key.add"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE


class ActivateKey(Message[RootKeyInfo], frozen=True, kw_only=True):
    """From now on new versions are wrapped by this key. None: the newest that waits."""

    action = "key.activate"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    key: str | None = None
    reseal: bool = False
    """Whatever is not under this key yet gets a new data key when it is moved, for a root key that leaked."""


class RewrapVersions(Message[int], frozen=True, kw_only=True):
    """Wrap a batch of versions by the active key; answers how many were left to do before this batch."""

    action = "key.rewrap"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    reseal: bool = False
    """Also give each a new data key, whatever was said when the active key was made active."""
    size: int = 200


class RetireKeys(Message[Rotation], frozen=True, kw_only=True):
    """Recount, and retire every key that protects nothing any more."""

    action = "key.retire"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE


class DestroyKey(Message[RootKeyInfo], frozen=True, kw_only=True):
    """Take a retired key out of the keyring file, for good."""

    action = "key.destroy"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    key: str
    dry_run: bool = False
