"""Which flavors there are: built in, or brought by another package; and how one is put to work.

Built-in flavors are a table. Entry points are looked at only for a name that the table lacks, so none can
take the place of a built-in one, and a store of built-in flavors never pays for the search.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lockwork.domain.errors import LockworkError, NotFound, ProviderFailed
from lockwork.domain.nearness import near
from lockwork.domain.references import has_reference
from lockwork.domain.stacks import Component, ComponentType, Flavor
from lockwork.flavors import described, local, mlflow, registries, s3, slack
from lockwork.flavors.contract import (
    ENTRY_POINTS,
    Alerter,
    ArtifactStore,
    ExperimentTracker,
    Orchestrator,
    Provider,
)

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")

_MODULES = (local, s3, mlflow, slack, registries, described)
_BUILT_IN: dict[tuple[ComponentType, str], Provider] = {
    (p.flavor.type, p.flavor.name): p for module in _MODULES for p in module.PROVIDERS
}
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_ATTRIBUTE = re.compile(r"[a-z_][a-z0-9_]{0,63}")


def flavor(type_: ComponentType, name: str, declaration: Flavor | None = None) -> Flavor:
    """The flavor of this type and name: built in, installed, or as a component's `declaration` tells it."""
    found = _provider(type_, name)
    if found is not None:
        return found.flavor
    if declaration is not None and (declaration.type, declaration.name) == (type_, name):
        return declaration
    names = [f.name for f in flavors(type_)]
    raise NotFound(
        f"flavor of {type_.words}", name, near=near(name, names), hint=f"there are: {', '.join(names)}"
    )


def flavors(type_: ComponentType | None = None) -> list[Flavor]:
    """All flavors, or those of one type: built-in ones first, then those of other packages."""
    installed = (p for entry in _entry_points() for p in _loaded(entry))
    every = {(p.flavor.type, p.flavor.name): p.flavor for p in [*installed, *_BUILT_IN.values()]}
    order = [*_BUILT_IN, *sorted(every.keys() - _BUILT_IN.keys())]
    return [every[key] for key in order if type_ in (None, key[0])]


def plain_credentials(component: Component) -> list[str]:
    """Its sensitive attributes that hold the value itself, as `--plaintext` allows."""
    held = component.attributes
    return [a for a in sensitive(component) if isinstance(held[a], str) and not has_reference(held[a])]


def sensitive(component: Component) -> list[str]:
    """Its attributes that its flavor calls sensitive; none where nobody knows the flavor."""
    try:
        declared = flavor(component.type, component.flavor, component.declaration)
    except NotFound:
        return []
    return [a.name for a in declared.attributes if a.sensitive and a.name in component.attributes]


def is_built_in(flavor: Flavor) -> bool:
    """Whether every reader of this version has it, so that no component need carry its declaration."""
    return (flavor.type, flavor.name) in _BUILT_IN


def orchestrator(component: Component, attributes: Mapping[str, Any], folder: Path) -> Orchestrator:
    """What runs the steps. `attributes` are filled; `folder` is for files of the flavor's own."""
    return _acting(Orchestrator, component, attributes, folder)  # type: ignore[type-abstract]  # a protocol


def artifact_store(component: Component, attributes: Mapping[str, Any], folder: Path) -> ArtifactStore:
    """What keeps the outputs; without a place of its own they go into `folder`."""
    return _acting(ArtifactStore, component, attributes, folder)  # type: ignore[type-abstract]  # a protocol


def experiment_tracker(
    component: Component, attributes: Mapping[str, Any], folder: Path
) -> ExperimentTracker:
    """What makes tracking reach the configured server."""
    return _acting(ExperimentTracker, component, attributes, folder)  # type: ignore[type-abstract]  # a protocol


def alerter(component: Component, attributes: Mapping[str, Any], folder: Path) -> Alerter:
    """What tells people."""
    return _acting(Alerter, component, attributes, folder)  # type: ignore[type-abstract]  # a protocol


def _acting(kind: type[T], component: Component, attributes: Mapping[str, Any], folder: Path) -> T:
    provider = _provider(component.type, component.flavor)
    if provider is None:
        raise ProviderFailed(
            f"flavor {component.flavor!r} of {component} is not installed here",
            hint="install the package that brings it, beside lockwork",
        )
    if provider.act is None:
        raise ProviderFailed(f"{provider.flavor} is kept and described; no pipeline drives it yet")
    try:
        actor = provider.act({**defaults(provider.flavor), **attributes}, folder)
    except LockworkError:
        raise
    except Exception as error:
        kind_of_failure = type(error).__name__
    else:
        if isinstance(actor, kind):
            return actor
        raise ProviderFailed(f"{provider.flavor} made something that is no {kind.__name__}")
    # Raised out here: the provider's own failure may quote an attribute that is filled.
    raise ProviderFailed(f"{component} could not be set up: {kind_of_failure}")


def defaults(flavor: Flavor) -> dict[str, Any]:
    """What attributes are where nobody set them."""
    return {a.name: a.default for a in flavor.attributes if a.default is not None}


def _provider(type_: ComponentType, name: str) -> Provider | None:
    built_in = _BUILT_IN.get((type_, name))
    if built_in is not None:
        return built_in
    installed = (p for entry in _entry_points(name) for p in _loaded(entry))
    return next((p for p in installed if p.flavor.type == type_), None)


def _entry_points(name: str | None = None) -> Iterable["EntryPoint"]:
    from importlib.metadata import entry_points  # lazy: 40 ms, and only an unknown name needs it

    return entry_points(group=ENTRY_POINTS) if name is None else entry_points(group=ENTRY_POINTS, name=name)


def _loaded(entry: "EntryPoint") -> Iterator[Provider]:
    """The providers behind an entry point, which is one `Provider` or a list of them, of the entry's name."""
    package = f"flavor {entry.name!r} of package {entry.dist.name if entry.dist else '?'!r}"
    hint = f"upgrade that package or take it away; it is {entry.value}"
    try:
        loaded = entry.load()
    except Exception as error:
        raise ProviderFailed(
            f"{package} cannot be loaded: {type(error).__name__}: {error}", hint=hint
        ) from None
    for provider in loaded if isinstance(loaded, list) else [loaded]:
        if not isinstance(provider, Provider):
            raise ProviderFailed(f"{package} is no lockwork Provider", hint=hint)
        if wrong := _what_is_wrong(entry.name, provider.flavor):
            raise ProviderFailed(f"{package} {wrong}", hint=hint)
        yield provider


def _what_is_wrong(name: str, flavor: Flavor) -> str | None:
    """Why this cannot be the flavor of that entry point; None where it can."""
    if flavor.name != name or not _NAME.fullmatch(name):
        return f"calls itself {flavor.name!r}: the entry point's name and the flavor's are one"
    names = [a.name for a in flavor.attributes]
    if len(set(names)) != len(names) or not all(_ATTRIBUTE.fullmatch(n) for n in names):
        return "declares an attribute twice, or one that is not lower case with underscores"
    return None
