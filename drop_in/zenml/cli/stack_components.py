"""`zenml TYPE …`: Lockwork's components, the same commands for each of the twelve types."""

from collections.abc import Sequence
from typing import Any

import click

from lockwork.cli import components as lockworks
from lockwork.cli import flavors, terminal
from lockwork.cli.arguments import attribute_name
from lockwork.cli.commands import known_options
from lockwork.cli.component_entry import AttributeCommand, TypeGroup, pass_type
from lockwork.cli.components import complete_components
from lockwork.cli.session import Session
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.stacks import Component, ComponentType, Flavor
from lockwork.flavors import registry, whole_secrets
from zenml import table
from zenml.cli.leaf import Answering, Leaf, Noun, add_told, call, notice, ported

_AUTHENTICATION = "authentication_secret"
_maybe_named = click.Argument(["name"], required=False, shell_complete=complete_components())
_others = [
    click.Option(["-l", "--label"], multiple=True, metavar="K=V", help="Taken, and without effect."),
    click.Option(["-c", "--connector"], metavar="NAME", help="Not here: refer to secrets."),
    click.Option(["--resource-id"], metavar="ID", help="Not here, as above."),
]


class Attributes(Leaf, AttributeCommand):
    """A command that takes attributes."""


class AttributeNames(Leaf):
    """A command that takes names of attributes, also as `--NAME`, on either side of the component's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = known_options(self, ctx)
        names = [w for w in args if w.startswith("--") and "=" not in w and w not in {"--", *known}]
        others = [w for w in args if w not in names]
        return super().parse_args(ctx, [*others, *(attribute_name(name[2:]) for name in names)])


class OfType(Answering, TypeGroup):
    """The commands about components of one type."""


def __getattr__(name: str) -> OfType:
    """The group of a component type, such as `stack_components.experiment_tracker`."""
    if name not in ComponentType.__members__.values():
        raise AttributeError(name)
    type_ = ComponentType(name)
    group = OfType(type_, [*(_of(type_, command) for command in _commands()), _flavors(type_)])
    add_told(group, "zenml TYPE")
    add_told(group, f"zenml {type_.dashed}")
    return group


def _of(type_: ComponentType, command: click.Command) -> click.Command:
    """A command that knows its type by itself, for whoever runs it without its group."""
    command.type = type_  # type: ignore[attr-defined]  # read by `type_of`
    return command


def _commands() -> list[click.Command]:
    """Made anew for each type."""
    register, update = lockworks.register, lockworks.update
    return [
        ported(register, Attributes, callback=_register, params=[*register.params, *_others]),
        ported(lockworks.list_),
        ported(lockworks.describe, callback=_describe, params=_named_or_active(lockworks.describe)),
        Leaf("get", callback=_get, help="Print the name of the active stack's component of this type."),
        ported(update, Attributes, callback=_update, params=[*_named_or_active(update), _others[0]]),
        ported(lockworks.remove_attribute, AttributeNames),
        ported(lockworks.rename),
        ported(lockworks.copy),
        ported(lockworks.delete, callback=_delete),
    ]


def _named_or_active(command: click.Command) -> list[click.Parameter]:
    return [_maybe_named if parameter.name == "name" else parameter for parameter in command.params]


def _flavors(type_: ComponentType) -> Noun:
    own = [click.Argument(["name"], metavar="FLAVOR", shell_complete=flavors.complete_flavors)]
    output = [p for p in flavors.list_.params if p.name == "output"]
    group = Noun(
        "flavor",
        help=f"Flavors of {type_.words}.",
        commands=[
            ported(flavors.list_, params=output, callback=lambda: call(flavors.list_, type_=type_)),
            ported(
                flavors.describe,
                params=[*own, *output],
                callback=lambda name: call(flavors.describe, name=name, type_=type_),
            ),
        ],
    )
    add_told(group, "zenml TYPE flavor")
    return group


# --- what is done otherwise than by Lockwork's own ---------------------------------------------------------


@pass_type
def _register(
    session: Session,
    type_: ComponentType,
    /,
    flavor: str,
    label: Sequence[str],
    connector: str | None,
    resource_id: str | None,
    **given: Any,
) -> None:
    if connector is not None or resource_id is not None:
        raise table.refusal("zenml service-connector")
    if label:
        notice("labels")
    declared = session.client.get_flavor(type_, flavor)
    call(lockworks.register, flavor=flavor, **_in_our_words(session, declared, **given))


@pass_type
def _update(
    session: Session, type_: ComponentType, /, name: str | None, label: Sequence[str], **given: Any
) -> None:
    if label:
        notice("labels")
    if label and not any(given.values()):
        return
    present = _chosen(session, type_, name)
    declared = registry.flavor(type_, present.flavor, present.declaration)
    call(lockworks.update, name=present.id, **_in_our_words(session, declared, **given))


@pass_type
def _describe(session: Session, type_: ComponentType, /, name: str | None) -> None:
    call(lockworks.describe, name=_chosen(session, type_, name).id)


@pass_type
def _get(session: Session, type_: ComponentType, /) -> None:
    active = session.client.active_stack
    component = active.components.get(type_)
    if component is None:
        terminal.note(f"{active} has no {type_.words}")
    else:
        terminal.say(component.name)


def _delete(yes: bool, **words: Any) -> None:  # noqa: ARG001 - as there, nobody is asked
    call(lockworks.delete, yes=True, **words)


def _chosen(session: Session, type_: ComponentType, name: str | None) -> Component:
    """The component of this name or id; without one, that of the active stack."""
    if name is not None:
        return session.client.get_component(type_, name)
    active = session.client.active_stack
    if type_ not in active.components:
        raise InvalidInput(f"{active} has no {type_.words}", hint=f"zenml {type_.dashed} list")
    return active.components[type_]


def _in_our_words(
    session: Session, flavor: Flavor, *, pairs: Sequence[tuple[str, str]], secret: Sequence[str], **given: Any
) -> dict[str, Any]:
    """What is given, with references in place of `authentication_secret`, and `--secret` as what it means.

    A secret that the flavor has no attributes for reaches its steps as variables.
    """
    words = dict(pairs)
    named = None if flavor.attribute(_AUTHENTICATION) else words.pop(_AUTHENTICATION, None)
    if named is not None:
        found = whole_secrets.filled_from(flavor, named, _keys(session, named))
        words = {**found, **words}
        secret = secret if found else (*secret, named)
    if len(secret) == 1 and flavor.attribute("secret") and not _is_secret(session, secret[0]):
        words["secret"], secret = secret[0], ()  # older scripts: no secret is called so, thus the attribute
    return {"pairs": list(words.items()), "secret": secret, **given}


def _keys(session: Session, name: str) -> Sequence[str] | None:
    """The keys of a secret; None where there is none."""
    try:
        return session.client.describe_secret(name).keys
    except NotFound:
        return None


def _is_secret(session: Session, text: str) -> bool:
    """Whether a secret is called so. Asked without the text: it may be a value, and the trail keeps names."""
    return any(text == info.name for info in session.client.list_secrets(size=10_000))
