"""What a stack or a pipeline needs of secrets, and what is found wrong with it.

A `Need` is one reference or one declared secret, at one place. All needs are checked in one question;
a `Report` tells everything that is wrong, together, without a value.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

import msgspec

from lockwork.domain.errors import InvalidInput
from lockwork.domain.nearness import did_you_mean, near
from lockwork.domain.references import Reference, find, suspects
from lockwork.domain.secrets import SecretScope, can_be_called
from lockwork.domain.trust import ChangedPart

_NEVER = "; none can be called so: write the name of one that is there"


class ValidationLevel(StrEnum):
    """How much is checked before a run; compare `LOCKWORK_SECRET_VALIDATION_LEVEL`."""

    NONE = "NONE"
    SECRET_EXISTS = "SECRET_EXISTS"
    SECRET_AND_KEY_EXISTS = "SECRET_AND_KEY_EXISTS"

    @classmethod
    def parse(cls, text: str, source: str = "the level") -> Self:
        try:
            return cls(text)
        except ValueError:
            raise InvalidInput(
                f"{source} is {text!r}, which is not a validation level",
                hint=f"it is one of {', '.join(cls)}",
            ) from None


class Where(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """The place of a reference: `experiment-tracker 'mlflow', tracking_password`."""

    kind: str
    """A component type with dashes, `stack`, `pipeline` or `step`."""
    name: str
    path: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}, {self.path}"


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One reference (`key` given) or one declared secret (`key` None), at one place."""

    secret: str
    key: str | None
    where: Where

    @property
    def reference(self) -> str:
        return self.secret if self.key is None else str(Reference(self.secret, self.key))


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The secret that a name means to this caller now; settled for a whole run."""

    name: str
    id: str
    scope: SecretScope
    version: int
    owner: str
    """The user's name, for a secret of the user scope; else the workspace's."""
    hides: bool = False
    """A user secret that hides a workspace secret of the same name."""
    keys: tuple[str, ...] = ()
    """Filled where the secret is declared as a whole."""

    def __str__(self) -> str:
        hiding = f", hides workspace {self.name}" if self.hides else ""
        return f"{self.scope} {self.owner}/{self.name} v{self.version}{hiding}"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, where, and the command that mends it."""

    reference: str
    secret: str
    key: str | None
    problem: str
    """`no_secret`, `no_key`, `not_readable`, `not_trusted` or `malformed`; only the last refuses no run."""
    keys: tuple[str, ...] = ()
    where: Where
    fix: str
    detail: str = ""
    """The problem as a sentence."""

    @property
    def refuses(self) -> bool:
        return self.problem != "malformed"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a check found. `ok` means that a run would not be refused."""

    ok: bool
    stack: str | None
    level: ValidationLevel
    checked: int
    problems: tuple[Problem, ...] = ()
    found: tuple[Found, ...] = ()
    """What each name means, by name; empty at level NONE."""
    notes: tuple[str, ...] = ()


def needs_of(where_kind: str, name: str, tree: object, secrets: Iterable[str] = ()) -> list[Need]:
    """All references in `tree` and all declared `secrets`, as needs of `<where_kind> <name>`."""
    found = [
        Need(
            secret=f.reference.secret,
            key=f.reference.key,
            where=Where(kind=where_kind, name=name, path=f.path),
        )
        for f in find(tree)
    ]
    at = Where(kind=where_kind, name=name, path="secrets")
    return found + [Need(secret=secret, key=None, where=at) for secret in secrets]


def malformed_in(where_kind: str, name: str, tree: object) -> list[Problem]:
    """What looks like a reference and is none: plain text, worth a warning."""
    return [
        Problem(
            reference=s.text,
            secret="",
            key=None,
            problem="malformed",
            where=Where(kind=where_kind, name=name, path=s.path),
            fix="write " + str(s.meant or "{{name.key}}") + r", or \{{ for two braces meant as text",
            detail=s.why,
        )
        for s in suspects(tree)
    ]


def asking_for(needs: Iterable[Need]) -> dict[str, str]:
    """By secret, the options that ask for all of these keys at once: one command mends all that it lacks."""
    keys: dict[str, dict[str, None]] = {}
    for need in needs:
        keys.setdefault(need.secret, {}).update({} if need.key is None else {need.key: None})
    return {secret: " ".join(f"--ask {key}" for key in asked) or "-i" for secret, asked in keys.items()}


def _problem(need: Need, problem: str, *, fix: str, detail: str, keys: tuple[str, ...] = ()) -> Problem:
    return Problem(
        reference=need.reference,
        secret=need.secret,
        key=need.key,
        problem=problem,
        keys=keys,
        where=need.where,
        fix=fix,
        detail=detail,
    )


def missing_secret(
    need: Need, looked: str, visible: Iterable[str], asking: str, scope: SecretScope | None
) -> Problem:
    guess = did_you_mean(near(need.secret, visible))
    where = " --scope user" if scope is SecretScope.USER else ""
    is_name = can_be_called(need.secret)
    return _problem(
        need,
        "no_secret",
        fix=f"lockwork secret create {need.secret} {asking}{where}" if is_name else "lockwork secret list",
        detail=f"no secret {need.secret!r} that you can see {looked}{guess if is_name else _NEVER}",
    )


def missing_key(need: Need, found: Found, keys: tuple[str, ...], asking: str) -> Problem:
    assert need.key is not None  # noqa: S101 - a declared secret has no key to miss
    guess = did_you_mean(near(need.key, keys))
    return _problem(
        need,
        "no_key",
        keys=keys,
        fix=f"lockwork secret update {need.secret} {asking} --scope {found.scope}",
        detail=f"{found.scope} secret {need.secret!r} has no key {need.key!r}{guess}",
    )


def not_readable(need: Need, found: Found) -> Problem:
    return _problem(
        need,
        "not_readable",
        fix="ask an admin of the workspace for the role 'runner'",
        detail=f"you may list {found.scope} secret {need.secret!r} but not read it: a run would be refused",
    )


def not_trusted(need: Need, found: Found, part: ChangedPart, stack: str | None) -> Problem:
    """`part` is what somebody else changed: what holds the reference, or what sets variables beside it."""
    when = f"{part.changed:%Y-%m-%d %H:%M}"
    is_holder = (need.where.kind, need.where.name) == (part.kind, part.name)
    does = "would get" if is_holder else "sets variables beside"
    told = f"{part} {does} {found.scope} secret {need.secret!r}, and {part.who} changed it last, at {when}"
    return _problem(
        need,
        "not_trusted",
        fix=f"lockwork stack trust {stack or 'STACK'}",
        detail=f"{told}: accept it as it is now, or leave your own secrets out with --no-user-secrets",
    )
