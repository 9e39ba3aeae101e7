"""All that a failure carries: whatever somebody's report of it could show of what it was given."""

from collections.abc import Iterator, Mapping
from typing import Any


def chain(failure: BaseException | None) -> Iterator[BaseException]:
    """The failure, and all that it says led to it."""
    seen: set[int] = set()
    waiting = [failure]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def everything_carried(failure: BaseException | None) -> Iterator[str]:
    """What a failure and its whole chain hold: text, arguments, attributes, notes."""
    for one in chain(failure):
        yield f"{one!s} {one!r}"
        held = {**vars(one), "args": one.args}
        # Attributes that classes in C keep elsewhere: what a parser read, what could not be decoded.
        for name in (
            "doc",
            "object",
            "text",
            "filename",
            "filename2",
            "msg",
            "problem",
            "context",
            "name",
            "obj",
        ):
            held[name] = getattr(one, name, None)
        yield from map(_shown, held.values())


def _shown(held: Any) -> str:
    if isinstance(held, bytes | bytearray):
        return bytes(held).decode("latin-1")
    if isinstance(held, Mapping):
        return " ".join(f"{_shown(key)} {_shown(value)}" for key, value in held.items())
    if isinstance(held, list | tuple | set):
        return " ".join(map(_shown, held))
    return held if isinstance(held, str) else repr(held)
