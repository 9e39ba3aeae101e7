"""What is to come, in Lockwork's own words; what is left out, and why. Of values it knows only the keys,
but for those that stood in the clear in a component.
"""

from typing import Any

import msgspec

from lockwork.domain.secrets import SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import ComponentType, Flavor


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret to come. Either it has an `id`, by which its values are fetched, or `held` are its values."""

    kind = "secret"
    id: str | None = None
    was: str
    """ZenML's name; for values out of a component, where they stood."""
    name: str
    scope: SecretScope
    workspace: str
    """Of a user's own secret: where ZenML kept it."""
    owner: str | None
    keys: dict[str, str]
    """ZenML's key → ours."""
    held: dict[str, Sensitive] = {}

    @property
    def namespace(self) -> tuple[str, str]:
        """Where its name is unique: ("user", name) or ("workspace", name)."""
        if self.scope is SecretScope.USER:
            return "user", self.owner or ""
        return "workspace", self.workspace


class NewComponent(msgspec.Struct, frozen=True, kw_only=True):
    kind = "component"
    was: str
    name: str
    type: ComponentType
    flavor: str
    workspace: str
    owner: str | None
    attributes: dict[str, Any]
    environment: dict[str, str]
    secrets: dict[str, str]
    declaration: Flavor | None
    """Of a flavor that is not installed here."""


class NewStack(msgspec.Struct, frozen=True, kw_only=True):
    kind = "stack"
    id: str
    """ZenML's."""
    was: str
    name: str
    workspace: str
    owner: str | None
    components: dict[ComponentType, str]
    secrets: dict[str, str]


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """What does not come, or not whole."""

    kind: str
    name: str
    workspace: str | None = None
    why: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    """Of ZenML's schema."""
    users: dict[str, str]
    """ZenML's name → ours."""
    workspaces: dict[str, str]
    secrets: tuple[NewSecret, ...]
    components: tuple[NewComponent, ...]
    stacks: tuple[NewStack, ...]
    left_out: tuple[LeftOut, ...]
    unreadable: tuple[LeftOut, ...]
    """Secrets that are there and do not open: nothing is done while there are any, unless that is wished."""
    hiding: tuple[NewSecret, ...]
    """Users' own secrets of a name that is shared too, where ZenML finds the shared one first."""
