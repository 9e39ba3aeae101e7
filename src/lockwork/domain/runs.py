"""Pipelines, steps and runs as data; which step needs which secret; in which order steps can run.

A `Pipeline` is plain data that any orchestrator or server can hold: the functions themselves stay with
the code that wrote them. What it holds of secrets is always the reference.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from lockwork.domain.checks import Found, Need, Problem, Report, malformed_in, needs_of
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.nearness import near
from lockwork.domain.stacks import Stack

MAX_LOG_PART = 64 * 1024
MAX_LOG = 10 * 1024 * 1024
"""Bytes of masked log that are kept of a step; what it prints beyond is only shown."""


class RunStatus(StrEnum):
    """How a run, or a step of it, stands."""

    WAITING = "waiting"
    """Of a step: it has not begun."""
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    SKIPPED = "skipped"
    """Of a step: it never began, for one before it failed or the run ended."""

    @property
    def is_over(self) -> bool:
        return self not in (RunStatus.WAITING, RunStatus.RUNNING)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a step's argument, or a part of it, comes from: an output of an earlier step."""

    step: str
    output: str = "output"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a step function inside a pipeline."""

    name: str
    inputs: dict[str, Source] = {}
    """place → the output that is passed there: `model`, or within an argument, `models[0]`."""
    after: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("output",)
    experiment_tracker: str | None = None
    settings: dict[str, Any] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    """Secrets given whole to the environment: name → prefix."""

    @property
    def needs_before(self) -> frozenset[str]:
        """The steps that must have finished."""
        return frozenset(self.after) | {source.step for source in self.inputs.values()}


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """Steps wired to each other."""

    name: str
    steps: tuple[Step, ...]
    settings: dict[str, Any] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}

    def step(self, name: str) -> Step:
        return next(s for s in self.steps if s.name == name)


class SecretUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that a run was settled on or that a step fetched: name, id and version; never its values."""

    name: str
    id: str
    scope: str
    version: int
    owner: str


class Fetched(NamedTuple):
    """A secret that a step of a run fetched."""

    run: str
    secret: SecretUsed


class OutputRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Where an output lies, in which form, and the SHA-256 that is checked before it is loaded."""

    name: str
    uri: str
    format: str
    sha256: str
    size: int


class StepRun(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a run, as recorded."""

    name: str
    status: RunStatus
    after: tuple[str, ...] = ()
    """The steps that it waits for; not known of runs that an earlier Lockwork recorded."""
    started: datetime | None = None
    finished: datetime | None = None
    failure: str | None = None
    """Why it failed, masked."""
    outputs: tuple[OutputRecord, ...] = ()
    notes: tuple[str, ...] = ()


class LogPart(msgspec.Struct, frozen=True, kw_only=True):
    """Some of a step's masked log, as far as it goes now."""

    start: int
    """The first byte of it, counted from 0."""
    size: int
    """Bytes of the whole log."""
    part: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.part)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of a pipeline on a stack, as recorded."""

    id: str
    pipeline: str
    stack: str
    workspace: str
    status: RunStatus
    by: str
    started: datetime
    finished: datetime | None = None
    failure: str | None = None
    steps: tuple[StepRun, ...] = ()
    secrets: tuple[SecretUsed, ...] = ()
    report: Report | None = None
    """The whole report of a run that was refused."""
    notes: tuple[str, ...] = ()

    def step(self, name: str) -> StepRun:
        """The record of a step; which ones there are, if it is none of them."""
        for step in self.steps:
            if step.name == name:
                return step
        names = [s.name for s in self.steps]
        hint = f"run {self.id[:8]} has the steps: {', '.join(names) or 'none'}"
        raise NotFound("step", name, near=near(name, names), hint=hint)


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A run that may begin (or is refused), on the stack as it was then, with every name settled to one
    secret and version."""

    run: Run
    stack: Stack
    found: tuple[Found, ...]
    report: Report


def span(size: int, start: int, most: int) -> tuple[int, int]:
    """Where a part of something begins and ends; a negative start counts from the end, as in Python."""
    first = min(max(size + start, 0) if start < 0 else start, size)
    return first, min(first + max(most, 0), size)


def as_text(told: str) -> str:
    """What a run tells of itself, with lone surrogates spelt out: no wire and no database takes them."""
    return told.encode("utf-8", "backslashreplace").decode()


def needs_of_pipeline(pipeline: Pipeline) -> list[Need]:
    """Every reference and declared secret of a pipeline and its steps."""
    needs = needs_of("pipeline", pipeline.name, _tree(pipeline), pipeline.secrets)
    for step in pipeline.steps:
        needs += needs_of("step", step.name, _tree(step), step.secrets)
    return needs


def malformed_in_pipeline(pipeline: Pipeline) -> list[Problem]:
    """Text in a pipeline or its steps that looks like a reference and is none."""
    problems = malformed_in("pipeline", pipeline.name, _tree(pipeline))
    for step in pipeline.steps:
        problems += malformed_in("step", step.name, _tree(step))
    return problems


def _tree(part: Pipeline | Step) -> dict[str, Any]:
    return {"settings": part.settings, "environment": part.environment}


def ready(steps: Iterable[Step], done: frozenset[str]) -> list[Step]:
    """The steps whose needs are all in `done` and which are not done themselves, in the order written."""
    return [s for s in steps if s.name not in done and s.needs_before <= done]


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The steps, each after all that it needs; ties in the order written. A cycle is an error."""
    ordered: list[Step] = []
    left = list(steps)
    while left:
        done = frozenset(s.name for s in ordered)
        now = ready(left, done)
        if not now:
            raise InvalidInput(f"steps {', '.join(repr(s.name) for s in left)} wait for each other")
        ordered.append(now[0])
        left.remove(now[0])
    return ordered
