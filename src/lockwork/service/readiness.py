"""Whether a store can be asked, and whether anyone administers it: for a server, which answers by that."""

from lockwork.crypto.keyring import parse_root_id
from lockwork.database import access, keys, servers, tokens
from lockwork.domain import ways_out
from lockwork.domain.errors import Tampered
from lockwork.domain.tokens import NewCode
from lockwork.service import codes
from lockwork.service.context import House


class Readiness:
    """Looks at one store."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._is_set_up = False

    def is_set_up(self) -> bool:
        """Whether someone can come in and administer it; asked of the database until it is so."""
        if not self._is_set_up:
            with self._house.database.reading() as tx:
                self._is_set_up = access.other_admins(tx) > 0
        return self._is_set_up

    def check_ready(self) -> None:
        """Raises what is wrong with the database, or that the active root key is not at hand."""
        with self._house.database.reading() as tx:
            active = keys.the_store(tx).active
        if active is None:
            raise Tampered("the store has no active root key", hint=ways_out.RESTORE)
        self._house.keyring[parse_root_id(active)]

    def setup_code(self, server: str = "") -> NewCode | None:
        """A fresh code for the first admin, and those of before are good no more.

        None where there is an admin, or another server that runs has told a code that is good still. All in
        one transaction: of servers that are started at once one tells a code, and that one is good.
        """
        with self._house.database.writing() as tx:
            now = self._house.clock()
            others = [other.started for other in servers.present(tx, now) if other.id != server]
            if access.other_admins(tx) or (others and tokens.has_code(tx, codes.SETUP, now, min(others))):
                return None
            return codes.make(tx, codes.SETUP, None, now)
