"""Components: register, tell, list, update, copy and delete."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from lockwork.database import references, stacks
from lockwork.domain import configuration
from lockwork.domain.attributes import remaining_attributes
from lockwork.domain.audit import Subject
from lockwork.domain.checks import ValidationLevel
from lockwork.domain.environment import check_prefix, check_variable
from lockwork.domain.errors import AlreadyExists, InvalidInput, NotFound, StillReferenced, VersionMismatch
from lockwork.domain.nearness import near
from lockwork.domain.secrets import SecretName, from_epoch, is_uuid
from lockwork.domain.stacks import (
    Component,
    ComponentType,
    Flavor,
    Stack,
    malformed_in_component,
    needs_of_component,
    plain_name,
)
from lockwork.messages import Page
from lockwork.messages.stacks import (
    ConcealAttributes,
    CopyComponent,
    DeleteComponent,
    GetComponent,
    ListComponents,
    OneComponent,
    RegisterComponent,
    UpdateComponent,
)
from lockwork.service import credentials, findings
from lockwork.service.context import Context
from lockwork.service.references import check

Copied = TypeVar("Copied", Component, Stack)


def register(ctx: Context, message: RegisterComponent) -> Component:
    """Keep a new component as its flavor declares it."""
    flavor, declaration = _flavor(message.type, message.flavor, message.declaration)
    component = Component(
        id=ctx.new_id(),
        name=plain_name(message.name, "component"),
        type=message.type,
        flavor=flavor.name,
        workspace=ctx.sight.workspace_name,
        declaration=declaration,
        version=1,
        owner=ctx.caller.name,
        created=from_epoch(ctx.now),
        updated=from_epoch(ctx.now),
    )
    _check_free(ctx, component)
    component = credentials.with_attributes(
        ctx, component, flavor, message.attributes, message.credentials, plaintext=message.plaintext
    )
    return _inserted(ctx, _with_variables(component, message.environment, message.secrets))


def get(ctx: Context, message: GetComponent) -> Component:
    return one(ctx, message)


def list_(ctx: Context, message: ListComponents) -> Page[Component]:
    found, total, counted = stacks.component_page(ctx.tx, ctx.sight.workspace, message.type, message.listing)
    return Page.of(message.listing, found, total, counted)


def update(ctx: Context, message: UpdateComponent) -> Component:
    """Set and remove, rename: all or nothing, as one new version."""
    was = _to_change(ctx, message)
    _check_changes(was, message)
    component = _renamed(ctx, was, message.new_name)
    component = _changed_attributes(ctx, component, message)
    component = _without_variables(component, message)
    return _changed(ctx, was, _with_variables(component, message.environment, message.secrets))


def conceal(ctx: Context, message: ConcealAttributes) -> Component:
    """Put plain text into the component's secret, and its references where it was."""
    was = _to_change(ctx, message)
    return _changed(ctx, was, credentials.concealed(ctx, was, message.places))


def copy(ctx: Context, message: CopyComponent) -> Component:
    """The same configuration under another name; it refers to the same secrets."""
    return _inserted(ctx, copied(ctx, one(ctx, message), plain_name(message.new_name, "component")))


def copied(ctx: Context, was: Copied, name: str) -> Copied:
    """The same under another name: the caller's own, and new."""
    now = from_epoch(ctx.now)
    return replace(
        was, id=ctx.new_id(), name=name, version=1, owner=ctx.caller.name, created=now, updated=now
    )


def delete(ctx: Context, message: DeleteComponent) -> Component:
    """Take it away, unless a stack holds it. Secrets that it made stay, and the answer says so."""
    component = one(ctx, message)
    if holders := stacks.holders(ctx.tx, component.id):
        raise StillReferenced(
            f"{component} is part of a stack", [f"stack {name!r}" for name in holders],
            hint=f"give the stack another one, or take it out: lockwork stack update {holders[0]} …",
        )  # fmt: skip
    if message.dry_run:
        return component
    stacks.delete_component(ctx.tx, component.id)
    _about(ctx, component)
    own = credentials.secret_of(component)
    if credentials.refers_to(component, own):
        note = f"secret {own!r} stays; when nothing needs it: lockwork secret delete {own} --scope workspace"
        component = replace(component, notes=(note,))
    return component


def one(ctx: Context, message: OneComponent[Component]) -> Component:
    """The component of this exact name or id."""
    name = findings.canonical(message.component) if is_uuid(message.component) else message.component
    found = stacks.component(ctx.tx, ctx.sight.workspace, message.type, name)
    if found is None:
        raise absent(ctx, message.type, message.component)
    return found


def absent(ctx: Context, type_: ComponentType, name: str) -> NotFound:
    """The failure for a component that is not there, with the near miss."""
    guesses = near(name, stacks.component_names(ctx.tx, ctx.sight.workspace, type_))
    hint = f"looked in workspace {ctx.sight.workspace_name!r}; see: lockwork {type_.dashed} list"
    return NotFound(type_.words, name, near=guesses, hint=hint)


def checked_secrets(declared: Mapping[str, str], holder: str) -> dict[str, str]:
    """Secrets declared as a whole: names and prefixes that can be."""
    for name, prefix in declared.items():
        SecretName.parse(name)
        check_prefix(prefix, f"secret {name!r} of {holder}")
    return dict(declared)


def _flavor(type_: ComponentType, name: str, declaration: Flavor | None) -> tuple[Flavor, Flavor | None]:
    """The flavor, and its declaration where components must carry it for readers without it."""
    from lockwork.flavors import registry  # lazy: no command about secrets needs a flavor

    flavor = registry.flavor(type_, name, declaration)
    return flavor, None if registry.is_built_in(flavor) else flavor


def _to_change(ctx: Context, message: UpdateComponent | ConcealAttributes) -> Component:
    was = one(ctx, message)
    if message.if_version not in (None, was.version):
        raise VersionMismatch(was.type.words, was.name, message.if_version or 0, was.version)
    return was


def _changed(ctx: Context, was: Component, component: Component) -> Component:
    """Keep it as the next version."""
    if not stacks.change_component(ctx.tx, component, ctx.caller.user, ctx.now):
        raise VersionMismatch(was.type.words, was.name, was.version, was.version + 1)
    return _written(ctx, replace(component, version=was.version + 1, updated=from_epoch(ctx.now)))


def _changed_attributes(ctx: Context, component: Component, message: UpdateComponent) -> Component:
    if not (message.attributes or message.credentials or message.remove):
        return component
    declaration = message.declaration or component.declaration
    flavor, declaration = _flavor(component.type, component.flavor, declaration)
    # Set before removing: one way to be complete may take the place of another in one call.
    changed = credentials.with_attributes(
        ctx, component, flavor, message.attributes, message.credentials, plaintext=message.plaintext
    )
    remaining = remaining_attributes(flavor, changed.attributes, message.remove)
    return replace(changed, attributes=remaining, declaration=declaration)


def _with_variables(
    component: Component, environment: Mapping[str, str], declared: Mapping[str, str]
) -> Component:
    for variable in environment:
        check_variable(variable, str(component))
    texts = {variable: configuration.text(variable, text) for variable, text in environment.items()}
    return replace(
        component,
        environment={**component.environment, **texts},
        secrets={**component.secrets, **checked_secrets(declared, str(component))},
        notes=(*component.notes, *credentials.warnings_about_variables(texts)),
    )


def _without_variables(component: Component, message: UpdateComponent) -> Component:
    return replace(
        component,
        environment=without(component.environment, message.remove_environment, "variable", component),
        secrets=without(component.secrets, message.remove_secrets, "declared secret", component),
    )


def without(present: Mapping[str, str], remove: Iterable[str], noun: str, holder: object) -> dict[str, str]:
    """`present` without `remove`; what is not there is an error that names it."""
    names = list(remove)
    for name in names:
        if name not in present:
            hint = f"{holder} has: {', '.join(present) or 'none'}"
            raise NotFound(noun, name, near=near(name, present), hint=hint)
    return {name: text for name, text in present.items() if name not in names}


def _check_changes(was: Component, message: UpdateComponent) -> None:
    """Refuse to change nothing, and to set and remove one thing in one call."""
    setting = {name.replace("-", "_") for name in (*message.attributes, *message.credentials)}
    removing = {name.replace("-", "_") for name in message.remove}
    both = sorted(
        (setting & removing)
        | (message.environment.keys() & set(message.remove_environment))
        | (message.secrets.keys() & set(message.remove_secrets))
    )
    if both:
        raise InvalidInput(f"{both[0]!r} cannot be both set and removed in one call")
    changes = (setting, removing, message.environment, message.remove_environment, message.secrets)
    if not any((*changes, message.remove_secrets, message.new_name not in (None, was.name))):
        raise InvalidInput(f"nothing to change in {was}", hint="give --ATTRIBUTE=VALUE, --env or --secret")


def _renamed(ctx: Context, was: Component, new_name: str | None) -> Component:
    if new_name in (None, was.name):
        return was
    component = replace(was, name=plain_name(new_name or "", "component"))
    _check_free(ctx, component)
    return component


def _check_free(ctx: Context, component: Component) -> None:
    if stacks.component(ctx.tx, ctx.sight.workspace, component.type, component.name) is not None:
        raise _taken(ctx, component)


def _taken(ctx: Context, component: Component) -> AlreadyExists:
    hint = f"change it with: lockwork {component.type.dashed} update {component.name}"
    where = f"in workspace {ctx.sight.workspace_name!r}"
    return AlreadyExists(component.type.words, component.name, where, hint=hint)


def _inserted(ctx: Context, component: Component) -> Component:
    if not stacks.insert_component(ctx.tx, component, ctx.sight.workspace, ctx.caller.user, ctx.now):
        raise _taken(ctx, component)
    return _written(ctx, component)


def _written(ctx: Context, component: Component) -> Component:
    """Keep what it names beside it, and answer with what its references lack."""
    needs = needs_of_component(component)
    references.write_component(ctx.tx, ctx.sight.workspace, component.id, needs)
    _about(ctx, component)
    report = check(ctx, needs, ValidationLevel.SECRET_AND_KEY_EXISTS)
    return replace(
        component,
        notes=(*component.notes, *report.notes),
        problems=(*report.problems, *malformed_in_component(component)),
    )


def _about(ctx: Context, component: Component) -> None:
    ctx.about(Subject(kind="component", name=component.name, id=component.id, version=component.version))


ANSWERS = (
    RegisterComponent.answered_by(register),
    GetComponent.answered_by(get),
    ListComponents.answered_by(list_),
    UpdateComponent.answered_by(update),
    ConcealAttributes.answered_by(conceal),
    CopyComponent.answered_by(copy),
    DeleteComponent.answered_by(delete),
)
