"""Workspaces: a team's rooms."""

from msgspec.structs import replace

from lockwork.database import members, secrets, workspaces
from lockwork.database.access import Named
from lockwork.domain.access import Spaces, UserName
from lockwork.domain.audit import Subject
from lockwork.domain.errors import AlreadyExists, NotFound, Refused, StillReferenced
from lockwork.domain.nearness import near
from lockwork.domain.stacks import REQUIRED_TYPES
from lockwork.domain.workspaces import DEFAULT, Workspace
from lockwork.messages import Listing, Page
from lockwork.messages.workspaces import CreateWorkspace, DeleteWorkspace, GetWorkspace, ListWorkspaces
from lockwork.service import stacks, states
from lockwork.service.callers import seen_workspaces
from lockwork.service.context import Context
from lockwork.service.secrets import purge


def create(ctx: Context, message: CreateWorkspace) -> Workspace:
    """A new room, furnished with the stack `default`."""
    row = Named(ctx.new_id(), UserName.parse(message.name, "workspace"), ctx.now)
    if not workspaces.insert(ctx.tx, row):
        raise AlreadyExists("workspace", row.name, "in this store", hint="lockwork workspace list")
    stacks.furnish(ctx.tx, row.id, ctx.caller.user, ctx.now)
    ctx.about(Subject(kind="workspace", name=row.name, id=row.id, state=states.of_named(row)))
    return workspaces.described(ctx.tx, row)


def get(ctx: Context, message: GetWorkspace) -> Workspace:
    return _described(ctx, _one(ctx, message.workspace))


def _described(ctx: Context, row: Named) -> Workspace:
    """What is in it, as far as the caller may know of it."""
    told = workspaces.described(ctx.tx, row)
    patterns = ctx.sight.patterns
    if patterns is None:
        return told
    seen = Spaces((f"w:{row.id}",), patterns)
    _, total, _ = secrets.page(ctx.tx, seen, Listing(size=1), deleted_since=None)
    return replace(told, secrets=total)


def list_(ctx: Context, message: ListWorkspaces) -> Page[Workspace]:
    rows, total, counted = workspaces.page(
        ctx.tx,
        None if ctx.caller.is_everywhere else ctx.caller.user,
        ctx.caller.limits.workspaces,
        message.listing,
    )
    items = tuple(_described(ctx, row) for row in rows)
    return Page.of(message.listing, items, total, counted)


def delete(ctx: Context, message: DeleteWorkspace) -> Workspace:
    """With all that is in it, for good; refused while it holds anything of its own, unless forced."""
    row = _one(ctx, message.workspace)
    told = workspaces.described(ctx.tx, row)
    if row.name == DEFAULT:
        raise Refused(f"the workspace {DEFAULT!r} stays: it is where everything else begins")
    held = secrets.in_namespace(ctx.tx, f"w:{row.id}")
    if not message.force and (holds := _own_things(told, len(held))):
        raise StillReferenced(
            f"workspace {row.name!r} is not empty",
            holds,
            hint="--force deletes it for good, with all that is in it",
        )
    if message.dry_run:
        return told
    for secret in held:
        purge(ctx, secret)
    for member, name in members.in_workspace(ctx.tx, row.id):
        gone = f"{member.workspace}/{member.member}"
        ctx.about(Subject(kind="member", name=name, id=gone, state=states.GONE))
    workspaces.delete(ctx.tx, row.id)
    ctx.about(Subject(kind="workspace", name=row.name, id=row.id, state=states.GONE))
    return told


def _own_things(workspace: Workspace, secrets_held: int) -> list[str]:
    """What is in a workspace beyond what it was furnished with; a deleted secret may be wanted back."""
    deleted = secrets_held - workspace.secrets
    counts = {
        "secret": workspace.secrets,
        "deleted secret": deleted,
        "component": workspace.components - len(REQUIRED_TYPES),
        "stack": workspace.stacks - 1,
    }
    return [f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in counts.items() if number > 0]


def _one(ctx: Context, name: str) -> Named:
    row = workspaces.one(ctx.tx, name)
    seen = seen_workspaces(ctx.tx, ctx.caller)
    if row is None or row.name not in seen:
        guesses = near(name, seen)
        raise NotFound("workspace", name, near=guesses, hint="lockwork workspace list")
    return row


ANSWERS = (
    CreateWorkspace.answered_by(create),
    GetWorkspace.answered_by(get),
    ListWorkspaces.answered_by(list_),
    DeleteWorkspace.answered_by(delete),
)
