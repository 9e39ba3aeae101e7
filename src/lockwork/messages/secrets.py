"""Questions about secrets. Values ride only as `Sensitive`."""

from typing import Generic, Literal

import msgspec

from lockwork.domain.access import Permission
from lockwork.domain.checks import Need, Report, ValidationLevel
from lockwork.domain.secrets import (
    Explanation,
    RevealedSecret,
    SecretInfo,
    SecretScope,
    SecretUsage,
    SecretVersion,
)
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Effect, Listing, Page, R, WorkspaceMessage


class OneSecret(WorkspaceMessage[R], Generic[R], frozen=True, kw_only=True):
    """How every message about one secret names it."""

    is_about_secrets = True
    secret: str
    """Exact name or full id."""
    scope: SecretScope | None = None
    """None: the caller's own scope first, then the workspace."""


class CreateSecret(WorkspaceMessage[SecretInfo], frozen=True, kw_only=True):
    """Keep a new secret."""

    is_about_secrets = True
    action = "secret.create"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    name: str
    values: dict[str, Sensitive]
    scope: SecretScope = SecretScope.WORKSPACE
    if_exists: Literal["fail", "update", "skip"] = "fail"


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """One of several secrets to keep."""

    name: str
    values: dict[str, Sensitive]
    scope: SecretScope = SecretScope.WORKSPACE


class CreateSecrets(WorkspaceMessage[tuple[SecretInfo, ...]], frozen=True, kw_only=True):
    """Keep several new secrets, all or none: one commit instead of one each."""

    is_about_secrets = True
    action = "secret.create"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    secrets: tuple[Fresh, ...]


class GetSecret(OneSecret[SecretInfo], frozen=True, kw_only=True):
    """What may be told of a secret without its values."""

    action = "secret.get"
    permission = Permission.LIST
    prefix: bool = False
    """Take an unambiguous beginning of the name or id too."""


class RevealSecret(OneSecret[RevealedSecret], frozen=True, kw_only=True):
    """A secret with its values."""

    action = "secret.reveal"
    permission = Permission.READ_SECRETS
    effect = Effect.REVEAL
    is_brief = True
    key: str | None = None
    """Only this one."""
    version: int | None = None
    run: str | None = None
    """The run and step on whose behalf it is read, for the audit trail."""
    step: str | None = None


class ListSecrets(WorkspaceMessage[Page[SecretInfo]], frozen=True, kw_only=True):
    """Secrets that the caller sees; never reads a value."""

    action = "secret.list"
    permission = Permission.LIST
    listing: Listing = Listing()
    scope: SecretScope | None = None
    deleted: bool = False


class UpdateSecret(OneSecret[SecretInfo], frozen=True, kw_only=True):
    """Set and remove keys, rename, move to another scope: all or nothing."""

    action = "secret.update"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    set: dict[str, Sensitive] = {}
    remove: tuple[str, ...] = ()
    new_name: str | None = None
    new_scope: SecretScope | None = None
    if_version: int | None = None
    update_references: bool = False
    force: bool = False


class DeleteSecret(OneSecret[SecretInfo], frozen=True, kw_only=True):
    """Take a secret away, for good with `purge`."""

    action = "secret.delete"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    force: bool = False
    purge: bool = False
    dry_run: bool = False


class UndeleteSecret(OneSecret[SecretInfo], frozen=True, kw_only=True):
    """Bring a deleted secret back with its versions."""

    action = "secret.undelete"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    new_name: str | None = None


class ListVersions(OneSecret[tuple[SecretVersion, ...]], frozen=True, kw_only=True):
    """The versions of a secret, newest first."""

    action = "secret.versions"
    permission = Permission.LIST


class RestoreVersion(OneSecret[SecretInfo], frozen=True, kw_only=True):
    """Make the values of an old version the current ones, as a new version."""

    action = "secret.restore"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    version: int
    force: bool = False
    """Even if that removes keys which are referenced."""


class DestroyVersions(OneSecret[tuple[SecretVersion, ...]], frozen=True, kw_only=True):
    """Make old versions unreadable for good; answers the versions as they are then."""

    action = "secret.destroy"
    permission = Permission.WRITE
    effect = Effect.CHANGE
    version: int | None = None
    """None: all but the current one."""


class GetUsage(OneSecret[SecretUsage], frozen=True, kw_only=True):
    """Who refers to a secret and who last read it."""

    action = "secret.usage"
    permission = Permission.LIST


class ExplainReference(WorkspaceMessage[Explanation], frozen=True, kw_only=True):
    """Where a reference is looked for, step by step."""

    action = "secret.explain"
    permission = Permission.LIST
    text: str


class CheckReferences(WorkspaceMessage[Report], frozen=True, kw_only=True):
    """Whether all that is needed is there: one query, however many; no value is read."""

    action = "secret.check"
    permission = Permission.LIST
    needs: tuple[Need, ...]
    level: ValidationLevel = ValidationLevel.SECRET_AND_KEY_EXISTS
    scope: SecretScope | None = None
    """`workspace` checks as everyone else sees it."""
    stack: str | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One secret at one version, and which of its keys (None: all)."""

    id: str
    version: int
    keys: tuple[str, ...] | None = None


class RevealSecrets(WorkspaceMessage[tuple[RevealedSecret, ...]], frozen=True, kw_only=True):
    """The values that a step needs, by id and version, in one read; answers in the order asked."""

    is_about_secrets = True
    action = "secret.reveal"
    permission = Permission.READ_SECRETS
    effect = Effect.REVEAL
    wanted: tuple[Wanted, ...]
    run: str | None = None
    step: str | None = None
