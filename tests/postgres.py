"""A PostgreSQL server of the tests' own, from the installed programs, with an empty place for each test."""

from __future__ import annotations

import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import conninfo

GIVEN = os.environ.get("LOCKWORK_TEST_POSTGRES_URL")
"""A server that runs already, named by a user who may create databases."""
_QUICK = {
    # Nothing in it outlives the tests: no waiting for the disk.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "autovacuum": "off",
}


class Postgres:
    """A server, and a database in it that is this run's alone."""

    def __init__(self, url: str, programs: Path | None = None) -> None:
        self._admin = url
        self._schemas = (f"t{n}" for n in itertools.count(1))
        self.programs = programs
        """Where `pg_dump` is, of the server's own version."""
        self.founded: list[Founded] = []
        """Stores that nobody uses now."""
        self.database = f"lockwork_{os.getpid()}_{secrets.token_hex(4)}"
        run(url, f"CREATE DATABASE {self.database} TEMPLATE template0 ENCODING 'UTF8'")

    def fresh(self) -> str:
        """The URL of an empty schema: for a store that shares nothing with any other."""
        schema = next(self._schemas)
        self.run(f"CREATE SCHEMA {schema}")
        return self.url(schema)

    def url(self, schema: str = "public", **parts: Any) -> str:
        """This run's database, seen from one of its schemas."""
        named = {k: v for k, v in conninfo.conninfo_to_dict(self._admin).items() if v is not None}
        named |= {"dbname": self.database, "options": f"-csearch_path={schema}"} | parts
        return "postgresql://?" + "&".join(f"{k}={quote(str(v), safe='')}" for k, v in named.items())

    def run(self, *statements: str, url: str | None = None) -> list[Any]:
        return run(url or self.url(), *statements)

    def drop(self) -> None:
        run(self._admin, f"DROP DATABASE {self.database} WITH (FORCE)")


class Founded:
    """A store as it was founded, again and again: making its tables anew would make 80 files each time."""

    def __init__(self, url: str, root_key: str) -> None:
        self.url = url
        self.root_key = root_key
        made = "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace"
        found = run(url, f"{made} AND relkind = 'r' ORDER BY oid")  # in the order of their making
        self._rows = {name: run(url, f"SELECT * FROM {name}") for (name,) in found}

    def begin_again(self) -> None:
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            for name in reversed(self._rows):
                cursor.execute(f"DELETE FROM {name}".encode())
            for name, rows in self._rows.items():
                for row in rows:
                    places = ", ".join(["%s"] * len(row))
                    cursor.execute(f"INSERT INTO {name} VALUES ({places})".encode(), row)


def run(url: str, *statements: str) -> list[Any]:
    """What the last of them answers."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


class Server:
    """A process of our own, in a folder of its own: a test may stop it, and start it again."""

    PASSWORD = "of the tests: @/"

    def __init__(self, folder: Path, programs: Path, settings: dict[str, str] = _QUICK) -> None:
        self.folder = folder
        self._settings = settings
        self._programs = programs
        self._who: dict[str, Any] = {}
        if os.getuid() == 0:  # which the server refuses to run as
            found = pwd.getpwnam("postgres" if _is_user("postgres") else "nobody")
            self._who = {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
            os.chown(folder, found.pw_uid, found.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._made()
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://lockwork@/postgres?host={self.folder}&port={self.port}"

    def over_tcp(self, **parts: Any) -> dict[str, Any]:
        """What a URL names to come in by host and password."""
        return {"host": "127.0.0.1", "port": self.port, "password": self.PASSWORD} | parts

    def start(self) -> None:
        settings = self._settings | {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self._who,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.02)  # between two questions

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """With SIGINT all who are connected are sent away."""
        self.process.send_signal(how)
        self.process.wait(60)

    def _made(self) -> None:
        password = self.folder / "password"
        password.write_text(self.PASSWORD)
        password.chmod(0o644)
        words = ["-D", self.folder / "data", "-U", "lockwork", "-E", "UTF8", "--no-locale", "--no-sync"]
        words += ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}"]
        subprocess.run(
            [self._programs / "initdb", *words],
            check=True, capture_output=True, cwd=self.folder, **self._who,
        )  # fmt: skip


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def programs() -> Path:
    """Where the server's programs are; loudly, where they are not."""
    known = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    known += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    known += sorted(Path("/usr").glob("pgsql-*/bin"), reverse=True)
    for folder in known:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    say = pytest.fail if os.environ.get("CI") else pytest.skip
    say("NO POSTGRESQL HERE, so nothing that needs one was tested: run scripts/system_packages.sh")
    raise AssertionError


@contextmanager
def server() -> Iterator[Server]:
    """A private one, as long as it is wanted."""
    folder = Path(tempfile.mkdtemp(prefix="lw-pg-", dir="/tmp"))  # a socket's path is short
    running = None
    try:
        running = Server(folder, programs())
        yield running
    finally:
        if running is not None and running.process.poll() is None:
            running.stop(signal.SIGQUIT)
        shutil.rmtree(folder)


@contextmanager
def database() -> Iterator[Postgres]:
    """A database in the server that is given, or in one of our own."""
    if GIVEN:
        made = Postgres(GIVEN)
        try:
            yield made
        finally:
            made.drop()
        return
    with server() as running:
        yield Postgres(running.url, programs())
