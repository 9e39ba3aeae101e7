"""Who calls, what they may do, and what they can see."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

import msgspec

from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretName, SecretScope


class Permission(StrEnum):
    """What a message needs. Key names are metadata: listing shows them, reading shows values."""

    ANYONE = "anyone"
    LIST = "list"
    READ_SECRETS = "read-secrets"
    RUN = "run"
    WRITE = "write"
    ADMINISTER = "administer"
    OWN_STORE = "own-store"


class Role(StrEnum):
    """What a member of a workspace is, each including the one before."""

    VIEWER = "viewer"
    RUNNER = "runner"
    EDITOR = "editor"
    ADMIN = "admin"
    OWNER = "owner"
    """Of an embedded store: the operating system's user who can read its folder."""


_GRANTED: dict[Role, frozenset[Permission]] = {}
_GRANTED[Role.VIEWER] = frozenset({Permission.ANYONE, Permission.LIST})
_GRANTED[Role.RUNNER] = _GRANTED[Role.VIEWER] | {Permission.READ_SECRETS, Permission.RUN}
_GRANTED[Role.EDITOR] = _GRANTED[Role.RUNNER] | {Permission.WRITE}
_GRANTED[Role.ADMIN] = _GRANTED[Role.EDITOR] | {Permission.ADMINISTER}
_GRANTED[Role.OWNER] = _GRANTED[Role.ADMIN] | {Permission.OWN_STORE}


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as the door named them."""

    user: str
    """The user's id."""
    name: str
    role: Role
    system_user: str | None = None
    """The operating system's user, beside the claimed one, on an embedded store."""


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """The namespaces that a caller may see, own scope first. Every statement on secrets takes it."""

    user: str
    """The caller's user id."""
    workspace: str
    """The workspace's id."""
    workspace_name: str
    user_name: str
    scopes: tuple[SecretScope, ...] = (SecretScope.USER, SecretScope.WORKSPACE)

    def namespace(self, scope: SecretScope) -> str:
        """The namespace in which names of `scope` are unique."""
        return f"u:{self.user}" if scope is SecretScope.USER else f"w:{self.workspace}"

    def namespaces(self, scope: SecretScope | None = None) -> tuple[str, ...]:
        """Where to look, in the order of looking: one scope, or all that the caller sees."""
        return tuple(self.namespace(s) for s in self.scopes if scope in (None, s))

    def where(self, scope: SecretScope) -> str:
        """The namespace in words."""
        if scope is SecretScope.USER:
            return f"in the own scope of user {self.user_name!r}"
        return f"in workspace {self.workspace_name!r}"

    def everywhere(self, scope: SecretScope | None = None) -> str:
        """Where was looked, in words."""
        return " or ".join(self.where(s) for s in self.scopes if scope in (None, s))


def allowed(caller: Caller, permission: Permission) -> bool:
    """Whether the caller's role grants it."""
    return permission in _GRANTED[caller.role]


class UserName(str):
    """A checked name of a user or workspace."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str, kind: str = "user") -> Self:
        try:
            return cls(SecretName.parse(text))
        except InvalidInput as error:
            raise InvalidInput(str(error).replace("a secret", f"a {kind}"), hint=error.hint) from None


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Someone with secrets of their own. On an embedded store: a name kept apart, not a person kept out."""

    id: str
    name: str
    created: datetime
    notes: Sequence[str] = ()
