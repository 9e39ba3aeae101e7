"""Where a ZenML database is: a SQLite file, or a database on a MySQL server. Opens nothing."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from lockwork.domain.errors import InvalidInput
from lockwork.domain.sensitive import Sensitive

_MYSQL = frozenset({"mysql", "mysql+pymysql"})
_TLS = frozenset({"ssl", "ssl_ca", "ssl_cert", "ssl_key", "ssl_verify_server_cert"})
_FORM = "mysql://USER:PASSWORD@HOST:PORT/DATABASE"
_DATABASE = Path("local_stores", "default_zen_store", "zenml.db")


class SqliteFile(NamedTuple):
    """A database of an installation without a server."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


class MySqlDatabase(NamedTuple):
    """A database of a ZenML server."""

    host: str
    port: int
    user: str
    password: Sensitive
    name: str
    tls: dict[str, str]
    """ZenML's own words for it: `ssl_ca` and the like."""

    def __str__(self) -> str:
        return f"mysql://{self.user}@{self.host}:{self.port}/{self.name}"


Place = SqliteFile | MySqlDatabase


def default_file(config_folder: Path, local_stores: Path | None = None) -> Path:
    """Where ZenML keeps its database when nobody says otherwise."""
    if local_stores is not None:
        return local_stores / Path(*_DATABASE.parts[1:])
    return config_folder / _DATABASE


def is_url(text: str) -> bool:
    return "://" in text


def has_password(url: str) -> bool:
    """Whether a URL says who logs in by more than a name."""
    return ":" in url.partition("://")[2].rpartition("@")[0]


def read(url: str) -> Place:
    """The place that a URL names. It holds a password: no failure quotes it."""
    parts = _split(url.strip())
    if parts.scheme == "sqlite":
        return SqliteFile(Path(unquote(parts.path.removeprefix("/"))))
    if parts.scheme in ("http", "https"):
        raise InvalidInput(
            "that is the URL of a ZenML server, not of its database",
            hint=f"give the database behind it: {_FORM}",
        )
    if parts.scheme not in _MYSQL:
        raise InvalidInput("a ZenML database is a SQLite file or on MySQL", hint=f"{_FORM}, or a file")
    return _mysql(parts)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # read here, as it may be no number
    except ValueError:  # it quotes the URL
        parts = None
    if parts is None:
        raise InvalidInput("the database's URL cannot be read", hint=_FORM)
    return parts


def _mysql(parts: SplitResult) -> MySqlDatabase:
    name = unquote(parts.path.removeprefix("/"))
    if not (parts.hostname and parts.username and name):
        raise InvalidInput("the database's URL lacks its host, user or database", hint=_FORM)
    tls = dict(parse_qsl(parts.query))
    if unknown := sorted(set(tls) - _TLS):
        raise InvalidInput(
            f"the database's URL has a parameter {unknown[0]!r}", hint=f"known are: {', '.join(sorted(_TLS))}"
        )
    return MySqlDatabase(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username),
        password=Sensitive(unquote(parts.password or "")),
        name=name,
        tls=tls,
    )
