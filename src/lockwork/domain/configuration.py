"""What a configuration may hold: text, numbers, truth, nothing, and lists and mappings of these.

What passes here can be stored as JSON, sent and compared. No failure shows a value.
"""

import math
from collections.abc import Mapping
from typing import Any

from lockwork.domain.errors import InvalidInput
from lockwork.domain.references import MAX_DEPTH
from lockwork.domain.secrets import checked_value

_MAX_INTEGER = 2**63


def plain(name: str, value: object, depth: int = 0) -> Any:
    """A copy of `value` in plain data: tuples as lists. `name` says in a failure which part is meant."""
    if depth > MAX_DEPTH:
        raise InvalidInput(f"{name!r} is nested deeper than {MAX_DEPTH}")
    if isinstance(value, str):
        return str(checked_value(name, value))
    if value is None or isinstance(value, (bool, int, float)):
        return _number(name, value)
    if isinstance(value, Mapping):
        return {_key(name, key): plain(name, item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(name, item, depth + 1) for item in value]
    raise InvalidInput(
        f"{name!r} holds {type(value).__name__}, which a configuration cannot hold",
        hint="it holds text, numbers, true and false, lists and mappings",
    )


def _number(name: str, value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(f"{name!r} holds a number that is not finite")
    if isinstance(value, int) and not -_MAX_INTEGER <= value < _MAX_INTEGER:
        raise InvalidInput(f"{name!r} holds a whole number of more than 64 bits")
    return value


def _key(name: str, key: object) -> str:
    if not isinstance(key, str):
        raise InvalidInput(f"{name!r} holds a mapping whose keys are not all text")
    return str(checked_value(name, key))


def text(name: str, value: object) -> str:
    """`value` if it is text that can be stored."""
    return str(checked_value(name, value))
