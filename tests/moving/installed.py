"""What the tests of taking over ZenML stand on: databases, a store, and a MySQL server of their own."""

from __future__ import annotations

import gzip
import os
import socket
import sqlite3
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pymysql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.loading import loaded

from lockwork import Client
from lockwork.client.profile import Profile
from lockwork.domain.sensitive import Sensitive
from lockwork.moving.from_zenml.importing import Taken, take_over
from lockwork.moving.from_zenml.places import MySqlDatabase, Place, SqliteFile
from lockwork.settings import Settings

DATA = Path(__file__).parent / "data"
OLD, NEW = "0.55.5", "0.98.0"


WRITTEN = loaded("scripts/zenml_databases.py")
"""What made the databases: its constants say what is in them."""
KEY = Sensitive(WRITTEN.ENCRYPTION_KEY)


def every_value() -> set[str]:
    """All that must be printed nowhere."""
    secrets = [*WRITTEN.SHARED.values(), *WRITTEN.OWN.values(), *WRITTEN.TEAM_OWN.values()]
    texts = {text for values in [*secrets, *WRITTEN.TEAM_SHARED.values()] for text in values.values()}
    return (texts | {WRITTEN.PLAIN_TOKEN, WRITTEN.ENCRYPTION_KEY}) - {"", "app", "trainer"}


class Store:
    """A store of one test, seen as any user and in any workspace."""

    def __init__(self, folder: Path) -> None:
        self._settings = Settings.load({"LOCKWORK_HOME": str(folder)}, folder.parent)
        self._clients: list[Client] = []

    def client(self, workspace: str | None = None, user: str | None = None) -> Client:
        self._clients.append(Client(profile=Profile(self._settings, workspace=workspace, user=user)))
        return self._clients[-1]

    def take(self, place: Path | Place, **how: Any) -> Taken:
        found = SqliteFile(place) if isinstance(place, Path) else place
        return take_over(self.client(), found, **how)

    def values(self, name: str, **where: str) -> dict[str, str]:
        scope = "user" if "user" in where else "workspace"
        return self.client(**where).get_secret(name, scope).secret_values

    def close(self) -> None:
        for client in self._clients:
            client.close()


def unpacked(version: str, folder: Path) -> Path:
    path = folder / f"zenml-{version}.db"
    path.write_bytes(gzip.decompress((DATA / f"{path.name}.gz").read_bytes()))
    return path


def change(path: Path, *statements: str) -> None:
    """Write into a database as ZenML's own would not."""
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


# ---- MySQL ----


class MySql:
    """A server on loopback, with a database for each dump."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port = port
        self.folder = folder
        """Where its certificates are."""

    def run(self, *statements: str, database: str | None = None) -> list[Any]:
        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", password="", database=database, autocommit=True
        )
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def place(self, version: str) -> MySqlDatabase:
        return MySqlDatabase(
            host="127.0.0.1",
            port=self.port,
            user="reader",
            password=Sensitive("re@der:pass"),
            name=database_name(version),
            tls={},
        )

    def load(self, version: str) -> None:
        dump = gzip.decompress((DATA / f"zenml-{version}.sql.gz").read_bytes()).decode()
        name = database_name(version)
        self.run(f"CREATE DATABASE `{name}`")
        # All tables first name each other in foreign keys: checked only once all are there.
        statements = [text for text in dump.split(";\n") if text.strip()]
        self.run("SET foreign_key_checks = 0", *statements, database=name)


def database_name(version: str) -> str:
    return "zenml_" + version.replace(".", "_").replace("-", "_")


def certificates(folder: Path) -> None:
    """An authority, and a server's certificate by it for `localhost`."""
    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("authority", "server")]
    for part, number in (("ca", 0), ("cert", 1)):
        made = (
            x509.CertificateBuilder(names[0], names[number], keys[number].public_key(), number + 1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=number == 0, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(keys[0], hashes.SHA256())
        )
        (folder / f"{part}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.TraditionalOpenSSL
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(keys[1].private_bytes(serialization.Encoding.PEM, form, plain))


def started(server: str, folder: Path, data: Path) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = ["--user=root"] if os.getuid() == 0 else []
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *user,
        ],
        check=True,
        capture_output=True,
    )
    certificates(folder)
    words = [f"--ssl-{part}={folder / f'{part}.pem'}" for part in ("ca", "cert", "key")]
    words += [f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/socket"]
    # Nothing in it outlives the tests: no waiting for the disk.
    quick = ["--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--innodb-file-per-table=0"]
    quick += ["--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"]
    with (folder / "log").open("wb") as log:
        return (
            subprocess.Popen([server, "--no-defaults", *words, *quick, *user], stdout=log, stderr=log),
            port,
        )


def wait_until_it_answers(server: MySql, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert running.poll() is None, "the server ended"
        try:
            server.run("SELECT 1")
            return
        except pymysql.err.OperationalError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)  # between two questions
