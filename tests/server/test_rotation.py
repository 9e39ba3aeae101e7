"""The root key is rotated while two servers answer, each with a key file of its own."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest
from tests.postgres import run
from tests.server.conftest import Team, command, put_in_place, until

from lockwork.client.api import Client
from lockwork.crypto.keyring import RootKey
from lockwork.domain.errors import Refused, RootKeyUnusable
from lockwork.domain.keys import KeyState
from lockwork.service.server_store import open_server_store


def add_line(team: Team, server: int, key: RootKey) -> None:
    with team.key_files[server].open("a") as file:
        file.write(key.reveal() + "\n")


def rotate(team: Team, *words: str) -> tuple[int, str]:
    """`lockwork key rotate`, from a client."""
    said = command(
        "key", "rotate", *words,
        LOCKWORK_URL=team.servers[0].url, LOCKWORK_TOKEN=team.token.reveal(),
    )  # fmt: skip
    return said.returncode, said.stdout + said.stderr


class Busy:
    """Reads and writes at both servers; none may fail."""

    def __init__(self, team: Team) -> None:
        self._ends = threading.Event()
        self.failures: list[BaseException] = []
        self.rounds = [0] * 4
        self._threads = [threading.Thread(target=self._work, args=(team.client(n), n)) for n in range(4)]

    def __enter__(self) -> Busy:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()
        assert self.failures == []
        assert all(self.rounds)

    def _work(self, client: Client, number: int) -> None:
        with closing(client):
            try:
                while not self._ends.is_set():
                    value = f"{number}-{self.rounds[number]}"
                    client.update_secret(f"s{number}", add_or_update_values={"k": value})
                    for n in range(4):
                        client.get_secret(f"s{n}")
                    assert client.get_secret(f"s{number}").secret_values == {"k": value}
                    self.rounds[number] += 1
            except BaseException as failure:
                self.failures.append(failure)


def test_a_root_key_is_rotated_under_load(team: Team) -> None:
    """No request fails; refused until every server holds the new key; then the old one opens nothing."""
    old, new = RootKey.parse(_only_key(team)), RootKey.generate()
    with closing(team.client(0)) as client:
        for n in range(4):
            client.create_secret(f"s{n}", {"k": "first"})
        client.create_secret("gone", {"k": "v"})
        client.delete_secret("gone")
        with Busy(team):
            code, said = rotate(team)
            assert (code, "2 servers run" in said) == (1, True), said
            assert "key generate" in said
            add_line(team, 0, new)
            code, said = rotate(team)
            assert (code, "2 servers run" in said) == (1, True), said
            add_line(team, 1, new)
            until(lambda: rotate(team)[0] == 0)
        assert {key.id: (key.state, key.lacking) for key in client.list_keys()} == {
            old.id_text: (KeyState.RETIRED, ()),
            new.id_text: (KeyState.ACTIVE, ()),
        }
        client.undelete_secret("gone")
        assert client.get_secret("gone").secret_values == {"k": "v"}
        assert client.verify_audit().problems == ()
    wrapped = "SELECT DISTINCT root_key FROM secret_versions UNION SELECT audit_key_root FROM store"
    assert run(team.url, wrapped) == [(new.id_text,)]
    with pytest.raises(RootKeyUnusable, match=new.id_text):
        open_server_store(team.url, root_key=old.reveal())


def test_a_key_that_is_handed_out_is_gone_on_with(team: Team) -> None:
    """`key list` and the refusal name it and who lacks it, and none is made beside it."""
    new = RootKey.generate()
    with closing(team.client(0)) as client:
        add_line(team, 0, new)
        until(lambda: len(client.list_keys()) > 1)
        handed_out = client.list_keys()[-1]
        assert (handed_out.id, handed_out.state) == (new.id_text, KeyState.HANDED_OUT)
        assert [f":{team.servers[1].port}/" in server for server in handed_out.lacking] == [True]
        for _ in range(2):
            code, said = rotate(team)
            assert (code, new.id_text in said, "key generate" in said) == (1, True, False), said
            assert f":{team.servers[1].port}/" in said
            assert f":{team.servers[0].port}/" not in said
        add_line(team, 1, new)
        until(lambda: rotate(team)[0] == 0)
        assert [(k.id, k.state) for k in client.list_keys()][1:] == [(new.id_text, KeyState.ACTIVE)]


def test_a_key_that_a_server_has_lost_is_not_made_active(team: Team) -> None:
    """The refusal names that server and no other; a retired key goes only once no file holds it any more."""
    new = RootKey.generate()
    with closing(team.client(0)) as client:
        before = team.key_files[1].read_text()
        add_line(team, 0, new)
        add_line(team, 1, new)
        until(lambda: _is_added(client))
        put_in_place(team.key_files[1], before)
        until(lambda: client.list_keys()[-1].lacking)
        with pytest.raises(Refused, match=f":{team.servers[1].port}/") as refused:
            client.activate_key()
        assert f":{team.servers[0].port}/" not in str(refused.value)
        add_line(team, 1, new)
        until(lambda: not client.list_keys()[-1].lacking)
        assert rotate(team)[0] == 0
        (retired,) = [key.id for key in client.list_keys() if key.state is KeyState.RETIRED]
        with pytest.raises(Refused, match="is still held by"):
            client.destroy_key(retired)
        for file in team.key_files:
            put_in_place(file, new.reveal() + "\n")
        until(lambda: _is_destroyed(client, retired))
        until(lambda: [key.id for key in client.list_keys()] == [new.id_text])  # both have read their files


def _only_key(team: Team) -> str:
    lines = team.key_files[0].read_text().splitlines()
    return next(line.partition("#")[0].strip() for line in lines if line.startswith("lwk1_"))


def _is_added(client: Client) -> bool:
    try:
        client.add_key()
    except Refused:
        return False
    return True


def _is_destroyed(client: Client, key: str) -> bool:
    try:
        client.destroy_key(key)
    except Refused:
        return False
    return True
