"""The audit trail: read it, and find out whether it and the secrets still agree."""

from collections.abc import Iterator

from lockwork.database import audit, secrets
from lockwork.database.audit import Row
from lockwork.domain.audit import AuditHead, AuditRecord, AuditVerdict
from lockwork.messages import Page
from lockwork.messages.audit import GetAuditHead, ListAudit, VerifyAudit
from lockwork.service.context import Context
from lockwork.service.findings import PURGED, state_of
from lockwork.service.trail import digest_of_keys


def list_(ctx: Context, message: ListAudit) -> Page[AuditRecord]:
    items, total, counted = audit.page(ctx.tx, message.listing)
    listing = message.listing
    return Page(items=tuple(items), page=listing.page, size=listing.size, total=total, counted=counted)


def head(ctx: Context, message: GetAuditHead) -> AuditHead:
    return ctx.house.trail.head(ctx.tx)


def verify(ctx: Context, message: VerifyAudit) -> AuditVerdict:
    """The chain by itself, and then each secret's row against the last change that the chain tells of it."""
    problems = [*ctx.house.trail.problems(ctx.tx, message.expect), *_disagreements(ctx)]
    end = ctx.house.trail.head(ctx.tx)
    return AuditVerdict(ok=not problems, records=end.number, head=end, problems=tuple(problems))


def _disagreements(ctx: Context) -> Iterator[str]:
    """Where the tables of secrets are not as the trail left them: rolled back, renamed, moved, cut."""
    last, keys_at = _as_recorded(ctx)
    rows = {s.id: s for s in secrets.every(ctx.tx)}
    keys = secrets.keys_of_all(ctx.tx)
    for id_, record in last.items():
        secret = rows.get(id_)
        if secret is None and record.state != PURGED:
            yield f"secret {record.name!r} ({id_}) is gone, and no record tells of its purge"
        elif secret is not None and (record.name, record.version, record.state) != (
            secret.name,
            secret.version,
            state_of(secret, keys.get((id_, secret.version), ())),
        ):  # fmt: skip - two triples, side by side
            yield f"secret {record.name!r} ({id_}) is not as record {record.number} left it"
    yield from (f"secret {s.name!r} ({id_}) was never recorded" for id_, s in rows.items() if id_ not in last)
    for (id_, version), names in keys.items():
        if keys_at.get((id_, version), digest_of_keys(names)) != digest_of_keys(names):
            yield f"version {version} of secret {id_} has not the keys that were recorded"


def _as_recorded(ctx: Context) -> tuple[dict[str, Row], dict[tuple[str, int], str]]:
    """By the trail: the last record of each secret's state, and the digest of the keys of each version."""
    last: dict[str, Row] = {}
    keys_at: dict[tuple[str, int], str] = {}
    for row in audit.every(ctx.tx):
        if row.kind != "secret" or row.id is None or row.state is None:
            continue
        last[row.id] = row
        if row.version is not None and row.state != PURGED:
            keys_at[row.id, row.version] = row.state.rsplit(" ", 1)[-1]
    return last, keys_at
