"""Values given: of one secret, or of all that a step was settled on."""

from collections.abc import Sequence

from lockwork.database import secrets, versions
from lockwork.database.secrets import Secret
from lockwork.domain.access import Sight
from lockwork.domain.errors import NotFound, Tampered
from lockwork.domain.runs import Fetched, SecretUsed
from lockwork.domain.secrets import RevealedSecret, SecretScope, is_uuid, missing_key
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.secrets import RevealSecret, RevealSecrets, Wanted
from lockwork.service import findings
from lockwork.service.context import Context
from lockwork.service.secrets import check_reachable, values_of
from lockwork.vaults.contract import Fetch, VersionOf


def reveal_one(ctx: Context, message: RevealSecret) -> RevealedSecret:
    """Values of the current version or a named one, all or of one key."""
    secret = findings.to_read(ctx, message)
    version = secret.version if message.version is None else message.version
    if version != secret.version:
        check_reachable(ctx, secret, version)
    names, values = _revealed(ctx, secret, version, message.key)
    ctx.about(findings.version_subject(secret, version))
    if message.run is not None:
        ctx.fetched = _fetched(message.run, secret, version)
    info = secret.info(names, findings.notes(ctx, secret), version=version)
    return RevealedSecret(info=info, values=values)


def reveal_together(asked: Sequence[tuple[Context, RevealSecret]]) -> list[RevealedSecret | None]:
    """The same of several, in a question or two for each kind of sight, however many they are.

    None for what has more to it: it is not there or may not be read, is an old version, or goes into a run.
    """
    answers: list[RevealedSecret | None] = [None] * len(asked)
    alike: dict[tuple[Sight, SecretScope | None], list[int]] = {}
    for place, (ctx, message) in enumerate(asked):
        if message.run is None and message.key is None and message.version is None:
            alike.setdefault((ctx.sight, message.scope), []).append(place)
    for places in alike.values():
        found = _found([asked[place] for place in places])
        there = [(place, secret) for place, secret in zip(places, found, strict=True) if secret is not None]
        fetches = [Fetch(VersionOf(s.id, s.version, s.namespace)) for _, s in there]
        ctx = asked[places[0]][0]
        for (place, secret), values in zip(there, ctx.vault.get(ctx.tx, fetches), strict=True):
            answers[place] = _told(asked[place][0], secret, values)
    return answers


def _found(asked: Sequence[tuple[Context, RevealSecret]]) -> list[Secret | None]:
    """Of each the secret that it means, if it is there and may be read; all have one sight and scope."""
    ctx, first = asked[0]
    spaces = ctx.sight.spaces(first.scope)
    ids = {m.secret: findings.canonical(m.secret) for _, m in asked if is_uuid(m.secret)}
    names = {m.secret for _, m in asked} - ids.keys()
    by_id = {s.id: s for s in secrets.by_ids(ctx.tx, spaces, sorted(set(ids.values())))} if ids else {}
    by_name = {s.name: s for s in reversed(secrets.by_names(ctx.tx, spaces, sorted(names)))} if names else {}
    found = [by_id.get(ids.get(m.secret, "")) or by_name.get(m.secret) for _, m in asked]
    return [s if s and s.deleted is None and s.scope in ctx.sight.acting else None for s in found]


def _told(ctx: Context, secret: Secret, values: dict[str, Sensitive]) -> RevealedSecret:
    """The answer, with its record's subject said."""
    ctx.about(findings.version_subject(secret, secret.version))
    return RevealedSecret(info=secret.info(values, findings.notes(ctx, secret)), values=values)


def _revealed(
    ctx: Context, secret: Secret, version: int, key: str | None
) -> tuple[tuple[str, ...], dict[str, Sensitive]]:
    """All key names of a version, and the values: all of them, or of one key."""
    if key is None:
        values = values_of(ctx, secret, version)
        return tuple(values), values
    names = secrets.keys(ctx.tx, [(secret.id, version)])[secret.id, version]
    if key not in names:
        raise missing_key(secret.name, key, names)
    return names, values_of(ctx, secret, version, (key,))


def reveal_many(ctx: Context, message: RevealSecrets) -> tuple[RevealedSecret, ...]:
    """Values by id and version, as settled at the start of a run: as many queries for one as for many.

    A secret that was deleted since is still given: a run that began keeps what it was settled on.
    """
    by_id = {s.id: s for s in secrets.by_ids(ctx.tx, ctx.sight.spaces(), [w.id for w in message.wanted])}
    for wanted in message.wanted:
        if wanted.id not in by_id or wanted.version < by_id[wanted.id].scope_since:
            raise NotFound("secret", wanted.id, hint="it was purged or moved since the run began")
        if wanted.version > by_id[wanted.id].version:  # it may be more than a database can count
            raise _no_version(wanted)
    rows = [findings.permitted(ctx, by_id[w.id]) for w in message.wanted]
    fetches = [
        Fetch(VersionOf(s.id, w.version, s.namespace), w.keys)
        for s, w in zip(rows, message.wanted, strict=True)
    ]
    answers = []
    for secret, fetch, values in zip(rows, fetches, _kept(ctx, message.wanted, fetches), strict=True):
        ctx.about(findings.version_subject(secret, fetch.at.version))
        answers.append(RevealedSecret(info=secret.info(values, version=fetch.at.version), values=values))
    return tuple(answers)


def _fetched(run: str, secret: Secret, version: int) -> Fetched:
    """What a step is given now, as its run records it."""
    owner = secret.owner_name if secret.scope is SecretScope.USER else secret.workspace_name or ""
    scope = secret.scope.value
    used = SecretUsed(name=secret.name, id=secret.id, scope=scope, version=version, owner=owner)
    return Fetched(run, used)


def _kept(ctx: Context, wanted: Sequence[Wanted], fetches: Sequence[Fetch]) -> list[dict[str, Sensitive]]:
    """The values, unless a version is no longer kept or lacks a key: only then it is asked which."""
    try:
        return ctx.vault.get(ctx.tx, fetches)
    except Tampered as failure:
        damaged = failure
    names = secrets.keys(ctx.tx, [(w.id, w.version) for w in wanted])
    kept = versions.are_kept(ctx.tx, [(w.id, w.version) for w in wanted])
    for one, is_kept in zip(wanted, kept, strict=True):
        if not is_kept:
            raise _no_version(one)
        if missing := [key for key in one.keys or () if key not in names[one.id, one.version]]:
            raise missing_key(one.id, missing[0], names[one.id, one.version])
    raise damaged


def _no_version(one: Wanted) -> NotFound:
    return NotFound("version", f"{one.version} of secret {one.id}", hint="it was destroyed or not kept")


ANSWERS = (
    RevealSecret.answered_by(reveal_one, reveal_together),
    RevealSecrets.answered_by(reveal_many),
)
