"""A table of one's own in either database, and what is asked of it: for tests of the databases themselves."""

from collections.abc import Callable

import pytest

from lockwork.database.engine import Database, Statement
from lockwork.domain.errors import LockworkError

TABLE = "CREATE TABLE t (x TEXT PRIMARY KEY, n INTEGER);"
INSERT = Statement("INSERT INTO t (x) VALUES (:x)")
ALL = Statement("SELECT x FROM t ORDER BY x")


def with_table(database: Database) -> Database:
    with database.writing() as tx:
        tx.script(TABLE)
    return database


def rows(database: Database) -> list[object]:
    with database.reading() as tx:
        return [row["x"] for row in tx.rows(ALL)]


def write(database: Database, x: object, statement: Statement = INSERT) -> None:
    with database.writing() as tx:
        tx.run(statement, x=x)


def check_told_in_our_words(act: Callable[[], object], kind: type[LockworkError], words: str) -> None:
    """It fails so; neither it nor its chain has the driver's text, or the `value-7` that it quotes."""
    with pytest.raises(kind, match=words) as caught:
        act()
    assert "value-7" not in f"{caught.value!r}{caught.value.hint}"
    while_handling = caught.value.__context__
    assert while_handling is None or isinstance(while_handling, LockworkError)
    assert caught.value.__cause__ is None
