"""Whether what is needed is there, and why a reference is found or not: no value is read for either."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from lockwork.database import checks as rows_of
from lockwork.database import secrets
from lockwork.database.checks import Checked, Parts
from lockwork.domain import checks
from lockwork.domain.access import Permission, allowed
from lockwork.domain.checks import Found, Need, Problem, Report, ValidationLevel
from lockwork.domain.errors import InvalidInput
from lockwork.domain.nearness import near
from lockwork.domain.references import Reference
from lockwork.domain.secrets import Explanation, SecretScope
from lockwork.messages.secrets import CheckReferences, ExplainReference
from lockwork.service.context import Context

HIDING = "user secret "
"""How a note begins that tells of a secret of one's own."""
_OWN_CODE = frozenset({"pipeline", "step"})
"""Kinds of places that nobody else can change."""


def check_references(ctx: Context, message: CheckReferences) -> Report:
    report = check(ctx, message.needs, message.level, message.scope, message.stack)
    if allowed(ctx.caller, Permission.RUN):
        return report
    why = f"user {ctx.caller.name!r} may not run pipelines {ctx.sight.where(SecretScope.WORKSPACE)}"
    return replace(report, notes=(*report.notes, f"{why}: a run would be refused"))


def check(
    ctx: Context,
    needs: Sequence[Need],
    level: ValidationLevel,
    scope: SecretScope | None = None,
    stack: str | None = None,
) -> Report:
    """Everything that is wrong with `needs`: one query.

    One more explains where something is missing, and one where others changed what would get a caller's own.
    """
    if level is ValidationLevel.NONE:
        return Report(ok=True, stack=stack, level=level, checked=0)
    rows = _asked(ctx, needs, level, scope, stack)
    found = _found(rows)
    problems = [
        *_problems(ctx, needs, rows, found, level, scope),
        *_untrusted(ctx, needs, rows, found, stack),
    ]
    found = _with_keys(ctx, needs, found)
    return Report(
        ok=not any(p.refuses for p in problems),
        stack=stack,
        level=level,
        checked=len(needs),
        problems=tuple(sorted(problems, key=lambda p: (p.where, p.reference))),
        found=tuple(found.values()),
        notes=tuple(
            f"{HIDING}{f.name!r} hides the {ctx.sight.workspace_name!r} workspace's secret of that name"
            for f in found.values()
            if f.hides
        ),
    )


def explain(ctx: Context, message: ExplainReference) -> Explanation:
    """Step by step: is it a reference, where was it looked for, is the key there."""
    try:
        reference = Reference.parse(message.text)
    except InvalidInput as error:
        fix = r"write {{name.key}}, or \{{ for two braces meant as text"
        return Explanation(text=message.text, found=False, steps=(str(error),), fix=fix)
    steps = [f"it is a reference: secret {reference.secret!r}, key {reference.key!r}"]
    for scope in ctx.sight.scopes:
        rows = rows_of.check(ctx.tx, ctx.sight.spaces(scope), [(reference.secret, reference.key)])
        if rows:
            return _explained(ctx, message.text, reference, rows[0], steps)
        steps.append(f"{ctx.sight.where(scope)}: no secret {reference.secret!r}")
    guesses = near(reference.secret, secrets.names(ctx.tx, ctx.sight.spaces()))
    if guesses:
        steps.append(f"near misses: {', '.join(guesses)}")
    fix = f"lockwork secret create {reference.secret} --ask {reference.key}"
    return Explanation(text=message.text, found=False, steps=tuple(steps), fix=fix)


def _explained(ctx: Context, text: str, reference: Reference, row: Checked, steps: list[str]) -> Explanation:
    keys = secrets.keys(ctx.tx, [(row.id, row.version)])[row.id, row.version]
    steps.append(f"{ctx.sight.where(row.scope)}: secret {row.wanted!r}, version {row.version}")
    if row.scope is SecretScope.USER and _in_workspace(ctx, row.wanted):
        steps.append(f"it hides the secret of that name {ctx.sight.where(SecretScope.WORKSPACE)}")
    if row.has_key:
        steps.append(f"it has the key {reference.key!r}: the reference stands for that value")
        return Explanation(text=text, found=True, steps=tuple(steps))
    steps.append(f"it has no key {reference.key!r}; its keys are: {', '.join(keys)}")
    if guesses := near(reference.key, keys):
        steps.append(f"near misses: {', '.join(guesses)}")
    fix = f"lockwork secret update {row.wanted} --ask {reference.key} --scope {row.scope}"
    return Explanation(text=text, found=False, steps=tuple(steps), fix=fix)


def _in_workspace(ctx: Context, name: str) -> bool:
    return bool(secrets.by_name(ctx.tx, ctx.sight.spaces(SecretScope.WORKSPACE), name))


def _asked(
    ctx: Context,
    needs: Sequence[Need],
    level: ValidationLevel,
    scope: SecretScope | None,
    stack: str | None,
) -> list[Checked]:
    if not needs:
        return []
    with_keys = level is ValidationLevel.SECRET_AND_KEY_EXISTS
    wanted = dict.fromkeys((need.secret, need.key if with_keys else None) for need in needs)
    return rows_of.check(
        ctx.tx,
        ctx.sight.spaces(scope),
        wanted,
        Parts(ctx.caller.user, ctx.sight.workspace, stack, _holders(needs)),
    )


def _holders(needs: Sequence[Need]) -> tuple[tuple[str, str], ...]:
    """Where they are written down, if others could have done so."""
    where = (need.where for need in needs)
    return tuple(dict.fromkeys((w.kind, w.name) for w in where if w.kind not in _OWN_CODE))


def _found(rows: Sequence[Checked]) -> dict[str, Found]:
    """What each name means: rows come in the order of looking, so the first of a name counts."""
    scopes: dict[str, set[SecretScope]] = {}
    for row in rows:
        scopes.setdefault(row.wanted, set()).add(row.scope)
    found: dict[str, Found] = {}
    for row in rows:
        if row.wanted not in found:
            mine = row.scope is SecretScope.USER
            found[row.wanted] = Found(
                name=row.wanted,
                id=row.id,
                scope=row.scope,
                version=row.version,
                owner=row.owner_name if mine else row.workspace_name or "",
                hides=mine and SecretScope.WORKSPACE in scopes[row.wanted],
            )
    return found


def _with_keys(ctx: Context, needs: Sequence[Need], found: dict[str, Found]) -> dict[str, Found]:
    """The same, with key names where a secret is declared as a whole: one query, none where none is."""
    whole = {need.secret for need in needs if need.key is None} & found.keys()
    if not whole:
        return found
    keys = secrets.keys(ctx.tx, [(found[name].id, found[name].version) for name in whole])
    told = {name: keys[found[name].id, found[name].version] for name in whole}
    return {name: replace(f, keys=told.get(name, ())) for name, f in found.items()}


def _problems(
    ctx: Context,
    needs: Sequence[Need],
    rows: Sequence[Checked],
    found: dict[str, Found],
    level: ValidationLevel,
    scope: SecretScope | None,
) -> list[Problem]:
    has = {(row.id, row.key) for row in rows if row.has_key}
    with_keys = level is ValidationLevel.SECRET_AND_KEY_EXISTS
    lacking = [n for n in needs if n.secret not in found]
    keyless = [
        n
        for n in needs
        if with_keys and n.key and n.secret in found and (found[n.secret].id, n.key) not in has
    ]
    problems: list[Problem] = []
    if lacking or keyless:
        at = {(found[n.secret].id, found[n.secret].version) for n in keyless}
        names, keys = rows_of.to_explain(ctx.tx, ctx.sight.spaces(scope), at)
        looked = ctx.sight.everywhere(scope)
        asking = checks.asking_for([*lacking, *keyless])
        problems += [checks.missing_secret(n, looked, names, asking[n.secret], scope) for n in lacking]
        problems += [
            checks.missing_key(n, found[n.secret], tuple(keys[found[n.secret].id]), asking[n.secret])
            for n in keyless
        ]
    problems += [
        checks.not_readable(need, found[need.secret])
        for need in needs
        if need.secret in found and not allowed(ctx.caller, Permission.READ_SECRETS, found[need.secret].scope)
    ]
    return problems


def _untrusted(
    ctx: Context,
    needs: Sequence[Need],
    rows: Sequence[Checked],
    found: Mapping[str, Found],
    stack: str | None,
) -> list[Problem]:
    """Where a part that somebody else changed last would get what is the caller's own.

    It takes a query only where the check has seen that something was changed, and has not been accepted.
    What else sets variables in the same steps counts too: it could turn where a value is sent.
    """
    mine = [
        need
        for need in needs
        if need.where.kind not in _OWN_CODE
        and need.secret in found
        and found[need.secret].scope is SecretScope.USER
    ]
    if not mine or not any(row.waiting for row in rows):
        return []
    from lockwork.database import trust  # lazy: most checks are of what a workspace shares

    changed = trust.changed_by_others(
        ctx.tx, ctx.sight.workspace, ctx.caller.user, stack=stack, holders=_holders(mine)
    )
    waiting = {(part.kind, part.name): part for part in changed if not part.is_accepted}
    beside = next((part for part in waiting.values() if part.sets_variables), None)
    told = []
    for need in mine:
        part = waiting.get((need.where.kind, need.where.name), beside)
        if part is not None:
            told.append(checks.not_trusted(need, found[need.secret], part, stack))
    return told


ANSWERS = (
    ExplainReference.answered_by(explain),
    CheckReferences.answered_by(check_references),
)
