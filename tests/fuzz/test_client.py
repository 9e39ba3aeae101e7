"""No argument makes the Client fail in a way that is not its own, quote a value, or do a thing by half."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.carried import everything_carried
from tests.fuzz.store import content, ids
from tests.fuzz.texts import OPEN, SECRET, Texts
from tests.fuzz.words import KEYS, NAMES

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.domain.errors import Fault, LockworkError
from lockwork.domain.secrets import SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import ComponentType

CALLS_PER_BATCH = 100
HOLD_VALUES = ("values", "add_or_update_values", "attributes", "environment")
METHODS = sorted(
    name
    for name, what in inspect.getmembers(Client, inspect.isfunction)
    if not name.startswith("_") and name not in ("send", "close", "copy_store")
)


class Text(str):
    """Text of somebody's own kind."""

    __slots__ = ()


class Odd:
    """What is nothing that anybody expects, and cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("not to be shown")


class Arguments:
    """Makes arguments for a method: what belongs there, and what does not."""

    def __init__(self, texts: Texts, known: list[str]) -> None:
        self._texts = texts
        self._known = known

    def of(self, method: Callable[..., Any]) -> dict[str, Any]:
        """By name, for a call that fits the method's signature."""
        made = {}
        for parameter in list(inspect.signature(method).parameters.values())[1:]:
            if parameter.default is parameter.empty or self._texts.maybe(0.3):
                made[parameter.name] = self._one(parameter.name)
        return made

    def _one(self, name: str) -> Any:
        texts = self._texts
        return self._odd(holds_values=name in HOLD_VALUES) if texts.maybe(0.25) else self._fitting(name)

    def _odd(self, *, holds_values: bool) -> Any:
        texts = self._texts
        if holds_values and texts.maybe(0.5):
            return texts.one(
                *(
                    texts.planted(),
                    {texts.nasty(): texts.planted()},
                    {"password": texts.planted() + "\ud800"},
                    _deep(70),
                ),
                *(
                    _deep(2000),
                    Sensitive(texts.planted()),
                    {"password": Sensitive(texts.planted())},
                    {3: texts.planted()},
                ),
                *(
                    {"password": texts.planted().encode("utf-8", "surrogatepass")},
                    {"password": [texts.planted()]},
                    [texts.planted()],
                ),
            )
        return texts.one(
            *(
                None,
                0,
                -1,
                2**70,
                1.5,
                float("nan"),
                True,
                b"bytes",
                bytearray(b"x"),
                object(),
                Odd(),
                Decimal(1),
                Text("db"),
            ),
            *(
                [],
                {},
                (),
                set(),
                iter([1]),
                [None],
                {None: None},
                {1: 2},
                ["db", 3],
                {"password": 3},
                {"a": b"x"},
                [[]],
            ),
            *(
                texts.nasty(),
                Sensitive("x"),
                lambda: None,
                int,
                Path("x"),
                ...,
                _own(),
                "x" * 2_000_000,
                {"x" * 200: "y"},
                Text("x"),
            ),
        )

    def _fitting(self, name: str) -> Any:
        texts = self._texts
        if name in ("values", "add_or_update_values"):
            return {texts.keys(KEYS): texts.planted() for _ in range(2)}
        if name in ("attributes",):
            return {"tracking_uri": texts.planted(OPEN), "tracking_password": texts.planted()}
        if name == "environment":
            return {"X": texts.planted(OPEN), "Y": "{{db.password}}"}
        if name == "secrets":
            return texts.one(["db"], {"db": "X_"}, "db")
        if name in ("scope", "new_scope"):
            return texts.one("user", "workspace", SecretScope.USER, "other", None)
        if name == "type":
            return texts.one(*ComponentType, "experiment-tracker", "other")
        if name == "components":
            return {"orchestrator": "default", "artifact_store": texts.one("default", "bucket", 3)}
        if name in ("version", "if_version", "page", "size"):
            return texts.random.randint(1, 4)
        if name in ("force", "purge", "any", "deleted", "plaintext", "prefix", "reseal", "update_references"):
            return texts.maybe(0.5)
        if name.startswith("remove") or name == "places":
            return [texts.keys(KEYS), texts.one("tracking_uri", "experiment_tracker")]
        if name == "flavor":
            return texts.random.choice(NAMES["flavor"])
        if name == "text":
            return texts.one("{{db.password}}", "{{nope.x}}", texts.nasty())
        return texts.random.choice(
            [*NAMES["secret"], *NAMES["component"], *NAMES["stack"], *self._known, "fresh"]
        )


def _deep(depth: int) -> Any:
    made: Any = SECRET
    for _ in range(depth):
        made = {"a": [made]}
    return made


def _own() -> dict[str, Any]:
    """A mapping that holds itself."""
    made: dict[str, Any] = {}
    made["password"] = made
    return made


def failed(method: Callable[..., Any], given: dict[str, Any]) -> Exception | None:
    try:
        method(**given)
    except Exception as failure:
        return failure
    return None


@pytest.mark.parametrize("number", range(3))
def test_no_argument_gets_through(number: int, tmp_path: Path, prepared: Path) -> None:
    """Whatever a method is given: an answer, or a failure of ours without a value that changed nothing."""
    try_batch(f"client {number}", tmp_path / "home", prepared)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(50))
def test_many_arguments(number: int, tmp_path: Path, prepared: Path) -> None:
    """Five thousand calls, a hundred to a store."""
    try_batch(f"long client {number}", tmp_path / "home", prepared)


def try_batch(seed: str, home: Path, prepared: Path) -> None:
    shutil.copytree(prepared, home)
    texts = Texts(Random(seed))
    client = Client(workspace="default", gateway=Embedded(home, user="default"))
    for number in range(CALLS_PER_BATCH):
        name = texts.random.choice(METHODS)
        given = Arguments(texts, ids(home)).of(getattr(Client, name))
        before = content(home)
        where = f"batch {seed!r}, call {number}: {name}({_shown(given)})"
        failure = failed(getattr(client, name), given)
        if failure is None:
            continue
        assert isinstance(failure, LockworkError), f"{where} raised {type(failure).__name__}: {failure}"
        assert not isinstance(failure, Fault), f"{where}: {failure}"
        carried = "\n".join(everything_carried(failure))
        assert SECRET.strip("+") not in carried, f"{where} quotes a value: {failure}"
        assert content(home) == before, f"{where} failed and changed something: {failure}"
    assert client.verify_audit().ok, f"batch {seed!r}"
    client.close()


def _shown(given: dict[str, Any]) -> str:
    def shown(value: Any) -> str:
        try:
            return repr(value)[:200]
        except Exception:
            return f"<{type(value).__name__}>"

    return ", ".join(f"{name}={shown(value)}" for name, value in given.items())
