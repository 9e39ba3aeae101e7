"""What every vault does: keep, give and forget values, by secret and version, in batches."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from lockwork.database.engine import Transaction
from lockwork.domain.sensitive import Sensitive


class VersionOf(NamedTuple):
    """One version of one secret, and the namespace that its values are bound to."""

    secret: str
    """The secret's id."""
    version: int
    namespace: str


class Fetch(NamedTuple):
    """Which values to give: those of a version, all or only some keys."""

    at: VersionOf
    keys: tuple[str, ...] | None = None


class Vault(Protocol):
    """Values go in and come out only as `Sensitive`."""

    def put(
        self,
        tx: Transaction,
        at: VersionOf,
        values: Mapping[str, Sensitive],
        *,
        by: str,
        now: int,
        changed: Sequence[str] | None,
    ) -> None:
        """Keep a new version with all its values; `changed` says which differ from the version before."""
        ...

    def get(self, tx: Transaction, wanted: Sequence[Fetch]) -> list[dict[str, Sensitive]]:
        """The values, in the order asked; `Tampered` where what is stored was changed or moved."""
        ...

    def destroy(self, tx: Transaction, secret: str, versions: Iterable[int]) -> None:
        """Make versions unreadable for good; their numbers, dates and key names stay."""
        ...
