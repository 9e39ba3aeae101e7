"""One step, once: values fetched and masked, inputs loaded, its function called, outputs kept.

The same in the run's own process and in a worker's. Whatever happens is in the answer, masked: no exception
of a step's goes further, for it may hold values in its text, its frames and its chain.
"""

import inspect
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from lockwork.capture.streams import Mask
from lockwork.client.secrets import inside_step
from lockwork.domain.checks import Found
from lockwork.domain.environment import MAX_VARIABLE_BYTES, is_too_long
from lockwork.domain.errors import InvalidInput, LockworkError
from lockwork.domain.plans import StepPlan
from lockwork.domain.runs import OutputRecord, RunStatus
from lockwork.domain.values import Values
from lockwork.flavors import registry
from lockwork.flavors.contract import ArtifactStore, ExperimentTracker, Occasion
from lockwork.pipelines import artifacts, passing
from lockwork.pipelines.artifacts import Address
from lockwork.pipelines.resolver import Resolver

MAX_FAILURE = 4096
"""Characters of a failure that are recorded beside the step; the log has all of it."""
INTERRUPTED = "interrupted"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done, without the function and its literal arguments. Holds references, never values."""

    workspace: str
    user: str | None
    """None on a server, where the token says who asks."""
    stack: str
    pipeline: str
    run: str
    plan: StepPlan
    found: tuple[Found, ...]
    inputs: dict[str, OutputRecord]
    folder: str
    """Where flavors may keep files."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended; all text is masked."""

    status: RunStatus
    failure: str | None = None
    trace: str = ""
    """For the log: where in the step's code it failed."""
    outputs: tuple[OutputRecord, ...] = ()
    notes: tuple[str, ...] = ()


def attempt(
    job: Job, function: Callable[..., Any], arguments: Mapping[str, Any], resolver: Resolver
) -> Outcome:
    """Run the step."""
    try:
        outputs, notes = _performed(job, function, arguments, resolver)
    except KeyboardInterrupt:
        return Outcome(status=RunStatus.INTERRUPTED, failure=INTERRUPTED)
    except BaseException as failure:  # SystemExit and the like too: a step ends its step, not the run
        return failed(failure, resolver.mask)
    return Outcome(status=RunStatus.COMPLETED, outputs=outputs, notes=notes)


def failed(failure: BaseException, mask: Mask) -> Outcome:
    """What is told of a failure."""
    told = traceback.TracebackException(type(failure), failure, _of_the_step(failure.__traceback__))
    if isinstance(failure, LockworkError):
        text = failure.message + (f" (hint: {failure.hint})" if failure.hint else "")
    else:
        text = "".join(told.format_exception_only()).strip()
    trace = "".join(told.format()) if told.stack else ""
    # Masked as a whole and cut afterwards: what is left of a value that was cut would not be known.
    masked = mask.scrub(text)
    return Outcome(status=RunStatus.FAILED, failure=masked[:MAX_FAILURE], trace=mask.scrub(trace))


_inside = False  # a global, for whatever thread of the step asks


@contextmanager
def inside() -> Iterator[None]:
    """While this lasts, user code runs on a run's behalf and can start none."""
    global _inside
    before, _inside = _inside, True
    try:
        yield
    finally:
        _inside = before


def is_inside() -> bool:
    """Whether a step runs in this process."""
    return _inside


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables set, and afterwards as they were."""
    before = {name: os.environ.get(name) for name in variables}
    try:
        os.environ.update(variables)
        yield
    finally:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text


def _performed(
    job: Job, function: Callable[..., Any], arguments: Mapping[str, Any], resolver: Resolver
) -> tuple[tuple[OutputRecord, ...], tuple[str, ...]]:
    plan = job.plan
    values = resolver.values(plan.texts, plan.whole, plan.step.name)
    store = registry.artifact_store(plan.store, values.fill(plan.store.attributes), Path(job.folder))
    tracker = _tracker(job, values)
    settings = values.fill(plan.tracker_settings)
    occasion = Occasion(pipeline=job.pipeline, step=plan.step.name, run=job.run, artifact_root=store.root)
    variables = _variables(job, values, tracker.environment(settings, occasion) if tracker else {})
    loaded = {name: artifacts.load(store, record) for name, record in job.inputs.items()}
    around = tracker.around(settings, occasion) if tracker else nullcontext()
    fetching = inside_step(job.run, plan.step.name, resolver.learn)
    with environment(variables), inside(), fetching, around:
        given_back = _call(function, passing.filled(arguments, loaded))
    return _keep(job, store, given_back, resolver.mask)


def _tracker(job: Job, values: Values) -> ExperimentTracker | None:
    component = job.plan.tracker
    if component is None:
        return None
    return registry.experiment_tracker(component, values.fill(component.attributes), Path(job.folder))


def _variables(job: Job, values: Values, tracking: Mapping[str, str]) -> dict[str, str]:
    """The step's environment: of the run, of its tracker, then layer by layer, the later winning."""
    ours = {"LOCKWORK_WORKSPACE": job.workspace, "LOCKWORK_STACK": job.stack}
    if job.user is not None:
        ours["LOCKWORK_USER"] = job.user
    variables = {**ours, **tracking}
    for layer in job.plan.layers:
        for secret, prefix in layer.secrets.items():
            variables |= {prefix + key: text for key, text in values.whole(secret).items()}
        variables |= values.fill(layer.environment)
    for name, text in variables.items():
        if is_too_long(name, text):
            raise InvalidInput(
                f"the variable {name} would be over {MAX_VARIABLE_BYTES:,} bytes long,"
                " which no process can have",
                hint="read the secret in the step instead: Client().get_secret(…)",
            )
    return variables


def _call(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call with arguments by parameter, positional-only and collecting ones too."""
    signature = inspect.signature(function)
    bound = inspect.BoundArguments(
        signature,
        {p: arguments[p] for p in signature.parameters if p in arguments},
    )
    return function(*bound.args, **bound.kwargs)


def _keep(
    job: Job, store: ArtifactStore, given_back: Any, mask: Mask
) -> tuple[tuple[OutputRecord, ...], tuple[str, ...]]:
    step = job.plan.step
    records: list[OutputRecord] = []
    notes: list[str] = []
    for name, value in artifacts.by_name(step.outputs, given_back, f"step {step.name!r}").items():
        kept = artifacts.keep(store, Address(job.pipeline, job.run, step.name, name), value)
        records.append(kept.record)
        if mask.holds(kept.data):
            notes.append(
                f"output {name!r} of step {step.name!r} holds a value of a secret that this run resolved;"
                f" it is stored as it is, at {kept.record.uri}"
            )
    return tuple(records), tuple(notes)


def _of_the_step(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback that lies in the step's own code; None where its function was not reached."""
    while trace is not None:
        if trace.tb_frame.f_code is _call.__code__:
            return trace.tb_next
        trace = trace.tb_next
    return None
