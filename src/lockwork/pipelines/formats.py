"""Outputs ↔ bytes. Each form is used only for what comes back from it exactly; pickle takes the rest."""

import io
import json
import math
import pickle
import sys
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from lockwork.domain.errors import InvalidInput

_MAX_DEPTH = 200
"""Far below what the parsers stand; deeper trees are pickled, and refused there if they must be."""


class Format(NamedTuple):
    """One form: `write` answers None for what it cannot give back exactly."""

    name: str
    write: Callable[[Any], bytes | None]
    read: Callable[[bytes], Any]


def encode(value: Any) -> tuple[str, bytes]:
    """The name of the first form that fits, and the bytes."""
    for form in FORMATS.values():
        if (data := form.write(value)) is not None:
            return form.name, data
    raise InvalidInput(
        f"a {type(value).__name__} cannot be stored as the output of a step: it is not picklable",
        hint="return plain data, an array, a data frame, or an object of a class in an importable module",
    )


def decode(form: str, data: bytes) -> Any:
    """The value again. Pickles run code: give only bytes whose SHA-256 was checked."""
    if form not in FORMATS:
        raise InvalidInput(f"this Lockwork cannot read outputs of the form {form!r}")
    try:
        return FORMATS[form].read(data)
    except ImportError as failure:
        missing = failure.name or "a module"
        raise InvalidInput(
            f"this output needs {missing}, which cannot be imported here",
            hint="load it in the environment, and in the folder, in which the run was made",
        ) from None
    except AttributeError as failure:
        raise InvalidInput(f"this output needs a class that is not where it was: {failure}") from None


def _write_json(value: Any) -> bytes | None:
    return json.dumps(value, separators=(",", ":")).encode() if _is_json(value) else None


def _is_json(value: Any, depth: int = 0) -> bool:
    """Whether JSON gives exactly this back: no tuples, no subclasses, no NaN, no keys but text."""
    kind = type(value)
    if kind in (str, int, bool, type(None)):
        # Python refuses to read integers of more than 4,300 digits from text.
        return kind is not int or value.bit_length() < 14_000
    if kind is float:
        return math.isfinite(value)
    if depth > _MAX_DEPTH:
        return False
    if kind is list:
        return all(_is_json(item, depth + 1) for item in value)
    if kind is dict:
        return all(type(key) is str and _is_json(item, depth + 1) for key, item in value.items())
    return False


def _write_array(value: Any) -> bytes | None:
    numpy = sys.modules.get("numpy")  # a value of a library that nobody imported cannot be one of its own
    if numpy is None or type(value) is not numpy.ndarray or value.dtype.hasobject or value.dtype.metadata:
        return None
    file = io.BytesIO()
    numpy.save(file, value, allow_pickle=False)
    return file.getvalue()


def _read_array(data: bytes) -> Any:
    import numpy  # lazy: only outputs that are arrays need it

    return numpy.load(io.BytesIO(data), allow_pickle=False)


def _write_frame(value: Any) -> bytes | None:
    """A data frame that Parquet gives back as it was; read back to be sure."""
    pandas = sys.modules.get("pandas")
    if pandas is None or type(value) is not pandas.DataFrame or not _has_plain_columns(pandas, value):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            data: bytes = value.to_parquet(engine="pyarrow")
            again = _read_frame(data)
    except Exception:  # pyarrow is not there, or refuses: it has a dozen ways to say so
        return None
    return data if _is_same_frame(again, value) else None


def _has_plain_columns(pandas: Any, frame: Any) -> bool:
    """Objects may come back as something that only compares equal: text alone is sure."""
    if not frame.columns.is_unique:
        return False
    objects = (frame[name] for name, kind in frame.dtypes.items() if str(kind) == "object")
    return all(pandas.api.types.infer_dtype(column, skipna=False) == "string" for column in objects)


def _is_same_frame(again: Any, frame: Any) -> bool:
    return bool(
        again.equals(frame)
        and again.dtypes.equals(frame.dtypes)
        and again.attrs == frame.attrs
        and all(_is_same_index(getattr(again, axis), getattr(frame, axis)) for axis in ("index", "columns"))
    )


def _is_same_index(again: Any, index: Any) -> bool:
    same_kind = type(again) is type(index) and again.dtype == index.dtype and again.names == index.names
    return same_kind and again.equals(index) and getattr(again, "freq", None) == getattr(index, "freq", None)


def _read_frame(data: bytes) -> Any:
    import pandas  # lazy: only outputs that are data frames need it

    return pandas.read_parquet(io.BytesIO(data), engine="pyarrow")


def _write_pickle(value: Any) -> bytes | None:
    try:
        return pickle.dumps(value, protocol=5)
    except Exception:  # classes decide how they are pickled, and may fail in any way
        return None


def _read_pickle(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301 - an output of the user's own run, unchanged since: its hash was checked


FORMATS = {
    form.name: form
    for form in (
        Format("json", _write_json, json.loads),
        Format("npy", _write_array, _read_array),
        Format("parquet", _write_frame, _read_frame),
        Format("pickle", _write_pickle, _read_pickle),
    )
}
