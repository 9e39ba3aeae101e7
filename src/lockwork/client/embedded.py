"""The gateway to the embedded store: in this process, on SQLite, with no server."""

import os
import pwd
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lockwork.domain.access import Role
from lockwork.messages import Message

if TYPE_CHECKING:
    from lockwork.service.context import Clock, Policy
    from lockwork.service.gate import Gate

R = TypeVar("R")


class Embedded:
    """Opens the store in `folder` when it is first asked; the caller is the owner of this store.

    Safe in several threads and after a fork: each thread and process has a connection of its own.
    """

    def __init__(
        self,
        folder: Path,
        *,
        user: str,
        root_key: str | None = None,
        root_key_file: Path | None = None,
        policy: "Policy | None" = None,
        clock: "Clock | None" = None,
        watch: Callable[[str], object] | None = None,
    ) -> None:
        self._folder = folder.absolute()  # whatever folder the process is in when it is opened
        self._user = user
        self._root_key = root_key
        self._root_key_file = root_key_file
        self._policy = policy
        self._clock = clock
        self._watch = watch
        self._gate: Gate | None = None

    def send(self, message: Message[R]) -> R:
        """The answer, or a failure from `lockwork.domain.errors`."""
        from lockwork.service.callers import (
            Claim,  # lazy: constructing a Client opens nothing and loads nothing
        )

        claim = Claim(user=self._user, role=Role.OWNER, system_user=system_user())
        return self._opened().answer(claim, message)

    def close(self) -> None:
        """Close the store's connections; a later `send` opens them again."""
        if self._gate is not None:
            self._gate.close()
            self._gate = None

    def _opened(self) -> "Gate":
        if self._gate is None:
            from lockwork.service import assembly  # lazy: a client that asks nothing needs no database

            # Two threads may both open: the later gate wins, and either is whole.
            self._gate = assembly.open_store(
                self._folder,
                root_key=self._root_key,
                root_key_file=self._root_key_file,
                policy=self._policy,
                clock=self._clock or assembly.microseconds_now,
                watch=self._watch,
            )
        return self._gate


def system_user() -> str:
    """The operating system's user, for the audit trail: beside the claimed one, not instead of it."""
    return _name_of(os.getuid())


@cache
def _name_of(uid: int) -> str:
    """Asked of the system alone: what the environment says of it, anyone can set."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # an id without an entry, as in containers
        return str(uid)
