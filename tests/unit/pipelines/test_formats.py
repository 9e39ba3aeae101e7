"""Outputs ↔ bytes: what is given back is what was given, in the plainest form that can do that."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.domain.errors import InvalidInput
from lockwork.pipelines.formats import decode, encode

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


class Custom:
    def __init__(self, n: int) -> None:
        self.n = n


class Loud(str):
    __slots__ = ()


def repr_or_type(value: Any) -> str:
    """Names for tests: some values cannot be printed."""
    return f"int of {value.bit_length()} bits" if isinstance(value, int) else ascii(value)


def again(value: Any) -> tuple[str, Any]:
    form, data = encode(value)
    return form, decode(form, data)


def types(value: Any) -> Any:
    """The types all the way down: 1 == True == 1.0, and yet they are not the same."""
    if isinstance(value, (list, tuple)):
        return type(value), [types(item) for item in value]
    if isinstance(value, dict):
        return dict, {key: types(item) for key, item in value.items()}
    return type(value), math.copysign(1, value) if isinstance(value, float) else None


@given(plain)
def test_plain_data_comes_back_exactly(value: Any):
    """Whatever nesting of plain data: equal, and of the same types all the way down."""
    _, back = again(value)
    assert back == value
    assert types(back) == types(value)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ({"a": [1, 2.5, "x", None, True]}, "json"),
        ("\ud800", "json"),
        (10**4000, "json"),
        (10**5000, "pickle"),
        ((1, 2), "pickle"),
        ([(1, 2)], "pickle"),
        (float("inf"), "pickle"),
        ({1: "a"}, "pickle"),
        (Loud("x"), "pickle"),
        ({1, 2}, "pickle"),
        (b"bytes", "pickle"),
    ],
    ids=repr_or_type,
)
def test_json_takes_only_what_it_gives_back(value: Any, form: str):
    """Tuples, infinities, other keys than text and subclasses are not JSON, and come back all the same."""
    used, back = again(value)
    assert used == form
    assert back == value
    assert type(back) is type(value)


def test_nan_is_pickled():
    """JSON has no NaN."""
    form, back = again([float("nan")])
    assert form == "pickle"
    assert math.isnan(back[0])


@pytest.mark.parametrize(
    ("array", "form"),
    [
        (np.arange(6).reshape(2, 3), "npy"),
        (np.array([1 + 2j]), "npy"),
        (np.array(["a", "bc"]), "npy"),
        (np.zeros((0, 3), dtype=">f4"), "npy"),
        (np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), "npy"),
        (np.array([{"an": "object"}], dtype=object), "pickle"),
    ],
)
def test_arrays_without_objects_are_npy(array: Any, form: str):
    """Arrays of numbers and text go as .npy, read without pickle; arrays of objects are pickled."""
    used, back = again(array)
    assert used == form
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"n": [1, 2], "x": [0.5, float("nan")], "t": ["a", "b"]}),
        pd.DataFrame({"when": pd.to_datetime(["2026-01-31", "2026-02-28"])}, index=["r1", "r2"]),
        pd.DataFrame({"c": pd.Categorical(["x", "y", "x"])}),
        pd.DataFrame({"big": pd.array([1, None], dtype="Int64")}),
    ],
)
def test_data_frames_are_parquet_where_nothing_is_lost(frame: pd.DataFrame):
    """Types, index and columns of a data frame survive."""
    form, back = again(frame)
    assert form == "parquet"
    pd.testing.assert_frame_equal(back, frame, check_freq=True)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"o": [1, "a"]}),
        pd.DataFrame({"o": [{"a": 1}, {"b": 2}]}),
        pd.DataFrame({"t": [(1, 2), (3, 4)]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[0, 1]),
        pd.DataFrame({"x": [1, 2]}, index=pd.date_range("2026-01-01", periods=2, freq="D")),
    ],
)
def test_other_data_frames_come_back_too(frame: pd.DataFrame):
    """A data frame that Parquet would change comes back as it was."""
    _, back = again(frame)
    pd.testing.assert_frame_equal(back, frame, check_freq=True)
    assert [type(v) for v in back.iloc[0]] == [type(v) for v in frame.iloc[0]]


def test_objects_are_pickled():
    """An object of an importable class comes back."""
    form, back = again(Custom(3))
    assert (form, back.n) == ("pickle", 3)


def test_deep_and_circular_data_do_not_end_the_process():
    """A list that holds itself is pickled; one nested too deep for anything is refused, not a crash."""
    circular: list[Any] = []
    circular.append(circular)
    form, back = again(circular)
    assert form == "pickle"
    assert back[0] is back
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidInput, match="list"):
        encode(deep)
    while deep:  # taken apart from outside: freeing it in one go would go as deep
        deep = deep[0]


def test_what_cannot_be_stored_is_refused_by_its_type():
    """A failure names the type and shows nothing of the object."""
    with pytest.raises(InvalidInput, match="a function cannot be stored"):
        encode(lambda: None)


def test_unknown_forms_and_missing_classes_are_told():
    """Bytes that this reader cannot make sense of are a failure in words."""
    with pytest.raises(InvalidInput, match="form 'tar'"):
        decode("tar", b"")
    with pytest.raises(InvalidInput, match="needs nowhere_at_all"):
        decode("pickle", b"cnowhere_at_all\nThing\n.")
    with pytest.raises(InvalidInput, match="class"):
        decode("pickle", b"cos\nNoSuchThing\n.")
