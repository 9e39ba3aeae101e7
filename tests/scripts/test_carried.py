"""What tests look through for values leaves nothing of a failure out."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.carried import everything_carried

MARK = "value-7"


def behind(failure: BaseException) -> BaseException:
    """What was raised while `failure` was handled."""
    try:
        try:
            raise failure
        except BaseException:
            raise KeyError("another") from None
    except KeyError as raised:
        return raised


class Silent(Exception):
    """Shows nothing of what it was given."""

    def __str__(self) -> str:
        return "a word"

    __repr__ = __str__


def having(attribute: str, failure: BaseException) -> BaseException:
    setattr(failure, attribute, MARK)
    return failure


def noted() -> BaseException:
    failure = ValueError("a word")
    failure.add_note(MARK)
    return failure


def caused() -> BaseException:
    failure = ValueError("a word")
    failure.__cause__ = KeyError(MARK)
    return failure


CARRYING: dict[str, Callable[[], BaseException]] = {
    "its text": lambda: ValueError(MARK),
    "an argument that it does not show": lambda: Silent({"k": [MARK]}),
    "an attribute": lambda: having("given", Silent()),
    "an attribute of a class in C": lambda: having("text", SyntaxError("a word")),
    "a note": noted,
    "a cause": caused,
    "a context that `from None` hides": lambda: behind(ValueError(MARK)),
    "one of a group": lambda: ExceptionGroup("several", [Silent(), Silent(MARK)]),
    "a parser's document": lambda: json.JSONDecodeError("bad", f"{{{MARK}", 0),
    "bytes that are no text": lambda: UnicodeDecodeError(
        "utf-8", f"{MARK}\xff".encode("latin-1"), 7, 8, "bad"
    ),
    "a file's name": lambda: FileNotFoundError(2, "not there", MARK),
}


@pytest.mark.parametrize("where", CARRYING)
def test_it_is_found_wherever_it_hangs(where: str) -> None:
    """In the failure, on it, or anywhere in its chain."""
    assert any(MARK in text for text in everything_carried(CARRYING[where]()))


def test_what_carries_nothing_says_nothing() -> None:
    """A failure without it, and with a chain, is let be; a chain that bites its tail comes to an end."""
    failure = behind(ValueError("a word"))
    assert failure.__context__ is not None
    failure.__context__.__cause__ = failure
    assert not any(MARK in text for text in everything_carried(failure))
