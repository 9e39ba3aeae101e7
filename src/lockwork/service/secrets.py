"""Secrets: create, tell, reveal, list, update, delete and bring back."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from lockwork.database import secrets, versions
from lockwork.database.secrets import Secret
from lockwork.domain.access import Spaces
from lockwork.domain.errors import (
    AlreadyExists,
    Ambiguous,
    InvalidInput,
    NotFound,
    NotPermitted,
    VersionMismatch,
)
from lockwork.domain.secrets import (
    SecretInfo,
    SecretName,
    SecretScope,
    check_whole,
    checked_values,
    is_uuid,
    merged,
)
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Page
from lockwork.messages.secrets import (
    CreateSecret,
    CreateSecrets,
    DeleteSecret,
    GetSecret,
    ListSecrets,
    UndeleteSecret,
    UpdateSecret,
)
from lockwork.service import findings, uses
from lockwork.service.context import Context
from lockwork.vaults.contract import Fetch, VersionOf

DAY = 24 * 60 * 60 * 1_000_000


def create(ctx: Context, message: CreateSecret) -> SecretInfo:
    """Keep a new secret, or do what `if_exists` says where the name is taken."""
    name, values = SecretName.parse(message.name), _checked(message.values)
    existing = secrets.by_name(ctx.tx, ctx.sight.spaces(message.scope), name)
    ctx.check_acts_in(message.scope, f"secrets {ctx.sight.where(message.scope)}")
    _check_seen(ctx, name)
    if existing and message.if_exists == "skip":
        return told(ctx, existing[0])
    if existing and message.if_exists == "update":
        present = values_of(ctx, existing[0])
        return written(ctx, existing[0], existing[0], merged(name, present, values, ()), present=present)
    check_whole(values)
    secret = _fresh(ctx, name, message.scope)
    if existing or not secrets.insert(ctx.tx, secret):
        raise AlreadyExists(
            "secret", name, ctx.sight.where(message.scope),
            hint=f"change it with: lockwork secret update {name}, or create it with --if-exists update",
        )  # fmt: skip
    put(ctx, secret, values)
    forget_expired(ctx)
    return changed(ctx, secret)


def create_many(ctx: Context, message: CreateSecrets) -> tuple[SecretInfo, ...]:
    """Several at once; a name that is taken refuses them all."""
    return tuple(
        create(
            ctx,
            CreateSecret(workspace=message.workspace, name=one.name, values=one.values, scope=one.scope),
        )
        for one in message.secrets
    )


def get(ctx: Context, message: GetSecret) -> SecretInfo:
    find = findings.by_prefix if message.prefix else findings.to_read
    return told(ctx, find(ctx, message))


def list_(ctx: Context, message: ListSecrets) -> Page[SecretInfo]:
    found, total, counted = secrets.page(
        ctx.tx,
        ctx.sight.spaces(message.scope),
        message.listing,
        deleted_since=_restorable_since(ctx) if message.deleted else None,
    )
    items = tuple(listed.info() for listed in found)
    return Page.of(message.listing, items, total, counted)


def update(ctx: Context, message: UpdateSecret) -> SecretInfo:
    """Set and remove keys, rename, move: all or nothing, as one new version."""
    was = findings.to_write(ctx, message)
    if message.if_version not in (None, was.version):
        raise VersionMismatch("secret", was.name, message.if_version or 0, was.version)
    setting = _checked(message.set)
    present = values_of(ctx, was)
    values = merged(was.name, present, setting, message.remove)
    secret = _moved(ctx, was, message)
    if not (setting or message.remove) and secret == was:
        raise InvalidInput(
            f"nothing to change in secret {was.name!r}",
            hint="give --KEY=VALUE, --remove-keys KEY, a new name or a new scope",
        )
    if not values:
        raise InvalidInput(
            f"secret {was.name!r} would have no key left", hint=f"lockwork secret delete {was.name}"
        )
    notes = [] if message.force else _check_unbroken(ctx, was, secret, message)
    if message.update_references and secret.name != was.name:
        notes = [uses.rewrite(ctx, was, secret.name)]
    if secret.name != was.name:
        ctx.detail = f"renamed {was.name} to {secret.name}"
    return written(ctx, was, secret, values, present=present, notes=notes)


def delete(ctx: Context, message: DeleteSecret) -> SecretInfo:
    """Take it away for 30 days, or for good; what others refer to only with `force`."""
    secret = _to_delete(ctx, message)
    info = told(ctx, secret)
    if secret.deleted is None and not message.force:
        notes = uses.check_unused(ctx, secret, "deleting it would break")
        info = secret.info(info.keys, notes)
    if message.dry_run:
        return info
    if message.purge:
        purge(ctx, secret)
    else:
        secrets.delete(ctx.tx, secret, ctx.now)
        ctx.about(findings.subject(ctx, secret._replace(deleted=ctx.now)))
    forget_expired(ctx)
    return info


def undelete(ctx: Context, message: UndeleteSecret) -> SecretInfo:
    """Bring it back with its versions, under its own name or a new one."""
    forget_expired(ctx)
    secret = _deleted(ctx, message)
    name = SecretName.parse(message.new_name or secret.name)
    _check_seen(ctx, name)
    if secrets.by_name(ctx.tx, Spaces((secret.namespace,)), name):
        raise AlreadyExists(
            "secret", name, ctx.sight.where(secret.scope),
            hint=f"lockwork secret undelete {secret.id} --new-name NAME",
        )  # fmt: skip
    secrets.revive(ctx.tx, secret, name, ctx.now)
    return changed(ctx, secret._replace(name=name, deleted=None, updated=ctx.now))


def values_of(
    ctx: Context, secret: Secret, version: int | None = None, keys: tuple[str, ...] | None = None
) -> dict[str, Sensitive]:
    """The values of a version, in the clear but hidden: of the current one if none is named."""
    at = VersionOf(secret.id, version or secret.version, secret.namespace)
    return ctx.vault.get(ctx.tx, [Fetch(at, keys)])[0]


def put(
    ctx: Context,
    secret: Secret,
    values: Mapping[str, Sensitive],
    before: Mapping[str, Sensitive] | None = None,
) -> None:
    """Keep `values` as the current version, and no more old versions than the policy says.

    `before`: of the version that it replaces, None where nothing may be told of those.
    """
    at = VersionOf(secret.id, secret.version, secret.namespace)
    changed = None if before is None else sorted(k for k in values if k in before and values[k] != before[k])
    ctx.vault.put(ctx.tx, at, values, by=ctx.caller.name, now=ctx.now, changed=changed)
    if versions.prune(ctx.tx, secret.id, secret.version - max(ctx.policy.kept_versions, 1)):
        ctx.forget_pruned()


def told(ctx: Context, secret: Secret) -> SecretInfo:
    """What may be told of it now."""
    return secret.info(secrets.keys_of(ctx.tx, secret), findings.notes(ctx, secret))


def changed(ctx: Context, secret: Secret) -> SecretInfo:
    """The answer to a change, which goes into the audit trail as well."""
    ctx.about(findings.subject(ctx, secret))
    return told(ctx, secret)


def check_reachable(ctx: Context, secret: Secret, version: int) -> None:
    """Refuse a version that is not there, was destroyed, or is from before a change of scope."""
    history = {v.version: v for v in versions.history(ctx.tx, secret.id)}
    hint = f"lockwork secret versions {secret.name}"
    if version not in history or version < secret.scope_since:
        raise NotFound("version", str(version), hint=hint)
    if history[version].destroyed:
        raise NotFound("version", f"{version} (destroyed)", hint=hint)


def purge(ctx: Context, secret: Secret) -> None:
    """For good: afterwards it is in no file of the store."""
    _remove(ctx, secret)
    ctx.forget_removed()


def forget_expired(ctx: Context) -> None:
    """Remove what was deleted longer ago than the policy says."""
    for secret in secrets.expired(ctx.tx, _restorable_since(ctx)):
        _remove(ctx, secret)
        ctx.forget_pruned()


def _remove(ctx: Context, secret: Secret) -> None:
    secrets.remove(ctx.tx, secret)
    ctx.about(findings.purged_subject(secret))


def _restorable_since(ctx: Context) -> int:
    """What was deleted before then is gone for good."""
    return max(ctx.now - ctx.policy.kept_days * DAY, 0)


def _check_seen(ctx: Context, name: str) -> None:
    """A token that is held to some names gives no other."""
    if not ctx.sight.sees(name):
        patterns = ", ".join(ctx.sight.patterns or ())
        raise NotPermitted(f"this token is for secrets called {patterns}, and not for {name!r}")


def _checked(values: Mapping[str, Sensitive]) -> dict[str, Sensitive]:
    return checked_values({key: value.reveal() for key, value in values.items()})


def _fresh(ctx: Context, name: SecretName, scope: SecretScope) -> Secret:
    return Secret(
        id=ctx.new_id(),
        namespace=ctx.sight.namespace(scope),
        name=name,
        scope=scope,
        workspace=ctx.sight.workspace if scope is SecretScope.WORKSPACE else None,
        owner=ctx.caller.user,
        version=1,
        scope_since=1,
        created=ctx.now,
        updated=ctx.now,
        deleted=None,
        owner_name=ctx.caller.name,
        workspace_name=ctx.sight.workspace_name if scope is SecretScope.WORKSPACE else None,
    )


def _moved(ctx: Context, was: Secret, message: UpdateSecret) -> Secret:
    """`was` with the name and scope asked for, at the same version still."""
    name = was.name if message.new_name is None else SecretName.parse(message.new_name)
    scope = message.new_scope or was.scope
    secret = was._replace(name=name)
    if scope is not was.scope:
        ctx.check_acts_in(scope, f"secrets {ctx.sight.where(scope)}")
        here = _fresh(ctx, SecretName(name), scope)
        secret = secret._replace(
            scope=scope,
            namespace=here.namespace,
            workspace=here.workspace,
            workspace_name=here.workspace_name,
            # A workspace's secret stays its maker's; what becomes someone's own belongs to them.
            owner=here.owner if scope is SecretScope.USER else was.owner,
            owner_name=here.owner_name if scope is SecretScope.USER else was.owner_name,
        )
    if secret != was:
        _check_seen(ctx, name)
    if secret != was and secrets.by_name(ctx.tx, Spaces((secret.namespace,)), name):
        raise AlreadyExists(
            "secret", name, ctx.sight.where(scope), hint="nothing was changed; choose another name"
        )
    return secret


def written(
    ctx: Context,
    was: Secret,
    secret: Secret,
    values: Mapping[str, Sensitive],
    *,
    present: Mapping[str, Sensitive] | None,
    notes: Sequence[str] = (),
    even_if_alike: bool = False,
) -> SecretInfo:
    """A new version of `was`, as `secret` says and with `values`; none where it is all so already."""
    check_whole(values)
    if secret == was and values == present and not even_if_alike:
        info = told(ctx, was)
        note = f"nothing changed: version {was.version} holds just this already"
        return was.info(info.keys, [note, *info.notes])
    version = was.version + 1
    since = was.scope_since if secret.namespace == was.namespace else version
    secret = secret._replace(version=version, scope_since=since, updated=ctx.now)
    if not secrets.change(ctx.tx, secret, was):
        raise VersionMismatch("secret", was.name, was.version, was.version + 1)
    # Of what was private nobody is told, not even that a value is still the same.
    put(ctx, secret, values, present if secret.namespace == was.namespace else None)
    info = changed(ctx, secret)
    return secret.info(info.keys, [*notes, *info.notes])


def _check_unbroken(ctx: Context, was: Secret, secret: Secret, message: UpdateSecret) -> list[str]:
    """Refuse what would break references of others; for user secrets only say so."""
    if secret.namespace != was.namespace:
        return uses.check_unused(ctx, was, "moving it would break")
    if secret.name != was.name and not message.update_references:
        return uses.check_unused(ctx, was, "renaming it would break", "--update-references or --force")
    return (
        uses.check_unused(ctx, was, "removing a key would break", keys=message.remove)
        if message.remove
        else []
    )


def _to_delete(ctx: Context, message: DeleteSecret) -> Secret:
    """A secret, or with `purge` also one that was deleted already, where no other has its name."""
    if message.purge and not findings.is_there(ctx, message):
        with suppress(NotFound):  # what is not there either is told as any other missing secret
            return _deleted(ctx, message)
    return findings.to_write(ctx, message)


def _deleted(ctx: Context, message: UndeleteSecret | DeleteSecret) -> Secret:
    namespaces = ctx.sight.spaces(message.scope)
    if is_uuid(message.secret):
        by_id = secrets.by_id(ctx.tx, namespaces, findings.canonical(message.secret))
        found = [by_id] if by_id is not None and by_id.deleted is not None else []
    else:
        found = secrets.deleted_by_name(ctx.tx, namespaces, message.secret)
    if not found:
        raise NotFound("deleted secret", message.secret, hint="lockwork secret list --deleted")
    if len(found) > 1:
        ids = ", ".join(s.id for s in found)
        raise Ambiguous(
            f"{len(found)} deleted secrets are called {message.secret!r}: {ids}", hint="name one by its id"
        )
    return findings.permitted(ctx, found[0])


ANSWERS = (
    CreateSecret.answered_by(create),
    CreateSecrets.answered_by(create_many),
    GetSecret.answered_by(get),
    ListSecrets.answered_by(list_),
    UpdateSecret.answered_by(update),
    DeleteSecret.answered_by(delete),
    UndeleteSecret.answered_by(undelete),
)
