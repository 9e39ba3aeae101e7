"""Components, flavors and stacks as data, and what makes them valid."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, Self

import msgspec

from lockwork.domain.checks import Need, Problem, malformed_in, needs_of
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretName

Kind = Literal["text", "integer", "number", "boolean", "list", "mapping"]


class ComponentType(StrEnum):
    """What part of a stack a component is. Commands spell them with dashes."""

    ORCHESTRATOR = "orchestrator"
    ARTIFACT_STORE = "artifact_store"
    EXPERIMENT_TRACKER = "experiment_tracker"
    STEP_OPERATOR = "step_operator"
    CONTAINER_REGISTRY = "container_registry"
    ALERTER = "alerter"
    MODEL_REGISTRY = "model_registry"
    MODEL_DEPLOYER = "model_deployer"
    DATA_VALIDATOR = "data_validator"
    FEATURE_STORE = "feature_store"
    ANNOTATOR = "annotator"
    IMAGE_BUILDER = "image_builder"

    @classmethod
    def parse(cls, text: str) -> Self:
        if not isinstance(text, str):
            raise InvalidInput(f"a component type is text, not {type(text).__name__}")
        try:
            return cls(text.replace("-", "_"))
        except ValueError:
            names = ", ".join(t.dashed for t in cls)
            raise InvalidInput(f"{text!r} is not a component type", hint=f"the types are: {names}") from None

    @property
    def dashed(self) -> str:
        return self.value.replace("_", "-")

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


REQUIRED_TYPES = (ComponentType.ORCHESTRATOR, ComponentType.ARTIFACT_STORE)


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a flavor's components can be told."""

    name: str
    help: str
    kind: Kind = "text"
    required: bool = False
    sensitive: bool = False
    """A plain value is never kept in the component: it becomes a secret and its reference takes its place."""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    """What the whole of a text must match; where it holds a reference, that is seen only in a run."""
    written: str = ""
    """How such a text is written, in words: `s3://BUCKET`."""
    default: str | int | float | bool | None = None


class Flavor(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of component: its attributes, and what its settings may say."""

    name: str
    type: ComponentType
    help: str
    attributes: tuple[Attribute, ...] = ()
    settings: tuple[Attribute, ...] = ()
    """What pipelines and steps may say under `<type>.<flavor>`."""
    ways: tuple[tuple[str, ...], ...] = ()
    """Groups of attributes of which at least one must be set whole, where there is more than one way."""
    extra: str | None = None
    """The extra of this distribution that brings the provider's library."""

    def __str__(self) -> str:
        return f"flavor {self.name!r} of {self.type.words}"

    def attribute(self, name: str) -> Attribute | None:
        return next((a for a in self.attributes if a.name == name), None)

    @property
    def settings_key(self) -> str:
        return f"{self.type}.{self.name}"


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """A configured part of a stack. What it holds of secrets is always the reference."""

    id: str
    name: str
    type: ComponentType
    flavor: str
    workspace: str
    attributes: dict[str, Any] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    """Secrets given whole to the step's environment: name → prefix of the variables."""
    declaration: Flavor | None = None
    """The flavor's own declaration, for readers that do not have it installed."""
    version: int
    owner: str
    created: datetime
    updated: datetime
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    """What its references lack, as a warning when it is written."""

    def __str__(self) -> str:
        return f"{self.type.words} {self.name!r}"


class NoComponent:
    """What a stack answers for a part that it lacks: false, and its name and the rest are None.

    So `@step(experiment_tracker=client.active_stack.experiment_tracker.name)` holds for every stack.
    """

    name = flavor = type = id = None
    attributes: Mapping[str, Any] = MappingProxyType({})

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NoComponent()"


ABSENT = NoComponent()


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """One component per type, exactly one orchestrator and one artifact store among them."""

    id: str
    name: str
    workspace: str
    components: dict[ComponentType, Component]
    secrets: dict[str, str] = {}
    version: int
    owner: str
    created: datetime
    updated: datetime
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __str__(self) -> str:
        return f"stack {self.name!r}"

    def _of(self, type_: ComponentType) -> Component | NoComponent:
        return self.components.get(type_) or ABSENT

    @property
    def orchestrator(self) -> Component:
        return self.components[ComponentType.ORCHESTRATOR]

    @property
    def artifact_store(self) -> Component:
        return self.components[ComponentType.ARTIFACT_STORE]

    @property
    def experiment_tracker(self) -> Component | NoComponent:
        return self._of(ComponentType.EXPERIMENT_TRACKER)

    @property
    def step_operator(self) -> Component | NoComponent:
        return self._of(ComponentType.STEP_OPERATOR)

    @property
    def container_registry(self) -> Component | NoComponent:
        return self._of(ComponentType.CONTAINER_REGISTRY)

    @property
    def alerter(self) -> Component | NoComponent:
        return self._of(ComponentType.ALERTER)

    @property
    def model_registry(self) -> Component | NoComponent:
        return self._of(ComponentType.MODEL_REGISTRY)

    @property
    def model_deployer(self) -> Component | NoComponent:
        return self._of(ComponentType.MODEL_DEPLOYER)

    @property
    def data_validator(self) -> Component | NoComponent:
        return self._of(ComponentType.DATA_VALIDATOR)

    @property
    def feature_store(self) -> Component | NoComponent:
        return self._of(ComponentType.FEATURE_STORE)

    @property
    def annotator(self) -> Component | NoComponent:
        return self._of(ComponentType.ANNOTATOR)

    @property
    def image_builder(self) -> Component | NoComponent:
        return self._of(ComponentType.IMAGE_BUILDER)


def plain_name(text: str, kind: str) -> str:
    """`text` if a component, stack, step or pipeline may be called so: as secrets are, and with dots."""
    try:
        SecretName.parse(text.replace(".", "-"))
    except InvalidInput:
        raise InvalidInput(
            f"{text!r} is not a {kind} name",
            hint="1 to 128 letters, digits, '-', '_' and '.', beginning with a letter or digit",
        ) from None
    return text


def check_composition(types: Iterable[ComponentType]) -> None:
    """Refuse a stack that lacks a part that every stack has."""
    present = set(types)
    for type_ in REQUIRED_TYPES:
        if type_ not in present:
            raise InvalidInput(f"a stack needs one {type_.words}", hint=f"name it with --{type_.dashed} NAME")


def needs_of_component(component: Component) -> list[Need]:
    """Every reference and declared secret of a component."""
    return needs_of(*_named(component), configuration(component), component.secrets)


def own_needs_of_stack(stack: Stack) -> list[Need]:
    """The secrets that a stack itself declares."""
    return needs_of("stack", stack.name, {}, stack.secrets)


def needs_of_stack(stack: Stack) -> list[Need]:
    """Every reference and declared secret of a stack and its components."""
    return own_needs_of_stack(stack) + [n for c in stack.components.values() for n in needs_of_component(c)]


def malformed_in_component(component: Component) -> list[Problem]:
    """Text in a component that looks like a reference and is none."""
    return malformed_in(*_named(component), configuration(component))


def configuration(component: Component) -> dict[str, Any]:
    """The tree of a component in which references may stand; its paths are what users see."""
    return {
        **component.attributes,
        **({"environment": component.environment} if component.environment else {}),
    }


def _named(component: Component) -> tuple[str, str]:
    return component.type.dashed, component.name
