"""A pipeline while it is put together: each call of a step becomes a node, each passed output an edge."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from lockwork.domain import runs
from lockwork.domain.errors import InvalidInput
from lockwork.domain.stacks import plain_name
from lockwork.pipelines.options import Options
from lockwork.pipelines.outputs import Output

if TYPE_CHECKING:
    from lockwork.pipelines.authoring import Step


class Call(NamedTuple):
    """The function of one step, and the arguments that are no outputs of other steps."""

    step: "Step[..., Any]"
    arguments: dict[str, Any]


class Graph(NamedTuple):
    """A pipeline as data, and what its steps call."""

    pipeline: runs.Pipeline
    calls: dict[str, Call]


class Recording:
    """Collects the steps that are called."""

    def __init__(self, pipeline: str) -> None:
        self._pipeline = pipeline
        self._steps: list[runs.Step] = []
        self._calls: dict[str, Call] = {}

    @contextmanager
    def going(self) -> Iterator[None]:
        """Calls of steps are recorded meanwhile, not run."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def add(self, step: "Step[..., Any]", arguments: Mapping[str, Any], after: Iterable[Any]) -> Output:
        """One more node; the answer stands for what it will give back."""
        name = self._free(plain_name(step.name, "step"))
        inputs = {p: self._source(step, p, a) for p, a in arguments.items() if isinstance(a, Output)}
        literals = {p: a for p, a in arguments.items() if p not in inputs}
        for parameter, argument in literals.items():
            _check_literal(step, parameter, argument)
        node = runs.Step(
            name=name,
            inputs=inputs,
            after=tuple(self._named(step, one) for one in after),
            outputs=step.outputs,
            experiment_tracker=step.experiment_tracker,
            **_as_fields(step.options),
        )
        self._steps.append(node)
        self._calls[name] = Call(step, literals)
        return Output(name, step.outputs)

    def finished(self, options: Options) -> Graph:
        """The whole, once the pipeline's body has run."""
        if not self._steps:
            raise InvalidInput(
                f"pipeline {self._pipeline!r} has no steps", hint="call a @step function in it"
            )
        pipeline = runs.Pipeline(name=self._pipeline, steps=tuple(self._steps), **_as_fields(options))
        return Graph(pipeline, self._calls)

    def __str__(self) -> str:
        return f"pipeline {self._pipeline!r}"

    def _free(self, name: str) -> str:
        """The name, numbered where the pipeline has it already."""
        number, free = 1, name
        while free in self._calls:
            number += 1
            free = f"{name}_{number}"
        return free

    def _source(self, step: "Step[..., Any]", parameter: str, output: Output) -> runs.Source:
        try:
            source = output.source
        except InvalidInput as failure:
            raise InvalidInput(f"{step}, {parameter}: {failure}", hint=failure.hint) from None
        return self._known(step, source)

    def _named(self, step: "Step[..., Any]", other: Any) -> str:
        """A step to come after: by what it gives back, or by its name."""
        name = other.of_step if isinstance(other, Output) else str(other)
        return self._known(step, runs.Source(step=name)).step

    def _known(self, step: "Step[..., Any]", source: runs.Source) -> runs.Source:
        if source.step not in self._calls:
            raise InvalidInput(
                f"{step}: no step {source.step!r} comes before it in pipeline {self._pipeline!r}"
            )
        return source


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def current() -> Recording | None:
    """The recording that goes on, if a pipeline is being put together here."""
    return _current.get()


def _check_literal(step: "Step[..., Any]", parameter: str, argument: Any) -> None:
    """An output inside a list would reach the step as a placeholder."""
    inside = argument.values() if isinstance(argument, Mapping) else argument
    if isinstance(inside, (list, tuple, set, frozenset)) or isinstance(argument, Mapping):
        for one in inside:
            if isinstance(one, Output):
                raise InvalidInput(
                    f"{step}, {parameter}: an output of a step cannot be passed inside a"
                    f" {type(argument).__name__}",
                    hint="give each output a parameter of its own",
                )


def _as_fields(options: Options) -> dict[str, Any]:
    return {
        "settings": options.settings,
        "environment": options.environment,
        "secrets": options.secrets,
    }
