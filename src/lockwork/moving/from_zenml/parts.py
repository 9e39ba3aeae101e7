"""Components and stacks of an installation, as they will be here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from lockwork.domain import configuration
from lockwork.domain.attributes import check_complete, checked_attributes
from lockwork.domain.environment import check_variable
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.references import Reference, has_reference
from lockwork.domain.secrets import SecretScope, checked_value
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import REQUIRED_TYPES, ComponentType, Flavor, plain_name
from lockwork.flavors import registry, whole_secrets
from lockwork.moving.from_zenml import names
from lockwork.moving.from_zenml.declarations import declared
from lockwork.moving.from_zenml.installation import Component, Installation, Stack
from lockwork.moving.from_zenml.names import Names, Renamed
from lockwork.moving.from_zenml.plan import LeftOut, NewComponent, NewSecret, NewStack

_DEFAULT = "default"
_WHOLE = "authentication_secret"


class Room(NamedTuple):
    """One workspace of ZenML's; `id` is None for what stands in none."""

    id: str | None
    name: str
    renamed: Renamed


class Parts:
    """Plans the components and stacks of every room."""

    def __init__(
        self,
        installation: Installation,
        rooms: Sequence[Room],
        users: Mapping[str, str],
        free: Names,
        secrets: Mapping[str, NewSecret],
    ) -> None:
        self.left_out: list[LeftOut] = []
        self._all = installation
        self._rooms = {room.id: room for room in rooms}
        self._users = users
        self._free = free
        self._secrets = secrets
        self._planned: dict[str, NewComponent] = {}

    # --- components ----------------------------------------------------------------------------------------

    def components(self) -> tuple[tuple[NewComponent, ...], tuple[NewSecret, ...]]:
        """Those to come, and secrets for what stands in the clear in them."""
        held: list[NewSecret] = []
        for component, type_, name in self._named():
            try:
                planned = self._component(component, type_, name)
            except InvalidInput as failure:
                self._leave(component, failure.message)
                continue
            planned, own = self._without_plain(component, planned)
            self._planned[component.id] = planned
            held += own
        return tuple(self._planned.values()), tuple(held)

    def _named(self) -> Iterable[tuple[Component, ComponentType, str]]:
        """Each component that can come, with its type and what it is called here."""
        near: dict[str, str] = {}
        types: dict[str, ComponentType] = {}
        for component in self._all.components:
            try:
                types[component.id] = ComponentType.parse(component.type)
            except InvalidInput as failure:
                self._leave(component, failure.message)
                continue
            near[component.id] = names.nearest_name(self._wished(component), _component_name, "component")
        coming = [c for c in self._all.components if c.id in near]
        for component in sorted(coming, key=lambda c: (near[c.id] != c.name, c.name, c.id)):
            room, type_ = self._rooms[component.workspace].name, types[component.id]
            yield component, type_, self._free.give([near[component.id]], [("c", room, type_)])

    def _wished(self, component: Component) -> str:
        """`default` is taken in every workspace of ours: by what ZenML has too, if nobody changed it."""
        is_default = component.name == _DEFAULT and component.type in REQUIRED_TYPES
        changed = _present(component.attributes) or component.environment or component.secrets
        is_ours = component.flavor == "local" and not changed
        return f"zenml-{_DEFAULT}" if is_default and not is_ours else component.name

    def _component(self, component: Component, type_: ComponentType, name: str) -> NewComponent:
        if component.problem is not None:
            raise InvalidInput(component.problem)
        room = self._rooms[component.workspace]
        given = _as_now(component, room.renamed)
        flavor, declaration = self._flavor(component, type_, given)
        given = self._filled(component, flavor, given)
        attributes = self._checked(component, flavor, given)
        self._tell_of_links(component)
        return NewComponent(
            was=component.name,
            name=name,
            type=type_,
            flavor=component.flavor,
            workspace=room.name,
            owner=self._users.get(component.user or ""),
            attributes=attributes,
            environment=self._environment(component, room.renamed),
            secrets=self._whole(component),
            declaration=declaration,
        )

    def _flavor(
        self, component: Component, type_: ComponentType, given: Mapping[str, Any]
    ) -> tuple[Flavor, Flavor | None]:
        """What its attributes are checked against; and the same, where readers will not have it."""
        schema = self._all.schemas.get((component.type, component.flavor))
        theirs = declared(type_, component.flavor, schema, given)
        try:
            flavor = registry.flavor(type_, component.flavor, theirs)
        except NotFound as failure:  # not with a declaration; still not to be lost
            raise InvalidInput(failure.message) from None
        return flavor, None if registry.is_built_in(flavor) else flavor

    def _filled(self, component: Component, flavor: Flavor, given: dict[str, Any]) -> dict[str, Any]:
        """A secret given as a whole: by its new name, or by its keys where ours takes them one by one."""
        named = given.get(_WHOLE)
        if not isinstance(named, str):
            return given
        new = self._rooms[component.workspace].renamed.name(named)
        if flavor.attribute(_WHOLE) is not None:
            return {**given, _WHOLE: new}
        filled = whole_secrets.filled_from(flavor, new, self._keys_of(component.workspace, new))
        if not filled:
            return given
        return {**filled, **{name: value for name, value in given.items() if name != _WHOLE}}

    def _keys_of(self, workspace: str | None, name: str) -> list[str] | None:
        room = self._rooms[workspace].name
        found = [s for s in self._secrets.values() if (s.workspace, s.name) == (room, name)]
        return list(found[0].keys.values()) if found else None

    def _checked(self, component: Component, flavor: Flavor, given: Mapping[str, Any]) -> dict[str, Any]:
        """What its flavor knows; the rest is told of, one by one. Without what it needs it does not come."""
        lenient = replace(
            flavor, attributes=tuple(replace(a, required=False) for a in flavor.attributes), ways=()
        )
        attributes: dict[str, Any] = {}
        for name, value in given.items():
            try:
                attributes |= checked_attributes(lenient, {name: value})
            except InvalidInput as failure:
                self._leave(component, failure.message, kind="attribute", what=f"{component.name}.{name}")
        check_complete(flavor, attributes)
        return attributes

    def _environment(self, component: Component, renamed: Renamed) -> dict[str, str]:
        environment = {}
        for variable, text in renamed.in_tree(component.environment).items():
            try:
                check_variable(variable, f"component {component.name!r}")
                environment[variable] = configuration.text(variable, _as_text(text))
            except InvalidInput as failure:
                self._leave(component, failure.message, kind="variable", what=f"{component.name}.{variable}")
        return environment

    def _whole(self, thing: Component | Stack) -> dict[str, str]:
        """Secrets that its steps get whole: name → no prefix."""
        for id_ in thing.secrets:
            if id_ not in self._secrets:
                self._leave(thing, "a secret that its steps get does not come", kind="link", what=thing.name)
        return {self._secrets[id_].name: "" for id_ in thing.secrets if id_ in self._secrets}

    def _tell_of_links(self, component: Component) -> None:
        if component.connector is not None:
            called = {connector.id: connector.name for connector in self._all.connectors}
            why = f"service connector {called.get(component.connector, '?')!r}, which it uses, does not come"
            self._leave(component, why, kind="link")
        if component.has_labels:
            self._leave(component, "Lockwork's components have none", kind="labels")

    def _without_plain(
        self, component: Component, planned: NewComponent
    ) -> tuple[NewComponent, list[NewSecret]]:
        """What stands in the clear in a sensitive attribute becomes a secret, as for every component here."""
        flavor = registry.flavor(planned.type, planned.flavor, planned.declaration)
        plain = {
            a.name: Sensitive(planned.attributes[a.name])
            for a in flavor.attributes
            if a.sensitive and _is_plain(planned.attributes.get(a.name))
        }
        if not plain:
            return planned, []
        stem = f"{planned.name.replace('.', '-')[:90]}-{planned.type.dashed}"
        name = self._free.give([stem], [("w", component.workspace)])
        references = {key: str(Reference(name, key)) for key in plain}
        own = NewSecret(
            was=f"{planned.type.words} {component.name!r}",
            name=name,
            scope=SecretScope.WORKSPACE,
            workspace=planned.workspace,
            owner=planned.owner,
            keys={key: key for key in plain},
            held=plain,
        )
        return replace(planned, attributes={**planned.attributes, **references}), [own]

    # --- stacks --------------------------------------------------------------------------------------------

    def stacks(self) -> tuple[NewStack, ...]:
        """Those whose orchestrator and artifact store come. To be asked after the components."""
        wished = {stack.id: (stack, self._components_of(stack)) for stack in self._all.stacks}
        near = {
            id_: names.nearest_name(_stack_wished(stack, parts), _stack_name, "stack")
            for id_, (stack, parts) in wished.items()
        }
        planned = []
        for id_ in sorted(wished, key=lambda i: (near[i] != wished[i][0].name, wished[i][0].name, i)):
            stack, parts = wished[id_]
            if missing := [t.words for t in REQUIRED_TYPES if t not in parts]:
                self._leave(stack, f"it has no {' and no '.join(missing)} that comes")
                continue
            room = self._rooms[stack.workspace].name
            planned.append(
                NewStack(
                    id=stack.id,
                    was=stack.name,
                    name=self._free.give([near[id_]], [("s", room)]),
                    workspace=room,
                    owner=self._users.get(stack.user or ""),
                    components=parts,
                    secrets=self._whole(stack),
                )
            )
            self._tell_of_stack(stack)
        return tuple(planned)

    def _components_of(self, stack: Stack) -> dict[ComponentType, str]:
        """One of each type: ZenML's own choice where it has several."""
        parts: dict[ComponentType, str] = {}
        for id_, _ in sorted(stack.components, key=lambda part: not part[1]):
            component = self._planned.get(id_)
            if component is None:
                continue
            if component.type in parts:
                why = f"a stack has one {component.type.words}: {component.name!r} is not in it"
                self._leave(stack, why, kind="link")
                continue
            parts[component.type] = component.name
        return {type_: parts[type_] for type_ in ComponentType if type_ in parts}

    def _tell_of_stack(self, stack: Stack) -> None:
        if stack.has_environment:
            self._leave(stack, "stacks set no variables here: give them to its components", kind="variables")
        if stack.has_labels:
            self._leave(stack, "Lockwork's stacks have none", kind="labels")

    # --- telling -------------------------------------------------------------------------------------------

    def _leave(
        self, thing: Component | Stack, why: str, *, kind: str | None = None, what: str | None = None
    ) -> None:
        words = thing.type.replace("_", " ") if isinstance(thing, Component) else "stack"
        told = LeftOut(
            kind=kind or words,
            name=what or thing.name,
            workspace=self._all.workspaces.get(thing.workspace or ""),
            why=why,
        )
        if told not in self.left_out:
            self.left_out.append(told)


def _component_name(name: str) -> str:
    return plain_name(name, "component")


def _stack_name(name: str) -> str:
    return plain_name(name, "stack")


def _stack_wished(stack: Stack, parts: Mapping[ComponentType, str]) -> str:
    """`default` is what every workspace of ours begins with, so another stack is called otherwise."""
    is_ours = dict(parts) == dict.fromkeys(REQUIRED_TYPES, _DEFAULT) and not stack.secrets
    return stack.name if stack.name != _DEFAULT or is_ours else f"zenml-{_DEFAULT}"


def _as_now(component: Component, renamed: Renamed) -> dict[str, Any]:
    """Its attributes with references as secrets are called now; a null is one that is not set."""
    return {name: renamed.in_tree(value) for name, value in _present(component.attributes).items()}


def _present(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and not has_reference(value)


def _as_text(value: Any) -> str:
    """A variable as ZenML would set it."""
    return checked_value("variable", value if isinstance(value, str) else str(value))
