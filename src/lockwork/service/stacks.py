"""Stacks: put together, tell, list, update, copy and delete; and what a fresh workspace begins with."""

import uuid
from collections.abc import Mapping

from msgspec.structs import replace

from lockwork.database import references, stacks
from lockwork.database.engine import Transaction
from lockwork.domain.audit import Subject
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.errors import AlreadyExists, InvalidInput, NotFound, Refused, VersionMismatch
from lockwork.domain.nearness import near
from lockwork.domain.secrets import from_epoch, is_uuid
from lockwork.domain.stacks import (
    REQUIRED_TYPES,
    Component,
    ComponentType,
    Stack,
    check_composition,
    malformed_in_component,
    needs_of_stack,
    own_needs_of_stack,
    plain_name,
)
from lockwork.messages import Page
from lockwork.messages.stacks import (
    CopyStack,
    DeleteStack,
    GetStack,
    ListStacks,
    RegisterStack,
    UpdateStack,
)
from lockwork.service import components, findings
from lockwork.service.context import Context
from lockwork.service.references import check

DEFAULT = "default"
"""The stack that is active where nothing says otherwise, and the components it begins with."""


def register(ctx: Context, message: RegisterStack) -> Stack:
    """Put components together; what their references lack is told, not refused."""
    name = plain_name(message.name, "stack")
    check_composition(message.components)
    return _inserted(
        ctx,
        Stack(
            id=ctx.new_id(),
            name=name,
            workspace=ctx.sight.workspace_name,
            components=_parts(ctx, message.components),
            secrets=components.checked_secrets(message.secrets, f"stack {name!r}"),
            version=1,
            owner=ctx.caller.name,
            created=from_epoch(ctx.now),
            updated=from_epoch(ctx.now),
        ),
    )


def get(ctx: Context, message: GetStack) -> Stack:
    return one(ctx, message.stack)


def list_(ctx: Context, message: ListStacks) -> Page[Stack]:
    found, total, counted = stacks.stack_page(ctx.tx, ctx.sight.workspace, message.listing)
    return Page.of(message.listing, found, total, counted)


def update(ctx: Context, message: UpdateStack) -> Stack:
    """Exchange, add and remove, rename: all or nothing, as one new version."""
    was = one(ctx, message.stack)
    if message.if_version not in (None, was.version):
        raise VersionMismatch("stack", was.name, message.if_version or 0, was.version)
    _check_changes(was, message)
    stack = _recomposed(ctx, _renamed(ctx, was, message.new_name), message)
    if not stacks.change_stack(ctx.tx, stack, ctx.caller.user, ctx.now):
        raise VersionMismatch("stack", was.name, was.version, was.version + 1)
    return _written(ctx, replace(stack, version=was.version + 1, updated=from_epoch(ctx.now)))


def copy(ctx: Context, message: CopyStack) -> Stack:
    """The same components and declared secrets under another name."""
    was = one(ctx, message.stack)
    return _inserted(ctx, components.copied(ctx, was, plain_name(message.new_name, "stack")))


def delete(ctx: Context, message: DeleteStack) -> Stack:
    """Take it away; its components stay."""
    stack = one(ctx, message.stack)
    _check_not_default(stack, "deleted")
    if message.dry_run:
        return stack
    stacks.delete_stack(ctx.tx, stack.id)
    _about(ctx, stack)
    return stack


def one(ctx: Context, name: str) -> Stack:
    """The stack of this exact name or id, with its components."""
    found = stacks.stack(ctx.tx, ctx.sight.workspace, findings.canonical(name) if is_uuid(name) else name)
    if found is None:
        guesses = near(name, stacks.stack_names(ctx.tx, ctx.sight.workspace))
        hint = f"looked in workspace {ctx.sight.workspace_name!r}; see: lockwork stack list"
        raise NotFound("stack", name, near=guesses, hint=hint)
    return found


def furnish(tx: Transaction, workspace_id: str, owner_id: str, now: int) -> None:
    """The stack that every workspace begins with: a local orchestrator and a local artifact store."""
    parts = {type_: _default_component(type_, now) for type_ in REQUIRED_TYPES}
    for component in parts.values():
        stacks.insert_component(tx, component, workspace_id, owner_id, now)
    stack = Stack(
        id=str(uuid.uuid4()),
        name=DEFAULT,
        workspace="",
        components=parts,
        version=1,
        owner="",
        created=from_epoch(now),
        updated=from_epoch(now),
    )
    stacks.insert_stack(tx, stack, workspace_id, owner_id, now)


def _default_component(type_: ComponentType, now: int) -> Component:
    return Component(
        id=str(uuid.uuid4()),
        name=DEFAULT,
        type=type_,
        flavor="local",
        workspace="",
        version=1,
        owner="",
        created=from_epoch(now),
        updated=from_epoch(now),
    )


def _parts(ctx: Context, named: Mapping[ComponentType, str]) -> dict[ComponentType, Component]:
    """The components of these names or ids, in one query; all of them or none."""
    wanted = [(type_, findings.canonical(name) if is_uuid(name) else name) for type_, name in named.items()]
    parts = {}
    for (type_, name), found in zip(
        wanted, stacks.components_named(ctx.tx, ctx.sight.workspace, wanted), strict=True
    ):
        if found is None:
            raise components.absent(ctx, type_, name)
        parts[type_] = found
    return parts


def _recomposed(ctx: Context, stack: Stack, message: UpdateStack) -> Stack:
    for type_ in message.remove:
        if type_ not in stack.components:
            raise InvalidInput(f"{stack} has no {type_.words}")
    parts = {**stack.components, **_parts(ctx, message.components)}
    held = {type_: parts[type_] for type_ in ComponentType if type_ in parts and type_ not in message.remove}
    check_composition(held)
    kept = components.without(stack.secrets, message.remove_secrets, "declared secret", stack)
    return replace(
        stack,
        components=held,
        secrets={**kept, **components.checked_secrets(message.secrets, str(stack))},
    )


def _check_changes(was: Stack, message: UpdateStack) -> None:
    """Refuse to change nothing, and to set and remove one thing in one call."""
    both = sorted(
        {type_.dashed for type_ in message.components.keys() & set(message.remove)}
        | (message.secrets.keys() & set(message.remove_secrets))
    )
    if both:
        raise InvalidInput(f"{both[0]!r} cannot be both set and removed in one call")
    changes = (message.components, message.remove, message.secrets, message.remove_secrets)
    if not any((*changes, message.new_name not in (None, was.name))):
        raise InvalidInput(f"nothing to change in {was}", hint="name a component, such as -e NAME")


def _renamed(ctx: Context, was: Stack, new_name: str | None) -> Stack:
    if new_name is None or new_name == was.name:
        return was
    _check_not_default(was, "renamed")
    name = plain_name(new_name, "stack")
    if stacks.stack(ctx.tx, ctx.sight.workspace, name) is not None:
        raise _taken(ctx, name)
    return replace(was, name=name)


def _check_not_default(stack: Stack, done: str) -> None:
    if stack.name == DEFAULT:
        raise Refused(
            f"the stack {DEFAULT!r} is not {done}: it is active where nothing says otherwise",
            hint="change what is in it with: lockwork stack update default …",
        )


def _taken(ctx: Context, name: str) -> AlreadyExists:
    where = f"in workspace {ctx.sight.workspace_name!r}"
    return AlreadyExists("stack", name, where, hint=f"change it with: lockwork stack update {name}")


def _inserted(ctx: Context, stack: Stack) -> Stack:
    if not stacks.insert_stack(ctx.tx, stack, ctx.sight.workspace, ctx.caller.user, ctx.now):
        raise _taken(ctx, stack.name)
    return _written(ctx, stack)


def _written(ctx: Context, stack: Stack) -> Stack:
    """Keep what it declares beside it, and answer with what its references lack, its components' too."""
    references.write_stack(ctx.tx, ctx.sight.workspace, stack.id, own_needs_of_stack(stack))
    _about(ctx, stack)
    level = ValidationLevel.SECRET_AND_KEY_EXISTS
    report = check(ctx, needs_of_stack(stack), level, stack=stack.name)
    malformed = [p for c in stack.components.values() for p in malformed_in_component(c)]
    return replace(stack, notes=report.notes, problems=(*report.problems, *malformed))


def _about(ctx: Context, stack: Stack) -> None:
    ctx.about(Subject(kind="stack", name=stack.name, id=stack.id, version=stack.version))


ANSWERS = (
    RegisterStack.answered_by(register),
    GetStack.answered_by(get),
    ListStacks.answered_by(list_),
    UpdateStack.answered_by(update),
    CopyStack.answered_by(copy),
    DeleteStack.answered_by(delete),
)
