"""Rows of runs, their steps and the secrets they used."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from lockwork.database import filters
from lockwork.database.engine import Row, Statement, Transaction, as_set
from lockwork.database.filters import Field
from lockwork.domain.checks import Report
from lockwork.domain.runs import (
    Fetched,
    OutputRecord,
    Run,
    RunStatus,
    SecretUsed,
    Step,
    StepRun,
)
from lockwork.domain.secrets import from_epoch
from lockwork.messages import Listing

FIELDS = {
    "pipeline": Field("pipeline"),
    "stack": Field("stack"),
    "status": Field("status"),
    "by": Field("started_by"),
    "started": Field("started", "time"),
    "finished": Field("finished", "time", nullable=True),
    "id": Field("id"),
}
_AS_TOLD = "CASE WHEN id IN (SELECT value ->> 0 FROM json_each(:lost)) THEN 'interrupted' ELSE status END"

_COLUMNS = (
    "id, pipeline, stack, status, started_by, started, finished, failure, report, notes, process, heard,"
    " starter"
)

_INSERT = Statement(
    "INSERT INTO runs (id, workspace, pipeline, stack, status, started_by, started, finished, failure,"
    " report, notes, process, heard, starter) VALUES (:id, :workspace, :pipeline, :stack, :status, :by,"
    " :started, :finished, NULL, :report, :notes, :process, :heard, :starter)"
)
_INSERT_STEP = Statement(
    "INSERT INTO steps (run, name, position, status, comes_after, outputs, notes)"
    " VALUES (:run, :name, :position, :status, :after, '[]', '[]')"
)
_INSERT_SECRET = Statement(
    "INSERT INTO run_secrets (run, name, secret, scope, version, owner, settled)"
    " VALUES (:run, :name, :id, :scope, :version, :owner, 1)"
)
_INSERT_FETCHED = Statement(
    "INSERT INTO run_secrets (run, name, secret, scope, version, owner, settled)"
    " SELECT r.id, :name, :id, :scope, :version, :owner, 0 FROM runs r"
    " WHERE r.id = :run AND r.starter = :by AND NOT EXISTS ("
    "SELECT 1 FROM run_secrets u WHERE u.run = r.id AND u.secret = :id AND u.version = :version)"
)
_ONE = Statement(f"SELECT {_COLUMNS} FROM runs WHERE workspace = :workspace AND id = :id")
_ANYWHERE = Statement(f"SELECT {_COLUMNS} FROM runs WHERE id = :id")
_BY_PREFIX = Statement(
    f"SELECT {_COLUMNS} FROM runs WHERE workspace = :workspace"
    " AND substr(id, 1, length(:prefix)) = :prefix ORDER BY id LIMIT 2"
)
_IDS = Statement("SELECT id FROM runs WHERE workspace = :workspace ORDER BY started DESC LIMIT 1000")
_RUNNING = Statement(f"SELECT {_COLUMNS} FROM runs WHERE status = 'running'")
_STEPS = Statement(
    "SELECT run, name, status, comes_after, started, finished, failure, outputs, notes FROM steps"
    " WHERE run IN (SELECT value ->> 0 FROM json_each(:runs)) ORDER BY run, position"
)
_SECRETS = Statement(
    "SELECT run, name, secret, scope, version, owner FROM run_secrets"
    " WHERE run IN (SELECT value ->> 0 FROM json_each(:runs)) ORDER BY run, name, version"
)
_START_STEP = Statement(
    "UPDATE steps SET status = 'running', started = :now"
    " WHERE run = :run AND name = :step AND status = 'waiting'"
)
_FINISH_STEP = Statement(
    "UPDATE steps SET status = :status, finished = :now, failure = :failure, outputs = :outputs,"
    " notes = :notes WHERE run = :run AND name = :step AND status = 'running'"
)
_FINISH = Statement(
    "UPDATE runs SET status = :status, finished = :now, failure = :failure, notes = :notes"
    " WHERE id = :run AND status = 'running'"
)
_HEARD = Statement("UPDATE runs SET heard = :now WHERE id = :run AND status = 'running'")
_END_STEPS = Statement(
    "UPDATE steps SET status = :status, finished = :now WHERE run = :run AND status = 'running'"
)
_SKIP_STEPS = Statement("UPDATE steps SET status = 'skipped' WHERE run = :run AND status = 'waiting'")
_STEP_NAMES = Statement("SELECT name FROM steps WHERE run = :run ORDER BY position")


class RunRow(NamedTuple):
    """A run as its row tells it."""

    id: str
    pipeline: str
    stack: str
    status: RunStatus
    by: str
    """The name of the user who started it, as it was then."""
    started: int
    finished: int | None
    failure: str | None
    report: str | None
    notes: str
    process: str
    heard: int | None
    """When it last gave a sign of life; None where it runs beside its store."""
    starter: str | None
    """The id of the user who started it; None once they were taken away."""


def insert(
    tx: Transaction, workspace: str, row: RunRow, steps: Sequence[Step], secrets: Iterable[SecretUsed]
) -> None:
    """A new run; its steps, in the order in which they can run, wait, or are skipped where it was refused."""
    tx.run(_INSERT, **{**row._asdict(), "status": row.status.value}, workspace=workspace)
    begins = RunStatus.SKIPPED if row.status.is_over else RunStatus.WAITING
    at = {"run": row.id, "status": begins.value}
    tx.run_many(
        _INSERT_STEP,
        [
            {**at, "name": step.name, "position": n, "after": _json(sorted(step.needs_before))}
            for n, step in enumerate(steps)
        ],
    )
    tx.run_many(_INSERT_SECRET, [{"run": row.id, **msgspec.structs.asdict(secret)} for secret in secrets])


def add_fetched(tx: Transaction, fetched: Fetched, *, by: str) -> None:
    """What a step fetched of its own accord, once a version; nothing where the run is not this user's."""
    tx.run(_INSERT_FETCHED, **msgspec.structs.asdict(fetched.secret), run=fetched.run, by=by)


def one(tx: Transaction, workspace: str, id_: str) -> RunRow | None:
    """The run of this full id."""
    found = _rows(tx.rows(_ONE, workspace=workspace, id=id_))
    return found[0] if found else None


def anywhere(tx: Transaction, id_: str) -> RunRow | None:
    """The run of this full id, of whichever workspace."""
    found = _rows(tx.rows(_ANYWHERE, id=id_))
    return found[0] if found else None


def step_names(tx: Transaction, run: str) -> list[str]:
    """The steps of a run, in the order of the pipeline."""
    return [row["name"] for row in tx.rows(_STEP_NAMES, run=run)]


def by_prefix(tx: Transaction, workspace: str, prefix: str) -> list[RunRow]:
    """Up to two runs whose id begins so."""
    return _rows(tx.rows(_BY_PREFIX, workspace=workspace, prefix=prefix))


def ids(tx: Transaction, workspace: str) -> list[str]:
    """Ids of the last thousand runs, for near misses."""
    return [row["id"] for row in tx.rows(_IDS, workspace=workspace)]


def running(tx: Transaction) -> list[RunRow]:
    """Every run that is recorded as running, of every workspace."""
    return _rows(tx.rows(_RUNNING))


def is_about_status(listing: Listing) -> bool:
    """Whether a listing filters or sorts by how a run stands."""
    return "status" in (*listing.filters, listing.sort_by.rpartition(":")[2])


def page(
    tx: Transaction, workspace: str, listing: Listing, lost: Sequence[str] = ()
) -> tuple[list[RunRow], int, bool]:
    """The runs of a page, how many there are, and whether they were all counted.

    Those that are `lost` are found as interrupted, as they are told, though nobody has recorded it yet.
    """
    fields = {**FIELDS, "status": Field(_AS_TOLD)} if lost else FIELDS
    where = filters.condition(listing, fields)
    parameters = {"workspace": workspace} | where.parameters | filters.bounds(listing)
    if lost:
        parameters["lost"] = as_set(lost)
    chosen = f"FROM runs WHERE workspace = :workspace AND {where.sql}"
    order = filters.order(listing, fields)
    sql = f"SELECT {_COLUMNS} {chosen} ORDER BY {order} LIMIT :size OFFSET :offset"
    found = _rows(tx.rows(Statement(sql), **parameters))
    total, counted = filters.total(tx, f"SELECT 1 {chosen}", parameters)
    return found, total, counted


def told(tx: Transaction, workspace_name: str, rows: Sequence[RunRow]) -> list[Run]:
    """Runs with their steps and secrets: two queries, however many."""
    runs = as_set([row.id for row in rows])
    steps: dict[str, list[StepRun]] = {row.id: [] for row in rows}
    for step in tx.rows(_STEPS, runs=runs):
        steps[step["run"]].append(_step(step))
    secrets: dict[str, list[SecretUsed]] = {row.id: [] for row in rows}
    for used in tx.rows(_SECRETS, runs=runs):
        secrets[used["run"]].append(_secret(used))
    return [_run(row, workspace_name, tuple(steps[row.id]), tuple(secrets[row.id])) for row in rows]


def heard(tx: Transaction, run: str, now: int) -> None:
    """A sign of life."""
    tx.run(_HEARD, run=run, now=now)


def start_step(tx: Transaction, run: str, step: str, now: int) -> bool:
    """Whether the step was waiting and runs now."""
    return bool(tx.run(_START_STEP, run=run, step=step, now=now))


def finish_step(
    tx: Transaction,
    run: str,
    step: str,
    *,
    status: RunStatus,
    now: int,
    failure: str | None,
    outputs: Sequence[OutputRecord],
    notes: Sequence[str],
) -> bool:
    """Whether the step was running and is over now."""
    written = {"outputs": _json(list(outputs)), "notes": _json(list(notes))}
    changed = tx.run(
        _FINISH_STEP, run=run, step=step, status=status.value, now=now, failure=failure, **written
    )
    return bool(changed)


def finish(
    tx: Transaction,
    row: RunRow,
    *,
    status: RunStatus,
    now: int,
    failure: str | None,
    notes: Sequence[str] = (),
) -> None:
    """Close a run: a step that still ran ends as the run does, and what never began is skipped."""
    whole = _json([*_texts(row.notes), *notes])
    tx.run(_FINISH, run=row.id, status=status.value, now=now, failure=failure, notes=whole)
    tx.run(_END_STEPS, run=row.id, status=status.value, now=now)
    tx.run(_SKIP_STEPS, run=row.id)


def _rows(rows: Iterable[Row]) -> list[RunRow]:
    found = [RunRow(*row) for row in rows]
    return [row._replace(status=RunStatus(row.status)) for row in found]


def _run(row: RunRow, workspace: str, steps: tuple[StepRun, ...], secrets: tuple[SecretUsed, ...]) -> Run:
    return Run(
        id=row.id,
        pipeline=row.pipeline,
        stack=row.stack,
        workspace=workspace,
        status=row.status,
        by=row.by,
        started=from_epoch(row.started),
        finished=None if row.finished is None else from_epoch(row.finished),
        failure=row.failure,
        steps=steps,
        secrets=secrets,
        report=None if row.report is None else msgspec.json.decode(row.report, type=Report),
        notes=_texts(row.notes),
    )


def _step(row: Row) -> StepRun:
    return StepRun(
        name=row["name"],
        status=RunStatus(row["status"]),
        after=_texts(row["comes_after"]),
        started=None if row["started"] is None else from_epoch(row["started"]),
        finished=None if row["finished"] is None else from_epoch(row["finished"]),
        failure=row["failure"],
        outputs=msgspec.json.decode(row["outputs"], type=tuple[OutputRecord, ...]),
        notes=_texts(row["notes"]),
    )


def _secret(row: Row) -> SecretUsed:
    return SecretUsed(
        name=row["name"], id=row["secret"], scope=row["scope"], version=row["version"], owner=row["owner"]
    )


def _texts(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _json(thing: object) -> str:
    return msgspec.json.encode(thing).decode()
