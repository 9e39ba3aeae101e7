"""From a store to a server that answers for it: opened, known to the other servers, given its first admin."""

import platform
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from lockwork.client.embedded import system_user
from lockwork.domain.errors import Refused
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import NewCode
from lockwork.server import running
from lockwork.server.logs import Log
from lockwork.server.running import Listening
from lockwork.service import server_store
from lockwork.service.gate import Gate
from lockwork.service.hosting import appoint_first_admin
from lockwork.service.presence import Presence
from lockwork.service.readiness import Readiness
from lockwork.service.server_store import Upgraded


class Stored(NamedTuple):
    """Where a server's store is, and where its root keys come from."""

    home: Path
    database_url: Sensitive | None
    """Of PostgreSQL; None: a folder of this host, the home."""
    root_key: str | None
    root_key_file: Path | None

    def opened(self) -> Gate:
        """Its gate; refused where it is of another schema, or under a root key that is not here."""
        if self.database_url is None:
            return server_store.open_folder_store(
                self.home, root_key=self.root_key, root_key_file=self.root_key_file
            )
        return server_store.open_server_store(
            self.database_url.reveal(), root_key=self.root_key, root_key_file=self.root_key_file
        )

    def upgraded(self) -> Upgraded:
        """Made, or brought to our schema."""
        if self.database_url is None:
            return server_store.upgrade_folder_store(
                self.home, root_key=self.root_key, root_key_file=self.root_key_file
            )
        return server_store.upgrade_server_store(
            self.database_url.reveal(), root_key=self.root_key, root_key_file=self.root_key_file
        )


class Host:
    """This process, serving one store."""

    def __init__(self, gate: Gate, listening: Listening, log: Log, presence: Presence) -> None:
        self._gate = gate
        self._listening = listening
        self._log = log
        self._presence = presence
        self._readiness = Readiness(gate.house)

    def setup_code(self) -> NewCode | None:
        """What lets the first admin in; None where there is one, or another server has told a code."""
        return self._readiness.setup_code(self._presence.name)

    def first_admin(self, name: str, password: Sensitive) -> bool:
        """Let this one administer the server; False where somebody does already, whose password stays."""
        try:
            return appoint_first_admin(self._gate, name, password, system_user=system_user())
        except Refused:  # another server, started at this moment, has made one
            return False

    def serve(self, opened: running.Opened) -> None:
        """Answer until told to end."""
        site = running.site_of(
            self._gate,
            self._listening,
            self._log,
            is_set_up=self._is_open,
            check_ready=self._check_ready,
        )
        running.serve(site, self._listening, opened)

    def _is_open(self) -> bool:
        self._presence.check_fits()
        return self._readiness.is_set_up()

    def _check_ready(self) -> None:
        self._presence.check_fits()
        self._readiness.check_ready()


@contextmanager
def hosted(gate: Gate, listening: Listening, log: Log) -> Iterator[Host]:
    """This process among the servers of a store, until the end of the block."""
    name = f"{platform.node() or 'server'}:{listening.port}/{uuid.uuid4().hex[:8]}"
    presence = Presence(gate.house, name, lambda failure: log.say("store-away", problem=failure.message))
    try:
        presence.join()
        presence.stay()
        yield Host(gate, listening, log, presence)
    finally:
        presence.leave()
        gate.close()
