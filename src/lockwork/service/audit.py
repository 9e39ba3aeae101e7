"""The audit trail: read it, and find out whether it and the store still agree."""

from collections.abc import Iterator

from lockwork.database import audit, keys, secrets, versions
from lockwork.database.audit import Row
from lockwork.database.secrets import Secret
from lockwork.domain.audit import AuditHead, AuditRecord, AuditVerdict
from lockwork.messages import Page
from lockwork.messages.audit import GetAuditHead, ListAudit, VerifyAudit
from lockwork.service import states
from lockwork.service.context import Context


def list_(ctx: Context, message: ListAudit) -> Page[AuditRecord]:
    items, total, counted = audit.page(ctx.tx, message.listing)
    listing = message.listing
    return Page(items=tuple(items), page=listing.page, size=listing.size, total=total, counted=counted)


def head(ctx: Context, _message: GetAuditHead) -> AuditHead:
    return ctx.house.trail.head(ctx.tx)


def verify(ctx: Context, message: VerifyAudit) -> AuditVerdict:
    """The chain by itself, and then the tables against the last change that the chain tells of each thing."""
    problems = [*ctx.house.trail.problems(ctx.tx, message.expect), *_disagreements(ctx)]
    end = ctx.house.trail.head(ctx.tx)
    return AuditVerdict(ok=not problems, records=end.number, head=end, problems=tuple(problems))


def _disagreements(ctx: Context) -> Iterator[str]:
    """Where the tables are not as the trail left them: rolled back, renamed, moved, cut."""
    last = _last_told(ctx)
    yield from _about_root_keys(ctx, last.pop(_ROOT_KEYS, None))
    rows = {s.id: s for s in secrets.every(ctx.tx)}
    history, key_names = versions.every(ctx.tx), secrets.keys_of_all(ctx.tx)
    for id_, secret in rows.items():
        state = states.of_secret(secret, history.get(id_, ()), key_names)
        yield from _about_secret(secret, last.pop(id_, None), state)
    for id_, record in last.items():
        if record.state != states.PURGED:
            yield f"secret {record.name!r} ({id_}) is gone, and no record tells of its purge"
    for namespace, counted, there in secrets.miscounted(ctx.tx):
        yield f"namespace {namespace} is said to hold {counted} secrets, and holds {there}"


def _about_secret(secret: Secret, record: Row | None, state: str) -> Iterator[str]:
    if record is None:
        yield f"secret {secret.name!r} ({secret.id}) was never recorded"
    elif record.state != state:
        yield f"secret {record.name!r} ({secret.id}) is not as record {record.number} left it"


def _about_root_keys(ctx: Context, record: Row | None) -> Iterator[str]:
    store = keys.store(ctx.tx)
    if store is None or record is None or record.state != states.of_root_keys(store, keys.root_keys(ctx.tx)):
        number = record.number if record else 1
        yield f"the store's row and its root keys are not as record {number} left them"


_ROOT_KEYS = "root keys"


def _last_told(ctx: Context) -> dict[str, Row]:
    """The last record that tells the state of each secret, by id, and of the root keys together."""
    last: dict[str, Row] = {}
    for row in audit.every(ctx.tx):
        if row.kind == "key" and row.state is not None:
            last[_ROOT_KEYS] = row
        elif row.kind == "secret" and row.id is not None and row.state is not None:
            last[row.id] = row
    return last
