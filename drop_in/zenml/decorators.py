"""`step` and `pipeline`: Lockwork's own, with what ZenML's take beside that told or refused."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast, overload

from lockwork.domain.errors import InvalidInput, ValidationFailed
from lockwork.pipelines import authoring
from zenml import table
from zenml.words import with_their_words

if TYPE_CHECKING:
    from zenml.answers import PipelineRun

P = ParamSpec("P")
R = TypeVar("R")

_IGNORED_SETTINGS = ("docker", "resources")


class Step(authoring.Step[P, R]):
    """A function that can be a step."""

    def __call__(self, *args: Any, **given: Any) -> R:
        """As Lockwork's; `id` names this one call of it."""
        if "id" in given and "id" not in self.signature.parameters:
            return self.with_options(name=given.pop("id"))(*args, **given)
        return super().__call__(*args, **given)

    def with_options(self, **given: Any) -> "Step[P, R]":
        """The same step with these options over its own."""
        return cast("Step[P, R]", super().with_options(**_ours(given, "step")))


class Pipeline(authoring.Pipeline[P]):
    """A function whose steps run on a stack when it is called."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> "PipelineRun":  # type: ignore[override]  # as a ZenML user reads it
        """Run it; what it gave back can be loaded from the answer."""
        from zenml.answers import PipelineRun  # lazy: who only writes pipelines needs none
        from zenml.client import Client

        try:
            return PipelineRun(super().__call__(*args, **kwargs), Client())
        except ValidationFailed as failure:
            refused = with_their_words(failure)
        raise refused

    def with_options(self, **given: Any) -> "Pipeline[P]":
        """The same pipeline with these options over its own."""
        return cast("Pipeline[P]", super().with_options(**_ours(given, "pipeline.with_options")))


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(**given: Any) -> Callable[[Callable[P, R]], Step[P, R]]: ...
def step(function: Callable[P, R] | None = None, /, **given: Any) -> Any:
    """Make a function a step: `@step`, or `@step(experiment_tracker=…, settings=…, …)`."""
    ours = _ours(given, "step")
    return _decorated(function, lambda function: Step.of(function, **ours))


@overload
def pipeline(function: Callable[P, object], /) -> Pipeline[P]: ...
@overload
def pipeline(**given: Any) -> Callable[[Callable[P, object]], Pipeline[P]]: ...
def pipeline(function: Callable[P, object] | None = None, /, **given: Any) -> Any:
    """Make a function a pipeline of the steps that it calls."""
    ours = _ours(given, "pipeline")
    return _decorated(function, lambda function: Pipeline.of(function, **ours))


def _decorated(function: Callable[..., Any] | None, decorate: Callable[..., Any]) -> Any:
    return decorate if function is None else decorate(function)


_OURS = {
    "step": {"name", "experiment_tracker", "settings", "environment", "secrets", "after"},
    "pipeline": {"name", "settings", "environment", "secrets"},
    "pipeline.with_options": {"name", "settings", "environment", "secrets", "stack", "level", "inline"},
}


def _ours(given: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The options that Lockwork has; the others are told, or refused with where to read on."""
    options = {name: value for name, value in given.items() if value is not None}
    for name in sorted(options.keys() - _OURS[kind]):
        if name in table.REFUSED:
            raise table.refusal(name)
        if name not in table.ACCEPTED:
            raise InvalidInput(f"@{kind} takes no {name!r}", hint=f"what it takes: {table.READ_ON}")
        table.accept(name)
        del options[name]
    if "settings" in options:
        options["settings"] = _settings(options["settings"])
    return options


def _settings(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given  # Lockwork says what is wrong with it
    for name in _IGNORED_SETTINGS:
        if name in given:
            table.accept(f"settings[{name!r}]")
    return {name: value for name, value in given.items() if name not in _IGNORED_SETTINGS}
