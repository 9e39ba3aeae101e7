"""What a configuration may hold."""

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.domain.configuration import plain
from lockwork.domain.errors import InvalidInput

_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.-", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_PLAIN)
def test_plain_data_comes_back_as_it_is(tree: object) -> None:
    """Text, numbers, truth, lists and mappings pass unchanged."""
    assert plain("x", tree) == tree


def test_tuples_become_lists() -> None:
    """A tuple is stored as a list, at any depth."""
    assert plain("x", {"a": (1, ("b",))}) == {"a": [1, ["b"]]}


@pytest.mark.parametrize(
    "wrong",
    [
        *(object(), b"bytes", {1, 2}, datetime.date(2026, 1, 1), math.nan, math.inf, -math.inf),
        *(2**63, -(2**63) - 1, {1: "a"}, "nul\x00", "lone\ud800", {"k\x00": 1}, [["deep", {"x": b""}]]),
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(wrong: object) -> None:
    """The failure names the part and shows nothing of it."""
    with pytest.raises(InvalidInput, match="'tags'") as failure:
        plain("tags", wrong)
    assert "bytes'" not in str(failure.value)
    assert failure.value.__context__ is None


def test_what_holds_itself_is_refused() -> None:
    """A list inside itself ends in a failure, not in a full stack."""
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(InvalidInput, match="deeper than 64"):
        plain("x", loop)
