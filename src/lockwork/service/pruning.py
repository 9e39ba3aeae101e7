"""The old part of the audit trail, kept in a file elsewhere: read it out, take it away, check it later.

What is taken away leaves a checkpoint: number and MAC of its last record, from which the chain goes on. The
checkpoint itself is told by a record of the chain, else whoever writes the database could make one. That
record is followed by one for each thing whose state only the old part told, so that it is told still.
"""

from collections.abc import Iterable, Iterator

from lockwork.database import audit
from lockwork.database.audit import Head, Row
from lockwork.domain.audit import AuditHead, AuditPart, AuditVerdict, Pruned, Subject
from lockwork.domain.errors import Refused
from lockwork.messages.audit import CheckAuditLinks, ExportAudit, PruneAudit
from lockwork.service import states
from lockwork.service.context import Context

MOST = 1000
"""Links in one answer."""


def export(ctx: Context, message: ExportAudit) -> AuditPart:
    """The next links of the chain, up to the first record that is not older."""
    start = audit.start(ctx.tx)
    after = start.number if message.after is None else message.after
    rows = audit.some(ctx.tx, after + 1, MOST)
    old = []
    for row in rows:
        if row.at >= message.before:
            break
        old.append(row.link())
    before = start if after == start.number else audit.at(ctx.tx, after)
    if before is None:
        raise Refused(f"there is no record {after} in the trail any more", hint="begin again")
    return AuditPart(
        store=ctx.house.store,
        start=ctx.house.trail.told(before),
        links=tuple(old),
        is_last=len(rows) < MOST or len(old) < len(rows),
    )


def prune(ctx: Context, message: PruneAudit) -> Pruned:
    """Take away what comes up to this record, whose MAC shows that the caller has exactly this chain."""
    start, through = audit.start(ctx.tx), message.through
    here = audit.at(ctx.tx, through.number)
    if through.number <= start.number or here is None or ctx.house.trail.told(here) != through:
        raise Refused(f"record {through.number} is not in the trail as it was written to the file")
    _check_whole(ctx, start, through.number)
    carried = list(_told_only_before(ctx, through.number))
    audit.prune(ctx.tx, here)
    ctx.about(Subject(kind="audit", name=str(through)))
    for row in carried:
        ctx.about(
            Subject(kind=row.kind or "", name=row.name or "", id=row.id, version=row.version, state=row.state)
        )
    return Pruned(start=through, removed=through.number - start.number, carried=len(carried))


def check(ctx: Context, message: CheckAuditLinks) -> AuditVerdict:
    """Whether each link follows from the one before, by this store's audit key."""
    previous = Head(message.start.number, bytes.fromhex(message.start.mac))
    rows = [Row.of_link(link) for link in message.links]
    problems = tuple(ctx.house.trail.broken(ctx.tx, previous, rows))
    end = AuditHead(number=rows[-1].number, mac=message.links[-1].mac) if rows else message.start
    return AuditVerdict(ok=not problems, records=len(rows), head=end, problems=problems)


def _check_whole(ctx: Context, start: Head, last: int) -> None:
    """What was tampered with is not made to look whole by taking it away."""
    for problem in ctx.house.trail.broken(ctx.tx, start, _until(audit.every(ctx.tx), last)):
        raise Refused(f"the trail does not hold: {problem}", hint="lockwork audit verify")


def _until(rows: Iterable[Row], last: int) -> Iterator[Row]:
    for row in rows:
        if row.number > last:
            return
        yield row


def _told_only_before(ctx: Context, last: int) -> Iterator[Row]:
    """For each thing, the record that tells its state, where no later one does; not of what is gone."""
    told: dict[tuple[str, str | None], Row] = {}
    for row in audit.every(ctx.tx):
        if row.kind is not None and row.state is not None:
            told[row.kind, row.id] = row
    return (row for row in told.values() if row.number <= last and row.state != states.GONE)


ANSWERS = (
    ExportAudit.answered_by(export),
    PruneAudit.answered_by(prune),
    CheckAuditLinks.answered_by(check),
)
