"""What the Client can do with components and stacks."""

from collections.abc import Iterable, Mapping
from typing import Any

from lockwork import messages
from lockwork.client.asking import Asking, listing, mapping, named, number, text, texts
from lockwork.domain.errors import InvalidInput
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import Component, ComponentType, Flavor, Stack
from lockwork.domain.trust import Trust
from lockwork.messages import Page

Secrets = Mapping[str, str] | Iterable[str]
"""Secrets given whole to a step's environment: names, or name → prefix of the variables."""


class StackCalls(Asking):
    """Components by type and name (or id), stacks by name (or id)."""

    def register_component(
        self,
        name: str,
        flavor: str,
        type: ComponentType | str,
        attributes: Mapping[str, Any] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        secrets: Secrets = (),
        plaintext: bool = False,
        declaration: Flavor | None = None,
    ) -> Component:
        """Keep a new component. A plain value for a sensitive attribute becomes a secret, unless `plaintext`.

        The answer's `problems` say which references have no secret yet; `notes`, what was done by itself.
        `declaration` tells of a flavor that is not installed here.
        """
        kind = ComponentType.parse(type)
        declaration, plain, credentials = _told_apart(kind, text(flavor, "flavor"), attributes, declaration)
        return self.send(
            messages.stacks.RegisterComponent(
                workspace=self.workspace,
                name=name,
                type=kind,
                flavor=flavor,
                attributes=plain,
                credentials=credentials,
                environment=mapping(environment, "environment"),
                secrets=prefixed(secrets),
                declaration=declaration,
                plaintext=plaintext,
            )
        )

    def get_component(self, type: ComponentType | str, name_or_id: str) -> Component:
        """A component; what it holds of secrets is the reference."""
        return self.send(
            messages.stacks.GetComponent(
                workspace=self.workspace, type=ComponentType.parse(type), component=named(name_or_id)
            )
        )

    def list_components(
        self,
        type: ComponentType | str | None = None,
        *,
        name: str | None = None,
        flavor: str | None = None,
        sort_by: str = "asc:name",
        page: int = 1,
        size: int = 20,
    ) -> Page[Component]:
        """A page of components, of one type or all."""
        return self.send(
            messages.stacks.ListComponents(
                workspace=self.workspace,
                type=None if type is None else ComponentType.parse(type),
                listing=listing(
                    {"name": name, "flavor": flavor}, any=False, sort_by=sort_by, page=page, size=size
                ),
            )
        )

    def update_component(
        self,
        type: ComponentType | str,
        name_or_id: str,
        attributes: Mapping[str, Any] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        secrets: Secrets = (),
        remove: Iterable[str] = (),
        remove_environment: Iterable[str] = (),
        remove_secrets: Iterable[str] = (),
        new_name: str | None = None,
        if_version: int | None = None,
        plaintext: bool = False,
    ) -> Component:
        """Set and remove attributes, variables and declared secrets, rename: all or nothing."""
        kind = ComponentType.parse(type)
        declaration: Flavor | None = None
        plain: dict[str, Any] = {}
        credentials: dict[str, Sensitive] = {}
        if attributes:
            present = self.get_component(kind, name_or_id)
            declaration, plain, credentials = _told_apart(
                kind, present.flavor, attributes, present.declaration
            )
        return self.send(
            messages.stacks.UpdateComponent(
                workspace=self.workspace,
                type=kind,
                component=named(name_or_id),
                attributes=plain,
                credentials=credentials,
                environment=mapping(environment, "environment"),
                secrets=prefixed(secrets),
                remove=texts(remove, "remove"),
                remove_environment=texts(remove_environment, "remove_environment"),
                remove_secrets=texts(remove_secrets, "remove_secrets"),
                new_name=new_name,
                if_version=None if if_version is None else number(if_version, "if_version"),
                declaration=declaration,
                plaintext=plaintext,
            )
        )

    def conceal_attributes(
        self,
        type: ComponentType | str,
        name_or_id: str,
        places: Iterable[str],
        *,
        if_version: int | None = None,
    ) -> Component:
        """Move plain text into the component's secret and leave its reference, as for sensitive attributes.

        Places are attributes and what is within them: `uri`, `options.token`, `environment.DSN`.
        """
        return self.send(
            messages.stacks.ConcealAttributes(
                workspace=self.workspace,
                type=ComponentType.parse(type),
                component=named(name_or_id),
                places=texts(places, "places"),
                if_version=None if if_version is None else number(if_version, "if_version"),
            )
        )

    def copy_component(self, type: ComponentType | str, name_or_id: str, new_name: str) -> Component:
        """The same configuration under another name."""
        return self.send(
            messages.stacks.CopyComponent(
                workspace=self.workspace,
                type=ComponentType.parse(type),
                component=named(name_or_id),
                new_name=new_name,
            )
        )

    def delete_component(
        self, type: ComponentType | str, name_or_id: str, *, dry_run: bool = False
    ) -> Component:
        """Take it away; refused while a stack holds it. `dry_run`: only refuse what would be refused."""
        return self.send(
            messages.stacks.DeleteComponent(
                workspace=self.workspace,
                type=ComponentType.parse(type),
                component=named(name_or_id),
                dry_run=dry_run,
            )
        )

    def create_stack(
        self, name: str, components: Mapping[ComponentType | str, str], *, secrets: Secrets = ()
    ) -> Stack:
        """Put components together: type → name or id; an orchestrator and an artifact store among them."""
        return self.send(
            messages.stacks.RegisterStack(
                workspace=self.workspace, name=name, components=_typed(components), secrets=prefixed(secrets)
            )
        )

    def get_stack(self, name_or_id: str) -> Stack:
        """A stack with its components."""
        return self.send(messages.stacks.GetStack(workspace=self.workspace, stack=named(name_or_id)))

    def list_stacks(
        self, *, name: str | None = None, sort_by: str = "asc:name", page: int = 1, size: int = 20
    ) -> Page[Stack]:
        """A page of stacks with their components."""
        return self.send(
            messages.stacks.ListStacks(
                workspace=self.workspace,
                listing=listing({"name": name}, any=False, sort_by=sort_by, page=page, size=size),
            )
        )

    def update_stack(
        self,
        name_or_id: str,
        components: Mapping[ComponentType | str, str] | None = None,
        *,
        remove: Iterable[ComponentType | str] = (),
        secrets: Secrets = (),
        remove_secrets: Iterable[str] = (),
        new_name: str | None = None,
        if_version: int | None = None,
    ) -> Stack:
        """Exchange, add or remove components, change declared secrets, rename: all or nothing."""
        return self.send(
            messages.stacks.UpdateStack(
                workspace=self.workspace,
                stack=named(name_or_id),
                components=_typed(components),
                remove=tuple(ComponentType.parse(t) for t in texts(remove, "remove")),
                secrets=prefixed(secrets),
                remove_secrets=texts(remove_secrets, "remove_secrets"),
                new_name=new_name,
                if_version=None if if_version is None else number(if_version, "if_version"),
            )
        )

    def copy_stack(self, name_or_id: str, new_name: str) -> Stack:
        """The same components under another name."""
        return self.send(
            messages.stacks.CopyStack(workspace=self.workspace, stack=named(name_or_id), new_name=new_name)
        )

    def delete_stack(self, name_or_id: str, *, dry_run: bool = False) -> Stack:
        """Take it away; its components stay. `dry_run`: only refuse what would be refused."""
        return self.send(
            messages.stacks.DeleteStack(workspace=self.workspace, stack=named(name_or_id), dry_run=dry_run)
        )

    def get_stack_trust(self, name_or_id: str) -> Trust:
        """Which parts of a stack others have changed, and what of your own scope they would get."""
        return self.send(messages.stacks.GetTrust(workspace=self.workspace, stack=named(name_or_id)))

    def trust_stack(self, name_or_id: str, versions: Mapping[str, int]) -> Trust:
        """Let parts of a stack that others have changed have your own secrets: id → the version you saw."""
        return self.send(
            messages.stacks.TrustStack(
                workspace=self.workspace,
                stack=named(name_or_id),
                versions=mapping(versions, "versions"),
            )
        )

    def list_flavors(self, type: ComponentType | str | None = None) -> tuple[Flavor, ...]:
        """The flavors that this installation has: built in, and by entry point."""
        from lockwork.flavors import registry  # lazy: most clients never ask

        return tuple(registry.flavors(None if type is None else ComponentType.parse(type)))

    def get_flavor(self, type: ComponentType | str, name: str) -> Flavor:
        """What a flavor declares: its attributes, which are sensitive, and its settings."""
        from lockwork.flavors import registry  # lazy: most clients never ask

        return registry.flavor(ComponentType.parse(type), text(name, "name"))


def prefixed(secrets: Secrets) -> dict[str, str]:
    """Declared secrets as name → prefix, however they were written."""
    return dict(secrets) if isinstance(secrets, Mapping) else dict.fromkeys(texts(secrets, "secrets"), "")


def _typed(components: Mapping[ComponentType | str, str] | None) -> dict[ComponentType, str]:
    given = mapping(components, "components")
    return {ComponentType.parse(type_): named(name) for type_, name in given.items()}


def _told_apart(
    type_: ComponentType, flavor: str, attributes: Mapping[str, Any] | None, declared: Flavor | None
) -> tuple[Flavor, dict[str, Any], dict[str, Sensitive]]:
    """The flavor's declaration, and the attributes with all that may be a credential hidden."""
    from lockwork.flavors import registry  # lazy: most clients never write a component

    if not isinstance(declared, Flavor | None):
        raise InvalidInput(f"a declaration is a Flavor, not {type(declared).__name__}")
    declaration = registry.flavor(type_, flavor, declared)
    hidden = {a.name for a in declaration.attributes if a.sensitive}
    plain, credentials = {}, {}
    for word, value in mapping(attributes, "attributes").items():
        if text(word, "an attribute's name").replace("-", "_") in hidden and isinstance(value, str):
            credentials[word.replace("-", "_")] = Sensitive(value)
        else:
            plain[word] = value
    return declaration, plain, credentials
