"""Lists: filters, sorts, pages."""

import itertools
import re
from collections.abc import Callable
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.client.api import Client
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretInfo
from lockwork.messages import Listing


class Store(Protocol):
    clock: Any

    def client(self, user: str = ..., workspace: str = ...) -> Client: ...


NAMES = ["Db", "a-b", "a_b", "ab", "db", "db-eu", "db-us", "prod-db", "z"]


@pytest.fixture
def filled(client: Client) -> Client:
    for name in NAMES:
        client.create_secret(name, {"k": "v"})
    return client


def names(page: Any) -> list[str]:
    return [secret.name for secret in page]


FILTERS: dict[str, Callable[[str], bool]] = {
    "db": lambda n: n == "db",
    "equals:db": lambda n: n == "db",
    "contains:b-": lambda n: "b-" in n,
    "contains:B": lambda n: "B" in n,
    "startswith:db": lambda n: n.startswith("db"),
    "startswith:D": lambda n: n.startswith("D"),
    "endswith:b": lambda n: n.endswith("b"),
    "endswith:longer-than-any-of-the-names-here": lambda n: False,
    "contains:%": lambda n: False,
    "contains:_": lambda n: "_" in n,
    "a_b": lambda n: n == "a_b",
    "startswith:a_": lambda n: n.startswith("a_"),
    "endswith:%b": lambda n: False,
    "contains:*": lambda n: False,
    "contains:' OR 1=1 --": lambda n: False,
    "gt:db": lambda n: n > "db",
    "gte:db": lambda n: n >= "db",
    "lt:db": lambda n: n < "db",
    "lte:db": lambda n: n <= "db",
    "contains:": lambda n: True,
    "startswith:": lambda n: True,
    "endswith:": lambda n: True,
    "": lambda n: False,
}


@pytest.mark.parametrize("text", FILTERS)
def test_filters_by_name(filled: Client, text: str) -> None:
    """Every operator; case matters; `%`, `_` and quotes are ordinary characters."""
    page = filled.list_secrets(name=text)
    assert names(page) == [name for name in sorted(NAMES) if FILTERS[text](name)]
    assert page.total == len(page)


@pytest.mark.parametrize("text", ["like:db", "begins:d", "startswith :d", "STARTSWITH:d"])
def test_an_operator_that_there_is_not_is_refused(filled: Client, text: str) -> None:
    """No name holds a colon: finding nothing without a word would hide a slip."""
    with pytest.raises(InvalidInput, match="filter 'name' knows no"):
        filled.list_secrets(name=text)


TEXT = st.text(st.sampled_from("ab_-%D"), max_size=4)


@given(text=TEXT, operator=st.sampled_from(["contains", "startswith", "endswith", "gt", "gte", "lt", "lte"]))
def test_filters_agree_with_python(lasting_client: Client, text: str, operator: str) -> None:
    """What a filter finds is what the same test in Python finds."""
    for name in ("aabb", "ab_ab", "ab-ab", "D", "bab"):
        lasting_client.create_secret(name, {"k": "v"}, if_exists="skip")
    holds: dict[str, Callable[[str], bool]] = {
        "contains": lambda n: text in n,
        "startswith": lambda n: n.startswith(text),
        "endswith": lambda n: n.endswith(text),
        "gt": lambda n: n > text,
        "gte": lambda n: n >= text,
        "lt": lambda n: n < text,
        "lte": lambda n: n <= text,
    }
    found = names(lasting_client.list_secrets(name=f"{operator}:{text}"))
    assert found == [n for n in ("D", "aabb", "ab-ab", "ab_ab", "bab") if holds[operator](n)]


def test_filters_join_by_and_or_by_or(filled: Client, anna: Client) -> None:
    """Several filters must all hold; with `any` one is enough; the scope always holds."""
    anna.create_secret("zz", {"k": "v"})
    anna.create_secret("own", {"k": "v"}, scope="user")
    assert names(filled.list_secrets(name="startswith:z", owner="anna")) == ["zz"]
    assert names(filled.list_secrets(name="startswith:z", owner="anna", any=True)) == ["z", "zz"]
    assert names(anna.list_secrets(name="own", owner="default", any=True, scope="user")) == ["own"]
    assert names(anna.list_secrets(owner="startswith:an", scope="workspace")) == ["zz"]


def test_filters_by_id(filled: Client) -> None:
    """Ids are filtered as text."""
    id_ = filled.describe_secret("db").id
    assert names(filled.list_secrets(id=id_)) == ["db"]
    assert names(filled.list_secrets(id=f"startswith:{id_[:13]}")) == ["db"]


@pytest.fixture
def by_day(store: Store, client: Client) -> Client:
    """Secrets of 1, 2, 3 January 2026 around noon UTC; that of the first changed on the third."""
    store.clock.advance(days=0.5)
    for number in (1, 2, 3):
        client.create_secret(f"day{number}", {"k": "v"})
        store.clock.advance(days=1)
    store.clock.advance(days=-1)
    client.update_secret("day1", add_or_update_values={"k": "w"})
    return client


TIMES = {
    "2026-01-02": [2],
    "20260102": [2],
    "equals:2026-01-02": [2],
    "gt:2026-01-02": [3],
    "gte:2026-01-02": [2, 3],
    "lt:2026-01-02": [1],
    "lte:2026-01-02": [1, 2],
    "gt:2026-01-02T11:00:00Z": [2, 3],
    "gt:2026-01-02T11:00": [2, 3],
    "lt:2026-01-02T23:30:00+12:00": [1],
    "lte:2026-01-02T14:30:00+02:00": [1, 2],
    "gt:9999-12-30": [],
    "2026-01-02/2026-01-03": [2, 3],
    "2026-01-01T00:00/2026-01-02T11:00Z": [1],
    "2026-01-03/2026-01-02": [],
    "gte:0001-01-01": [1, 2, 3],
}


@pytest.mark.parametrize("text", TIMES)
def test_filters_by_time(by_day: Client, text: str) -> None:
    """A day means the whole of it, in UTC; a moment may have an offset."""
    assert names(by_day.list_secrets(created=text)) == [f"day{n}" for n in TIMES[text]]


def test_filters_by_change(by_day: Client) -> None:
    """`updated` is when it was last changed."""
    assert names(by_day.list_secrets(updated="2026-01-03")) == ["day1", "day3"]


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "contains:2026",
        "gt:",
        "2026-13-01",
        "9999-12-31",
        "",
        "gt:\ud800",
        "1.5",
        "2026-01-01/",
        "/2026-01-01",
        "gt:2026-01-01/2026-01-02",
        "2026-01-01/2026-01-02/2026-01-03",
    ],
)
def test_what_is_no_time_is_refused(client: Client, text: str) -> None:
    """With the filter's name, and how a time is written."""
    with pytest.raises(InvalidInput, match="'created'"):
        client.list_secrets(created=text)


def test_sorts_both_ways(by_day: Client, anna: Client) -> None:
    """By name, created, updated, owner and scope, up and down."""
    anna.create_secret("a", {"k": "v"})
    by_day.create_secret("mine", {"k": "v"}, scope="user")
    assert names(by_day.list_secrets(sort_by="name")) == ["a", "day1", "day2", "day3", "mine"]
    assert names(by_day.list_secrets(sort_by="desc:name")) == ["mine", "day3", "day2", "day1", "a"]
    assert names(by_day.list_secrets(sort_by="asc:created")) == ["day1", "day2", "day3", "a", "mine"]
    assert names(by_day.list_secrets(sort_by="desc:updated")) == ["mine", "a", "day1", "day3", "day2"]
    assert names(by_day.list_secrets(sort_by="asc:owner"))[0] == "a"
    assert names(by_day.list_secrets(sort_by="asc:scope"))[0] == "mine"
    assert names(by_day.list_secrets(sort_by="desc:scope"))[-1] == "mine"


@pytest.mark.parametrize("sort_by", ["asc:owner", "desc:owner", "asc:scope", "desc:scope"])
def test_ties_are_sorted_by_id(filled: Client, sort_by: str) -> None:
    """What is equal comes in the order of ids, so that pages neither repeat nor skip."""
    ids = [secret.id for secret in filled.list_secrets(sort_by=sort_by)]
    assert ids == sorted(ids, reverse=sort_by.startswith("desc"))


@pytest.mark.parametrize(
    "sort_by", ["up:name", "asc:keys", "", "asc:", "name; DROP TABLE secrets", "asc:values"]
)
def test_what_is_no_order_is_refused(filled: Client, sort_by: str) -> None:
    """An unknown field or direction is an error that says what there is."""
    with pytest.raises(InvalidInput):
        filled.list_secrets(sort_by=sort_by)
    assert filled.list_secrets().total == len(NAMES)


def test_an_unknown_filter_is_refused(client: Client) -> None:
    """A filter on something that cannot be filtered names what can."""
    from lockwork.messages.secrets import ListSecrets

    with pytest.raises(InvalidInput, match="cannot filter or sort by 'values'"):
        client.send(ListSecrets(workspace="default", listing=Listing(filters={"values": "contains:x"})))


@pytest.mark.parametrize("size", [1, 2, 4, 100])
@pytest.mark.parametrize("sort_by", ["asc:name", "desc:created", "asc:scope"])
def test_pages_together_are_the_whole(filled: Client, size: int, sort_by: str) -> None:
    """Over both scopes, page after page gives every secret once, in order, and then empty pages."""
    for name in NAMES[:4]:
        filled.create_secret(name, {"k": "v"}, scope="user")
    whole = [s.id for s in filled.list_secrets(sort_by=sort_by, size=10_000)]
    assert len(whole) == len(NAMES) + 4
    seen: list[str] = []
    for number in itertools.count(1):
        page = filled.list_secrets(sort_by=sort_by, page=number, size=size)
        assert (page.page, page.size, page.total, page.counted) == (number, size, len(whole), True)
        if not page.items:
            assert number == page.pages + 1
            break
        seen += [s.id for s in page]
    assert seen == whole


def test_twenty_a_page(client: Client) -> None:
    """Without a size a page holds 20; far past the end it is empty and knows the total."""
    for n in range(21):
        client.create_secret(f"s{n}", {"k": "v"})
    page = client.list_secrets()
    assert (len(page), page.total, page.pages) == (20, 21, 2)
    assert len(client.list_secrets(page=2)) == 1
    past = client.list_secrets(page=1_000_000_000, size=10_000)
    assert (past.items, past.total) == ((), 21)


@pytest.mark.parametrize("listing", [{"size": 0}, {"size": -1}, {"size": 10_001}, {"page": 0}, {"page": -3}])
def test_sizes_and_pages_have_limits(client: Client, listing: dict[str, int]) -> None:
    """1 to 10,000 a page, and pages count from 1."""
    with pytest.raises(InvalidInput):
        client.list_secrets(**listing)  # type: ignore[arg-type]  # the two that are whole numbers
    assert client.list_secrets(size=10_000, page=1).total == 0


def test_totals_count_what_is_there(client: Client, anna: Client) -> None:
    """Through every change the unfiltered total is the number of secrets, by scope and together."""

    def check() -> None:
        for who in (client, anna):
            for scope in (None, "user", "workspace"):
                page = who.list_secrets(scope=scope, size=10_000)
                assert page.total == len(page), (who, scope)

    client.create_secret("a", {"k": "v"})
    client.create_secret("b", {"k": "v"}, scope="user")
    anna.create_secret("b", {"k": "v"}, scope="user")
    check()
    client.update_secret("a", new_scope="user")
    check()
    client.delete_secret("a")
    client.delete_secret("b", purge=True)
    check()
    client.undelete_secret("a")
    anna.delete_secret("b")
    anna.delete_secret("b", purge=True)
    check()
    assert client.verify_audit().ok


def test_a_list_tells_keys_and_no_values(filled: Client) -> None:
    """What is listed is what describing tells, key names included, and has no place for values."""
    listed = {secret.name: secret for secret in filled.list_secrets()}
    assert listed["db"] == filled.describe_secret("db")
    assert listed["db"].keys == ("k",)
    assert not {f for f in SecretInfo.__struct_fields__ if re.search("value", f)}
