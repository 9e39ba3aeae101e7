"""How many questions the database is asked, and that it answers each by an index."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.checks import Need, ValidationLevel, Where
from lockwork.messages.secrets import Wanted

WHERE = Where(kind="stack", name="s", path="p")


class Watched:
    """A client of a store with 30 secrets in both scopes, and every statement that its store is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.client = Client(
            workspace="default", gateway=Embedded(folder, user="default", watch=self.said.append)
        )
        self.infos = [
            self.client.create_secret(f"s{n}", {"a": "1", "b": "2"}, scope="user" if n % 3 else "workspace")
            for n in range(30)
        ]

    @contextmanager
    def asked(self) -> Iterator[list[str]]:
        """The SELECTs of a block, those that name the caller and the workspace left out."""
        self.said.clear()
        found: list[str] = []
        yield found
        found += [
            text
            for text in self.said
            if "SELECT" in text
            and not re.match(r"SELECT id, name, created\b.* FROM (users|workspaces) ", text)
        ]


@pytest.fixture
def watched(own_home: Path) -> Any:
    watched = Watched(own_home / "store")
    yield watched
    watched.client.close()


def needs(count: int, key: str = "a") -> list[Need]:
    return [Need(secret=f"s{n % 30}", key=key, where=WHERE) for n in range(count)]


@pytest.mark.parametrize("count", [1, 30, 1000])
def test_a_check_is_one_query(watched: Watched, count: int) -> None:
    """However many references, in whichever scope, one question answers for all."""
    with watched.asked() as asked:
        report = watched.client.check_references(needs(count))
    assert report.ok
    assert report.checked == count
    assert len(asked) == 1
    assert "sealed" not in asked[0]


@pytest.mark.parametrize("missing", [needs(30, "nokey"), [Need(secret="absent", key="a", where=WHERE)] * 30])
def test_a_failed_check_is_one_query_more(watched: Watched, missing: list[Need]) -> None:
    """Which keys there are and the near misses cost one more question, for any number of problems."""
    with watched.asked() as asked:
        report = watched.client.check_references(needs(100) + missing)
    assert len(report.problems) == 30
    assert len(asked) == 2


def test_trust_is_asked_only_where_others_changed_something(watched: Watched) -> None:
    """Which part of others would get a secret of one's own costs one question more; one's own parts, none."""
    watched.client.create_user("anna")
    anna = Client(
        workspace="default", gateway=Embedded(watched.folder, user="anna", watch=watched.said.append)
    )
    anna.create_secret("s1", {"a": "hers"}, scope="user")
    need = Need(secret="s1", key="a", where=Where(kind="stack", name="default", path="p"))
    shared = Need(secret="s0", key="a", where=need.where)
    for client, wanted, problems, statements in (
        (watched.client, need, [], 1),
        (anna, shared, [], 1),
        (anna, need, ["not_trusted"], 2),
    ):
        with watched.asked() as asked:
            report = client.check_references([wanted] * 30)
        assert sorted({problem.problem for problem in report.problems}) == problems
        assert len(asked) == statements
    anna.close()


def test_level_none_asks_nothing(watched: Watched) -> None:
    """Zero requests."""
    watched.said.clear()
    assert watched.client.check_references(needs(5), level=ValidationLevel.NONE).ok
    assert watched.said == []


def test_a_list_asks_the_same_for_one_and_for_many(watched: Watched) -> None:
    """A page with its keys, and its total: two questions, whatever the size."""
    counts = set()
    for size in (1, 20, 100):
        with watched.asked() as asked:
            watched.client.list_secrets(size=size)
        counts.add(len(asked))
        assert not any("sealed" in text or "wrapped" in text for text in asked)
    assert counts == {2}


@pytest.mark.parametrize(("page", "total", "statements"), [(1, 11, 2), (2, 11, 1), (3, 11, 2)])
def test_a_page_that_is_not_full_is_not_counted(
    watched: Watched, page: int, total: int, statements: int
) -> None:
    """A search reads its table once where the page says itself how many there are, and counts right."""
    with watched.asked() as asked:  # s1 and s10 to s19
        found = watched.client.list_secrets(name="contains:s1", size=6, page=page)
    assert (found.total, found.counted, len(asked)) == (total, True, statements)


def test_many_values_are_read_as_one(watched: Watched) -> None:
    """The values of a step's 30 secrets cost as many questions as those of one, but for their records."""

    def reads(count: int) -> int:
        wanted = [Wanted(id=info.id, version=1) for info in watched.infos[:count]]
        with watched.asked() as asked:
            assert len(watched.client.reveal_secrets(wanted)) == count
        return len([text for text in asked if "audit_head" not in text])

    assert reads(1) == reads(30) <= 6


def test_opening_and_reading_one_value(own_home: Path, watched: Watched) -> None:
    """`secret get` on a store that is up to date: two questions to open it, a handful to read."""
    said: list[str] = []
    client = Client(
        workspace="default", gateway=Embedded(own_home / "store", user="default", watch=said.append)
    )
    client.get_secret("s1")
    client.close()
    assert len([text for text in said if "SELECT" in text]) <= 12
    assert sum("COMMIT" in text for text in said) == 3  # open, read, record


PLANNED = {
    "check": lambda c: c.check_references([*needs(3), Need(secret="s1", key="nokey", where=WHERE)]),
    "get": lambda c: c.get_secret("s1"),
    "get by id": lambda c: c.get_secret(c.describe_secret("s1").id),
    "describe": lambda c: c.describe_secret("s2"),
    "list": lambda c: c.list_secrets(),
    "list descending": lambda c: c.list_secrets(sort_by="desc:name", page=2, size=5),
    "list by created": lambda c: c.list_secrets(sort_by="desc:created"),
    "list by updated": lambda c: c.list_secrets(sort_by="asc:updated", size=100),
    "versions": lambda c: c.list_secret_versions("s1"),
    "update": lambda c: c.update_secret("s1", add_or_update_values={"a": "3"}),
    "delete": lambda c: c.delete_secret("s1"),
    "purge": lambda c: c.delete_secret("s1", purge=True),
    "reveal many": lambda c: c.reveal_secrets([Wanted(id=c.describe_secret("s1").id, version=1)]),
    "usage": lambda c: c.secret_usage("s1"),
}


def plans(watched: Watched) -> Iterator[tuple[str, str]]:
    """Each step of each plan of what was asked, with its statement."""
    database = sqlite3.connect(watched.folder / "lockwork.db")
    for text in watched.said:
        if re.match("SELECT|INSERT|UPDATE|DELETE", text):
            for row in database.execute(f"EXPLAIN QUERY PLAN {text}"):
                yield row[3], text
    database.close()


@pytest.mark.parametrize("act", PLANNED.values(), ids=PLANNED)
def test_nothing_reads_a_whole_table(watched: Watched, act: Any) -> None:
    """Every question on the daily path is answered by indexes: no plan scans secrets, versions or values."""
    watched.said.clear()
    act(watched.client)
    steps = list(plans(watched))
    assert steps
    tables = r"(s|v|w?secrets|secret_versions|secret_values|audit|runs|run_secrets|reference_uses)"
    for step, text in steps:
        assert not re.match(rf"SCAN {tables}\b(?! USING (COVERING )?INDEX secrets_deleted)", step), text


@pytest.mark.parametrize("field", ["name", "created", "updated"])
@pytest.mark.parametrize("way", ["asc", "desc"])
def test_a_page_is_not_sorted(watched: Watched, field: str, way: str) -> None:
    """Each namespace's part of a page comes from an index in its order; only the two parts are merged."""
    watched.said.clear()
    watched.client.list_secrets(sort_by=f"{way}:{field}")
    # A sort inside a part would read all of a namespace for one page.
    (statement,) = [text for text in watched.said if "UNION ALL" in text]
    database = sqlite3.connect(watched.folder / "lockwork.db")
    rows = list(database.execute(f"EXPLAIN QUERY PLAN {statement}"))
    database.close()
    parts = {row[0] for row in rows if row[3].startswith("CO-ROUTINE")}
    assert len(parts) == 2, rows
    assert not [row for row in rows if "TEMP B-TREE" in row[3] and row[1] in parts], rows


def test_a_check_looks_each_name_up(watched: Watched) -> None:
    """Each reference costs one look into the index of names, however many secrets its namespace holds."""
    watched.said.clear()
    watched.client.check_references(needs(3))
    (statement,) = [text for text in watched.said if "has_key" in text]
    database = sqlite3.connect(watched.folder / "lockwork.db")
    looks = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}") if " s " in row[3]]
    database.close()
    assert len(looks) == 1
    assert "secrets_name (namespace=? AND name=?)" in looks[0]
