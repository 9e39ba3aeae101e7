"""Servers are killed and PostgreSQL is restarted under load: what was acknowledged stays, nothing is half."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from operator import ge
from pathlib import Path

import pytest
from tests.postgres import Postgres, Server, programs, server
from tests.server.conftest import Team, until

from lockwork.domain.errors import Unavailable

CLIENTS = 6


class Load:
    """Clients that create secrets, each of two keys with one value, and read them, until told to end."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self.acknowledged: dict[str, str] = {}
        self.tried: dict[str, str] = {}
        self.unforeseen: list[BaseException] = []
        self.writes = [0] * CLIENTS
        """How many of each client were acknowledged."""
        self._threads = [threading.Thread(target=self._client, args=(n,)) for n in range(CLIENTS)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        self.more(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def more(self, writes: int) -> None:
        """Wait until so many more writes were acknowledged."""
        wanted = len(self.acknowledged) + writes
        until(lambda: self.unforeseen or len(self.acknowledged) >= wanted)
        assert not self.unforeseen

    def more_of_each(self, writes: int, server: int) -> None:
        """The same, of each client of this server."""
        wanted = [done + writes for done in self.writes[server::2]]
        until(lambda: self.unforeseen or all(map(ge, self.writes[server::2], wanted)))
        assert not self.unforeseen

    def _client(self, number: int) -> None:
        with closing(self._team.client(number)) as client:
            for n in range(10**9):
                if self._ends.is_set():
                    return
                name = f"c{number}-{n}"
                self.tried[name] = value = f"value of {name}"
                try:
                    client.create_secret(name, {"a": value, "b": value})
                    with self._lock:
                        self.acknowledged[name] = value
                        self.writes[number] += 1
                    assert client.get_secret(name).secret_values == {"a": value, "b": value}
                except Unavailable:  # told so, exit code 3; nothing else may be told
                    pass
                except BaseException as failure:
                    self.unforeseen.append(failure)
                    return

    def check(self) -> None:
        """Every acknowledged write is there, and of the others all or nothing; the trail agrees."""
        assert not self.unforeseen
        with closing(self._team.client(0)) as client:
            there = {info.name: info for info in client.list_secrets(size=10_000).items}
            assert set(self.acknowledged) <= set(there) <= set(self.tried)
            for name in there:
                value = self.tried[name]
                assert client.get_secret(name).secret_values == {"a": value, "b": value}
            assert client.verify_audit().problems == ()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [2, pytest.param(40, marks=pytest.mark.soak)])
def test_a_killed_server_loses_no_acknowledged_write(team: Team, kills: int) -> None:
    """`kill -9` under load: clients of the other server go on; its own wait, and each goes on later."""
    with Load(team) as load:
        for n in range(kills):
            killed, other = n % 2, (n + 1) % 2
            team.servers[killed].kill()
            were = load.writes[killed::2]
            load.more_of_each(4, other)
            # At most what was answered when the server went: nothing is acknowledged that nobody keeps.
            assert all(now - was <= 1 for was, now in zip(were, load.writes[killed::2], strict=True))
            team.servers[killed].start()
            load.more_of_each(3, killed)
    load.check()


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """One that may be stopped."""
    programs()
    with server() as running:
        yield running


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "restarts", [(signal.SIGINT, signal.SIGQUIT), pytest.param([signal.SIGQUIT] * 25, marks=pytest.mark.soak)]
)
def test_postgresql_restarted_under_load_loses_no_acknowledged_write(
    own_postgres: Server, own_home: Path, restarts: tuple[signal.Signals, ...]
) -> None:
    """Sent away, or as by a power cut: what was acknowledged is there, and servers go on by themselves."""
    made = Team(own_home, Postgres(own_postgres.url).fresh())
    with closing(made):
        with Load(made) as load:
            for how in restarts:
                own_postgres.stop(how)
                until(lambda: made.servers[0].asks("/readyz") == 503)
                own_postgres.start()
                load.more(10)
        load.check()
