"""Runs of pipelines: checked and settled at their start, recorded step by step, told."""

import msgspec

from lockwork.database import runs, step_logs
from lockwork.database.runs import RunRow
from lockwork.domain.access import Permission, allowed, who_may
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.checks import Found, Need, Problem, Report, ValidationLevel
from lockwork.domain.errors import (
    Ambiguous,
    InvalidInput,
    LockworkError,
    NotFound,
    NotPermitted,
    Refused,
    ValidationFailed,
)
from lockwork.domain.runs import (
    MAX_LOG,
    MAX_LOG_PART,
    LogPart,
    Run,
    RunStatus,
    SecretUsed,
    Settled,
    StepRun,
    in_order,
    malformed_in_pipeline,
    needs_of_pipeline,
)
from lockwork.domain.secrets import SecretScope, from_epoch, is_id_prefix, is_uuid
from lockwork.domain.stacks import malformed_in_component, needs_of_stack, plain_name
from lockwork.messages import Page
from lockwork.messages.runs import (
    AppendLog,
    FinishRun,
    FinishStep,
    GetLog,
    GetLogPart,
    GetRun,
    ListRuns,
    StartRun,
    StartStep,
    StillRunning,
)
from lockwork.messages.stacks import GetStack
from lockwork.service import findings, lost_logs, processes, references, stacks
from lockwork.service.context import Context

_GONE = "the process of this run has gone without a word: it was killed, or crashed"
QUIET = 10 * 60 * 1_000_000
"""Microseconds without a sign of life, after which a run on another machine is told as interrupted."""
LOST = 24 * 60 * 60 * 1_000_000
"""And after which it is recorded so, for good: until then a machine may have slept, or lost its network."""
_PROCESS = 256
_BEYOND = MAX_LOG_PART + 1024  # the line that says where the log was cut, and where the step failed


def start(ctx: Context, message: StartRun) -> Settled:
    """Check and settle all that a pipeline on a stack needs, and record that it runs, or that it may not."""
    close_lost(ctx)
    lost_logs.adopt(ctx)
    pipeline = message.pipeline
    if len(message.process) > _PROCESS:
        raise InvalidInput(f"'process' is at most {_PROCESS} characters")
    plain_name(pipeline.name, "pipeline")
    for step in pipeline.steps:
        plain_name(step.name, "step")  # it becomes a file's name where its log is kept
    steps = in_order(pipeline.steps)
    stack = stacks.get(ctx, GetStack(workspace=message.workspace, stack=message.stack))
    needs = needs_of_stack(stack) + needs_of_pipeline(pipeline)
    report, found = _settled(ctx, needs, message, stack.name)
    suspects = [p for c in stack.components.values() for p in malformed_in_component(c)]
    suspects += malformed_in_pipeline(pipeline)
    report = msgspec.structs.replace(report, problems=(*report.problems, *suspects))
    if report.ok and not allowed(ctx.caller, Permission.RUN):
        raise NotPermitted(
            f"user {ctx.caller.name!r} may not do this: {message.action} needs {Permission.RUN}",
            hint=who_may(Permission.RUN),
        )
    row = _row(ctx, message, stack.name, report)
    used = [_used(f) for f in found] if report.ok else []
    runs.insert(ctx.tx, ctx.sight.workspace, row, steps, used)
    ctx.about(_subject(row))
    if not report.ok:
        ctx.outcome, ctx.detail = Outcome.REFUSED, ValidationFailed.__name__  # as whoever runs it is told
    return Settled(run=_told(ctx, row), stack=stack, found=found, report=report)


def start_step(ctx: Context, message: StartStep) -> None:
    row = _own_running(ctx, message.run)
    if not runs.start_step(ctx.tx, row.id, message.step, ctx.now):
        raise Refused(f"run {row.id} has no step {message.step!r} that waits to begin")
    ctx.about(_subject(row))


def still_running(ctx: Context, message: StillRunning) -> None:
    runs.heard(ctx.tx, _own_running(ctx, message.run).id, ctx.now)


def append_log(ctx: Context, message: AppendLog) -> None:
    row = _own_running(ctx, message.run, or_=RunStatus.INTERRUPTED)
    if len(message.part) > MAX_LOG_PART:
        raise InvalidInput(f"a part of a log is at most {MAX_LOG_PART:,} bytes, not {len(message.part):,}")
    if message.start < 0:
        raise InvalidInput("'start' counts from the beginning of a log, and is not below 0")
    _told(ctx, row).step(message.step)
    size = step_logs.size(ctx.tx, row.id, message.step)
    fresh = _what_is_new(ctx, row, message, size)
    if size + len(fresh) > MAX_LOG + _BEYOND:
        raise Refused(f"the log of step {message.step!r} is full: {MAX_LOG:,} bytes are kept of a step")
    if fresh and not step_logs.append(ctx.tx, row.id, message.step, fresh):
        raise Refused(f"the log of step {message.step!r} is written by somebody else at this moment")


def finish_step(ctx: Context, message: FinishStep) -> None:
    row = _own_running(ctx, message.run)
    _check_over(message.status)
    done = runs.finish_step(
        ctx.tx,
        row.id,
        message.step,
        status=message.status,
        now=ctx.now,
        failure=_recordable(message.failure),
        outputs=message.outputs,
        notes=message.notes,
    )
    if not done:
        raise Refused(f"run {row.id} has no step {message.step!r} that is running")
    ctx.about(_subject(row))


def finish(ctx: Context, message: FinishRun) -> Run:
    row = _own_running(ctx, message.run)
    _check_over(message.status)
    runs.finish(
        ctx.tx,
        row,
        status=message.status,
        now=ctx.now,
        failure=_recordable(message.failure),
        notes=message.notes,
    )
    ctx.about(_subject(row))
    return _told(ctx, _one(ctx, row.id))


def get(ctx: Context, message: GetRun) -> Run:
    return _told(ctx, _one(ctx, message.run))


def list_(ctx: Context, message: ListRuns) -> Page[Run]:
    lost = _lost_runs(ctx) if runs.is_about_status(message.listing) else ()
    rows, total, counted = runs.page(ctx.tx, ctx.sight.workspace, message.listing, lost)
    told = runs.told(ctx.tx, ctx.sight.workspace_name, rows)
    items = tuple(_seen(ctx, row, run) for row, run in zip(rows, told, strict=True))
    return Page.of(message.listing, items, total, counted)


def log(ctx: Context, message: GetLog) -> bytes:
    row = _one(ctx, message.run)
    if message.step is not None:
        _told(ctx, row).step(message.step)
    return step_logs.whole(ctx.tx, row.id, message.step)


def log_part(ctx: Context, message: GetLogPart) -> LogPart:
    row = _one(ctx, message.run)
    _told(ctx, row).step(message.step)
    if not 0 <= message.most <= MAX_LOG_PART:
        raise InvalidInput(f"'most' is at most {MAX_LOG_PART:,} bytes")
    return step_logs.some(ctx.tx, row.id, message.step, message.start, message.most)


def close_lost(ctx: Context) -> None:
    """Record as interrupted what no process runs any more: it holds versions that nobody needs."""
    for row in runs.running(ctx.tx):
        if (why := _lost_since(row, ctx.now - LOST)) is not None:
            runs.finish(ctx.tx, row, status=RunStatus.INTERRUPTED, now=ctx.now, failure=why)


def _lost_runs(ctx: Context) -> list[str]:
    """Ids of those that are told as interrupted and not recorded so yet."""
    return [row.id for row in runs.running(ctx.tx) if _lost_since(row, ctx.now - QUIET) is not None]


def _lost_since(row: RunRow, then: int) -> str | None:
    """Why a run runs no more: its process has gone, or nothing was heard of it since `then`."""
    if processes.is_gone(row.process):
        return _GONE
    if row.heard is not None and row.heard < then:
        when = from_epoch(row.heard).strftime("%Y-%m-%d %H:%M UTC")
        return f"nothing was heard of this run since {when}: its machine is off, or cannot reach the server"
    return None


def _settled(
    ctx: Context, needs: list[Need], message: StartRun, stack: str
) -> tuple[Report, tuple[Found, ...]]:
    """The report at this level, and what each name means to this caller."""
    level = message.level
    # Without a check, names are still settled: a run keeps to one version over all its steps.
    asked = ValidationLevel.SECRET_EXISTS if level is ValidationLevel.NONE else level
    checked = references.check(ctx, needs, asked, message.scope, stack)
    if level is ValidationLevel.NONE:  # to check nothing is no consent
        distrust = tuple(p for p in checked.problems if p.problem == "not_trusted")
        report = Report(ok=not distrust, stack=stack, level=level, checked=0, problems=distrust)
        return report, checked.found
    return checked, checked.found


def _row(ctx: Context, message: StartRun, stack: str, report: Report) -> RunRow:
    return RunRow(
        id=ctx.new_id(),
        pipeline=message.pipeline.name,
        stack=stack,
        status=RunStatus.RUNNING if report.ok else RunStatus.REFUSED,
        by=ctx.caller.name,
        started=ctx.now,
        finished=None if report.ok else ctx.now,
        failure=None,
        report=None if report.ok else msgspec.json.encode(report).decode(),
        notes=msgspec.json.encode(report.notes).decode(),
        process=message.process,
        heard=None if ctx.caller.token is None else ctx.now,  # who comes by a token comes over a network
        starter=ctx.caller.user,
    )


def _used(found: Found) -> SecretUsed:
    return SecretUsed(
        name=found.name, id=found.id, scope=found.scope.value, version=found.version, owner=found.owner
    )


def _told(ctx: Context, row: RunRow) -> Run:
    return _seen(ctx, row, runs.told(ctx.tx, ctx.sight.workspace_name, [row])[0])


def _seen(ctx: Context, row: RunRow, run: Run) -> Run:
    """As this caller may see it, and as it truly stands: a run whose process has gone runs no more."""
    # A user's own secrets are nobody else's to know of, not even by name.
    mine = tuple(
        s
        for s in run.secrets
        if (s.scope != SecretScope.USER or row.starter == ctx.caller.user) and ctx.sight.sees(s.name)
    )
    run = msgspec.structs.replace(run, secrets=mine)
    if row.starter != ctx.caller.user or ctx.sight.patterns is not None:
        run = _without_what_was_seen(run, without_notes=ctx.sight.patterns is not None)
    why = _lost_since(row, ctx.now - QUIET) if run.status is RunStatus.RUNNING else None
    if why is None:
        return run
    return msgspec.structs.replace(
        run, status=RunStatus.INTERRUPTED, failure=why, steps=tuple(_lost(s) for s in run.steps)
    )


def _without_what_was_seen(run: Run, *, without_notes: bool) -> Run:
    """Without what its check found: near misses and key names are of what the one who ran it may know."""
    report = run.report and msgspec.structs.replace(
        run.report,
        problems=tuple(_bare(p, run.by) if p.refuses else p for p in run.report.problems),
        found=(),
        notes=(),
    )
    notes = () if without_notes else tuple(n for n in run.notes if not n.startswith(references.HIDING))
    return msgspec.structs.replace(run, report=report, notes=notes)


def _bare(problem: Problem, by: str) -> Problem:
    """What was wrong with a reference, and nothing of what there was instead."""
    told = {
        "no_secret": f"there was no secret {problem.secret!r} that {by!r} could see",
        "no_key": f"secret {problem.secret!r} had no key {problem.key!r}",
        "not_readable": f"user {by!r} could list secret {problem.secret!r} and not read it",
    }
    return msgspec.structs.replace(problem, keys=(), fix="", detail=told[problem.problem])


def _lost(step: StepRun) -> StepRun:
    ends = {RunStatus.RUNNING: RunStatus.INTERRUPTED, RunStatus.WAITING: RunStatus.SKIPPED}
    return msgspec.structs.replace(step, status=ends.get(step.status, step.status))


def _one(ctx: Context, text: str) -> RunRow:
    """The run of this full id, or of an unambiguous beginning of it."""
    if is_uuid(text):
        row = runs.one(ctx.tx, ctx.sight.workspace, findings.canonical(text))
        found = [row] if row else []
    else:
        found = runs.by_prefix(ctx.tx, ctx.sight.workspace, text.lower()) if is_id_prefix(text) else []
    if len(found) > 1:
        raise Ambiguous(f"several runs have an id that begins with {text!r}", hint="write more of it")
    if not found:
        raise _absent(text)
    return found[0]


def _absent(text: str) -> LockworkError:
    short = 0 < len(text) < 8
    hint = "at least 8 characters of a run's id are needed" if short else "lockwork run list"
    return NotFound("run", text, hint=hint)


def _what_is_new(ctx: Context, row: RunRow, message: AppendLog, size: int) -> bytes:
    """The part without what is kept of it already; refused where it does not follow that."""
    kept = f"the log of step {message.step!r} is kept up to byte {size:,}"
    if message.start > size:
        raise Refused(f"{kept}, and the part begins after that")
    fresh = message.part[size - message.start :]
    if len(fresh) < len(message.part):
        there = step_logs.some(ctx.tx, row.id, message.step, message.start, len(message.part)).part
        if not message.part.startswith(there):
            raise Refused(f"{kept}, and says something else there")
    return fresh


def _own_running(ctx: Context, id_: str, *, or_: RunStatus | None = None) -> RunRow:
    """A run that the caller started and that is not over, or only so."""
    row = _one(ctx, id_)
    if row.starter != ctx.caller.user:
        raise NotPermitted(f"run {row.id} is {row.by!r}'s: nobody else records what it does")
    if row.status.is_over and row.status is not or_:
        raise Refused(f"run {row.id} is over: it is recorded as {row.status}")
    return row


def _check_over(status: RunStatus) -> None:
    if not status.is_over:
        raise InvalidInput(f"{status!r} is not how something ends")


def _recordable(failure: str | None) -> str | None:
    """What a step failed with, as every database can keep it: a record does not fail for what it tells of."""
    return failure and failure.replace("\0", "\\x00")


def _subject(row: RunRow) -> Subject:
    return Subject(kind="run", name=row.pipeline, id=row.id)


ANSWERS = (
    StartRun.answered_by(start),
    StartStep.answered_by(start_step),
    StillRunning.answered_by(still_running),
    AppendLog.answered_by(append_log),
    FinishStep.answered_by(finish_step),
    FinishRun.answered_by(finish),
    GetRun.answered_by(get),
    ListRuns.answered_by(list_),
    GetLog.answered_by(log),
    GetLogPart.answered_by(log_part),
)
