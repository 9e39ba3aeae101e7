"""`Sensitive`, and all that holds one: nothing in the standard library shows the text without `reveal`."""

from __future__ import annotations

import copy
import dataclasses
import hmac
import inspect
import io
import json
import logging
import marshal
import pickle
import pprint
import reprlib
import string
import sys
import traceback
import warnings
import weakref
import xmlrpc.client
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import yaml

from lockwork import Sensitive
from lockwork.domain.secrets import RevealedSecret, SecretInfo, SecretScope
from lockwork.messages.secrets import CreateSecret

VALUE = "hunter2-of-the-sensitive\nsecond line"


@dataclasses.dataclass
class Held:
    """What a user's code might keep one in."""

    value: Sensitive


def holders() -> dict[str, Any]:
    """Everything of ours that holds a value, and what others may put one into."""
    value = Sensitive(VALUE)
    now = datetime.now(UTC)
    info = SecretInfo(
        id="1", name="s", scope=SecretScope.WORKSPACE, workspace="default", owner="default",
        keys=("k",), version=1, created=now, updated=now,
    )  # fmt: skip
    return {
        "sensitive": value,
        "revealed": RevealedSecret(info=info, values={"k": value}),
        "message": CreateSecret(workspace="default", name="s", values={"k": value}),
        "dict": {"k": value},
        "list": [value, (value, {value})],
        "dataclass": Held(value),
        "failure": ValueError("no use for", value),
    }


HOLDERS = holders()


def logged(one: Any) -> str:
    text = io.StringIO()
    logger = logging.Logger("mine")
    logger.addHandler(handler := logging.StreamHandler(text))
    handler.setFormatter(logging.Formatter("%(message)s %(args)s"))
    logger.error("%s %r %a", one, one, one)
    logger.error(one)
    logger.error("%(k)s", {"k": one})
    return text.getvalue()


def with_locals(one: Any) -> str:
    try:
        raise LookupError(one)
    except LookupError as failure:
        failure.add_note(f"{one}")
        shown = traceback.TracebackException.from_exception(failure, capture_locals=True)
        frames = inspect.getinnerframes(failure.__traceback__)  # type: ignore[arg-type]  # it has one
        return "".join(shown.format()) + repr([frame.frame.f_locals for frame in frames])


def in_a_page(one: Any) -> str:
    with warnings.catch_warnings(action="ignore"):
        import cgitb  # leaves the standard library with 3.13
    try:
        raise LookupError(one)
    except LookupError:
        return str(cgitb.text(sys.exc_info())) + str(cgitb.html(sys.exc_info()))


def state_of(one: Any) -> str:
    parts = [getattr(one, "__dict__", None), one.__reduce_ex__(2)]
    with suppress(TypeError):
        parts.append(vars(one))
    return repr(parts)


RENDERINGS: dict[str, Callable[[Any], Any]] = {
    "repr": repr,
    "str": str,
    "ascii": ascii,
    "format": format,
    "f-string": lambda one: f"{one} {one!r} {one!s} {one!a} {one=}",
    "f-string with specs": lambda one: f"{one:>40} {one:.30} {one:^9} {one!s:x>50} {one!r:.99}",
    "f-string with a number's": lambda one: f"{one:d}",
    "str.format": lambda one: "{k} {k!r} {k:<9}".format_map({"k": one}),
    "percent": lambda one: "%s %r %a %.40s" % (one, one, one, one),  # noqa: UP031 - it is what is tried
    "template": lambda one: string.Template("$one").substitute(one=one),
    "join": lambda one: "".join(one),
    "bytes": lambda one: bytes(one),
    "iteration": lambda one: [*one],
    "integer": lambda one: int(one),
    "index": lambda one: one[0],
    "addition": lambda one: "" + one,
    "print": lambda one: print(one, file=io.StringIO()),
    "pprint": pprint.pformat,
    "reprlib": reprlib.repr,
    "json": json.dumps,
    "json as text": lambda one: json.dumps(one, default=str),
    "json as repr": lambda one: json.dumps(one, default=repr),
    "json as vars": lambda one: json.dumps(one, default=vars),
    **{f"pickle {n}": lambda one, n=n: pickle.dumps(one, n) for n in range(pickle.HIGHEST_PROTOCOL + 1)},
    "marshal": marshal.dumps,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "asdict": lambda one: dataclasses.asdict(one),
    "astuple": lambda one: dataclasses.astuple(one),
    "logging": logged,
    "traceback": with_locals,
    "cgitb": in_a_page,
    "xmlrpc": lambda one: xmlrpc.client.dumps((one,)),
    "yaml": yaml.dump,
    "yaml safe": yaml.safe_dump,
    "msgspec json": msgspec.json.encode,
    "msgspec json as text": lambda one: msgspec.json.encode(one, enc_hook=str),
    "msgspec msgpack": msgspec.msgpack.encode,
    "msgspec msgpack as repr": lambda one: msgspec.msgpack.encode(one, enc_hook=repr),
    "msgspec yaml": msgspec.yaml.encode,
    "msgspec toml": lambda one: msgspec.to_builtins(one, enc_hook=str),
    "msgspec builtins": msgspec.to_builtins,
    "msgspec asdict": msgspec.structs.asdict,
    "msgspec astuple": msgspec.structs.astuple,
    "vars": vars,
    "dict": lambda one: one.__dict__,
    "state": state_of,
    "getstate": lambda one: one.__getstate__(),
    "reduce": lambda one: one.__reduce__(),
    "dir": dir,
    "slots": lambda one: [getattr(one, name, None) for name in type(one).__slots__],
    "weak reference": lambda one: weakref.ref(one),
    "signature": lambda one: inspect.signature(one),
    "contains": lambda one: VALUE in one,
    "order": lambda one: one < one,
    "hash": hash,
}
"""Each may give what it likes, or refuse."""


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("holder", HOLDERS)
def test_no_rendering_shows_it(holder: str, rendering: str):
    """Whatever is made of it, and whatever the failure says where it is refused, the text is not in there."""
    one = HOLDERS[holder]
    try:
        given = RENDERINGS[rendering](one)
    except Exception as refusal:
        given = "".join(traceback.format_exception(refusal))
        given += repr((refusal.args, vars(refusal)))
    text = given.decode("latin-1") if isinstance(given, bytes) else f"{given!s} {given!r}"
    assert "hunter2" not in text
    assert "second line" not in text


def test_reveal_is_the_way_out():
    """What was put in comes out, by either name."""
    value = Sensitive(VALUE)
    assert value.reveal() == value.get_secret_value() == VALUE
    assert HOLDERS["revealed"].secret_values == {"k": VALUE}


def test_comparing_takes_as_long_whatever_differs(monkeypatch: pytest.MonkeyPatch):
    """Two are compared in constant time, by hmac; one is never equal to its text."""
    compared = []

    def compare(mine: bytes, theirs: bytes) -> bool:
        compared.append((mine, theirs))
        return mine == theirs

    monkeypatch.setattr(hmac, "compare_digest", compare)
    value = Sensitive("a\udcff")
    assert value == Sensitive("a\udcff")
    assert value != Sensitive("b")
    assert len(compared) == 2
    assert value != "a\udcff"
    assert hash(value) == hash(Sensitive("a\udcff"))


def test_its_size_tells_nothing():
    """One of a long text is as large as one of a short text."""
    assert sys.getsizeof(Sensitive("x" * 10_000)) == sys.getsizeof(Sensitive(""))
