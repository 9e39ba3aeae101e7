"""What a handler works with: the transaction, what its caller sees, the vault, the time."""

import uuid
from collections.abc import Callable, Iterable
from typing import NamedTuple

from lockwork.crypto.keyring import Keyring
from lockwork.database.engine import Database, Transaction
from lockwork.domain.access import Caller, Permission, Sight, who_may
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.errors import NotPermitted
from lockwork.domain.runs import Fetched
from lockwork.domain.secrets import KEPT_DAYS_AFTER_DELETE, KEPT_VERSIONS, SecretScope
from lockwork.service.callers import Door
from lockwork.service.patience import Patience
from lockwork.service.recording import Recorder
from lockwork.service.strangers import Strangers
from lockwork.service.trail import Trail
from lockwork.vaults.builtin import BuiltinVault

AUDIT_KEY = "audit"
"""What the audit key's wrapping is bound to."""

Clock = Callable[[], int]
"""Microseconds since 1970, UTC."""


def new_id() -> str:
    """An id for anything that is kept."""
    return str(uuid.uuid4())


class Policy(NamedTuple):
    """How long what is replaced or deleted is kept."""

    kept_versions: int = KEPT_VERSIONS
    """The current one counts: below 1 is as 1."""
    kept_days: int = KEPT_DAYS_AFTER_DELETE


class House(NamedTuple):
    """What is the same for every message of a store."""

    store: str
    """The store's id."""
    database: Database
    keyring: Keyring
    vault: BuiltinVault
    trail: Trail
    clock: Clock
    policy: Policy
    recorder: Recorder
    """Writes what must be on disk before an answer leaves, and changes nothing else."""
    patience: Patience
    strangers: Strangers


class Context:
    """What is given to the handler of one message. The gate has decided; a handler checks no permission."""

    def __init__(
        self, house: House, tx: Transaction, caller: Caller, sight: Sight, *, needs: Permission, now: int
    ) -> None:
        self.house = house
        self.tx = tx
        self.caller = caller
        self.sight = sight
        """What the caller may see; of messages outside workspaces, the default workspace's."""
        self.needs = needs
        """The permission that the message asks for."""
        self.now = now
        self.subjects: list[Subject] = []
        self.outcome = Outcome.DONE
        """What the record says: a run that may not begin is kept, and was refused."""
        self.detail: str | None = None
        """In a few words of ours, what the subjects do not say, such as a name of before."""
        self.used_before: int | None = None
        """When the token that was shown was last used before now."""
        self.fetched: Fetched | None = None
        """What a step is given of its own asking: written into its run with the audit record."""

    @property
    def vault(self) -> BuiltinVault:
        return self.house.vault

    @property
    def policy(self) -> Policy:
        return self.house.policy

    def check_acts_in(self, scope: SecretScope, what: str) -> None:
        """Refuse what the caller may know of there and may not do; who may not know sees nothing there."""
        if scope not in self.sight.acting:
            raise NotPermitted(
                f"user {self.caller.name!r} may not do this with {what}: it needs {self.needs}",
                hint=who_may(self.needs),
            )

    def about(self, subject: Subject) -> None:
        """Say what the audit record of this message is about; several make several records."""
        self.subjects.append(subject)

    def about_all(self, subjects: Iterable[Subject]) -> None:
        self.subjects += subjects

    def new_id(self) -> str:
        return new_id()

    def forget_removed(self) -> None:
        """After the commit, leave nothing of what was removed in any file of the store."""
        self._afterwards(self.house.database.forget_removed)

    def forget_pruned(self) -> None:
        """The same for what went by itself, if nobody is reading: a write is not held up for it."""
        self._afterwards(self.house.database.forget_pruned)

    def _afterwards(self, act: Callable[[], None]) -> None:
        if act not in self.tx.afterwards:
            self.tx.afterwards.append(act)


class Porch(NamedTuple):
    """What is given to the handler of a message that is asked by who has no name yet.

    It opens its own transactions, and records by itself what it did.
    """

    house: House
    door: Door
