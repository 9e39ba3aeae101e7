"""Old versions of secrets: tell, restore, destroy."""

from collections.abc import Mapping

from lockwork.database import secrets, versions
from lockwork.database.secrets import Secret
from lockwork.domain.errors import InvalidInput, NotFound, Tampered
from lockwork.domain.secrets import SecretInfo, SecretVersion, from_epoch
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.secrets import DestroyVersions, ListVersions, RestoreVersion
from lockwork.service import findings, uses
from lockwork.service.context import Context
from lockwork.service.secrets import check_reachable, values_of, written


def list_(ctx: Context, message: ListVersions) -> tuple[SecretVersion, ...]:
    return _told(ctx, findings.to_read(ctx, message))


def restore(ctx: Context, message: RestoreVersion) -> SecretInfo:
    """The values of an old version as a new one."""
    secret = findings.to_write(ctx, message)
    if message.version == secret.version:
        raise InvalidInput(f"version {message.version} of secret {secret.name!r} is the current one already")
    check_reachable(ctx, secret, message.version)
    values = values_of(ctx, secret, message.version)
    gone = [key for key in secrets.keys_of(ctx.tx, secret) if key not in values]
    if gone and not message.force:
        uses.check_unused(ctx, secret, "restoring it would take away a key and break", keys=gone)
    return written(ctx, secret, secret, values, present=_present(ctx, secret), even_if_alike=True)


def _present(ctx: Context, secret: Secret) -> Mapping[str, Sensitive] | None:
    """The current values; None where they are damaged: an old version is restored for just that."""
    try:
        return values_of(ctx, secret)
    except Tampered:
        return None


def destroy(ctx: Context, message: DestroyVersions) -> tuple[SecretVersion, ...]:
    """Without their data keys nobody can open them again; numbers, dates and key names stay."""
    secret = findings.to_write(ctx, message)
    there = [v.version for v in versions.history(ctx.tx, secret.id) if v.version != secret.version]
    if message.version == secret.version:
        raise InvalidInput(
            f"version {message.version} of secret {secret.name!r} is the current one",
            hint="update the secret first, or delete it with --purge",
        )
    if message.version is not None and message.version not in there:
        raise NotFound("version", str(message.version), hint=f"lockwork secret versions {secret.name}")
    chosen = there if message.version is None else [message.version]
    ctx.vault.destroy(ctx.tx, secret.id, chosen)
    ctx.forget_removed()
    for version in chosen:
        ctx.about(findings.version_subject(secret, version))
    ctx.about(findings.subject(ctx, secret))
    return _told(ctx, secret)


def _told(ctx: Context, secret: Secret) -> tuple[SecretVersion, ...]:
    history = versions.history(ctx.tx, secret.id)
    reachable = [(secret.id, v.version) for v in history if v.version >= secret.scope_since]
    keys = secrets.keys(ctx.tx, reachable)
    return tuple(
        SecretVersion(
            version=v.version,
            created=from_epoch(v.created),
            by=v.by,
            keys=keys.get((secret.id, v.version), ()),
            changed=v.changed_keys if v.version > secret.scope_since else None,
            state=_state(secret, v),
        )
        for v in history
    )


def _state(secret: Secret, version: versions.Version) -> str:
    if version.version == secret.version:
        return "current"
    if version.destroyed:
        return "destroyed"
    return "out of scope" if version.version < secret.scope_since else "kept"


ANSWERS = (
    ListVersions.answered_by(list_),
    RestoreVersion.answered_by(restore),
    DestroyVersions.answered_by(destroy),
)
