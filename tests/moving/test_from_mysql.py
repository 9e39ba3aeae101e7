"""The same installations on a real MySQL server: what comes, that nothing is written, and how it fails."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest
from tests.moving.installed import KEY, NEW, OLD, WRITTEN, MySql, Store, certificates, database_name

from lockwork.domain.errors import InvalidInput, Unavailable
from lockwork.domain.sensitive import Sensitive
from lockwork.moving.from_zenml import places
from lockwork.moving.from_zenml.database import opened

pytestmark = pytest.mark.xdist_group("mysql_server")  # one server for all of them


@pytest.mark.parametrize("version", [OLD, f"{NEW}-encrypted"])
def test_an_installation_comes_from_mysql(store: Store, mysql: MySql, version: str):
    """The same values, names and references as from a file, all compared afterwards."""
    taken = store.take(mysql.place(version), encryption_key=KEY)
    assert taken.compared == taken.equal == (18 if version == OLD else 14)
    assert store.values("mlflow_login") == WRITTEN.MLFLOW
    assert store.values("db", user="anna") == WRITTEN.OWN["anna", "db"]
    assert store.client().get_stack("prod").orchestrator.name == "k8s"


def test_nothing_can_be_written_there(mysql: MySql):
    """Whatever its user may, the transaction is one that reads, and the server refuses all else."""
    with opened(mysql.place(OLD)) as database, pytest.raises(Unavailable, match="READ ONLY"):
        database.rows("UPDATE `secret` SET `name` = 'x'")
    (names,) = mysql.run(f"SELECT count(*) FROM {database_name(OLD)}.secret WHERE name = 'x'")
    assert names == (0,)


def test_all_is_of_one_moment(mysql: MySql):
    """What others write while it is read is not seen."""
    table = f"{database_name(OLD)}.tag"
    with opened(mysql.place(OLD)) as database:  # nothing is read of it yet
        mysql.run(f"INSERT INTO {table} (id, created, updated, name, color) VALUES (0, 0, 0, 'new', 'red')")
        assert database.count("tag") == 0
    mysql.run(f"DELETE FROM {table}")


def test_a_wrong_password_is_said_without_it(store: Store, mysql: MySql):
    """The server's own words name the user; nothing of it holds the password."""
    place = mysql.place(OLD)._replace(password=Sensitive("not-the-password"))
    with pytest.raises(Unavailable, match="Access denied") as failed:
        store.take(place)
    assert "not-the-password" not in f"{failed.value!r} {failed.value.__context__!r} {place!r} {place}"


def test_the_server_is_checked_by_its_certificate(mysql: MySql, tmp_path: Path):
    """By the authority that the URL names, and its name where that is wished; another is refused."""
    place, good = mysql.place(OLD), str(mysql.folder / "ca.pem")
    certificates(tmp_path)
    for host, tls, comes in [
        ("127.0.0.1", {"ssl": "true"}, True),
        ("127.0.0.1", {"ssl_ca": good}, True),
        ("localhost", {"ssl_ca": good, "ssl_verify_server_cert": "true"}, True),
        ("127.0.0.1", {"ssl_ca": good, "ssl_verify_server_cert": "true"}, False),
        ("localhost", {"ssl_ca": str(tmp_path / "ca.pem")}, False),
        ("localhost", {"ssl_verify_server_cert": "true"}, False),
        ("localhost", {"ssl_ca": str(tmp_path / "none.pem")}, False),
    ]:
        if comes:
            with opened(place._replace(host=host, tls=tls)) as database:
                (found,) = database.rows("SHOW STATUS LIKE 'Ssl_cipher'")
                assert found["Value"]
        else:
            with (
                pytest.raises(Unavailable, match="cannot be reached"),
                opened(place._replace(host=host, tls=tls)),
            ):
                pass


def test_a_server_that_is_not_there_is_said(store: Store, mysql: MySql):
    """Nobody listens on the port: where it was looked for."""
    with pytest.raises(Unavailable, match=r"mysql://reader@127\.0\.0\.1:1/.* cannot be reached"):
        store.take(mysql.place(OLD)._replace(port=1))


def test_without_the_extra_it_says_what_to_install(store: Store, monkeypatch: pytest.MonkeyPatch):
    """PyMySQL comes with an extra: who lacks it is told its name."""
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pymysql"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Unavailable, match="not installed") as failed:
        store.take(places.read("mysql://u:p@localhost/zenml"))
    assert failed.value.hint == "pip install 'lockwork[mysql]'"


# ---- URLs ----


def test_a_url_is_read_into_its_parts():
    """Escaped passwords, ports and ZenML's words for TLS."""
    place = places.read("mysql+pymysql://us%40er:p%3Aw%2F@db.example/zen%20ml?ssl_ca=/ca.pem")
    assert isinstance(place, places.MySqlDatabase)
    assert (place.host, place.port, place.user, place.name) == ("db.example", 3306, "us@er", "zen ml")
    assert place.password == Sensitive("p:w/")
    assert place.tls == {"ssl_ca": "/ca.pem"}
    assert str(place) == "mysql://us@er@db.example:3306/zen ml"


@pytest.mark.parametrize(
    "url",
    [
        "https://zenml.example:s3cr3t@x",
        "postgresql://u:s3cr3t@h/d",
        "mysql://u:s3cr3t@h",
        "mysql://u:s3cr3t@h:port/d",
        "mysql://u:x@h:s3cr3t/d",
        "mysql://u:s3cr3t@[h/d",
        "mysql://u:s3cr3t@h/d?charset=s3cr3t",
    ],
)
def test_a_url_that_will_not_do_is_not_quoted(url: str):
    """Each says what is wrong, and holds no password: neither its text nor what it came from."""
    with pytest.raises(InvalidInput) as failed:
        places.read(url)
    assert "s3cr3t" not in f"{failed.value!r} {failed.value.hint} {failed.value.__context__!r}"
