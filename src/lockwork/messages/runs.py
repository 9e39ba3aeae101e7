"""Questions about runs of pipelines."""

from typing import Any

from msgspec.structs import force_setattr

from lockwork.domain.access import Permission
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.runs import (
    MAX_LOG_PART,
    LogPart,
    OutputRecord,
    Pipeline,
    Run,
    RunStatus,
    Settled,
    as_text,
)
from lockwork.domain.secrets import SecretScope
from lockwork.messages import Effect, Listing, Message, Page, WorkspaceMessage


class StartRun(WorkspaceMessage[Settled], frozen=True, kw_only=True):
    """Check all that a pipeline on a stack needs and settle each name to one secret and version.

    A run that may not begin is recorded as refused, with its report, and answered so; nothing else is kept.
    """

    action = "run.start"
    permission = Permission.LIST  # who may not read what it needs hears which that is
    effect = Effect.CHANGE
    pipeline: Pipeline
    stack: str
    level: ValidationLevel = ValidationLevel.SECRET_AND_KEY_EXISTS
    scope: SecretScope | None = None
    """`workspace` leaves the caller's own secrets out."""
    process: str = ""
    """Which process runs it (see `lockwork.service.processes`): a run whose process has gone is over."""


class StartStep(WorkspaceMessage[None], frozen=True, kw_only=True):
    action = "run.step.start"
    permission = Permission.RUN
    effect = Effect.CHANGE
    run: str
    step: str


class StillRunning(WorkspaceMessage[None], frozen=True, kw_only=True):
    """A sign of life of a run on another machine: of one that gives none it is told that it has ended."""

    action = "run.alive"
    permission = Permission.RUN
    effect = Effect.NOTE
    run: str


class AppendLog(WorkspaceMessage[None], frozen=True, kw_only=True):
    """Keep a part of a step's masked log, at most 64 KiB; `start` bytes come before it, and are kept already.

    What is kept may come again, in the same bytes: who was not answered asks again. Also of a run that was
    recorded as interrupted: what it left on its machine comes when that is back.
    """

    action = "run.log"
    permission = Permission.RUN
    effect = Effect.NOTE  # a log that follows its step would fill the trail
    run: str
    step: str
    start: int
    part: bytes


class FinishStep(WorkspaceMessage[None], frozen=True, kw_only=True):
    action = "run.step.finish"
    permission = Permission.RUN
    effect = Effect.CHANGE
    run: str
    step: str
    status: RunStatus
    failure: str | None = None
    """Masked."""
    outputs: tuple[OutputRecord, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _tell_as_text(self, self.failure, self.notes)


class FinishRun(WorkspaceMessage[Run], frozen=True, kw_only=True):
    """Close a run; steps that never began are recorded as skipped."""

    action = "run.finish"
    permission = Permission.RUN
    effect = Effect.CHANGE
    run: str
    status: RunStatus
    failure: str | None = None
    """Masked."""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _tell_as_text(self, self.failure, self.notes)


def _tell_as_text(message: Message[Any], failure: object, notes: object) -> None:
    """Here, on both sides of every way in: a record does not fail for what it tells of."""
    if isinstance(failure, str):  # types are looked at by `checked`, and what is wrong is told there
        force_setattr(message, "failure", as_text(failure))
    if isinstance(notes, tuple):
        told = tuple(as_text(note) if isinstance(note, str) else note for note in notes)
        force_setattr(message, "notes", told)


class GetRun(WorkspaceMessage[Run], frozen=True, kw_only=True):
    action = "run.get"
    permission = Permission.LIST
    run: str
    """The id, or an unambiguous beginning of it of 8 hex digits or more."""


class ListRuns(WorkspaceMessage[Page[Run]], frozen=True, kw_only=True):
    """Runs, newest first."""

    action = "run.list"
    permission = Permission.LIST
    listing: Listing = Listing(sort_by="desc:started")


class GetLog(WorkspaceMessage[bytes], frozen=True, kw_only=True):
    """The masked log of one step, or of all steps in order."""

    action = "run.log.get"
    permission = Permission.LIST
    run: str
    step: str | None = None


class GetLogPart(WorkspaceMessage[LogPart], frozen=True, kw_only=True):
    """Some of the masked log of one step: to follow it while it grows, or to see the end of a long one."""

    action = "run.log.part"
    permission = Permission.LIST
    run: str
    step: str
    start: int = 0
    """Negative: so many bytes before the end."""
    most: int = MAX_LOG_PART
