"""What one step needs of the stack that it runs on: parts, environment, references. Filled only when it runs.

The environment comes in layers, the later winning: each component that the step uses, the stack, the
pipeline, the step. Within a layer, whole secrets come first and variables that are named win over them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from lockwork.domain.checks import Found
from lockwork.domain.environment import is_protected, is_variable
from lockwork.domain.references import Reference, references_in
from lockwork.domain.runs import Pipeline, Step
from lockwork.domain.stacks import Component, ComponentType, Stack

# Where a step says which part it wants, the others of these types are not its business.
_ON_DEMAND = (ComponentType.EXPERIMENT_TRACKER, ComponentType.STEP_OPERATOR)


class Layer(msgspec.Struct, frozen=True):
    """What one of component, stack, pipeline and step puts into the environment."""

    source: str
    secrets: dict[str, str]
    environment: dict[str, str]


class StepPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a step needs to run but its function and arguments; references are not filled."""

    step: Step
    store: Component
    tracker: Component | None
    tracker_settings: dict[str, Any]
    layers: tuple[Layer, ...]

    @property
    def texts(self) -> list[object]:
        """Every tree that holds references which the step needs."""
        tracked = [self.tracker.attributes, self.tracker_settings] if self.tracker else []
        return [self.store.attributes, *tracked, *(layer.environment for layer in self.layers)]

    @property
    def whole(self) -> dict[str, None]:
        """The names of the secrets that it needs with all their keys, each once."""
        return {name: None for layer in self.layers for name in layer.secrets}


class Fault(NamedTuple):
    """Why a pipeline cannot run on a stack, where no secret is missing; and what would do."""

    text: str
    fix: str

    def __str__(self) -> str:
        return f"{self.text}\n    fix: {self.fix}"


class Plans(NamedTuple):
    """The plan of each step, what stands against running them, and what is worth knowing."""

    steps: dict[str, StepPlan]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def planned(pipeline: Pipeline, stack: Stack, found: Sequence[Found]) -> Plans:
    """Every step of `pipeline` on `stack`, with secrets as they were found."""
    keys = {f.name: f.keys for f in found}
    plans = {step.name: _plan(pipeline, step, stack) for step in pipeline.steps}
    faults: dict[Fault, None] = {}
    notes: dict[str, None] = {}
    for plan in plans.values():
        faults |= dict.fromkeys(_faults(plan, stack, keys))
        notes |= dict.fromkeys(_overridden(plan, keys))
    return Plans(plans, tuple(faults), tuple(notes))


def wanted_of(trees: Iterable[object], whole: Iterable[str] = ()) -> dict[str, tuple[str, ...] | None]:
    """Secret → the keys that these trees refer to; None: all of them."""
    wanted: dict[str, tuple[str, ...] | None] = {}
    for reference in references_in(list(trees)):
        before = wanted.get(reference.secret) or ()
        wanted[reference.secret] = (*before, reference.key)
    return wanted | dict.fromkeys(whole)


def variable_of(reference: Reference) -> str:
    """What to call the variable for one value: as its key, or after both names where none is called so."""
    is_fine = is_variable(reference.key) and not is_protected(reference.key)
    return reference.key if is_fine else variable_for(reference.secret, reference.key)


def variable_for(secret: str, key: str) -> str:
    """A variable's name for a key that cannot be one itself."""
    return re.sub(r"[^A-Za-z0-9]", "_", f"{secret}_{key}").upper().lstrip("0123456789_") or "VALUE"


def _plan(pipeline: Pipeline, step: Step, stack: Stack) -> StepPlan:
    tracker = stack.components.get(ComponentType.EXPERIMENT_TRACKER)
    if tracker is not None and step.experiment_tracker != tracker.name:
        tracker = None
    return StepPlan(
        step=step,
        store=stack.artifact_store,
        tracker=tracker,
        tracker_settings=_settings(pipeline, step, tracker) if tracker else {},
        layers=tuple(_layers(pipeline, step, stack, tracker)),
    )


def _settings(pipeline: Pipeline, step: Step, component: Component) -> dict[str, Any]:
    """What the pipeline and the step say for this component, the step winning."""
    key = f"{component.type}.{component.flavor}"
    return {**pipeline.settings.get(key, {}), **step.settings.get(key, {})}


def _layers(pipeline: Pipeline, step: Step, stack: Stack, tracker: Component | None) -> Iterator[Layer]:
    for component in stack.components.values():
        if component.type not in _ON_DEMAND or component is tracker:
            yield Layer(str(component), component.secrets, component.environment)
    yield Layer(str(stack), stack.secrets, {})
    yield Layer(f"pipeline {pipeline.name!r}", pipeline.secrets, pipeline.environment)
    yield Layer(f"step {step.name!r}", step.secrets, step.environment)


def _faults(plan: StepPlan, stack: Stack, keys: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    if plan.step.experiment_tracker is not None and plan.tracker is None:
        yield _no_tracker(plan.step, stack)
    for number, layer in enumerate(plan.layers):
        is_own_code = number >= len(plan.layers) - 2
        for name in () if is_own_code else filter(is_protected, layer.environment):
            yield Fault(
                f"{layer.source} may not set {name}: it decides what runs, or whom it trusts",
                f"set it in your own code: @step(environment={{{name!r}: …}})",
            )
        for secret, prefix in layer.secrets.items():
            for key in keys.get(secret, ()):
                if not is_variable(prefix + key) or is_protected(prefix + key):
                    yield _no_variable(layer, secret, prefix, key)


def _no_tracker(step: Step, stack: Stack) -> Fault:
    there = stack.experiment_tracker
    has = f"its tracker is {there.name!r}" if there else "which has no experiment tracker"
    name = step.experiment_tracker
    fix = (
        f"@step(experiment_tracker={there.name!r})"
        if there
        else f"lockwork stack update {stack.name} --experiment-tracker {name}"
    )
    return Fault(f"step {step.name!r} wants the experiment tracker {name!r} of {stack}, {has}", fix)


def _no_variable(layer: Layer, secret: str, prefix: str, key: str) -> Fault:
    variable = prefix + key
    why = "is never set from a secret" if is_variable(variable) else "is not a variable's name"
    name = variable if is_variable(variable) else variable_for(secret, key)
    return Fault(
        f"{layer.source} takes the secret {secret!r} whole, and {variable!r} {why}",
        f'name what is needed instead: environment={{"{name}": "{{{{{secret}.{key}}}}}"}}',
    )


def _overridden(plan: StepPlan, keys: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Two secrets with one key: which of them wins."""
    winners: dict[str, tuple[str, str]] = {}
    for layer in plan.layers:
        for secret, prefix in layer.secrets.items():
            for variable in (prefix + key for key in keys.get(secret, ())):
                before = winners.get(variable)
                if before and before[0] != secret:
                    yield (
                        f"step {plan.step.name!r}: the secrets {before[0]!r} ({before[1]}) and {secret!r}"
                        f" ({layer.source}) both set {variable}; {secret!r} wins"
                    )
                winners[variable] = secret, layer.source
