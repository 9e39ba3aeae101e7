"""Whether what others have changed may have secrets of one's own scope; accept it as it is now."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from lockwork.database import trust
from lockwork.domain.audit import Subject
from lockwork.domain.checks import Found, Need, ValidationLevel
from lockwork.domain.errors import NotFound, VersionMismatch
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import Stack, needs_of_stack
from lockwork.domain.trust import ChangedPart, Trust
from lockwork.messages.stacks import GetTrust, TrustStack
from lockwork.service import references
from lockwork.service import stacks as stack_answers
from lockwork.service.context import Context


def get(ctx: Context, message: GetTrust) -> Trust:
    """Every part of a stack that others have changed, and what of the caller's own it would get."""
    return _trust(ctx, stack_answers.one(ctx, message.stack))


def accept(ctx: Context, message: TrustStack) -> Trust:
    """Just the versions that the caller was shown: what was changed since is not among them."""
    stack = stack_answers.one(ctx, message.stack)
    parts = {part.id: part for part in _trust(ctx, stack).parts}
    for id_, version in message.versions.items():
        part = parts.get(id_)
        if part is None:
            raise NotFound("part that others have changed", id_, hint=f"lockwork stack trust {stack.name}")
        if part.version != version:
            raise VersionMismatch(part.kind, part.name, version, part.version)
        trust.accept(ctx.tx, ctx.caller.user, id_, version, ctx.now)
        ctx.about(Subject(kind=_kind(part), name=part.name, id=part.id, version=part.version))
    return _trust(ctx, stack)


def _trust(ctx: Context, stack: Stack) -> Trust:
    needs = needs_of_stack(stack)
    found = {
        one.name: one
        for one in references.check(ctx, needs, ValidationLevel.SECRET_EXISTS).found
        if one.scope is SecretScope.USER
    }
    parts = trust.changed_by_others(ctx.tx, ctx.sight.workspace, ctx.caller.user, stack=stack.name)
    told = (replace(part, gets=_gets(part, needs, found)) for part in parts)
    asked = (replace(part, is_asked=bool(part.gets or (found and part.sets_variables))) for part in told)
    return Trust(stack=stack.name, parts=tuple(asked))


def _gets(part: ChangedPart, needs: Sequence[Need], mine: Mapping[str, Found]) -> dict[str, str]:
    return {
        need.where.path: f"{need.reference} → {mine[need.secret]}"
        for need in needs
        if need.secret in mine and (need.where.kind, need.where.name) == (part.kind, part.name)
    }


def _kind(part: ChangedPart) -> str:
    return "stack" if part.kind == "stack" else "component"


ANSWERS = (GetTrust.answered_by(get), TrustStack.answered_by(accept))
