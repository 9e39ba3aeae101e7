"""`lockwork run …`: what ran, how it ended, and what it printed."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from lockwork.cli import checks, formats, terminal
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, complete_by, listing_options, output_option, pass_session
from lockwork.domain.errors import WrongUsage
from lockwork.domain.runs import Run, StepRun
from lockwork.domain.terminals import escaped_log

if TYPE_CHECKING:
    from lockwork.client.api import Client

LISTED = ("id", "pipeline", "stack", "status", "by", "started", "finished", "failure")
STATUSES = ("running", "completed", "failed", "refused", "interrupted")
_COLUMNS = LISTED[:-2]


def _ids(client: "Client", _context: click.Context, _word: str) -> Iterable[str]:
    return [found.id for found in client.list_runs(size=50)]


complete_runs = complete_by(_ids)


def record(run: Run) -> dict[str, Any]:
    """A run under its stable field names."""
    return {
        **{name: getattr(run, name) for name in LISTED},
        "workspace": run.workspace,
        "steps": [_step(one) for one in run.steps],
        "secrets": [
            {"name": s.name, "scope": s.scope, "owner": s.owner, "version": s.version} for s in run.secrets
        ],
        "notes": list(run.notes),
        "report": None if run.report is None else checks.record(run.report),
    }


def _step(step: StepRun) -> dict[str, Any]:
    return {
        "name": step.name,
        "status": step.status.value,
        "after": list(step.after),
        "started": step.started,
        "finished": step.finished,
        "failure": step.failure,
        "outputs": [
            {"name": o.name, "uri": o.uri, "format": o.format, "sha256": o.sha256, "size": o.size}
            for o in step.outputs
        ],
        "notes": list(step.notes),
    }


@click.group(cls=Group)
def run() -> None:
    """What ran, how it ended, and what it printed. ID is a run's id, or its first 8 characters or more."""


@run.command("list")
@click.option("--pipeline", metavar="F", help="Filter by the pipeline's name.")
@click.option("--stack", metavar="F", help="Filter by the stack's name.")
@click.option("--status", metavar="F", help=f"{', '.join(STATUSES[:-1])} or {STATUSES[-1]}.")
@click.option("--started", metavar="F", help="Filter by time: 2026-01-31, gt:2026-01-31T18:00, lt:…")
@listing_options(sort_by="desc:started")
@output_option
@pass_session
def list_(
    session: Session,
    pipeline: str | None,
    stack: str | None,
    status: str | None,
    started: str | None,
    sort_by: str,
    page: int,
    size: int,
) -> None:
    """List runs, the newest first."""
    if status is not None and ":" not in status and status not in STATUSES:
        raise WrongUsage(f"no run has the status {status!r}", hint=f"it is one of {', '.join(STATUSES)}")
    found = session.client.list_runs(
        pipeline=pipeline, stack=stack, status=status, started=started, sort_by=sort_by, page=page, size=size
    )
    records = ({name: getattr(one, name) for name in LISTED} for one in found.items)
    session.show_list(records, LISTED, columns=_COLUMNS, page=found)


@run.command()
@click.argument("id", shell_complete=complete_runs)
@output_option
@pass_session
def describe(session: Session, id: str) -> None:
    """Show a run: its steps and their outputs, the secrets and versions that it used, and why it failed."""
    found = session.client.get_run(id)
    session.show(record(found), lambda: _show(found))


@run.command()
@click.argument("id", shell_complete=complete_runs)
@click.option("--step", metavar="NAME", help="Of this step only.")
@output_option
@pass_session
def logs(session: Session, id: str, step: str | None) -> None:
    """Print what the steps of a run printed, values of secrets as ***, where they failed, and why.

    On a terminal a heading says which step printed what; elsewhere only --step tells them apart.
    """
    from lockwork.client import kept_logs  # lazy: help needs none of it

    if session.output == "table" and sys.stdout.isatty():
        _print_by_step(list(kept_logs.by_step(session.client, id, step)), has_headings=step is None)
        return
    log = kept_logs.log_of(session.client, id, step)
    record = {"run": id, "step": step, "log": log.decode("utf-8", "replace")}
    session.show(record, lambda: _print(log))


def _print_by_step(parts: list[tuple[str, bytes]], *, has_headings: bool) -> None:
    """A run of one step needs no heading, and a step that printed nothing gets none."""
    for name, log in parts:
        if log and has_headings and len(parts) > 1:
            terminal.say(f"--- step {name!r} ---")
        _print(log if not log or log.endswith(b"\n") else log + b"\n")


def _print(log: bytes) -> None:
    """Byte for byte, colours too; on a terminal nothing in it acts, and tabs stay."""
    sys.stdout.flush()
    if sys.stdout.isatty():
        log = escaped_log(log.decode("utf-8", "backslashreplace")).encode()
    sys.stdout.buffer.write(log)


def _show(run: Run) -> None:
    formats.pairs([(name, formats.cell(getattr(run, name))) for name in LISTED[:-1]])
    terminal.say("")
    formats.rows(
        ("step", "after", "status", "started", "seconds", "outputs"),
        [
            [
                s.name,
                ", ".join(s.after),
                s.status,
                formats.cell(s.started),
                _seconds(s),
                ", ".join(o.name for o in s.outputs),
            ]
            for s in run.steps
        ],
    )
    if run.secrets:
        terminal.say("")
        formats.rows(
            ("secret", "scope", "owner", "version"),
            [[s.name, s.scope, s.owner, str(s.version)] for s in run.secrets],
        )
    for text in (*run.notes, *(note for step in run.steps for note in step.notes)):
        terminal.note(text)
    _show_why(run)


def _show_why(run: Run) -> None:
    """What went wrong, in full."""
    for step in run.steps:
        if step.failure:
            terminal.say(f"\nstep {step.name!r}: {step.failure}")
    if run.report is not None:
        from lockwork.domain import reports  # lazy: few runs are refused

        terminal.say("\n" + reports.refusal(f"pipeline {run.pipeline!r}", run.report))
    elif run.failure and not any(step.failure for step in run.steps):
        terminal.say(f"\n{run.failure}")


def _seconds(step: StepRun) -> str:
    if step.started is None or step.finished is None:
        return ""
    return f"{(step.finished - step.started).total_seconds():.1f}"
