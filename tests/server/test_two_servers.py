"""Two server processes on one PostgreSQL behave as one."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from tests.server.conftest import Team

from lockwork.domain.errors import VersionMismatch
from lockwork.messages import Listing

SECRETS = ("one", "two", "three")


class Model:
    """What was acknowledged: each version's value, and each key that was put in beside."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.values: dict[str, dict[int, str]] = defaultdict(dict)
        self.keys: dict[str, set[str]] = defaultdict(set)

    def acknowledged(self, name: str, version: int, value: str, key: str | None = None) -> None:
        with self._lock:
            assert version not in self.values[name], "two writes were told the same version"
            self.values[name][version] = value
            self.keys[name] |= {key} if key else set()

    def newest(self, name: str) -> int:
        with self._lock:
            return max(self.values[name], default=0)


def work(team: Team, model: Model, number: int, operations: int) -> None:
    """One client: random operations, each checked against what was acknowledged before it began."""
    chance = random.Random(number)
    with closing(team.client(number)) as client:
        for n in range(operations):
            name, value = chance.choice(SECRETS), f"{number}-{n}"
            least = model.newest(name)
            match chance.randrange(4):
                case 0:
                    seen = client.get_secret(name)
                    assert seen.version >= least, "a stale read after an acknowledged write"
                    known = model.values[name].get(seen.version)
                    assert known in (None, seen.secret_values["k"])
                case 1:
                    assert client.describe_secret(name).version >= least
                case 2:  # with others: both keys in one step, and nobody else's are lost
                    beside = f"c{number}_{n}"
                    changed = client.update_secret(name, add_or_update_values={"k": value, beside: value})
                    model.acknowledged(name, changed.version, value, beside)
                case 3:  # or only where nobody was faster
                    seen = client.describe_secret(name)
                    try:
                        changed = client.update_secret(
                            name, add_or_update_values={"k": value}, if_version=seen.version
                        )
                    except VersionMismatch:
                        continue
                    assert changed.version == seen.version + 1
                    model.acknowledged(name, changed.version, value)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("operations", [12, pytest.param(400, marks=pytest.mark.soak)])
def test_sixteen_clients_lose_nothing_and_read_nothing_stale(team: Team, operations: int) -> None:
    """On two servers no update is lost, no read is older than an acknowledged write, no trail forks."""
    model = Model()
    with closing(team.client(0)) as client:
        for name in SECRETS:
            model.acknowledged(name, client.create_secret(name, {"k": "first"}).version, "first")
        with ThreadPoolExecutor(16) as pool:
            for done in [pool.submit(work, team, model, n, operations) for n in range(16)]:
                done.result()
        for name in SECRETS:
            newest = model.newest(name)
            assert sorted(model.values[name]) == list(range(1, newest + 1))
            now = client.get_secret(name)
            assert (now.version, now.secret_values["k"]) == (newest, model.values[name][newest])
            assert set(now.keys) == {"k"} | model.keys[name]
        assert client.verify_audit().problems == ()
        head = client.audit_head().number
        records = client.list_audit(Listing(sort_by="asc:number", size=10_000)).items
        assert [record.number for record in records] == list(range(1, head + 1))[: len(records)]
