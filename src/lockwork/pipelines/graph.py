"""A pipeline while it is put together: each call of a step becomes a node, each passed output an edge."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from lockwork.domain import runs
from lockwork.domain.errors import InvalidInput
from lockwork.domain.stacks import plain_name
from lockwork.pipelines import passing
from lockwork.pipelines.options import Options
from lockwork.pipelines.outputs import Output

if TYPE_CHECKING:
    from lockwork.pipelines.authoring import Step


class Call(NamedTuple):
    """The function of one step, and its arguments: None in the place of each output of another step."""

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
        inputs = dict(self._inputs(step, arguments))
        node = runs.Step(
            name=name,
            inputs=inputs,
            after=tuple(self._named(step, one) for one in after),
            outputs=step.outputs,
            experiment_tracker=step.experiment_tracker,
            **_as_fields(step.options),
        )
        self._steps.append(node)
        self._calls[name] = Call(step, passing.filled(arguments, dict.fromkeys(inputs)))
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

    def _inputs(
        self, step: "Step[..., Any]", arguments: Mapping[str, Any]
    ) -> Iterator[tuple[str, runs.Source]]:
        """Each place to which an output is passed, with where that comes from."""
        for parameter, argument in arguments.items():
            try:
                sources = [(place, out.source) for place, out in passing.outputs_in(argument, parameter)]
            except InvalidInput as failure:
                raise InvalidInput(f"{step}, {parameter}: {failure}", hint=failure.hint) from None
            for place, source in sources:
                yield place, self._known(step, source)

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


def _as_fields(options: Options) -> dict[str, Any]:
    return {
        "settings": options.settings,
        "environment": options.environment,
        "secrets": options.secrets,
    }
