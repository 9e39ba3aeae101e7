"""Questions about components and stacks."""

from typing import Any, Generic

from lockwork.domain.access import Permission
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import Component, ComponentType, Flavor, Stack
from lockwork.domain.trust import Trust
from lockwork.messages import Effect, Listing, Page, R, WorkspaceMessage


class OneComponent(WorkspaceMessage[R], Generic[R], frozen=True, kw_only=True):
    """How every message about one component names it."""

    type: ComponentType
    component: str
    """Exact name or full id."""


class RegisterComponent(WorkspaceMessage[Component], frozen=True, kw_only=True):
    """Keep a new component. Plain values of sensitive attributes become a secret."""

    action = "component.register"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    name: str
    type: ComponentType
    flavor: str
    attributes: dict[str, Any] = {}
    """Text or plain data; what may be sensitive rides as `Sensitive`."""
    credentials: dict[str, Sensitive] = {}
    """Plain values of sensitive attributes."""
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    declaration: Flavor | None = None
    plaintext: bool = False
    """Keep plain values of sensitive attributes in the component, with a warning."""


class UpdateComponent(OneComponent[Component], frozen=True, kw_only=True):
    """Set and remove attributes, variables and declared secrets, or rename: all or nothing."""

    action = "component.update"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    attributes: dict[str, Any] = {}
    credentials: dict[str, Sensitive] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    remove: tuple[str, ...] = ()
    remove_environment: tuple[str, ...] = ()
    remove_secrets: tuple[str, ...] = ()
    new_name: str | None = None
    if_version: int | None = None
    declaration: Flavor | None = None
    plaintext: bool = False


class ConcealAttributes(OneComponent[Component], frozen=True, kw_only=True):
    """Move plain text of a component into the secret of its own, whatever its flavor calls sensitive."""

    action = "component.conceal"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    places: tuple[str, ...]
    """`tracking_uri`, `options.token`, `environment.DSN`: each holds text without a reference."""
    if_version: int | None = None


class CopyComponent(OneComponent[Component], frozen=True, kw_only=True):
    """The same configuration under another name."""

    action = "component.copy"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    new_name: str


class DeleteComponent(OneComponent[Component], frozen=True, kw_only=True):
    """Take a component away; refused while a stack holds it."""

    action = "component.delete"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    dry_run: bool = False


class GetComponent(OneComponent[Component], frozen=True, kw_only=True):
    action = "component.get"
    permission = Permission.LIST


class ListComponents(WorkspaceMessage[Page[Component]], frozen=True, kw_only=True):
    action = "component.list"
    permission = Permission.LIST
    type: ComponentType | None = None
    listing: Listing = Listing()


class RegisterStack(WorkspaceMessage[Stack], frozen=True, kw_only=True):
    """Put components together."""

    action = "stack.register"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    name: str
    components: dict[ComponentType, str]
    """type → the component's name or id."""
    secrets: dict[str, str] = {}


class UpdateStack(WorkspaceMessage[Stack], frozen=True, kw_only=True):
    """Exchange, add or remove components, change declared secrets, or rename: all or nothing."""

    action = "stack.update"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    stack: str
    components: dict[ComponentType, str] = {}
    remove: tuple[ComponentType, ...] = ()
    secrets: dict[str, str] = {}
    remove_secrets: tuple[str, ...] = ()
    new_name: str | None = None
    if_version: int | None = None


class CopyStack(WorkspaceMessage[Stack], frozen=True, kw_only=True):
    """The same components under another name."""

    action = "stack.copy"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    stack: str
    new_name: str


class DeleteStack(WorkspaceMessage[Stack], frozen=True, kw_only=True):
    """Take a stack away; its components stay."""

    action = "stack.delete"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    stack: str
    dry_run: bool = False


class GetStack(WorkspaceMessage[Stack], frozen=True, kw_only=True):
    action = "stack.get"
    permission = Permission.LIST
    stack: str
    """Exact name or full id."""


class ListStacks(WorkspaceMessage[Page[Stack]], frozen=True, kw_only=True):
    action = "stack.list"
    permission = Permission.LIST
    listing: Listing = Listing()


class GetTrust(WorkspaceMessage[Trust], frozen=True, kw_only=True):
    """Which parts of a stack others have changed, and what of one's own scope they would get."""

    action = "stack.trust.get"
    permission = Permission.LIST
    stack: str
    """Exact name or full id."""


class TrustStack(WorkspaceMessage[Trust], frozen=True, kw_only=True):
    """Let parts of a stack that others have changed have secrets of one's own scope, as they are now."""

    action = "stack.trust"
    permission = Permission.RUN
    effect = Effect.CHANGE
    stack: str
    versions: dict[str, int]
    """id of a component or of the stack → the version that is accepted."""
