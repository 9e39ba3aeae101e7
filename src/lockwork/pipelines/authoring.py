"""`@step` and `@pipeline`: functions that become steps wired to each other. Knows no store, runs nothing."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from lockwork.client import memory
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.errors import InvalidInput
from lockwork.pipelines import graph
from lockwork.pipelines.graph import Graph, Recording
from lockwork.pipelines.options import Options, Secrets, Settings, read_options
from lockwork.pipelines.outputs import names_of

if TYPE_CHECKING:
    from lockwork.domain.runs import Run

memory.begin()  # what is fetched before a run begins, the run must mask too

P = ParamSpec("P")
R = TypeVar("R")


class Step(Generic[P, R]):
    """A function that can be a step. Called outside a pipeline it is that function."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        experiment_tracker: str | None = None,
        options: Options | None = None,
        after: tuple[Any, ...] = (),
    ) -> None:
        _check_function(function, "step")
        self.entrypoint = function
        """The function itself."""
        self.name = name or function.__name__
        self.experiment_tracker = experiment_tracker
        self.options = options or Options()
        self.outputs = names_of(function, str(self))
        self.signature = inspect.signature(function)
        self._after = after
        functools.update_wrapper(self, function)

    @classmethod
    def of(
        cls,
        function: Callable[P, R],
        *,
        name: str | None = None,
        experiment_tracker: str | None = None,
        settings: Settings | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Secrets | None = None,
        after: Any = (),
    ) -> "Step[P, R]":
        """A function made a step of this class: what `@step` does."""
        options = read_options(_called("step", name, function), settings, environment, secrets)
        tracker = experiment_tracker
        return cls(function, name=name, experiment_tracker=tracker, options=options, after=_several(after))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Inside a pipeline: a node of it, a placeholder for what it will give back. Else the function."""
        recording = graph.current()
        if recording is None:
            return self.entrypoint(*args, **kwargs)
        named: dict[str, Any] = dict(kwargs)
        after = self._after
        if "after" not in self.signature.parameters:
            after += _several(named.pop("after", ()))
        return cast("R", recording.add(self, self._bound(args, named), after))

    def with_options(
        self,
        *,
        name: str | None = None,
        experiment_tracker: str | None = None,
        settings: Settings | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Secrets | None = None,
        after: Any = (),
    ) -> "Step[P, R]":
        """The same step with these options over its own; `after`: outputs or names of steps to wait for."""
        return type(self)(
            self.entrypoint,
            name=name or self.name,
            experiment_tracker=experiment_tracker or self.experiment_tracker,
            options=read_options(str(self), settings, environment, secrets).over(self.options),
            after=self._after + _several(after),
        )

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.signature.bind(*args, **kwargs).arguments
        except TypeError as failure:
            raise InvalidInput(f"{self}: {failure}", hint=f"it takes {self.signature}") from None

    def __str__(self) -> str:
        return f"step {self.name!r}"

    def __repr__(self) -> str:
        return f"<{self}>"


class Pipeline(Generic[P]):
    """A function whose steps, wired to each other, run on a stack when it is called."""

    def __init__(
        self,
        function: Callable[P, object],
        *,
        name: str | None = None,
        options: Options | None = None,
        stack: str | None = None,
        level: ValidationLevel | None = None,
        inline: bool = False,
    ) -> None:
        _check_function(function, "pipeline")
        self.entrypoint = function
        """The function itself."""
        self.name = name or function.__name__
        self.options = options or Options()
        self.stack, self.level, self.inline = stack, level, inline
        self._signature = inspect.signature(function)
        functools.update_wrapper(self, function)

    @classmethod
    def of(
        cls,
        function: Callable[P, object],
        *,
        name: str | None = None,
        settings: Settings | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Secrets | None = None,
    ) -> "Pipeline[P]":
        """A function made a pipeline of this class: what `@pipeline` does."""
        options = read_options(_called("pipeline", name, function), settings, environment, secrets)
        return cls(function, name=name, options=options)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> "Run":
        """Check all that it needs, then run it; the answer is the run's record.

        ValidationFailed, with everything that is wrong, when it may not begin; RunFailed when a step fails.
        """
        from lockwork.pipelines import runner  # lazy: who only writes pipelines needs no client

        return runner.run(self.graph(*args, **kwargs), stack=self.stack, level=self.level, inline=self.inline)

    def graph(self, *args: P.args, **kwargs: P.kwargs) -> Graph:
        """Its steps, put together and not run."""
        if (outer := graph.current()) is not None:
            raise InvalidInput(
                f"{self} is called inside {outer}; a pipeline does not contain another",
                hint=f"to have its steps there too: {self.name}.entrypoint()",
            )
        try:
            self._signature.bind(*args, **kwargs)
        except TypeError as failure:
            raise InvalidInput(f"{self}: {failure}", hint=f"it takes {self._signature}") from None
        recording = Recording(self.name)
        with recording.going():
            self.entrypoint(*args, **kwargs)
        return recording.finished(self.options)

    def with_options(
        self,
        *,
        name: str | None = None,
        stack: str | None = None,
        level: ValidationLevel | str | None = None,
        inline: bool | None = None,
        settings: Settings | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Secrets | None = None,
    ) -> "Pipeline[P]":
        """The same pipeline with these options over its own; `inline`: without capture, for a debugger."""
        return type(self)(
            self.entrypoint,
            name=name or self.name,
            options=read_options(str(self), settings, environment, secrets).over(self.options),
            stack=stack or self.stack,
            level=self.level if level is None else ValidationLevel.parse(level),
            inline=self.inline if inline is None else inline,
        )

    def __str__(self) -> str:
        return f"pipeline {self.name!r}"

    def __repr__(self) -> str:
        return f"<{self}>"


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *,
    name: str | None = None,
    experiment_tracker: str | None = None,
    settings: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
    after: Any = (),
) -> Callable[[Callable[P, R]], Step[P, R]]: ...
def step(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    experiment_tracker: str | None = None,
    settings: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
    after: Any = (),
) -> Step[P, R] | Callable[[Callable[P, R]], Step[P, R]]:
    """Make a function a step: `@step`, or `@step(experiment_tracker="mlflow", secrets=["openai"], …)`.

    `experiment_tracker` names the stack's component that tracks this step. `secrets` puts every key of those
    secrets into the step's environment while it runs. References in `settings` and `environment` are
    filled just before it runs. `after` names steps to wait for, beside those whose outputs it takes.
    """

    def decorate(function: Callable[P, R]) -> Step[P, R]:
        return Step.of(
            function,
            name=name,
            experiment_tracker=experiment_tracker,
            settings=settings,
            environment=environment,
            secrets=secrets,
            after=after,
        )

    return decorate if function is None else decorate(function)


@overload
def pipeline(function: Callable[P, object], /) -> Pipeline[P]: ...
@overload
def pipeline(
    *,
    name: str | None = None,
    settings: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
) -> Callable[[Callable[P, object]], Pipeline[P]]: ...
def pipeline(
    function: Callable[P, object] | None = None,
    /,
    *,
    name: str | None = None,
    settings: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: Secrets | None = None,
) -> Pipeline[P] | Callable[[Callable[P, object]], Pipeline[P]]:
    """Make a function a pipeline of the steps that it calls; what it says holds for each of them."""

    def decorate(function: Callable[P, object]) -> Pipeline[P]:
        return Pipeline.of(function, name=name, settings=settings, environment=environment, secrets=secrets)

    return decorate if function is None else decorate(function)


def _called(kind: str, name: str | None, function: object) -> str:
    return f"{kind} {name or getattr(function, '__name__', '?')!r}"


def _check_function(function: object, kind: str) -> None:
    if isinstance(function, (Step, Pipeline)):
        raise InvalidInput(f"{function} is decorated already, and cannot be made a {kind} once more")
    if not inspect.isfunction(function):
        raise InvalidInput(f"@{kind} stands before a function, not {type(function).__name__}")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise InvalidInput(
            f"{kind} {function.__name__!r} is a coroutine or generator; write a plain function"
        )


def _several(given: Any) -> tuple[Any, ...]:
    """`after`, however it was written: nothing, one output or name, or several."""
    if given is None:
        return ()
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)
