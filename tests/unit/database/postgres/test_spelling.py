"""Our statements in PostgreSQL's words."""

from pathlib import Path

import pytest

from lockwork.database.postgres import spelling

SPELLED = {
    "SELECT :name, :n0 FROM t": "SELECT %(name)s, %(n0)s FROM t",
    "SELECT value ->> 0 FROM json_each(:ids) i": "SELECT value ->> 0 FROM json_each(CAST(%(ids)s AS json)) i",
    "a % b = ':x' AND \":y\" <> '%'": "a %% b = ':x' AND \":y\" <> '%%'",
    "it''s = 'it''s :not' OR :yes": "it''s = 'it''s :not' OR %(yes)s",
    "SELECT 1 /* FOR UPDATE */": "SELECT 1 FOR UPDATE",
    "SELECT 1 /* FOR SHARE */": "SELECT 1 FOR SHARE",
    "SELECT 1 /* :not FOR UPDATE */ -- :nor this\n, :x": (
        "SELECT 1 /* :not FOR UPDATE */ -- :nor this\n, %(x)s"
    ),
    "x::text": "x::text",
    "CAST(:type AS text) IS NULL": "CAST(%(type)s AS text) IS NULL",
}


@pytest.mark.parametrize("ours", SPELLED)
def test_a_statement_is_turned_to_the_drivers_style(ours: str) -> None:
    """Parameters, sets, locks and percent signs; nothing in quotation marks or comments."""
    assert spelling.spelled(ours) == SPELLED[ours]


def test_a_statement_is_turned_once() -> None:
    """The second time it is known."""
    assert spelling.spelled("SELECT :once") is spelling.spelled("SELECT :once")


def test_a_migration_is_turned_to_postgresqls_types() -> None:
    """Numbers are large enough for times, text sorts by its bytes, bytes are bytes."""
    ours = "CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER, c BLOB); INSERT INTO t VALUES ('', 1, x'');"
    assert spelling.migration(ours) == (
        'CREATE TABLE t (a TEXT COLLATE "C" PRIMARY KEY, b BIGINT, c BYTEA);'
        " INSERT INTO t VALUES ('', 1, ''::bytea);"
    )


def test_no_statement_of_ours_is_one_databases_alone() -> None:
    """What would mean something else on the other database stands in no file that both go by."""
    folder = Path(spelling.__file__).parents[1]
    for file in folder.glob("*.py"):
        if file.name != "engine.py":
            text = file.read_text()
            for word in ("::", "INSERT OR", "ifnull(", "sqlite_", "PRAGMA", "version' AS integer)"):
                assert word not in text, f"{word} in {file.name}"
