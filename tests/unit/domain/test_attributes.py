"""Attributes and settings against what a flavor declares."""

from typing import Any

import pytest

from lockwork.domain.attributes import checked_attributes, checked_settings, remaining_attributes
from lockwork.domain.errors import InvalidInput
from lockwork.domain.stacks import Attribute, ComponentType, Flavor

FLAVOR = Flavor(
    name="thing",
    type=ComponentType.ALERTER,
    help="for tests",
    attributes=(
        Attribute(name="uri", help="", required=True),
        Attribute(name="port", help="", kind="integer"),
        Attribute(name="ratio", help="", kind="number"),
        Attribute(name="strict", help="", kind="boolean"),
        Attribute(name="tags", help="", kind="mapping"),
        Attribute(name="names", help="", kind="list"),
        Attribute(name="mode", help="", choices=("fast", "slow")),
        Attribute(name="api_token", help="", sensitive=True),
    ),
    settings=(Attribute(name="run_name", help=""), Attribute(name="nested", help="", kind="boolean")),
)
WAYS = Flavor(
    name="either",
    type=ComponentType.ALERTER,
    help="for tests",
    attributes=tuple(Attribute(name=n, help="") for n in ("token", "channel", "webhook")),
    ways=(("token", "channel"), ("webhook",)),
)


def _read(name: str, value: Any) -> Any:
    return checked_attributes(FLAVOR, {"uri": "u", name: value})[name]


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("port", "8080", 8080),
        ("port", 8080, 8080),
        ("port", "-1", -1),
        ("ratio", "0.5", 0.5),
        ("ratio", "3", 3),
        ("ratio", 2, 2),
        ("strict", "Yes", True),
        ("strict", "off", False),
        ("strict", True, True),
        ("tags", '{"a": [1, true]}', {"a": [1, True]}),
        ("tags", {"a": ("b",)}, {"a": ["b"]}),
        ("names", '["a"]', ["a"]),
        ("uri", "0123", "0123"),
        ("uri", "", ""),
        ("mode", "fast", "fast"),
        ("mode", "{{db.mode}}", "{{db.mode}}"),
        ("tags", '{"dsn": "{{db.dsn}}"}', {"dsn": "{{db.dsn}}"}),
    ],
)
def test_values_are_read_as_their_kind(name: str, given: Any, kept: Any) -> None:
    """Text of a number is a number, of truth is truth, of JSON is data; text stays as written."""
    assert _read(name, given) == kept
    assert type(_read(name, given)) is type(kept)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *(("port", text) for text in ("80.5", "1_000", " 80", "", "x", "٣", "9" * 19, "9" * 5000, "true")),
        *(("port", value) for value in (True, 1.5, None, [], 2**63)),
        *(("ratio", value) for value in ("NaN", "Infinity", "1e999", "0123", "true", True, "[1]")),
        *(("strict", value) for value in ("maybe", 1, "")),
        *(("tags", value) for value in ("[1]", "{", "x", '{"a": 1e999}', [], "[" * 5000)),
        *(("names", value) for value in ("{}", "a,b", {})),
        *(("uri", value) for value in (5, None, True, b"x", "nul\x00", "lone\udc00")),
        ("mode", "middling"),
    ],
)
def test_what_is_of_another_kind_is_refused_by_name(name: str, given: Any) -> None:
    """A wrong type is an error that names the attribute and quotes nothing of the value."""
    with pytest.raises(InvalidInput, match=name) as failure:
        _read(name, given)
    if isinstance(given, str) and len(given) > 3:
        assert given not in f"{failure.value} {failure.value.hint}"


@pytest.mark.parametrize("name", ["port", "ratio", "strict", "tags", "names"])
def test_only_text_can_be_a_reference(name: str) -> None:
    """A reference may stand in for text and nothing else, and the refusal says so."""
    with pytest.raises(InvalidInput, match=f"'{name}' is .* and cannot hold a reference"):
        _read(name, "{{db.value}}")


def test_an_unknown_attribute_is_told_with_a_near_miss() -> None:
    """What the flavor lacks is named, with the near miss and all attributes there are."""
    with pytest.raises(InvalidInput, match="no attribute 'prot'; did you mean 'port'") as failure:
        _read("prot", 1)
    assert "api_token" in (failure.value.hint or "")


def test_dashes_and_underscores_are_the_same() -> None:
    """`api-token` and `api_token` are one attribute; given both ways it is refused."""
    assert _read("api_token", "x") == checked_attributes(FLAVOR, {"uri": "u", "api-token": "x"})["api_token"]
    with pytest.raises(InvalidInput, match="'api_token' is given twice"):
        checked_attributes(FLAVOR, {"uri": "u", "api-token": "x", "api_token": "y"})


def test_required_attributes_are_asked_for() -> None:
    """What is missing is named as the option that gives it; present ones count."""
    with pytest.raises(InvalidInput, match="needs uri") as failure:
        checked_attributes(FLAVOR, {"port": 1})
    assert failure.value.hint == "add --uri=…"
    assert checked_attributes(FLAVOR, {"port": 1}, {"uri": "u"}) == {"uri": "u", "port": 1}


def test_one_of_several_ways_is_enough() -> None:
    """A flavor that can be complete in more than one way wants one of them whole."""
    assert checked_attributes(WAYS, {"webhook": "w"})
    assert checked_attributes(WAYS, {"token": "t", "channel": "c"})
    with pytest.raises(InvalidInput, match="needs token and channel, or webhook"):
        checked_attributes(WAYS, {"token": "t"})


def test_removing() -> None:
    """What is set can be removed, unless it is required; what is not set is an error that names it."""
    present = {"uri": "u", "port": 1, "api_token": "{{a.b}}"}
    assert remaining_attributes(FLAVOR, present, ["api-token"]) == {"uri": "u", "port": 1}
    with pytest.raises(InvalidInput, match="needs uri"):
        remaining_attributes(FLAVOR, present, ["uri"])
    with pytest.raises(InvalidInput, match="'prt' is not set; did you mean 'port'"):
        remaining_attributes(FLAVOR, present, ["prt"])


BOUNDED = Flavor(
    name="bounded",
    type=ComponentType.ALERTER,
    help="for tests",
    attributes=(
        Attribute(name="many", help="", kind="integer", minimum=1, maximum=9),
        Attribute(name="some", help="", kind="number", minimum=0.5),
        Attribute(name="few", help="", kind="integer", maximum=3),
        Attribute(name="path", help="", pattern="s3://.+", written="s3://BUCKET"),
    ),
)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("many", "0", "attribute 'many' is 1 to 9"),
        ("many", 10, "attribute 'many' is 1 to 9"),
        ("some", 0.4, "attribute 'some' is 0.5 or more"),
        ("few", 4, "attribute 'few' is at most 3"),
        ("path", "/tmp/x", "attribute 'path' is written s3://BUCKET"),
    ],
)
def test_a_plain_value_out_of_bounds_is_refused(name: str, value: Any, why: str) -> None:
    """A number out of its range, or a text that is written otherwise, is refused when it is given."""
    with pytest.raises(InvalidInput, match=f"^{why}$"):
        checked_attributes(BOUNDED, {name: value})


def test_a_value_within_bounds_and_a_reference_are_taken() -> None:
    """What a reference stands for is known only in a run, so its text is not held to the pattern."""
    given = {"many": 9, "some": 0.5, "few": -1, "path": "s3://b"}
    assert checked_attributes(BOUNDED, given) == given
    assert checked_attributes(BOUNDED, {"path": "{{store.path}}"}) == {"path": "{{store.path}}"}


def test_settings_are_checked_like_attributes() -> None:
    """Settings of a flavor know their names and kinds."""
    assert checked_settings(FLAVOR, {"run_name": "r", "nested": True}) == {"run_name": "r", "nested": True}
    with pytest.raises(InvalidInput, match=r"'alerter.thing' know no 'runname'; did you mean 'run_name'"):
        checked_settings(FLAVOR, {"runname": "r"})
    with pytest.raises(InvalidInput, match="setting 'nested' is true or false"):
        checked_settings(FLAVOR, {"nested": "perhaps"})
