"""Rows that somebody wrote to: told as damage, whatever is in them."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.database.rows import Time, read, read_all, read_json, text
from lockwork.domain.errors import LockworkError, Tampered


class Thing(NamedTuple):
    name: str
    at: Time | None


DAMAGED = ((b"a", 1), ("a", "1"), ("a", -1), ("a", 2**62), (None, 1), ("a",))


def test_a_row_is_read_by_its_types() -> None:
    """What SQLite lets somebody write into a column is noticed when it is read, alone or among others."""
    assert read(Thing, ("a", 1), "things") == Thing("a", 1)
    assert read(Thing, ("a", None), "things").at is None
    assert read_all(Thing, [("a", 1), ("b", None)], "things") == [Thing("a", 1), Thing("b", None)]
    for damaged in DAMAGED:
        with pytest.raises(Tampered, match="a row of things in the store is damaged") as caught:
            read(Thing, damaged, "things")
        assert caught.value.__suppress_context__
        with pytest.raises(Tampered):
            read_all(Thing, [("a", 1), damaged], "things")


def test_a_column_is_read_by_its_type() -> None:
    """Text that is none, and JSON of another form or of none."""
    names = msgspec.json.Decoder(list[str])
    assert text("a", "things") == "a"
    assert read_json(names, ['["a"]', "[]"], "things") == [["a"], []]
    for damaged in (b'["a"]', None, "[null]", "[1]", "{}", "["):
        with pytest.raises(Tampered):
            read_json(names, ['["a"]', damaged], "things")
    with pytest.raises(Tampered):
        text(b"a", "things")


@pytest.mark.parametrize("key", ["x'00'", "CAST(x'ff' AS text)"])
def test_a_key_that_is_no_text_is_told_by_a_list(own_home: Path, key: str) -> None:
    """As damage, and not as a failure of the database that nobody understands."""
    folder = own_home / "store"
    client = Client(workspace="default", gateway=Embedded(folder, user="default"))
    client.create_secret("db", {"a": "1", "b": "2"})
    client.close()
    database = sqlite3.connect(folder / "lockwork.db")
    database.execute(f"UPDATE secret_values SET key = {key} WHERE key = 'a'")
    database.commit()
    database.close()
    with pytest.raises(LockworkError, match="damaged"):
        client.list_secrets()
    client.close()
