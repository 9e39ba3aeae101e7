"""A server process among those of its store: it says that it is there, and which root keys it holds.

A root key is made active only while every server holds it. So a server joins behind the lock that the switch
takes too, is heard of every ten seconds, and within a second after its keyring file was changed. As it is the
one who looks every second, it also has written down what was counted of strangers.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

from lockwork.crypto.keyring import parse_root_id
from lockwork.database import keys, servers
from lockwork.database.engine import Transaction
from lockwork.database.keys import SCHEMA
from lockwork.domain.errors import LockworkError, Outdated
from lockwork.service.context import House

BEAT = 10.0
LOOK = 1.0
"""Seconds between two words to the database, and between two looks at the keyring file."""
_OLDER_STORE = (
    "on its host: stop every server of the store, then lockwork server upgrade, and start them again"
)
_NEWER_STORE = (
    "on its host: stop this server, and start the newer Lockwork that upgraded the store in its place"
)


class Presence:
    """Of one process. `told` hears of what goes wrong, once each time that it begins to."""

    def __init__(self, house: House, name: str, told: Callable[[LockworkError], object]) -> None:
        self._house = house
        self.name = name
        """By which it is told apart from the others."""
        self._told = told
        self._failure: str | None = None
        self._misfit: Outdated | None = None
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._stay, name="presence", daemon=True)

    def join(self) -> None:
        """From here on the others reckon with this server; refused where it could not open what is active."""
        with self._house.database.writing() as tx:
            _check_schema(keys.the_store(tx).schema)
            self._house.keyring[parse_root_id(keys.active(tx))]
            self._tell(tx)

    def stay(self) -> None:
        """Say so again and again, from a thread of its own."""
        self._thread.start()

    def leave(self) -> None:
        """Nobody waits for this server any more."""
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join()
        with suppress(LockworkError), self._house.database.appending() as tx:
            servers.forget(tx, self.name, self._house.clock())

    def check_fits(self) -> None:
        """`Outdated` from when another Lockwork has upgraded the store under this one, to the end."""
        if self._misfit is not None:
            raise Outdated(self._misfit.message, hint=self._misfit.hint)

    def _stay(self) -> None:
        held, since = self._held(), 0.0
        while not self._ends.wait(LOOK):
            since += LOOK
            self._look()
            self._house.strangers.write_due(self._house.clock)
            if since >= BEAT or self._held() != held or self._failure is not None:
                held, since = self._held(), 0.0
                self._say()

    def beat(self) -> None:
        """Look at the keyring file, and tell the database."""
        self._look()
        self._say()

    def _look(self) -> None:
        with suppress(LockworkError):  # spoilt meanwhile: what was read before goes on
            self._house.keyring.look_again()

    def _say(self) -> None:
        try:
            with self._house.database.appending() as tx:
                schema = keys.the_store(tx).schema
                self._tell(tx)
        except LockworkError as failure:
            if self._failure != failure.message:
                self._told(failure)
            self._failure = failure.message
            return
        self._failure = None
        try:
            _check_schema(schema)
        except Outdated as misfit:
            if self._misfit is None:
                self._told(misfit)
            self._misfit = misfit

    def _tell(self, tx: Transaction) -> None:
        servers.tell(tx, self.name, self._held(), self._house.clock())

    def _held(self) -> frozenset[str]:
        return frozenset(key.id_text for key in self._house.keyring)


def _check_schema(schema: int) -> None:
    if schema != SCHEMA:
        raise Outdated(
            f"the store has schema {schema}, and this server serves schema {SCHEMA}",
            hint=_OLDER_STORE if schema < SCHEMA else _NEWER_STORE,
        )
