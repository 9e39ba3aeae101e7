"""Outputs of steps inside arguments: where in lists, tuples and dicts they stand, and what comes there later.

A place is written as Python would: `model`, `models[0]`, `scores['test'][2]`. It begins with the parameter.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lockwork.domain.errors import InvalidInput
from lockwork.pipelines.outputs import Output

_MAX_DEPTH = 64  # also what ends a list that holds itself


def outputs_in(argument: Any, place: str, depth: int = 0) -> Iterator[tuple[str, Output]]:
    """Every output in an argument, with its place; `InvalidInput` where no value could come in its stead."""
    if isinstance(argument, Output):
        yield place, argument
    elif type(argument) in (list, tuple, dict):
        if depth == _MAX_DEPTH:
            raise InvalidInput(f"an argument is nested at most {_MAX_DEPTH} deep")
        for where, part in _parts(argument, place):
            yield from outputs_in(part, where, depth + 1)
    _check_nowhere_else(argument)


def filled(arguments: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with these values at their places; one without any of them stays the same object."""
    concerned = {place.partition("[")[0] for place in values}
    return {p: _filled(a, p, values) if p in concerned else a for p, a in arguments.items()}


def _filled(node: Any, place: str, values: Mapping[str, Any]) -> Any:
    if place in values:
        return values[place]
    if type(node) not in (list, tuple, dict):
        return node
    parts = [_filled(part, where, values) for where, part in _parts(node, place)]
    return dict(zip(node, parts, strict=True)) if type(node) is dict else type(node)(parts)


def _parts(node: Any, place: str) -> Iterator[tuple[str, Any]]:
    items = node.items() if type(node) is dict else enumerate(node)
    for number, (key, part) in enumerate(items):
        # Two keys of another kind may look alike, so those go by their number.
        yield f"{place}[{key!r}]" if type(key) in (str, int) else f"{place}[#{number}]", part


def _check_nowhere_else(node: Any) -> None:
    """No output where `filled` puts nothing: among keys, and in containers of other kinds."""
    if type(node) in (list, tuple) or not isinstance(node, (list, tuple, set, frozenset, Mapping)):
        return
    values = node.values() if isinstance(node, Mapping) and type(node) is not dict else ()
    if any(isinstance(part, Output) for part in (*node, *values)):
        kind = "dict's keys" if type(node) is dict else type(node).__name__
        raise InvalidInput(
            f"an output of a step cannot be passed inside a {kind}",
            hint="it can in a list, a tuple and the values of a dict",
        )
