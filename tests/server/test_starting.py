"""How a server starts, what it refuses, and how it ends."""

from __future__ import annotations

import gzip
import html
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from tests.postgres import Postgres, run
from tests.server.conftest import ADMIN, PASSWORD, Running, command, until, with_admin

from lockwork.client.http import Http
from lockwork.crypto.keyring import Keyring, RootKey
from lockwork.database.keys import SCHEMA
from lockwork.domain.errors import NotLoggedIn, NotReady, Outdated
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import LogIn, SetUp, WhoAmI
from lockwork.messages.secrets import ListSecrets
from lockwork.service.server_store import upgrade_server_store

RELEASED = Path(__file__).parents[1] / "integration" / "data"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_ends_before_the_server_does(alone: Running, how: signal.Signals) -> None:
    """Told to end in the middle of a body, it answers that, then ends as having done its work."""
    token = alone.token().reveal()
    body = json.dumps({"name": "db", "values": {"k": "v"}}).encode()
    head = (
        f"POST /v1/workspaces/default/secrets HTTP/1.1\r\nHost: 127.0.0.1:{alone.port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", alone.port)) as line:
        line.sendall(head.encode() + body[:5])
        assert alone.process is not None
        until(lambda: _under_way(alone) == 2)  # that one, and the question itself
        alone.process.send_signal(how)
        until(lambda: _refuses(alone.port))
        line.sendall(body[5:])
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 201"), answer
    assert alone.process.wait(30) == 0
    with closing(alone.start().client(alone.token())) as client:
        assert client.get_secret("db").secret_values == {"k": "v"}


def _under_way(server: Running) -> float:
    lines = httpx2.get(server.url + "/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith("lockwork_requests_under_way ")).split()[1])


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return True
    return False


def test_the_first_admin_comes_in_by_a_code_that_is_told_until_there_is_one(own_home: Path) -> None:
    """Before that nothing else is answered, and no password opens anything; afterwards no code is told."""
    with closing(Running(own_home / "server").start()) as server, closing(Http(server.url, None)) as way_in:
        for message in (
            WhoAmI(),
            ListSecrets(workspace="default"),
            LogIn(name="default", password=_hidden()),
        ):
            with pytest.raises(NotReady):
                way_in.send(message)
        code = next(line for line in server.said.splitlines() if "comes in by" in line).split()[-1]
        assert (
            f"hint: in a browser: {server.url}/setup; here: lockwork login {server.url} --setup"
            in server.said
        )
        assert way_in.send(SetUp(code=Sensitive(code), name=ADMIN, password=_hidden())).token.owner == ADMIN
        server.stop()
        told = server.said
        server.start()
        assert "comes in by" not in server.said.removeprefix(told)


def _hidden() -> Sensitive:
    return Sensitive(PASSWORD)


def test_the_first_admin_may_have_a_password_from_a_file(alone: Running, own_home: Path) -> None:
    """It is in no log and no process list, leaves no token, and changes nothing once there is an admin."""
    assert PASSWORD not in alone.said
    assert alone.process is not None
    assert PASSWORD.encode() not in Path(f"/proc/{alone.process.pid}/cmdline").read_bytes()
    with closing(alone.client(alone.token())) as client:
        assert client.active_user.admin
    alone.stop()
    (own_home / "password").write_text("another passphrase altogether\n")
    alone.start()
    with closing(Http(alone.url, None)) as way_in, pytest.raises(NotLoggedIn):
        way_in.send(LogIn(name=ADMIN, password=Sensitive("another passphrase altogether")))
    assert alone.token()


def test_without_tls_it_listens_to_this_machine_alone(own_home: Path) -> None:
    """Refused with what to do, unless a proxy in front is named; a name in --host is no way around it."""
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.invalid"):
        said = command("server", "start", "--host", host, "--port", "0")
        assert said.returncode == 1, said
        assert "--tls-cert" in said.stderr
        assert "--behind-proxy" in said.stderr
    assert not (own_home / "server").exists()
    behind = Running(own_home / "server", "--host", "0.0.0.0", "--behind-proxy", "10.0.0.0/8")
    with closing(behind.start(wait=False)):
        until(lambda: "listening on" in behind.said)


def test_a_database_that_cannot_be_asked_is_told_without_its_password(own_home: Path) -> None:
    """Wherever the URL came from; on a command line it is warned of, too."""
    url = "postgresql://someone:hunter2-of-the-url@127.0.0.1:1/lockwork"
    file = own_home / "url"
    file.write_text(url + "\n")
    keys = Keyring.create_file(own_home / "keys").source
    ways = [
        (("--database-url", url), {}),
        (("--database-url", f"@{file}"), {}),
        ((), {"LOCKWORK_DATABASE_URL": url}),
    ]
    for verb in ("start", "upgrade"):
        for words, environment in ways:
            said = command("server", verb, *words, LOCKWORK_ROOT_KEY_FILE=keys, **environment)
            assert said.returncode == 3, said
            assert "hunter2" not in said.stdout + said.stderr
            assert "127.0.0.1:1 refuses connections" in said.stderr
            assert ("--database-url @FILE" in said.stderr) == (url in words)


def test_a_server_on_postgresql_makes_no_root_key(postgres: Postgres, own_home: Path) -> None:
    """Neither starting nor upgrading does; with one given, `upgrade` makes the store, once."""
    url = postgres.fresh()
    for verb in ("start", "upgrade"):
        said = command("server", verb, LOCKWORK_DATABASE_URL=url)
        assert (said.returncode, "lockwork key generate" in said.stderr) == (3, True), said
    with_key = {"LOCKWORK_DATABASE_URL": url, "LOCKWORK_ROOT_KEY": RootKey.generate().reveal()}
    said = command("server", "start", **with_key)
    assert (said.returncode, "lockwork server upgrade" in said.stderr) == (3, True), said
    for was in (None, SCHEMA):
        said = command("server", "upgrade", "--output", "json", **with_key)
        assert said.returncode == 0, said
        assert json.loads(said.stdout)["was"] == was
    assert (
        command(
            "server", "start", **{**with_key, "LOCKWORK_ROOT_KEY": RootKey.generate().reveal()}
        ).returncode
        == 3
    )


@pytest.mark.parametrize(
    ("schema", "hint"), [(SCHEMA - 1, "lockwork server upgrade"), (SCHEMA + 1, "newer Lockwork")]
)
@pytest.mark.parametrize("where", ["folder", "postgres"])
def test_a_store_of_another_schema_is_not_served(
    postgres: Postgres, own_home: Path, where: str, schema: int, hint: str
) -> None:
    """An older one waits for `upgrade`, a newer one for its own Lockwork; nothing is changed by asking."""
    environment = {"LOCKWORK_HOME": str(own_home / "home")}
    assert command("secret", "list", **environment).returncode == 0
    if where == "folder":
        with closing(sqlite3.connect(own_home / "home" / "lockwork.db")) as database, database:
            database.execute("UPDATE store SET schema = ?", (schema,))
    else:
        environment |= {
            "LOCKWORK_DATABASE_URL": postgres.fresh(),
            "LOCKWORK_ROOT_KEY": RootKey.generate().reveal(),
        }
        url = environment["LOCKWORK_DATABASE_URL"]
        upgrade_server_store(url, root_key=environment["LOCKWORK_ROOT_KEY"])
        run(url, f"UPDATE store SET schema = {schema}")
    said = command("server", "start", "--port", "0", **environment)
    assert said.returncode == 3, said
    assert f"schema {schema}" in said.stderr
    assert hint in said.stderr


def test_a_store_of_the_release_before_is_upgraded_by_the_host(own_home: Path) -> None:
    """`server upgrade` does what a server refuses to do by itself; then it serves."""
    home = own_home / "server" / "home"
    home.mkdir(mode=0o700, parents=True)
    (home / "lockwork.db").write_bytes(gzip.decompress((RELEASED / "schema-1.db.gz").read_bytes()))
    shutil.copy(RELEASED / "schema-1.keyring", home / "keyring")
    for path in home.iterdir():
        path.chmod(0o600)
    server = Running(own_home / "server", *with_admin(own_home))
    with closing(server):
        assert server.start(wait=False).ended() == 3
        assert "lockwork server upgrade" in server.said
        said = command("server", "upgrade", LOCKWORK_HOME=str(home))
        assert f"schema 1 became {SCHEMA}" in said.stdout, said
        server.start()


@pytest.mark.parametrize(
    ("schema", "way_out"),
    [
        (SCHEMA + 1, "stop this server, and start the newer Lockwork"),
        (SCHEMA - 1, "stop every server of the store, then lockwork server upgrade"),
    ],
)
def test_a_server_stops_answering_when_its_store_is_upgraded_under_it(
    own_home: Path, postgres: Postgres, schema: int, way_out: str
) -> None:
    """It says so in its log, at /readyz and to who asks, with what helps, and begins no change that another
    schema would not bear."""
    keys = own_home / "keys"
    Keyring.create_file(keys)
    url = postgres.fresh()
    upgrade_server_store(url, root_key_file=keys)
    environment = {"LOCKWORK_DATABASE_URL": url, "LOCKWORK_ROOT_KEY_FILE": str(keys)}
    with closing(Running(own_home / "server", *with_admin(own_home), **environment).start()) as server:
        client = server.client(server.token())
        with closing(client):
            client.create_secret("db", {"k": "v"})
            run(url, f"UPDATE store SET schema = {schema}")
            with keys.open("a") as file:  # at which it speaks with the database at once
                file.write(RootKey.generate().reveal() + "\n")
            until(lambda: server.asks("/readyz") == 503)
            with pytest.raises(Outdated, match=f"schema {schema}") as refused:
                client.get_secret("db")
            assert way_out in (refused.value.hint or "")
        ready = httpx2.get(server.url + "/readyz").json()
        assert (ready["why"], ready["hint"]) == (refused.value.message, refused.value.hint)
        page = httpx2.get(server.url + "/")
        assert (page.status_code, way_out in html.unescape(page.text)) == (503, True)
        said = [line for line in server.said.splitlines() if "store-away" in line]
        assert [json.loads(line)["problem"] for line in said] == [refused.value.message]


OUTWARD = """
import sys
from lockwork.cli import main
def hear(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen"):
        print("OUTWARD", event, arguments, file=sys.stderr, flush=True)
sys.addaudithook(hear)
sys.exit(main.run(sys.argv[1:]))
"""


def test_it_calls_nobody(own_home: Path) -> None:
    """From its start, over a set-up, writes and reads, to its end: no connection goes out from it."""
    within = (sys.executable, "-c", OUTWARD)
    with closing(Running(own_home / "server", *with_admin(own_home), within=within).start()) as server:
        with closing(server.client(server.token())) as client:
            client.create_secret("db", {"k": "v"})
            assert client.get_secret("db").secret_values == {"k": "v"}
        assert server.stop() == 0
        outward = [line for line in server.said.splitlines() if line.startswith("OUTWARD")]
        assert [line for line in outward if "getaddrinfo" not in line or "127.0.0.1" not in line] == []


def test_its_memory_is_its_own(own_home: Path) -> None:
    """No core file, and not even its own user may look into it, as into any other process of theirs."""
    with closing(
        Running(own_home / "server", within=(*_unprivileged(), sys.executable, "-m", "lockwork"))
    ) as server:
        server.start()
        assert server.process is not None
        limits = Path(f"/proc/{server.process.pid}/limits").read_text()
        assert next(line for line in limits.splitlines() if "core file" in line).split()[4:6] == ["0", "0"]
        with subprocess.Popen([*_unprivileged(), "sleep", "60"]) as plain:
            until(lambda: _may_look_into(plain.pid))
            plain.kill()
        assert not _may_look_into(server.process.pid)


def _unprivileged() -> list[str]:
    """Words before a command by which root is a user like any other."""
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []


def _may_look_into(process: int) -> bool:
    look = [*_unprivileged(), "cat", f"/proc/{process}/environ"]
    return subprocess.run(look, capture_output=True, check=False).returncode == 0


def test_what_is_no_request_leaves_a_line_like_the_others(alone: Running) -> None:
    """As when https:// is asked where http is spoken: JSON, and nothing of what came."""
    with socket.create_connection(("127.0.0.1", alone.port)) as asked:
        asked.sendall(b"\x16\x03\x01 hunter2\r\n\r\n")
        while asked.recv(4096):
            pass
    until(lambda: "listener" in alone.said, alone)
    lines = [line for line in alone.said.splitlines() if not line.startswith(("note: ", "hint: "))]
    events = [json.loads(line) for line in lines]
    (told,) = [event for event in events if event["event"] == "listener"]
    assert told["problem"] == "Invalid HTTP request received."
    assert "hunter2" not in alone.said
