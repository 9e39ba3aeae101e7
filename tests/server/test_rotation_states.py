"""Rotation as a state machine: two servers with stale and fresh key files, killed and started again.

The servers are gates in this process, each with a keyring of its own file, on one PostgreSQL: what they tell
each other goes through the database alone, as between processes.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.postgres import Postgres
from tests.server.conftest import put_in_place

from lockwork.client.api import Client
from lockwork.crypto.keyring import Keyring, RootKey
from lockwork.domain.access import Role
from lockwork.domain.errors import LockworkError, Refused, RootKeyUnusable
from lockwork.domain.keys import KeyState
from lockwork.messages import Message
from lockwork.service.callers import Claim
from lockwork.service.presence import Presence
from lockwork.service.server_store import open_server_store, upgrade_server_store

SERVERS = st.integers(0, 1)
MINUTE = 60_000_000


class Node:
    """A server: its key file, and its gate while it runs."""

    def __init__(self, url: str, file: Path, clock: Any) -> None:
        self._url, self._clock = url, clock
        self.file = file
        self.client: Client | None = None
        self._names = itertools.count()

    def start(self) -> None:
        gate = open_server_store(self._url, root_key_file=self.file, clock=self._clock)
        self._presence = Presence(gate.house, f"{self.file.name}/{next(self._names)}", _unheard)
        try:
            self._presence.join()
        except LockworkError:
            gate.close()
            raise
        self._gate = gate
        self.client = Client(workspace="default", gateway=self)

    def send(self, message: Message[Any]) -> Any:
        return self._gate.answer(Claim("default", Role.OWNER), message)

    def beat(self) -> None:
        self._presence.beat()

    def kill(self) -> None:
        """Without a word to the others."""
        self._gate.close()
        self.client = None

    def close(self) -> None:
        if self.client is not None:
            self._presence.leave()
            self.kill()

    def holds(self) -> set[str]:
        return {key.id_text for key in Keyring.from_file(self.file)}


def _unheard(failure: LockworkError) -> None:
    raise AssertionError(failure)


class Rotation(RuleBasedStateMachine):
    """Whatever is done to key files and servers, every acknowledged value opens at every server that runs."""

    url: str
    folder: Path
    postgres: Postgres
    runs = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_767_225_600_000_000
        url, folder = self.postgres.fresh(), self.folder / str(next(self.runs))
        folder.mkdir()
        files = [folder / "keys-0", folder / "keys-1"]
        Keyring.create_file(files[0])
        files[1].write_bytes(files[0].read_bytes())
        files[1].chmod(0o600)
        upgrade_server_store(url, root_key_file=files[0])
        self.nodes = [Node(url, file, self._clock) for file in files]
        for node in self.nodes:
            node.start()
        self.acknowledged: dict[str, str] = {}
        self.handed_out: list[RootKey] = []
        self.count = itertools.count()

    def _clock(self) -> int:
        self.now += 1000
        return self.now

    def _running(self, server: int) -> Client | None:
        """The client of this server, or of the other where that has been killed."""
        return self.nodes[server].client or self.nodes[1 - server].client

    @rule(server=SERVERS)
    def write(self, server: int) -> None:
        if client := self._running(server):
            name, value = f"s{next(self.count) % 5}", f"value {next(self.count)}"
            if name in self.acknowledged:
                client.update_secret(name, add_or_update_values={"k": value})
            else:
                client.create_secret(name, {"k": value})
            self.acknowledged[name] = value

    @rule(servers=st.sets(SERVERS, min_size=1))
    def hand_out(self, servers: set[int]) -> None:
        """A new key to both, or to one alone: the other's file is stale."""
        key = RootKey.generate()
        self.handed_out.append(key)
        for server in servers:
            self._add(server, key)
            self.beat(server)

    @precondition(lambda self: self.handed_out)
    @rule(server=SERVERS)
    def catch_up(self, server: int) -> None:
        """A stale file gets what the other has."""
        for key in self.handed_out:
            if key.id_text not in self.nodes[server].holds():
                self._add(server, key)

    @rule(server=SERVERS)
    def lose(self, server: int) -> None:
        """An older file comes back, without a key that nothing was wrapped by yet."""
        node = self.nodes[server]
        if not (client := self._running(server)):
            return
        in_use = {key.id for key in client.list_keys() if key.state is not KeyState.WAITING}
        lost = [key for key in self.handed_out if key.id_text in node.holds() - in_use]
        if lost:  # the newest, which would be made active next
            lines = node.file.read_text().splitlines(keepends=True)
            put_in_place(node.file, "".join(line for line in lines if lost[-1].reveal() not in line))
            self.beat(server)  # as it does by itself, within a second

    def _add(self, server: int, key: RootKey) -> None:
        with self.nodes[server].file.open("a") as file:
            file.write(key.reveal() + "\n")

    @rule(server=SERVERS)
    def beat(self, server: int) -> None:
        if self.nodes[server].client:
            self.nodes[server].beat()

    @rule(server=SERVERS)
    def kill(self, server: int) -> None:
        if self.nodes[server].client:
            self.nodes[server].kill()

    @rule(server=SERVERS)
    def start(self, server: int) -> None:
        """One whose file lacks what is active does not come up before it is brought up to date."""
        node = self.nodes[server]
        if node.client:
            return
        try:
            node.start()
        except RootKeyUnusable:
            self.catch_up(server)
            node.start()

    @rule(minutes=st.integers(0, 2))
    def wait(self, minutes: int) -> None:
        """Who runs is heard of meanwhile; who was killed is not."""
        self.now += minutes * MINUTE
        for node in self.nodes:
            if node.client:
                node.beat()

    @rule(server=SERVERS, is_prepared=st.booleans())
    def add(self, server: int, is_prepared: bool) -> None:
        """As its owner would do it, with a new key in both files; or without looking."""
        if client := self._running(server):
            if is_prepared:
                self.hand_out({0, 1})
            try:
                added = client.add_key().id
            except Refused:
                return
            self._note_own(added)

    def _note_own(self, added: str) -> None:
        """What a lone server made by itself is handed on by its owner, as any other key."""
        for node in self.nodes:
            for key in Keyring.from_file(node.file):
                if key.id_text == added and added not in {k.id_text for k in self.handed_out}:
                    self.handed_out.append(key)

    @rule(server=SERVERS, reseal=st.booleans())
    def activate(self, server: int, reseal: bool) -> None:
        if client := self._running(server):
            try:
                active = client.activate_key(reseal=reseal).id
            except Refused:
                return
            for node in self.nodes:
                assert node.client is None or active in node.holds(), "made active while one lacks it"

    @rule(server=SERVERS, size=st.integers(1, 3))
    def rewrap(self, server: int, size: int) -> None:
        if client := self._running(server):
            client.rewrap_versions(size=size)

    @rule(server=SERVERS)
    def retire(self, server: int) -> None:
        if client := self._running(server):
            for id_ in client.retire_keys().retired:
                assert {key.id: key.wraps for key in client.list_keys()}[id_] == 0

    @invariant()
    def everything_opens_everywhere(self) -> None:
        for node in self.nodes:
            if node.client:
                for name, value in self.acknowledged.items():
                    assert node.client.get_secret(name).secret_values == {"k": value}

    def teardown(self) -> None:
        """At the end a rotation comes through: then only the active key is needed."""
        try:
            for server in (0, 1):
                self.catch_up(server)
                self.start(server)
                self.nodes[server].beat()
            client = self.nodes[0].client
            assert client is not None
            self.now += 2 * MINUTE  # whoever was killed counts no more
            for node in self.nodes:
                node.beat()
            if not any(key.state is KeyState.WAITING for key in client.list_keys()):
                key = RootKey.generate()
                self._add(0, key)
                self._add(1, key)
                self.handed_out.append(key)
                self.beat(0)
                self.beat(1)
                client.add_key()
            client.activate_key()
            while client.rewrap_versions(size=50):
                pass
            client.retire_keys()
            self.everything_opens_everywhere()
            assert {k.state for k in client.list_keys() if k.wraps} <= {KeyState.ACTIVE}
            assert client.verify_audit().problems == ()
        finally:
            for node in self.nodes:
                node.close()


def _run(postgres: Postgres, folder: Path, examples: int, steps: int) -> None:
    machine = type("OnThisServer", (Rotation,), {"postgres": postgres, "folder": folder})
    run_state_machine_as_test(
        machine, settings=settings(settings.default, max_examples=examples, stateful_step_count=steps)
    )


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("examples", "steps"), [(15, 40), pytest.param(400, 60, marks=pytest.mark.soak)], ids=["few", "many"]
)
def test_every_acknowledged_value_opens(
    postgres: Postgres, own_home: Path, examples: int, steps: int
) -> None:
    """In whichever order servers, key files and steps of a rotation come; and in the end it comes through."""
    _run(postgres, own_home, examples, steps)
