"""Who calls, what they may do, and what they can see."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

import msgspec

from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretName, SecretScope


class Permission(StrEnum):
    """What a message needs. Key names are metadata: listing shows them, reading shows values."""

    NOBODY = "nobody"
    """For who has no name yet: to log in, to accept an invitation."""
    ANYONE = "anyone"
    """For everyone who has a name."""
    LIST = "list"
    READ_SECRETS = "read-secrets"
    RUN = "run"
    WRITE = "write"
    ADMINISTER = "administer"
    """Members of a workspace, and their roles."""
    ADMINISTER_STORE = "administer-store"
    """Users, workspaces, root keys, the audit trail."""
    OWN_STORE = "own-store"
    """What only who can read the store's folder may: it names folders of this machine."""


class Role(StrEnum):
    """What a member of a workspace is, each including the one before."""

    VIEWER = "viewer"
    RUNNER = "runner"
    EDITOR = "editor"
    ADMIN = "admin"
    OWNER = "owner"
    """Of an embedded store: the operating system's user who can read its folder. No member has it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """A role that a member can have."""
        if text in MEMBER_ROLES:
            return cls(text)
        raise InvalidInput(f"{str(text)!r} is not a role", hint=f"a role is one of {', '.join(MEMBER_ROLES)}")


MEMBER_ROLES = (Role.VIEWER, Role.RUNNER, Role.EDITOR, Role.ADMIN)

Rights = frozenset[Permission]
"""All that someone may do in one place."""

NO_RIGHTS: Rights = frozenset()
GRANTED: dict[Role, Rights] = {}
"""What each role may do in its workspace."""
GRANTED[Role.VIEWER] = frozenset({Permission.ANYONE, Permission.LIST})
GRANTED[Role.RUNNER] = GRANTED[Role.VIEWER] | {Permission.READ_SECRETS, Permission.RUN}
GRANTED[Role.EDITOR] = GRANTED[Role.RUNNER] | {Permission.WRITE}
GRANTED[Role.ADMIN] = GRANTED[Role.EDITOR] | {Permission.ADMINISTER}
GRANTED[Role.OWNER] = GRANTED[Role.ADMIN] | {Permission.ADMINISTER_STORE, Permission.OWN_STORE}

OWN: Rights = frozenset({Permission.LIST, Permission.READ_SECRETS, Permission.WRITE})
"""What everyone may do with secrets of their own scope, whatever their role where they ask."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may do where they ask."""

    user: str
    rights: tuple[Permission, ...]
    """In the workspace, and over the store."""
    own: tuple[Permission, ...]
    """With secrets of their own scope."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a token is held to, whatever its owner may do; None does not hold it."""

    role: Role | None = None
    workspaces: tuple[str, ...] | None = None
    """For all others it is as if they were not there. Names as they are asked for and told; ids where they
    are kept and looked at, so that another workspace of the same name is another."""
    patterns: tuple[str, ...] | None = None
    """Names of secrets, `*` for any text; all others are as if they were not there."""

    @property
    def are_none(self) -> bool:
        return self == Limits()

    def within(self, outer: "Limits") -> "Limits":
        """Both at once. Patterns are not cut with each other: see `exceed`."""
        role = min((r for r in (self.role, outer.role) if r), key=list(Role).index, default=None)
        workspaces = self.workspaces if self.workspaces is not None else outer.workspaces
        patterns = self.patterns if self.patterns is not None else outer.patterns
        return Limits(role=role, workspaces=workspaces, patterns=patterns)

    def exceed(self, outer: "Limits") -> str | None:
        """In which respect these go beyond `outer`, in words; None where they keep within."""
        if self.role and outer.role and list(Role).index(self.role) > list(Role).index(outer.role):
            return f"the role {self.role.value!r} is more than {outer.role.value!r}"
        if self.workspaces is not None and outer.workspaces is not None:
            for name in self.workspaces:
                if name not in outer.workspaces:
                    return f"workspace {name!r} is beyond it"
        if self.patterns is not None and outer.patterns is not None:
            for pattern in self.patterns:
                # A pattern is a name too: where the outer one takes it literally, it takes all that it takes.
                if not any(matches(wide, pattern) for wide in outer.patterns):
                    return f"the pattern {pattern!r} is beyond it"
        return None


_PATTERN = re.compile(r"[A-Za-z0-9_*-]{1,128}")


def checked_pattern(text: str) -> str:
    """A pattern of secret names: `*` stands for any text, also none; all else for itself."""
    if not _PATTERN.fullmatch(text):
        raise InvalidInput(
            f"{text!r} is not a pattern of secret names",
            hint="letters, digits, '-', '_', and '*' for any text, such as 'prod-*'",
        )
    return text


def matches(pattern: str, name: str) -> bool:
    """Whether the whole of `name` is as `pattern` says, case included."""
    parts = pattern.split("*")
    if len(parts) == 1:
        return name == pattern
    first, *middle, last = parts
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:  # the earliest place of each leaves most for the others
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as the door named them."""

    user: str
    """The user's id."""
    name: str
    rights: Rights = NO_RIGHTS
    """In the workspace that is asked, or where none is, in the store."""
    own_rights: Rights = NO_RIGHTS
    """With secrets of the own scope."""
    limits: Limits = Limits()
    """What the token that was shown is held to."""
    is_everywhere: bool = False
    """Administers the store, and so may come into every workspace that the token is not kept out of."""
    system_user: str | None = None
    """The operating system's user, beside the claimed one, on an embedded store."""
    token: str | None = None
    """The id of the token that was shown, on a server."""
    address: str | None = None
    """Where a request came from, on a server."""
    request: str | None = None
    """The request's id, on a server."""


class Spaces(NamedTuple):
    """Where to look for secrets, in the order of looking, and which names can be seen there."""

    names: tuple[str, ...]
    """Namespaces."""
    patterns: tuple[str, ...] | None = None
    """None: all names."""

    def sees(self, name: str) -> bool:
        """Whether a secret of this name can be seen at all."""
        return self.patterns is None or any(matches(pattern, name) for pattern in self.patterns)


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """The namespaces that a caller may see, own scope first. Every statement on secrets takes it."""

    user: str
    """The caller's user id."""
    workspace: str
    """The workspace's id."""
    workspace_name: str
    user_name: str
    scopes: tuple[SecretScope, ...] = (SecretScope.USER, SecretScope.WORKSPACE)
    acting: tuple[SecretScope, ...] = (SecretScope.USER, SecretScope.WORKSPACE)
    """Where the caller may do what is asked, and not only know of things."""
    patterns: tuple[str, ...] | None = None
    """Names that can be seen; None: all."""

    def namespace(self, scope: SecretScope) -> str:
        """The namespace in which names of `scope` are unique."""
        return f"u:{self.user}" if scope is SecretScope.USER else f"w:{self.workspace}"

    def spaces(self, scope: SecretScope | None = None) -> Spaces:
        """Where to look, in the order of looking: one scope, or all that the caller sees."""
        return Spaces(tuple(self.namespace(s) for s in self.scopes if scope in (None, s)), self.patterns)

    def sees(self, name: str) -> bool:
        """Whether a secret of this name can be seen at all."""
        return self.spaces().sees(name)

    def where(self, scope: SecretScope) -> str:
        """The namespace in words."""
        if scope is SecretScope.USER:
            return f"in the own scope of user {self.user_name!r}"
        return f"in workspace {self.workspace_name!r}"

    def everywhere(self, scope: SecretScope | None = None) -> str:
        """Where was looked, in words."""
        return " or ".join(self.where(s) for s in self.scopes if scope in (None, s))


def allowed(caller: Caller, permission: Permission, scope: SecretScope | None = None) -> bool:
    """Whether the caller may do it: with secrets of the own scope, or else in the workspace."""
    return permission in (caller.own_rights if scope is SecretScope.USER else caller.rights)


def who_may(permission: Permission) -> str:
    """Who has a permission, as a hint for whoever hears that they lack it."""
    role = next((role for role in MEMBER_ROLES if permission in GRANTED[role]), None)
    if role is not None:
        *others, last = (f"{role}s" for role in MEMBER_ROLES[MEMBER_ROLES.index(role) :])
        who = f"{', '.join(others)} and {last}" if others else last
        return f"{who} of a workspace have {permission!s}: lockwork workspace members lists who is what"
    if permission is Permission.ADMINISTER_STORE:
        return f"admins of the server have {permission!s}: lockwork user list"
    return f"who owns the store has {permission!s}, on its own host"


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
    kind: str = "person"
    """`person`, or `service` for a program, which has tokens and no password."""
    admin: bool = False
    """Administers the server, and is an admin in every workspace."""
    disabled: datetime | None = None
    """Since when they cannot come in."""
    invited: datetime | None = None
    """Until when the code of their invitation is good, or was; None for who came in, or was not invited."""
    notes: Sequence[str] = ()


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Who belongs to a workspace, and as what."""

    workspace: str
    user: str
    role: Role
    since: datetime
    notes: Sequence[str] = ()
