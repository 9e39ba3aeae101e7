"""Plain values of sensitive attributes: kept in a secret of the component's own, which it then refers to."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from lockwork.database import secrets as rows
from lockwork.domain.attributes import checked_attributes, known, underscored
from lockwork.domain.errors import AlreadyExists, InvalidInput, NotFound
from lockwork.domain.plaintext import looks_like_credential
from lockwork.domain.references import (
    Reference,
    fill,
    has_reference,
    references_in,
    replaced,
    suspects,
    texts,
)
from lockwork.domain.secrets import SecretName, SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import Component, Flavor, configuration
from lockwork.messages.secrets import CreateSecret, UpdateSecret
from lockwork.service import secrets
from lockwork.service.context import Context

_FORM = "a reference is written {{name.key}}"


def with_attributes(
    ctx: Context,
    component: Component,
    flavor: Flavor,
    attributes: Mapping[str, Any],
    credentials: Mapping[str, Sensitive],
    *,
    plaintext: bool,
) -> Component:
    """`component` with these attributes set: checked, and no plain credential among them unless wished."""
    given = _opened(attributes, credentials)
    whole = checked_attributes(flavor, given, component.attributes)
    plain = {
        name: Sensitive(whole[name]) for name in given if _is_plain_credential(flavor, name, whole[name])
    }
    if plain and not plaintext:
        secret, notes = _keep(ctx, component, plain)
        whole |= {name: str(Reference(secret, name)) for name in plain}
    else:
        notes = [
            f"{name} is kept as plain text in the component: whoever may list it reads it" for name in plain
        ]
    notes += _warnings({name: whole[name] for name in given if name not in plain})
    return replace(component, attributes=whole, notes=(*component.notes, *notes))


def concealed(ctx: Context, component: Component, places: Iterable[str]) -> Component:
    """`component` with a reference at each place, and the text that was there in its secret."""
    tree = configuration(component)
    there = dict(texts(tree))
    keys: dict[str, str] = {}
    for place in dict.fromkeys(places):
        _check_plain(component, place, there)
        keys[place] = _key_for(component, place, set(keys.values()))
    if not keys:
        raise InvalidInput(
            f"nothing to move in {component}", hint="name a place: an attribute, environment.NAME"
        )
    # Where the text stood, \{{ meant {{; a value is never looked at.
    plain = {key: Sensitive(fill(there[place], {})) for place, key in keys.items()}
    secret, notes = _keep(ctx, component, plain)
    tree = replaced(tree, {place: str(Reference(secret, key)) for place, key in keys.items()})
    environment = tree.pop("environment") if component.environment else {}
    return replace(component, attributes=tree, environment=environment, notes=(*component.notes, *notes))


def _check_plain(component: Component, place: str, there: Mapping[str, str]) -> None:
    if place not in there:
        raise NotFound("text", place, hint=f"{component} has: {', '.join(there) or 'none'}")
    if has_reference(there[place]):
        raise InvalidInput(
            f"{place} of {component} holds a reference already, which a value would not",
            hint="put the rest of it into a secret, and write {{name.key}} for that too",
        )


def _key_for(component: Component, place: str, chosen: set[str]) -> str:
    """The key for the text of a place: none that the component already refers to for another."""
    own = secret_of(component)
    taken = chosen | {r.key for r in references_in(configuration(component)) if r.secret == own}
    key = re.sub(r"[^A-Za-z0-9_.-]+", "_", place.removeprefix("environment."))[:120]
    key = key if re.match("[A-Za-z_]", key) else f"_{key}"
    while key in taken:
        key += "_"
    return key


def warnings_about_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like they hold a credential in the clear."""
    return _warnings(environment)


def secret_of(component: Component) -> str:
    """What the secret of a component's plain values is called."""
    return f"{component.name.replace('.', '-')}-{component.type.dashed}"


def refers_to(component: Component, secret: str) -> bool:
    """Whether any of its attributes or variables names this secret."""
    return any(reference.secret == secret for reference in references_in(configuration(component)))


def _opened(attributes: Mapping[str, Any], credentials: Mapping[str, Sensitive]) -> dict[str, Any]:
    """All that is given, by the names that flavors use. Only here are the hidden ones looked at."""
    given, hidden = underscored(attributes), underscored(credentials)
    if both := sorted(set(given) & set(hidden)):
        raise InvalidInput(f"attribute {both[0]!r} is given twice")
    return {n: v.reveal() if isinstance(v, Sensitive) else v for n, v in {**given, **hidden}.items()}


def _is_plain_credential(flavor: Flavor, name: str, value: Any) -> bool:
    return known(flavor, name).sensitive and isinstance(value, str) and not has_reference(value)


def _keep(ctx: Context, component: Component, plain: Mapping[str, Sensitive]) -> tuple[str, list[str]]:
    """The secret in which `plain` is now, and notes that say so."""
    name = _secret_name(component)
    existing = rows.by_name(ctx.tx, ctx.sight.spaces(SecretScope.WORKSPACE), name)
    if existing and not refers_to(component, name):
        raise AlreadyExists(
            "secret", name, f"{ctx.sight.where(SecretScope.WORKSPACE)}, and {component} did not make it",
            hint=f"to use it, write {{{{{name}.KEY}}}} for {next(iter(plain))}; "
            "else give the component another name",
        )  # fmt: skip
    room = ctx.sight.workspace_name
    if existing:
        message = UpdateSecret(
            workspace=room, secret=existing[0].id, scope=SecretScope.WORKSPACE, set=dict(plain)
        )
        info = secrets.update(ctx, message)
    else:
        info = secrets.create(ctx, CreateSecret(workspace=room, name=name, values=dict(plain)))
    where = f"workspace secret {name!r}, version {info.version}"
    kept = [f"{key} is kept in {where}; the component holds {Reference(name, key)}" for key in plain]
    return name, [*kept, *_attempts(plain), *info.notes]


def _attempts(plain: Mapping[str, Sensitive]) -> list[str]:
    """Where what was kept as a value may have been meant as a reference. Nothing of it is quoted."""
    meant = [key for key, value in plain.items() if any(suspects(value.reveal()))]
    return [f"{key} looks like a reference and is none, so its text itself is kept; {_FORM}" for key in meant]


def _secret_name(component: Component) -> SecretName:
    try:
        return SecretName.parse(secret_of(component))
    except InvalidInput:
        raise InvalidInput(
            f"{secret_of(component)!r} would keep its plain values, and is no secret's name",
            hint="give the component a shorter name, or refer to a secret of your own: {{name.key}}",
        ) from None


def _warnings(tree: Mapping[str, Any]) -> list[str]:
    told = (looks_like_credential(name, text) for name, text in texts(tree))
    hint = "put it into a secret and write {{name.key}}"
    return [f"{warning}: whoever may list it reads it; {hint}" for warning in told if warning]
