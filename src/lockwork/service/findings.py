"""Which secret a caller means by a name or an id."""

from collections.abc import Iterable
from typing import Any

from lockwork.database import secrets
from lockwork.database.secrets import Secret
from lockwork.domain.audit import Subject
from lockwork.domain.errors import Ambiguous, LockworkError, NotFound
from lockwork.domain.nearness import near
from lockwork.domain.secrets import SecretScope, is_id_prefix, is_uuid
from lockwork.messages.secrets import OneSecret
from lockwork.service.context import Context
from lockwork.service.trail import digest_of_keys

PURGED = "purged"


def to_read(ctx: Context, message: OneSecret[Any]) -> Secret:
    """The secret of this exact name or id; the caller's own scope first."""
    found = _candidates(ctx, message.secret, message.scope)
    if not found:
        raise absent(ctx, message.secret, message.scope)
    return found[0]


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
    return found[0]


def by_prefix(ctx: Context, message: OneSecret[Any]) -> Secret:
    """As `to_read`, and an unambiguous beginning of a name, or of an id of 8 hex digits, will do too."""
    exact = _candidates(ctx, message.secret, message.scope)
    if exact:
        return exact[0]
    text = message.secret
    id_prefix = text.lower() if is_id_prefix(text) else None
    found = secrets.by_prefix(ctx.tx, ctx.sight.namespaces(message.scope), text, id_prefix) if text else []
    if not found:
        raise absent(ctx, text, message.scope)
    if len({s.id for s in found}) > 1:
        some = ", ".join(repr(s.name) for s in found)
        raise Ambiguous(f"{text!r} could be several secrets: {some} …", hint="write the whole name or id")
    return found[0]


def absent(ctx: Context, text: str, scope: SecretScope | None) -> LockworkError:
    """The failure for what does not exist or may not be seen: the two are told alike."""
    guesses = near(text, secrets.names(ctx.tx, ctx.sight.namespaces(scope)))
    looked = ctx.sight.everywhere(scope)
    return NotFound("secret", text, near=guesses, hint=f"looked {looked}; see: lockwork secret list")


def hides(ctx: Context, secret: Secret) -> bool:
    """Whether it hides a workspace secret of the same name from its owner."""
    if secret.scope is not SecretScope.USER or secret.deleted is not None:
        return False
    return bool(secrets.by_name(ctx.tx, ctx.sight.namespaces(SecretScope.WORKSPACE), secret.name))


def notes(ctx: Context, secret: Secret) -> list[str]:
    """What whoever meets this secret should know."""
    if not hides(ctx, secret):
        return []
    return [
        f"user secret {secret.name!r} hides the {ctx.sight.workspace_name!r} workspace's secret of that name"
    ]


def subject(ctx: Context, secret: Secret) -> Subject:
    """A secret as it is now, as an audit record tells it."""
    state = state_of(secret, secrets.keys_of(ctx.tx, secret))
    return Subject(kind="secret", name=secret.name, id=secret.id, version=secret.version, state=state)


def state_of(secret: Secret, keys: Iterable[str]) -> str:
    """What `audit verify` compares: whether it is deleted, its namespace, and a digest of its key names."""
    presence = "present" if secret.deleted is None else "deleted"
    return f"{presence} {secret.namespace} {secret.scope_since} {digest_of_keys(keys)}"


def purged_subject(secret: Secret) -> Subject:
    """A secret that is there no more."""
    return Subject(kind="secret", name=secret.name, id=secret.id, version=secret.version, state=PURGED)


def version_subject(secret: Secret, version: int) -> Subject:
    """One version of a secret, as a record about just that version names it."""
    return Subject(kind="secret", name=secret.name, id=secret.id, version=version)


def _candidates(ctx: Context, text: str, scope: SecretScope | None) -> list[Secret]:
    namespaces = ctx.sight.namespaces(scope)
    if not is_uuid(text):
        return secrets.by_name(ctx.tx, namespaces, text)
    found = secrets.by_id(ctx.tx, namespaces, canonical(text))
    return [found] if found is not None and found.deleted is None else []


def canonical(text: str) -> str:
    """A full id as it is stored: lower case, with dashes."""
    digits = text.lower().replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
