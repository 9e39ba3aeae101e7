"""Who refers to a secret: told, guarded against breaking, and rewritten when a secret is renamed."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from lockwork.database import audit, references, secrets, stacks
from lockwork.database.references import UseRow
from lockwork.database.secrets import Secret
from lockwork.domain.audit import Subject
from lockwork.domain.errors import InvalidInput, StillReferenced, VersionMismatch
from lockwork.domain.references import rename
from lockwork.domain.secrets import SecretScope, SecretUsage, Use, from_epoch
from lockwork.domain.stacks import Component, Stack, needs_of_component, own_needs_of_stack
from lockwork.messages.secrets import GetUsage
from lockwork.service import findings
from lockwork.service.context import Context

LAST_RUNS = 10


def usage(ctx: Context, message: GetUsage) -> SecretUsage:
    """The components, stacks and last runs that refer to a secret, and who last read it."""
    secret = findings.to_read(ctx, message)
    read = audit.last_read(ctx.tx, secret.id)
    return SecretUsage(
        secret=secret.info(secrets.keys_of(ctx.tx, secret), findings.notes(ctx, secret)),
        uses=(*_uses_in_workspace(ctx, secret), *_last_runs(ctx, secret)),
        last_read=None if read is None else from_epoch(read[0]),
        last_read_by=None if read is None else read[1],
    )


def check_unused(
    ctx: Context, secret: Secret, why: str, hint: str = "--force", *, keys: Sequence[str] | None = None
) -> list[str]:
    """Refuse what would break components or stacks of the workspace; `keys` narrows it to those.

    A user's own secret is no other's foundation: what refers to its name is only told, as notes.
    """
    found = [
        row
        for row in references.of_secret(ctx.tx, ctx.sight.workspace, secret.name)
        if keys is None or row.key in keys
    ]
    if not found:
        return []
    if secret.scope is SecretScope.USER:
        return [f"{row} refers to {secret.name!r} and may have meant this secret of yours" for row in found]
    raise StillReferenced(
        f"secret {secret.name!r} is referred to, and {why}", [str(row) for row in found], hint=f"add {hint}"
    )


def rewrite(ctx: Context, secret: Secret, new_name: str) -> str:
    """Make every reference of the workspace name `new_name`, in this transaction; a note says how many."""
    if secret.scope is SecretScope.USER:
        raise InvalidInput(
            f"references to user secret {secret.name!r} are not rewritten: they belong to their workspace",
            hint="rename it without --update-references",
        )
    found = references.of_secret(ctx.tx, ctx.sight.workspace, secret.name)
    if not found:
        return f"nothing refers to {secret.name!r}"
    components = stacks.components_by_id(ctx.tx, ctx.sight.workspace, _ids(row.component for row in found))
    for component in components:
        _rewrite_component(ctx, component, secret.name, new_name)
    for stack in stacks.stacks_by_id(ctx.tx, ctx.sight.workspace, _ids(row.stack for row in found)):
        _rewrite_stack(ctx, stack, secret.name, new_name)
    return f"{_count(len(found), 'reference')} in {_holders(found)} now name {new_name!r}"


def _rewrite_component(ctx: Context, component: Component, old: str, new: str) -> None:
    changed = replace(
        component,
        attributes=rename(component.attributes, old, new),
        environment=rename(component.environment, old, new),
        secrets=_renamed(component.secrets, old, new, str(component)),
    )
    if not stacks.change_component(ctx.tx, changed, ctx.caller.user, ctx.now):
        raise VersionMismatch(component.type.words, component.name, component.version, component.version + 1)
    references.write_component(ctx.tx, ctx.sight.workspace, component.id, needs_of_component(changed))
    ctx.about(Subject(kind="component", name=component.name, id=component.id, version=component.version + 1))


def _rewrite_stack(ctx: Context, stack: Stack, old: str, new: str) -> None:
    changed = replace(stack, secrets=_renamed(stack.secrets, old, new, str(stack)))
    if not stacks.change_stack(ctx.tx, changed, ctx.caller.user, ctx.now):
        raise VersionMismatch("stack", stack.name, stack.version, stack.version + 1)
    references.write_stack(ctx.tx, ctx.sight.workspace, stack.id, own_needs_of_stack(changed))
    ctx.about(Subject(kind="stack", name=stack.name, id=stack.id, version=stack.version + 1))


def _renamed(declared: Mapping[str, str], old: str, new: str, holder: str) -> dict[str, str]:
    if old in declared and new in declared:
        raise InvalidInput(f"{holder} declares both {old!r} and {new!r}; renaming one would lose the other")
    return {new if name == old else name: prefix for name, prefix in declared.items()}


def _uses_in_workspace(ctx: Context, secret: Secret) -> list[Use]:
    workspace = ctx.sight.workspace_name
    found = references.of_secret(ctx.tx, ctx.sight.workspace, secret.name)
    uses = [Use(kind=r.kind, name=r.name, path=r.path, key=r.key, workspace=workspace) for r in found]
    through = stacks.containing(ctx.tx, _ids(row.component for row in found))
    return uses + [
        Use(kind="stack", name=stack, path=f"{type_.dashed} {component!r}", workspace=workspace)
        for stack, type_, component in through
    ]


def _last_runs(ctx: Context, secret: Secret) -> list[Use]:
    return [
        Use(kind="run", name=run.id, path=run.pipeline, workspace=run.workspace, when=from_epoch(run.started))
        for run in references.last_runs(ctx.tx, secret.id, LAST_RUNS)
    ]


def _ids(found: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(id_ for id_ in found if id_ is not None))


def _holders(found: Sequence[UseRow]) -> str:
    """`2 components and 1 stack`"""
    components, declaring = (_ids(ids) for ids in ([r.component for r in found], [r.stack for r in found]))
    counts = [(len(components), "component"), (len(declaring), "stack")]
    return " and ".join(_count(number, noun) for number, noun in counts if number)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


ANSWERS = (GetUsage.answered_by(usage),)
