"""A ZenML database, opened so that nothing of it can change. Knows rows; knows nothing of what they mean.

All that is read while it is open is of one moment, whoever else writes meanwhile.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lockwork.domain.errors import InvalidInput, Refused, Unavailable
from lockwork.moving.from_zenml.places import MySqlDatabase, Place, SqliteFile

if TYPE_CHECKING:
    import pymysql

Row = dict[str, Any]
_MAGIC = b"SQLite format 3\x00"
_WAL = 2  # byte 18 of the file's header, where its writers keep a write-ahead log
_BATCH = 500
_YES = frozenset({"1", "true", "yes", "on"})


class Database(ABC):
    """Reads rows. Statements have `?` for each parameter and names in backticks."""

    @abstractmethod
    def begin(self) -> None:
        """From now on nothing can be changed, and all is of this moment."""

    @abstractmethod
    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        """All rows of a statement."""

    @abstractmethod
    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table; none where there is no such table."""

    @abstractmethod
    def close(self) -> None: ...

    def table(self, name: str, wanted: Sequence[str]) -> list[Row]:
        """Those of the wanted columns that a table has; the others are None. No rows without the table."""
        there = self.columns(name)
        chosen = ", ".join(f"`{column}`" for column in wanted if column in there)
        found = self.rows(f"SELECT {chosen} FROM `{name}`") if chosen else []  # noqa: S608 - our own names
        nothing = dict.fromkeys(wanted)
        return [{**nothing, **row} for row in found]

    def batches(
        self, table: str, columns: Sequence[str], ids: Sequence[str], size: int = _BATCH
    ) -> Iterator[list[Row]]:
        """Rows by id, so many at a time: values may be large."""
        chosen = ", ".join(f"`{column}`" for column in columns)
        for start in range(0, len(ids), size):
            some = ids[start : start + size]
            marks = ", ".join("?" * len(some))
            yield self.rows(f"SELECT {chosen} FROM `{table}` WHERE `id` IN ({marks})", some)  # noqa: S608 - as above

    def count(self, table: str) -> int:
        if not self.columns(table):
            return 0
        return int(self.rows(f"SELECT count(*) AS `n` FROM `{table}`")[0]["n"])  # noqa: S608 - our own names


@contextmanager
def opened(place: Place) -> Iterator[Database]:
    """The database at a place, until this ends."""
    with closing(_Sqlite(place.path) if isinstance(place, SqliteFile) else _MySql(place)) as database:
        database.begin()
        yield database


# --- SQLite ------------------------------------------------------------------------------------------------


class _Sqlite(Database):
    def __init__(self, path: Path) -> None:
        self._path = path
        uri = _read_only(path)  # opened just now, so what follows fails on the first statement if at all
        self._connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row

    def begin(self) -> None:
        self.rows("PRAGMA query_only = ON")
        self.rows("BEGIN")

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        try:
            return [dict(row) for row in self._connection.execute(statement, parameters)]
        except sqlite3.Error as error:
            reason = error.sqlite_errorname.removeprefix("SQLITE_").replace("_", " ").lower()
        raise Unavailable(f"{self._path} cannot be read: {reason}", hint="is another program writing it?")

    def columns(self, table: str) -> frozenset[str]:
        return frozenset(row["name"] for row in self.rows("SELECT name FROM pragma_table_info(?)", [table]))

    def close(self) -> None:
        self._connection.close()


def _read_only(path: Path) -> str:
    """The URI under which SQLite changes nothing, not even a file beside it."""
    header = _header(path)
    uri = f"{path.absolute().as_uri()}?mode=ro"
    if header[18] != _WAL:
        return uri
    log, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if not log.exists():
        return f"{uri}&immutable=1"  # nobody has it open; without this, SQLite would make both files
    if not index.exists():
        raise Refused(
            f"{path} was not closed: what was written last is still beside it",
            hint="open and close it once with ZenML, for example: zenml status",
        )
    return uri


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise InvalidInput(
            f"no ZenML database at {path}: {reason}",
            hint="name the file, or @FILE with the URL of a MySQL database",
        ) from None
    if not header.startswith(_MAGIC) or len(header) < 100:
        raise InvalidInput(f"{path} is no SQLite database")
    return header


# --- MySQL -------------------------------------------------------------------------------------------------


class _MySql(Database):
    def __init__(self, place: MySqlDatabase) -> None:
        self._place = place
        self._connection = _connected(place)

    def begin(self) -> None:
        self.rows("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        import pymysql  # lazy: of an extra, and few installations have a server

        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement.replace("?", "%s"), list(parameters) or None)
                return [dict(row) for row in cursor.fetchall()]
        except pymysql.Error as error:
            reason = _words(error)
        raise Unavailable(f"{self._place} cannot be read: {reason}")

    def columns(self, table: str) -> frozenset[str]:
        found = self.rows(
            "SELECT `column_name` AS `name` FROM `information_schema`.`columns`"
            " WHERE `table_schema` = DATABASE() AND `table_name` = ?",
            [table],
        )
        return frozenset(row["name"] for row in found)

    def close(self) -> None:
        self._connection.close()


def _connected(place: MySqlDatabase) -> "pymysql.Connection[Any]":
    try:
        import pymysql  # lazy: of an extra
        import pymysql.cursors
    except ImportError:
        raise Unavailable(
            "a MySQL database is read by PyMySQL, which is not installed",
            hint="pip install 'lockwork[mysql]'",
        ) from None
    try:
        return pymysql.connect(
            host=place.host,
            port=place.port,
            user=place.user,
            password=place.password.reveal(),
            database=place.name,
            charset="utf8mb4",
            cursorclass=pymysql.cursors.DictCursor,
            connect_timeout=10,
            read_timeout=120,
            **_tls(place.tls),
        )
    except pymysql.Error as error:
        reason = _words(error)
    except (OSError, ValueError, RuntimeError) as error:  # certificates that cannot be read; caching_sha2
        reason = type(error).__name__
    raise Unavailable(f"{place} cannot be reached: {reason}", hint="check host, user and password")


def _tls(given: dict[str, str]) -> dict[str, Any]:
    """ZenML's words for TLS, as PyMySQL takes them: who names an authority has the server checked by it, and
    with `ssl_verify_server_cert` its name too."""
    files = {part: given[f"ssl_{part}"] for part in ("ca", "cert", "key") if f"ssl_{part}" in given}
    is_named = given.get("ssl_verify_server_cert", "").lower() in _YES
    if files or (given.get("ssl", "").lower() in _YES and not is_named):
        return {"ssl": {**files, "check_hostname": is_named}}
    if not is_named:
        return {}
    import ssl  # lazy: few databases are reached so

    return {"ssl": ssl.create_default_context()}  # by the authorities that this machine trusts


def _words(error: Exception) -> str:
    """What the server said. It names users and hosts, never a password."""
    return str(error.args[1]) if len(error.args) > 1 else type(error).__name__
