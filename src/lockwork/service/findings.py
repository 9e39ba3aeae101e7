"""Which secret a caller means by a name or an id."""

from typing import Any

from lockwork.database import secrets, versions
from lockwork.database.secrets import Secret
from lockwork.domain.audit import Subject
from lockwork.domain.errors import Ambiguous, LockworkError, NotFound
from lockwork.domain.nearness import near
from lockwork.domain.secrets import SecretScope, is_id_prefix, is_uuid
from lockwork.messages.secrets import OneSecret
from lockwork.service import states
from lockwork.service.context import Context


def to_read(ctx: Context, message: OneSecret[Any]) -> Secret:
    """The secret of this exact name or id; the caller's own scope first."""
    found = _candidates(ctx, message.secret, message.scope)
    if not found:
        raise absent(ctx, message.secret, message.scope)
    return permitted(ctx, found[0])


def to_write(ctx: Context, message: OneSecret[Any]) -> Secret:
    """As `to_read`, but a name that could mean two secrets is refused: a write must not guess."""
    found = _candidates(ctx, message.secret, message.scope)
    if not found:
        raise absent(ctx, message.secret, message.scope)
    if len(found) > 1:
        where = " and ".join(ctx.sight.where(s.scope) for s in found)
        raise Ambiguous(
            f"secret {message.secret!r} exists {where}", hint="add --scope user or --scope workspace"
        )
    return permitted(ctx, found[0])


def permitted(ctx: Context, secret: Secret) -> Secret:
    """The same, where the caller may do with it what is asked, and not only know of it."""
    ctx.check_acts_in(secret.scope, f"{secret.scope} secret {secret.name!r}")
    return secret


def is_there(ctx: Context, message: OneSecret[Any]) -> bool:
    """Whether any secret in sight has this exact name or id."""
    return bool(_candidates(ctx, message.secret, message.scope))


def known(ctx: Context, message: OneSecret[Any]) -> Secret | None:
    """The one secret that a caller means and may know of, a deleted one too; None where that is not sure."""
    spaces = ctx.sight.spaces(message.scope)
    if is_uuid(message.secret):
        return secrets.by_id(ctx.tx, spaces, canonical(message.secret))
    found = secrets.by_name(ctx.tx, spaces, message.secret)
    return found[0] if len(found) == 1 else None


def by_prefix(ctx: Context, message: OneSecret[Any]) -> Secret:
    """As `to_read`, and an unambiguous beginning of a name, or of an id of 8 hex digits, will do too."""
    exact = _candidates(ctx, message.secret, message.scope)
    if exact:
        return exact[0]
    text = message.secret
    id_prefix = canonical(text).rstrip("-") if is_id_prefix(text) else None
    found = secrets.by_prefix(ctx.tx, ctx.sight.spaces(message.scope), text, id_prefix) if text else []
    if not found:
        raise absent(ctx, text, message.scope)
    names = sorted({s.name for s in found})
    if len(names) > 1:
        some = ", ".join(map(repr, names))
        raise Ambiguous(f"{text!r} could be several secrets: {some} …", hint="write the whole name or id")
    return min(found, key=lambda s: ctx.sight.scopes.index(s.scope))  # one name: the order of looking decides


def absent(ctx: Context, text: str, scope: SecretScope | None) -> LockworkError:
    """The failure for what does not exist or may not be seen: the two are told alike."""
    guesses = near(text, secrets.names(ctx.tx, ctx.sight.spaces(scope)))
    looked = ctx.sight.everywhere(scope)
    return NotFound("secret", text, near=guesses, hint=f"looked {looked}; see: lockwork secret list")


def hides(ctx: Context, secret: Secret) -> bool:
    """Whether it hides a workspace secret of the same name from its owner."""
    if secret.scope is not SecretScope.USER or secret.deleted is not None:
        return False
    return bool(secrets.by_name(ctx.tx, ctx.sight.spaces(SecretScope.WORKSPACE), secret.name))


def notes(ctx: Context, secret: Secret) -> list[str]:
    """What whoever meets this secret should know."""
    if not hides(ctx, secret):
        return []
    return [
        f"user secret {secret.name!r} hides the {ctx.sight.workspace_name!r} workspace's secret of that name"
    ]


def subject(ctx: Context, secret: Secret) -> Subject:
    """A secret as it is now, as an audit record tells it."""
    history = versions.history(ctx.tx, secret.id)
    keys = secrets.keys(ctx.tx, [(secret.id, v.version) for v in history])
    state = states.of_secret(secret, history, keys)
    return Subject(kind="secret", name=secret.name, id=secret.id, version=secret.version, state=state)


def purged_subject(secret: Secret) -> Subject:
    """A secret that is there no more."""
    return Subject(kind="secret", name=secret.name, id=secret.id, version=secret.version, state=states.GONE)


def named_subject(secret: Secret) -> Subject:
    """A secret that nothing was done with: which it is, and not how it stands."""
    return Subject(kind="secret", name=secret.name, id=secret.id)


def version_subject(secret: Secret, version: int) -> Subject:
    """One version of a secret, as a record about just that version names it."""
    return Subject(kind="secret", name=secret.name, id=secret.id, version=version)


def _candidates(ctx: Context, text: str, scope: SecretScope | None) -> list[Secret]:
    namespaces = ctx.sight.spaces(scope)
    if not is_uuid(text):
        return secrets.by_name(ctx.tx, namespaces, text)
    found = secrets.by_id(ctx.tx, namespaces, canonical(text))
    return [found] if found is not None and found.deleted is None else []


def canonical(text: str) -> str:
    """A full id as it is stored: lower case, with dashes."""
    digits = text.lower().replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
