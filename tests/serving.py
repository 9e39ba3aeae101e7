"""A team's server in this process: real, on loopback, with people who are members of its workspace."""

from __future__ import annotations

from pathlib import Path

from tests.contract.conftest import Served

from lockwork.client import credentials
from lockwork.client.api import Client
from lockwork.client.credentials import Server
from lockwork.client.http import Http
from lockwork.domain.access import Role
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import CreateUser, PutMember
from lockwork.service.gate import Gate
from lockwork.settings import Settings


class Team:
    """Its server and how to come in; `default` administers it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._served = Served(gate)
        self.url = self._served.url
        self.admin = Client(gateway=Http(self.url, self._served.token_of("default")))

    def token(self, user: str, role: Role | None = None) -> Sensitive:
        """A token of this user, who becomes a member in this role."""
        if role is not None:
            self.admin.send(CreateUser(name=user))
            self.admin.send(PutMember(workspace="default", user=user, role=role))
        return self._served.token_of(user)

    def log_in(self, user: str, role: Role | None = None) -> Path:
        """As `lockwork login` leaves it: all that is done in this home asks the server as this user."""
        return credentials.keep(Settings.load(), Server(self.url, self.token(user, role), user))

    def go_away(self) -> None:
        """The server ends. Whoever has asked it is told that it is away."""
        self._served.close()

    def come_back(self) -> None:
        """At the same address."""
        self._served = Served(self._gate, int(self.url.rpartition(":")[2]))

    def close(self) -> None:
        self.admin.close()
        self._served.close()
