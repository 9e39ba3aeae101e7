"""Rows: what every file of `database/` may do with one of either database."""

import sqlite3

import pytest

from lockwork.database.engine import Row
from lockwork.database.postgres.rows import Row as PostgresRow


def of_sqlite() -> Row:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row: Row = connection.execute("SELECT 'a' AS name, 7 AS number").fetchone()
    connection.close()
    return row


def of_postgres() -> Row:
    return PostgresRow({"name": 0, "number": 1}, ("a", 7))


@pytest.mark.parametrize("row", [of_sqlite(), of_postgres()], ids=["sqlite", "postgres"])
def test_a_row_is_read_by_place_and_by_name(row: Row) -> None:
    """Both kinds unpack, count, and turn into a mapping alike."""
    assert (row[0], row["number"], len(row)) == ("a", 7, 2)
    assert tuple(row) == ("a", 7)
    assert row.keys() == ["name", "number"]
    assert dict(**row) == {"name": "a", "number": 7}
    first, *rest = row
    assert (first, rest) == ("a", [7])
    with pytest.raises((KeyError, IndexError)):
        row["absent"]


def test_a_row_shows_no_value() -> None:
    """Its names alone: it may hold what no log should."""
    assert repr(of_postgres()) == "Row(name, number)"
    assert of_postgres() == of_postgres()
    assert of_postgres() != PostgresRow({"name": 0, "number": 1}, ("a", 8))
