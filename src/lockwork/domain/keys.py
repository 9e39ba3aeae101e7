"""Root keys as data: ids and states. The keys themselves are in the keyring and nowhere else."""

from datetime import datetime
from enum import StrEnum

import msgspec


class KeyState(StrEnum):
    ACTIVE = "active"
    HANDED_OUT = "handed-out"
    """Held by servers, and not added yet."""
    WAITING = "waiting"
    """Added, and not used yet."""
    RETIRING = "retiring"
    """Was active; some versions may still be wrapped by it."""
    LEAKED = "leaked"
    """The same, in a rotation with `reseal`: what it still protects also gets a new data key."""
    RETIRED = "retired"

    @property
    def is_on_its_way_out(self) -> bool:
        """Whether a rotation away from it has begun and is not over."""
        return self in (KeyState.RETIRING, KeyState.LEAKED)


class RootKeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A root key that the store knows of."""

    id: str
    state: KeyState
    created: datetime | None
    """When it was added; None where it is not yet."""
    present: bool
    """Whether this process holds the key itself."""
    wraps: int
    """How many secret versions it protects; a retired key protects none."""
    lacking: tuple[str, ...] = ()
    """The servers that run and do not hold it: while there is one, it cannot be made active."""


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rotation ended."""

    active: str
    retired: tuple[str, ...]
