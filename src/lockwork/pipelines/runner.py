"""A run from first to last: checked, its steps put through the orchestrator, everything recorded."""

import os
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from lockwork.capture import logs
from lockwork.capture.streams import Capture, Inline
from lockwork.client import handover, kept_logs, left_behind, memory
from lockwork.client.api import Client
from lockwork.client.left_behind import Noted
from lockwork.domain import reports
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.errors import (
    InvalidInput,
    LockworkError,
    NotFound,
    NotPermitted,
    RunFailed,
    StoreUnusable,
    Unavailable,
)
from lockwork.domain.runs import OutputRecord, Run, RunStatus, Step
from lockwork.domain.secrets import SecretScope
from lockwork.flavors import registry
from lockwork.messages.runs import FinishRun, FinishStep, StartStep
from lockwork.pipelines import attempts, preflight
from lockwork.pipelines.attempts import Job, Outcome
from lockwork.pipelines.graph import Graph
from lockwork.pipelines.preflight import Begun
from lockwork.pipelines.progress import Progress
from lockwork.pipelines.pulse import beating
from lockwork.pipelines.resolver import Resolver
from lockwork.pipelines.sending import Sending
from lockwork.pipelines.signals import Watch
from lockwork.pipelines.workers import Finished, Workers

ARTIFACTS = "artifacts"
"""The folder in the home where flavors keep files that have no other place."""


def run(
    graph: Graph,
    *,
    client: Client | None = None,
    stack: str | None = None,
    level: ValidationLevel | None = None,
    scope: SecretScope | None = None,
    inline: bool = False,
    apart: bool = False,
) -> Run:
    """Check all that the pipeline needs, then run it; ValidationFailed or RunFailed where that fails.

    `scope`: `workspace` leaves out what is of the caller's own scope.

    `apart`: standard output is for the caller's answer; what steps print there goes to standard error.
    """
    _check_not_nested(graph.pipeline.name)
    client = client or Client()
    profile = client.profile
    level = level or profile.settings.level().value
    is_live = os.isatty(2)
    # Before the masker starts: that inherits no token either.
    with handover.held(profile.settings, profile.server), Watch() as watch:
        with Inline() if inline else Capture.start(apart=apart) as capture:
            progress = Progress(capture, is_live=is_live)
            left_behind.tell(client)
            begun = preflight.begin(client, graph.pipeline, stack or profile.stack.value, level, scope)
            if inline:
                progress.note("inline: what the steps print is not masked and not kept")
            with beating(client, begun.settled.run.id):
                record = Execution(client, graph, begun, capture, progress, watch).complete()
        return _answered(record)


def _answered(record: Run) -> Run:
    """The record, or the failure that tells how it ended; raised here, where no step's exception is near."""
    if record.status is RunStatus.INTERRUPTED:
        raise KeyboardInterrupt
    if record.status is RunStatus.FAILED:
        raise RunFailed(
            f"run {record.id[:8]} of pipeline {record.pipeline!r} failed: {record.failure}",
            record,
            hint=f"lockwork run logs {record.id[:8]}",
        )
    return record


def _check_not_nested(name: str) -> None:
    if attempts.is_inside():
        raise InvalidInput(
            f"pipeline {name!r} is called inside a running step; a step cannot start a run",
            hint="call it from outside, or behind: if __name__ == '__main__':",
        )


_UNRECORDED = (Unavailable, NotFound, NotPermitted)
"""What keeps the end of a run from being recorded: a server that is away, or lets its caller in no more."""


class Execution:
    """One run that goes on. To its orchestrator it is the StepRunner."""

    def __init__(
        self,
        client: Client,
        graph: Graph,
        begun: Begun,
        capture: Capture | Inline,
        progress: Progress,
        watch: Watch,
    ) -> None:
        self._client, self._graph, self._capture, self._progress = client, graph, capture, progress
        self._watch = watch
        self._settled, self._plans = begun.settled, begun.plans
        self._id = begun.settled.run.id
        self._folder = client.profile.settings.home.value / ARTIFACTS
        self._logs = (
            None if client.profile.is_machine else logs.folder(kept_logs.place(client.profile), self._id)
        )
        self._note = Noted(client, self._id)
        self._sending = Sending(client, self._id)
        self._resolver = Resolver(client, self._id, begun.settled.found, capture)
        self._resolver.learn(memory.revealed())
        # What a step prints of its environment, or of what its Client sends, may hold them.
        if root_key := client.profile.settings.root_key:
            self._resolver.share([root_key])
        if server := client.profile.server:
            self._resolver.learn([("the token", server.value.token)])
        self._outputs: dict[tuple[str, str], OutputRecord] = {}
        self._failures: list[str] = []
        self._workers = Workers(self._resolver, client.profile.server, watch.check)
        self._done: list[Finished] = []
        self._process = os.getpid()

    def complete(self) -> Run:
        """The whole run; its record as it is at the end."""
        self._progress.began(self._settled.run)
        for note in (*reports.warnings(self._settled.report), *self._plans.notes):
            self._progress.note(note)
        status, failure = self._orchestrated()
        notes = [*self._plans.notes]
        if status is RunStatus.FAILED:
            notes += self._alert(failure or "")
        try:
            with self._watch.held() if status is not RunStatus.INTERRUPTED else nullcontext():
                record = self._finished(status, failure, notes)
        except _UNRECORDED as trouble:
            self._note.ended(status, failure)
            return self._unrecorded(status, failure, trouble)
        self._note.forget()
        self._progress.ended(record)
        return record

    def _finished(self, status: RunStatus, failure: str | None, notes: list[str]) -> Run:
        return self._client.send(
            FinishRun(
                workspace=self._client.workspace,
                run=self._id,
                status=status,
                failure=failure,
                notes=tuple(notes),
            )
        )

    def _unrecorded(self, status: RunStatus, failure: str | None, trouble: LockworkError) -> Run:
        """How it ended is told all the same, as on a full disk. It is recorded as interrupted later on."""
        now = datetime.now(UTC)
        ended = msgspec.structs.replace(self._settled.run, status=status, failure=failure, finished=now)
        self._progress.ended(ended)
        self._progress.note(f"how it ended could not be recorded: {trouble}")
        if status is RunStatus.COMPLETED:
            raise StoreUnusable(
                f"run {self._id[:8]} completed, and that could not be recorded: {trouble}", hint=trouble.hint
            )
        return ended

    def _orchestrated(self) -> tuple[RunStatus, str | None]:
        with self._sending.meanwhile():
            try:
                return self._ordered()
            finally:
                for finished in self._workers.end():
                    with suppress(*_UNRECORDED):  # told at the run's end, which cannot be recorded either
                        self._record(finished)

    def _ordered(self) -> tuple[RunStatus, str | None]:
        try:
            component = self._settled.stack.orchestrator
            attributes = self._resolver.values([component.attributes]).fill(component.attributes)
            actor = registry.orchestrator(component, attributes, self._folder)
            completed = actor.run(self._graph.pipeline.steps, self)
        except KeyboardInterrupt:
            by = f" by {self._watch.heard.name}" if self._watch.heard else ""
            return RunStatus.INTERRUPTED, attempts.INTERRUPTED + by
        except Exception as failure:  # an orchestrator may be anybody's code
            return RunStatus.FAILED, attempts.failed(failure, self._capture).failure
        if completed:
            return RunStatus.COMPLETED, None
        return RunStatus.FAILED, "; ".join(self._failures)

    # -- what the orchestrator asks for

    def run(self, step: Step) -> bool:
        """Run it here and wait for its end."""
        return self._end(self._here(step))

    def start(self, step: Step) -> None:
        """Begin it in a fresh process."""
        if isinstance(self._capture, Inline):  # a debugger wants to see it here
            self._done.append(self._here(step))
        else:
            with self._watch.held():
                began = self._begin(step)
                call = self._graph.calls[step.name]
                log = self._workers.start(self._job(step), call, self._capture, self._log_file(step), began)
                self._sending.begin(step.name, log)

    def next_finished(self) -> tuple[Step, bool]:
        """Wait for one of those that were started."""
        with self._watch.held():  # but for the wait
            return self._next_finished()

    def _next_finished(self) -> tuple[Step, bool]:
        finished = self._done.pop(0) if self._done else self._workers.next_finished()
        return finished.step, self._end(finished)

    # -- a step

    def _here(self, step: Step) -> Finished:
        began = self._begin(step)
        call = self._graph.calls[step.name]
        with self._capture.step(step.name, self._log_file(step)) as log:
            self._sending.begin(step.name, log)
            outcome = attempts.attempt(self._job(step), call.step.entrypoint, call.arguments, self._resolver)
            self._leave_if_forked(outcome)
        return Finished(step, outcome, log, began)

    def _log_file(self, step: Step) -> Path | None:
        """None on a machine that keeps nothing: its logs lie in memory until they are recorded."""
        return None if self._logs is None else self._logs / step.name

    def _begin(self, step: Step) -> float:
        with self._watch.held():
            self._client.send(StartStep(workspace=self._client.workspace, run=self._id, step=step.name))
        self._progress.step_began(step.name)
        return time.monotonic()

    def _job(self, step: Step) -> Job:
        profile = self._client.profile
        return Job(
            workspace=self._client.workspace,
            user=profile.user.value if profile.server is None else None,
            stack=self._settled.stack.name,
            pipeline=self._graph.pipeline.name,
            run=self._id,
            plan=self._plans.steps[step.name],
            found=self._settled.found,
            inputs={p: self._outputs[source.step, source.output] for p, source in step.inputs.items()},
            folder=str(self._folder),
        )

    def _end(self, finished: Finished) -> bool:
        """Record how a step ended; an interrupted one ends the run, and so does one that would not be."""
        with self._watch.held():
            self._record(finished)
        if finished.outcome.status is RunStatus.INTERRUPTED or self._watch.heard:
            raise KeyboardInterrupt
        return finished.outcome.status is RunStatus.COMPLETED

    def _record(self, finished: Finished) -> None:
        step, outcome, log, began = finished
        self._progress.step_ended(step.name, outcome.status, time.monotonic() - began, outcome.failure)
        for note in outcome.notes:
            self._progress.note(note)
        if outcome.trace:
            self._capture.say(outcome.trace)
        self._sending.end(step.name, log, outcome.trace)
        self._client.send(
            FinishStep(
                workspace=self._client.workspace,
                run=self._id,
                step=step.name,
                status=outcome.status,
                failure=outcome.failure,
                outputs=outcome.outputs,
                notes=outcome.notes,
            )
        )
        log.forget()
        self._outputs |= {(step.name, record.name): record for record in outcome.outputs}
        if outcome.status is RunStatus.FAILED:
            self._failures.append(f"step {step.name!r}: {outcome.failure}")

    def _leave_if_forked(self, outcome: Outcome) -> None:
        """A step that forked and came back twice: the child must not record, nor run what follows."""
        if os.getpid() != self._process:
            os._exit(0 if outcome.status is RunStatus.COMPLETED else 1)

    def _alert(self, failure: str) -> Iterator[str]:
        """Tell the stack's alerter; that it could not be told is a note, and hides nothing."""
        component = self._settled.stack.alerter
        if not component:
            return
        try:
            values = self._resolver.values([component.attributes])
            alerter = registry.alerter(component, values.fill(component.attributes), self._folder)
            alerter.send(f"{self._settled.run.pipeline}, run {self._id}, failed: {failure}")
        except Exception as trouble:  # a flavor is somebody's code, and may fail in any way
            text = f"{component} could not be told: {attempts.failed(trouble, self._capture).failure}"
            self._progress.note(text)
            yield text
