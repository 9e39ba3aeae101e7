"""A server beside ZenML's server and beside the limit, in the same run.

    make bench                                    installs the peer into .venv-peer first
    python -m bench.bench_server [--peer PYTHON] [--million] [--scale]

Measured: reading one secret by id with its value, over connections that are kept (1, 4 and 16 at once);
checking 100 references; a whole `secret get` process. Both servers are shown a token; ours waits until each
read's audit record is on the disk, ZenML's keeps none. The limit is `bench/peer/limit.py`. All of them take
turns, three rounds each, and medians are shown. PostgreSQL is a private one with its usual, durable settings.
`--million` adds the server's memory after a million requests, `--scale` a million secrets.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from bench.peer.limit import SEALED
from tests.postgres import Server, programs

from lockwork.client.api import Client
from lockwork.client.http import Http
from lockwork.crypto.keyring import RootKey
from lockwork.domain.checks import Need, Where
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import LogIn
from lockwork.messages.secrets import CreateSecrets, Fresh

ROOT = Path(__file__).resolve().parent.parent
LOCKWORK = str(Path(sys.executable).parent / "lockwork")
HERE = Path(__file__).resolve().parent
ROUNDS, SECONDS = 3, 3.0
SECRETS = 1000
CONNECTIONS = (1, 4, 16)


# ---- a load that costs little itself: whole requests, made beforehand, over kept sockets ----


class Target(NamedTuple):
    """Whom to ask, and the requests: one is drawn after the other."""

    port: int
    requests: list[bytes]


def request(method: str, path: str, *, token: str = "", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += ["Content-Type: application/json"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def load(target: Target, connections: int, seconds: float) -> tuple[float, float]:
    """Requests a second, and the median latency in seconds."""
    taken: list[float] = []
    until = time.perf_counter() + seconds

    def ask(first: int) -> None:
        with socket.create_connection(("127.0.0.1", target.port)) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            number = first
            while (began := time.perf_counter()) < until:
                line.sendall(target.requests[number % len(target.requests)])
                answered(line)
                taken.append(time.perf_counter() - began)
                number += connections

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - began), statistics.median(taken)


def answered(line: socket.socket) -> bytes:
    """One whole answer; anything but a 200 ends the measurement."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = line.recv(65536)
        if not part:
            raise SystemExit("the server hung up")
        head += part
    head, _, body = head.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"it answered: {head[:200]!r} {body[:300]!r}")
    length = next(
        int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += line.recv(65536)
    return body


# ---- servers ----


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(arguments: list[str], environment: dict[str, str], port: int, ready: str) -> Iterator[int]:
    """A server process, once it answers; its pid."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=ROOT
        )
        try:
            until = time.monotonic() + 90
            while not answers(port, ready):
                if process.poll() is not None or time.monotonic() > until:
                    said.seek(0)
                    raise SystemExit(f"{arguments[:3]} did not start: {said.read()[-2000:]!r}")
                time.sleep(0.1)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def answers(port: int, path: str) -> bool:
    try:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        asked.request("GET" if path != "/bare/7" else "POST", path)
        return asked.getresponse().status < 500
    except OSError:
        return False


class Ours(NamedTuple):
    """One of our servers, filled."""

    name: str
    url: str
    pid: int
    token: str
    target: Target
    client: Client


@contextmanager
def ours(name: str, home: Path, environment: dict[str, str], port: int, options: list[str]) -> Iterator[Ours]:
    password = home / "password"
    password.write_text("a password of the bench\n")
    password.chmod(0o600)
    start = [LOCKWORK, "server", "start", "--port", str(port), *options]
    start += ["--admin", "bench", "--admin-password-file", str(password)]
    with running(start, environment | {"LOCKWORK_HOME": str(home)}, port, "/readyz") as pid:
        url = f"http://127.0.0.1:{port}"
        token = logged_in(url)
        client = Client(workspace="default", gateway=Http(url, Sensitive(token)))
        fill(client, SECRETS)
        ids = [secret.id for secret in client.list_secrets(size=SECRETS).items]
        path = "/v1/workspaces/default/secrets/{}/reveal"
        requests = [request("POST", path.format(i), token=token, body=b"{}") for i in ids]
        hosted = [r.replace(b"{port}", str(port).encode()) for r in requests]
        yield Ours(name, url, pid, token, Target(port, hosted), client)
        client.close()


def logged_in(url: str) -> str:
    password = Sensitive("a password of the bench")
    return Http(url, None).send(LogIn(name="bench", password=password)).text.reveal()


def fill(client: Client, many: int) -> None:
    values = {"a": Sensitive("b"), "c": Sensitive("d")}
    for first in range(0, many, 500):
        fresh = tuple(Fresh(name=f"secret-{n}", values=values) for n in range(first, min(many, first + 500)))
        client.send(CreateSecrets(workspace="default", secrets=fresh))


@contextmanager
def zenml(python: Path, folder: Path) -> Iterator[tuple[Target, dict[str, str]]]:
    """Theirs, on its own SQLite store; and the environment of a client of it."""
    port = free_port()
    usual = {
        "ZENML_ANALYTICS_OPT_IN": "false",
        "AUTO_OPEN_DASHBOARD": "false",
        "ZENML_LOGGING_VERBOSITY": "ERROR",
    }
    base = {n: t for n, t in os.environ.items() if not n.startswith(("ZENML_", "LOCKWORK_"))} | usual
    there = base | {
        "ZENML_CONFIG_PATH": str(folder / "server"),
        "ZENML_SERVER_AUTO_ACTIVATE": "1",
    }
    app = "zenml.zen_server.zen_server_api:app"
    start = [str(python), "-m", "uvicorn", app, "--port", str(port), "--log-level", "error"]
    with running(start, there, port, "/health"):
        token = their_token(port)
        ids = [theirs(port, token, n) for n in range(SECRETS)]
        requests = [request("GET", f"/api/v1/secrets/{i}", token=token) for i in ids]
        hosted = [r.replace(b"{port}", str(port).encode()) for r in requests]
        here = base | {
            "ZENML_CONFIG_PATH": str(folder / "client"),
            "ZENML_STORE_URL": f"http://127.0.0.1:{port}",
            "ZENML_STORE_TYPE": "rest",
            "ZENML_STORE_USERNAME": "default",
            "ZENML_STORE_PASSWORD": "",
        }
        yield Target(port, hosted), here


def their_token(port: int) -> str:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    asked.request("POST", "/api/v1/login", "username=default&password=", form)
    return str(json.loads(asked.getresponse().read())["access_token"])


def theirs(port: int, token: str, number: int) -> str:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"name": f"secret-{number}", "values": {"a": "b", "c": "d"}, "private": False})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    asked.request("POST", "/api/v1/secrets", body, headers)
    answer = asked.getresponse()
    told = json.loads(answer.read())
    if answer.status >= 300:
        raise SystemExit(f"ZenML's server refused a secret: {told}")
    return str(told["id"])


@contextmanager
def limit(kind: str, place: str) -> Iterator[Target]:
    port = free_port()
    ids = [str(n) for n in range(SECRETS)]
    start = [sys.executable, str(HERE / "peer" / "limit.py"), str(port), kind, place]
    with running(start, dict(os.environ), port, "/bare/7"):
        requests = [request("POST", f"/bare/{i}").replace(b"{port}", str(port).encode()) for i in ids]
        yield Target(port, requests)


# ---- what is measured ----


def reads(targets: dict[str, Target]) -> None:
    print(f"{'get by id':<24} {'at once':>7} {'a second':>10} {'p50':>10}")
    for connections in CONNECTIONS:
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in targets}
        for _ in range(ROUNDS):
            for name, target in targets.items():
                rounds[name].append(load(target, connections, SECONDS))
        medians = {
            name: (statistics.median(r for r, _ in some), statistics.median(p for _, p in some))
            for name, some in rounds.items()
        }
        for name, (rate, p50) in medians.items():
            print(f"{name:<24} {connections:>7} {rate:>10.0f} {p50 * 1e3:>7.2f} ms", flush=True)
        for database, wanted in (("SQLite", 10), ("PostgreSQL", 8)):
            mine, _ = medians[f"Lockwork, {database}"]
            peer, most = medians["ZenML"][0], medians[f"limit, {database}"][0]
            print(
                f"  {database}: {mine / peer:.1f} x ZenML (wanted {wanted}), {mine / most:.0%} of the limit"
                " (wanted 50 %)"
            )


def checks(servers: list[Ours], peer: Callable[[], float]) -> None:
    where = Where(kind="bench", name="bench", path="attribute")
    needs = [Need(secret=f"secret-{n}", key="a", where=where) for n in range(100)]
    beside = statistics.median(peer() for _ in range(ROUNDS))
    for server in servers:
        ask = lambda c=server.client: c.check_references(needs)  # noqa: E731 - a line of a table
        ask()
        mine = statistics.median(timed(ask) for _ in range(30))
        told = f"{mine * 1e3:.2f} ms, ZenML {beside * 1e3:.0f} ms: {beside / mine:.0f} x (wanted 300)"
        print(f"check 100 references, {server.name}: {told}", flush=True)


def timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def processes(servers: list[Ours], zenml_command: str, theirs_env: dict[str, str]) -> None:
    def peer() -> float:
        return timed(lambda: call([zenml_command, "secret", "get", "secret-7"], theirs_env))

    peer()
    beside = statistics.median(peer() for _ in range(ROUNDS))
    for server in servers:
        with tempfile.TemporaryDirectory() as home:
            Path(home).chmod(0o700)
            mine = {n: t for n, t in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"} | {
                "LOCKWORK_HOME": home, "LOCKWORK_URL": server.url, "LOCKWORK_TOKEN": server.token,
            }  # fmt: skip
            get = [LOCKWORK, "secret", "get", "secret-7"]
            call(get, mine)
            here = statistics.median(timed(lambda: call(get, mine)) for _ in range(9))  # noqa: B023 - at once
        told = f"{here * 1e3:.0f} ms, ZenML {beside * 1e3:.0f} ms: {beside / here:.1f} x (wanted 12)"
        print(f"secret get, whole process, {server.name}: {told}", flush=True)


def call(arguments: list[str], environment: dict[str, str]) -> None:
    subprocess.run(arguments, env=environment, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def memory(pid: int) -> float:
    """MiB that the process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def a_million(server: Ours) -> None:
    done, began = 0, time.perf_counter()
    while done < 1_000_000:
        rate, _ = load(server.target, 16, 30)
        done += int(rate * 30)
    minutes = (time.perf_counter() - began) / 60
    print(f"memory after {done:,} requests in {minutes:.0f} min, {server.name}: {memory(server.pid):.0f} MiB"
          " (wanted < 160)", flush=True)  # fmt: skip


# ---- a million secrets ----

_FILL = """
INSERT INTO secrets (id, namespace, name, scope, workspace, owner, version, scope_since, created, updated)
 SELECT gen_random_uuid()::text, 'w:' || w.id, 'many-' || n, 'workspace', w.id, u.id, 1, 1,
  1700000000000000 + n, 1700000000000000 + n FROM generate_series(1, 999000) n, workspaces w, users u
  WHERE w.name = 'default' AND u.name = 'bench';
INSERT INTO secret_versions (secret, version, namespace, created, created_by, wrapped, root_key)
 SELECT s.id, 1, s.namespace, s.created, 'bench', v.wrapped, v.root_key FROM secrets s,
  (SELECT wrapped, root_key FROM secret_versions LIMIT 1) v WHERE s.name LIKE 'many-%';
INSERT INTO secret_values (secret, version, key, sealed)
 SELECT s.id, 1, k.key, v.sealed FROM secrets s, (VALUES ('a'), ('c')) k (key),
  (SELECT sealed FROM secret_values LIMIT 1) v WHERE s.name LIKE 'many-%';
UPDATE namespace_counts SET secrets = secrets + 999000;
ANALYZE;
"""


def a_million_secrets(server: Ours, database: str) -> None:
    """The same questions with 1,000 secrets and with 1,000,000, most of which only fill the tables."""

    def questions() -> tuple[float, float]:
        get = statistics.median(timed(lambda: server.client.get_secret("secret-7")) for _ in range(300))
        page = statistics.median(timed(lambda: server.client.list_secrets(size=20)) for _ in range(100))
        return get, page

    questions()
    few = questions()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(_FILL.encode())
    questions()
    many = questions()
    for what, small, large in zip(("get by name", "a page of the list"), few, many, strict=True):
        told = f"{small * 1e3:.2f} ms with 1,000, {large * 1e3:.2f} ms with 1,000,000: {large / small:.2f}"
        print(f"{what}: {told} (wanted < 2)", flush=True)


# ---- all of it ----


def durable_postgres() -> Server:
    folder = Path(tempfile.mkdtemp(prefix="lw-bench-", dir="/tmp"))
    return Server(folder, programs(), settings={"shared_buffers": "256MB", "max_wal_size": "4GB"})


def bare_tables(folder: Path, url: str) -> None:
    """What the limits read."""
    rows = [(str(n), f"secret-{n}", SEALED) for n in range(SECRETS)]
    with sqlite3.connect(folder / "bare.db") as sqlite:
        sqlite.execute("PRAGMA journal_mode=WAL")
        sqlite.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, name TEXT, sealed BLOB)")
        sqlite.executemany("INSERT INTO bare VALUES (?, ?, ?)", rows)
    with psycopg.connect(url, autocommit=True) as postgres:
        postgres.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, name TEXT, sealed BYTEA)")
        postgres.cursor().executemany("INSERT INTO bare VALUES (%s, %s, %s)", rows)


def peer_checks(python: Path, environment: dict[str, str]) -> Callable[[], float]:
    """Seconds that ZenML takes to check 100 references through its server, each time."""
    process = subprocess.Popen(
        [str(python), str(HERE / "peer" / "worker.py")], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    answers = process.stdout

    def ask(**asked: object) -> float:
        print(json.dumps(asked), file=process.stdin, flush=True)
        answer = answers.readline()
        if not answer:
            raise SystemExit(f"the peer ended when asked to {asked}")
        return float(answer)

    configuration = {f"f{n}": f"{{{{secret-{n}.a}}}}" for n in range(100)}
    ask(do="stack", name="wide-100", configuration=configuration)
    return lambda: ask(do="check", times=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", type=Path, default=ROOT / ".venv-peer/bin/python")
    parser.add_argument("--million", action="store_true", help="a million requests, for the server's memory")
    parser.add_argument("--scale", action="store_true", help="a million secrets in PostgreSQL")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-server-")))
        postgres = durable_postgres()
        stack.callback(postgres.stop)
        bare_tables(folder, postgres.url)
        servers = []
        for name, options in (("SQLite", []), ("PostgreSQL", ["--database-url", postgres.url])):
            home = folder / name
            home.mkdir(mode=0o700)
            environment = {n: t for n, t in os.environ.items() if not n.startswith("LOCKWORK_")}
            if options:
                environment["LOCKWORK_ROOT_KEY"] = RootKey.generate().reveal()
                call([LOCKWORK, "server", "upgrade", *options], environment | {"LOCKWORK_HOME": str(home)})
            servers.append(stack.enter_context(ours(name, home, environment, free_port(), options)))
        for server in servers:
            print(f"memory idle, {server.name}: {memory(server.pid):.0f} MiB (wanted < 110)", flush=True)
        theirs_target, theirs_env = stack.enter_context(zenml(asked.peer, folder))
        targets = {f"Lockwork, {server.name}": server.target for server in servers}
        targets["limit, SQLite"] = stack.enter_context(limit("sqlite", str(folder / "bare.db")))
        targets["limit, PostgreSQL"] = stack.enter_context(limit("postgres", postgres.url))
        targets["ZenML"] = theirs_target
        reads(targets)
        checks(servers, peer_checks(asked.peer, theirs_env))
        processes(servers, str(asked.peer.parent / "zenml"), theirs_env)
        if asked.scale:
            a_million_secrets(servers[1], postgres.url)
        if asked.million:
            a_million(servers[1])


if __name__ == "__main__":
    main()
