"""The audit trail: read it, and find out whether it and the store still agree."""

from collections import Counter
from collections.abc import Iterator

from lockwork.database import access, audit, keys, members, secrets, versions, workspaces
from lockwork.database import strangers as knocks
from lockwork.database.audit import Row
from lockwork.domain.audit import AuditHead, AuditRecord, AuditVerdict, Knocked
from lockwork.domain.secrets import from_epoch
from lockwork.messages import Page
from lockwork.messages.audit import GetAuditHead, ListAudit, ListStrangers, VerifyAudit
from lockwork.service import held, states
from lockwork.service.context import Context

_MINUTE = 60_000_000
_STRANGERS = 1000
"""How many minutes and addresses are told at most."""


def list_(ctx: Context, message: ListAudit) -> Page[AuditRecord]:
    items, total, counted = audit.page(ctx.tx, message.listing)
    listing = message.listing
    return Page.of(listing, items, total, counted)


def head(ctx: Context, _message: GetAuditHead) -> AuditHead:
    return ctx.house.trail.head(ctx.tx)


def verify(ctx: Context, message: VerifyAudit) -> AuditVerdict:
    """The chain by itself, the tables against the last change that it tells of each thing, then all pages."""
    problems = [*ctx.house.trail.problems(ctx.tx, message.expect), *_disagreements(ctx)]
    if not ctx.tx.is_whole():  # an index that has lost rows hides them from a list, and from nothing else
        problems.append("the database is damaged: its pages and indexes do not agree")
    end = ctx.house.trail.head(ctx.tx)
    count = end.number - audit.start(ctx.tx).number
    return AuditVerdict(ok=not problems, records=count, head=end, problems=tuple(problems))


def _disagreements(ctx: Context) -> Iterator[str]:
    """Where the tables are not as the trail left them: rolled back, renamed, moved, cut."""
    told = _last_told(ctx)
    for (kind, id_), (name, state) in _states(ctx):
        record = told.pop((kind, id_), None)
        if record is None:
            yield f"{kind} {name!r} ({id_}) was never recorded"
        elif record.state != state:
            yield f"{kind} {record.name!r} ({id_}) is not as record {record.number} left it"
    for (kind, id_), record in told.items():
        if record.state != states.GONE:
            yield f"{kind} {record.name!r} ({id_}) is gone, and no record tells of that"
    for namespace, counted, there in secrets.miscounted(ctx.tx):
        yield f"namespace {namespace} is said to hold {counted} secrets, and holds {there}"


_Thing = tuple[str, str | None]
"""Kind and id of what records tell the state of. All root keys are one thing, without an id."""


def _last_told(ctx: Context) -> dict[_Thing, Row]:
    """The last record that tells the state of each thing."""
    last: dict[_Thing, Row] = {}
    for row in audit.every(ctx.tx):
        if row.kind is not None and row.state is not None:
            last[row.kind, row.id] = row
    return last


def _states(ctx: Context) -> Iterator[tuple[_Thing, tuple[str, str]]]:
    """Each thing with its name and how it is now."""
    history, key_names = versions.every(ctx.tx), secrets.keys_of_all(ctx.tx)
    store = keys.the_store(ctx.tx)
    yield ("key", None), (store.active or "", states.of_root_keys(store, keys.root_keys(ctx.tx)))
    for user in access.users(ctx.tx):
        yield ("user", user.id), (user.name, states.of_user(user))
    for workspace in workspaces.every(ctx.tx):
        yield ("workspace", workspace.id), (workspace.name, states.of_named(workspace))
    for member in members.every(ctx.tx):
        yield ("member", f"{member.workspace}/{member.member}"), (member.member, states.of_member(member))
    for thing in held.every(ctx.tx):
        yield (thing.kind, thing.id), (thing.name, thing.state or "")
    for secret in secrets.every(ctx.tx):
        state = states.of_secret(secret, history.get(secret.id, ()), key_names)
        yield ("secret", secret.id), (secret.name, state)


def strangers(ctx: Context, message: ListStrangers) -> tuple[Knocked, ...]:
    """Who failed to come in, as it was counted, up to this moment where this process counted it."""
    first = message.since // _MINUTE
    found = Counter({k.knock: k.times for k in knocks.since(ctx.tx, first, _STRANGERS)})
    found.update({k: n for k, n in ctx.house.strangers.waiting().items() if k.minute >= first})
    newest = sorted(found, key=lambda k: (-k.minute, k.address, k.what))[:_STRANGERS]
    return tuple(
        Knocked(at=from_epoch(k.minute * _MINUTE), address=k.address, what=k.what, times=found[k])
        for k in newest
    )


ANSWERS = (
    ListStrangers.answered_by(strangers),
    ListAudit.answered_by(list_),
    GetAuditHead.answered_by(head),
    VerifyAudit.answered_by(verify),
)
