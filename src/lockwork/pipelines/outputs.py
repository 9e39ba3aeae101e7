"""What a step gives back: the names of its outputs, and inside a pipeline the placeholders for them."""

import typing
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Annotated, Any, NoReturn, get_args, get_origin

from lockwork.domain.errors import InvalidInput
from lockwork.domain.runs import Source

SINGLE = "output"


class Output:
    """Stands for what a step will give back. It can be passed to another step, and to nothing else."""

    __slots__ = ("_names", "_step")

    def __init__(self, step: str, names: tuple[str, ...]) -> None:
        self._step, self._names = step, names

    @property
    def of_step(self) -> str:
        """The name of the step."""
        return self._step

    @property
    def source(self) -> Source:
        """Which output of which step it is, where it is passed on whole."""
        if len(self._names) != 1:
            what = f"{len(self._names)} outputs" if self._names else "nothing"
            hint = f"unpack them: {', '.join(self._names)} = …" if self._names else None
            raise InvalidInput(f"step {self._step!r} gives back {what}, which cannot be passed on", hint=hint)
        return Source(step=self._step, output=self._names[0])

    def __iter__(self) -> Iterator["Output"]:
        if len(self._names) < 2:
            self._not_there("be iterated over or unpacked")
        return (Output(self._step, (name,)) for name in self._names)

    def __getitem__(self, which: int | str) -> "Output":
        if len(self._names) < 2:
            self._not_there("be looked into")
        if isinstance(which, str) and which in self._names:
            return Output(self._step, (which,))
        if isinstance(which, int) and -len(self._names) <= which < len(self._names):
            return Output(self._step, (self._names[which],))
        raise InvalidInput(f"step {self._step!r} has the outputs {', '.join(self._names)}, not {which!r}")

    def __repr__(self) -> str:
        return f"<{' and '.join(self._names) or 'nothing'} of step {self._step!r}>"

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)  # what Python and debuggers ask of any object
        self._not_there(f"be asked for .{name}")

    def _not_there(self, act: str) -> NoReturn:
        raise InvalidInput(
            f"the output of step {self._step!r} cannot {act} here: while a pipeline is put together, no step"
            " has run",
            hint="pass it to another step, and use it there",
        )


def _refusing(name: str, act: str) -> Callable[..., NoReturn]:
    def method(self: Output, *_: object) -> NoReturn:
        self._not_there(act)

    method.__name__ = name
    return method


_SUMS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
_ACTS = {
    "be used in a condition": ["bool"],
    "be compared": ["eq", "ne", "lt", "le", "gt", "ge"],
    "be counted or searched": ["len", "contains"],
    "be turned into text": ["str", "format"],
    "be called": ["call"],
    "be calculated with": ["int", "float", "index", "neg", "abs", "round", *_SUMS, *(f"r{s}" for s in _SUMS)],
}
for _act, _methods in _ACTS.items():
    for _method in _methods:
        setattr(Output, f"__{_method}__", _refusing(f"__{_method}__", _act))
Output.__hash__ = object.__hash__  # type: ignore[method-assign]  # giving __eq__ alone would take it away


def names_of(function: Callable[..., Any], of: str) -> tuple[str, ...]:
    """The outputs that a step function's return annotation declares."""
    annotation = _returned(function, of)
    if annotation is None or annotation is type(None):
        return ()
    if get_origin(annotation) is tuple and Ellipsis not in get_args(annotation) and get_args(annotation):
        parts = get_args(annotation)
        names = tuple(_named(part, f"{SINGLE}_{n}") for n, part in enumerate(parts, start=1))
    else:
        names = (_named(annotation, SINGLE),)
    if len(set(names)) < len(names):
        raise InvalidInput(f"{of}: two of its outputs have one name: {', '.join(names)}")
    return names


def _named(annotation: Any, otherwise: str) -> str:
    if get_origin(annotation) is Annotated:
        return next((word for word in annotation.__metadata__ if isinstance(word, str)), otherwise)
    return otherwise


def _returned(function: Callable[..., Any], of: str) -> Any:
    """The return annotation, read where it is text; one that cannot be read may only be a single output's."""
    written = getattr(function, "__annotations__", {}).get("return", Any)
    if not isinstance(written, str):
        return written
    holder = SimpleNamespace(__annotations__={"return": written})
    names = getattr(function, "__globals__", {})
    try:
        return typing.get_type_hints(holder, names, include_extras=True)["return"]
    except Exception as failure:  # an annotation is code of the user's and may fail in any way
        if "tuple" not in written.lower() and "Annotated" not in written:
            return Any
        raise InvalidInput(f"{of}: its return annotation {written!r} cannot be read: {failure}") from None
