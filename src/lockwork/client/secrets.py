"""What the Client can do with secrets."""

from __future__ import annotations  # the messages are loaded with the first question

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from lockwork import messages
from lockwork.client import memory
from lockwork.client.asking import Asking, listing, named, number, several, text, texts
from lockwork.domain.checks import Need, Report, ValidationLevel
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import (
    Explanation,
    RevealedSecret,
    SecretInfo,
    SecretScope,
    SecretUsage,
    SecretVersion,
    checked_values,
)
from lockwork.messages import Page

if TYPE_CHECKING:
    from lockwork.messages.secrets import Wanted

IfExists = Literal["fail", "update", "skip"]
Learn = Callable[[Iterable[memory.Named]], None]


class _Step(NamedTuple):
    run: str
    step: str
    learn: Learn


_running: _Step | None = None  # the step that runs in this process, whichever thread of it asks


@contextmanager
def inside_step(run: str, step: str, learn: Learn) -> Iterator[None]:
    """While this lasts, values that any Client of this process fetches are given to `learn` before they are
    returned, and the audit trail says for which run and step they were read."""
    global _running
    before, _running = _running, _Step(run, step, learn)
    try:
        yield
    finally:
        _running = before


class SecretCalls(Asking):
    """Secrets: by name or id; without `scope`, the caller's own scope first, then the workspace."""

    def create_secret(
        self,
        name: str,
        values: Mapping[str, str],
        scope: SecretScope | str = SecretScope.WORKSPACE,
        *,
        if_exists: IfExists = "fail",
    ) -> SecretInfo:
        """Keep a new secret. `values` are text; AlreadyExists where the name is taken in that scope."""
        if text(if_exists, "if_exists") not in get_args(IfExists):  # callers without a type checker
            raise InvalidInput(f"if_exists is fail, update or skip, not {if_exists!r}")
        return self.send(
            messages.secrets.CreateSecret(
                workspace=self.workspace,
                name=name,
                values=checked_values(values),
                scope=SecretScope.parse(scope),
                if_exists=if_exists,
            )
        )

    def get_secret(
        self,
        name_or_id: str,
        scope: SecretScope | str | None = None,
        *,
        version: int | None = None,
        key: str | None = None,
    ) -> RevealedSecret:
        """A secret with its values; recorded in the audit trail. NotFound is a KeyError.

        `version`: an old one that is still kept. `key`: only that value.
        """
        step = _running
        secret = self.send(
            messages.secrets.RevealSecret(
                workspace=self.workspace,
                secret=named(name_or_id),
                scope=_scope(scope),
                version=None if version is None else number(version, "version"),
                key=key,
                run=step.run if step else None,
                step=step.step if step else None,
            )
        )
        memory.keep(memory.named(secret))
        if step is not None:
            step.learn(memory.named(secret))
        return secret

    def reveal_secrets(
        self, wanted: Iterable[Wanted], *, run: str | None = None, step: str | None = None
    ) -> tuple[RevealedSecret, ...]:
        """Values by id and version, in one read, in the order asked."""
        secrets = self.send(
            messages.secrets.RevealSecrets(
                workspace=self.workspace, wanted=several(wanted, "wanted"), run=run, step=step
            )
        )
        if run is None:  # a run masks by itself what it reads
            memory.keep(one for secret in secrets for one in memory.named(secret))
        if _running is not None:
            _running.learn(one for secret in secrets for one in memory.named(secret))
        return secrets

    def describe_secret(
        self, name_or_id: str, scope: SecretScope | str | None = None, *, prefix: bool = False
    ) -> SecretInfo:
        """All that may be told of a secret without its values."""
        return self.send(
            messages.secrets.GetSecret(
                workspace=self.workspace, secret=named(name_or_id), scope=_scope(scope), prefix=prefix
            )
        )

    def list_secrets(
        self,
        *,
        name: str | None = None,
        scope: SecretScope | str | None = None,
        owner: str | None = None,
        created: str | None = None,
        updated: str | None = None,
        id: str | None = None,
        any: bool = False,
        sort_by: str = "asc:name",
        page: int = 1,
        size: int = 20,
        deleted: bool = False,
    ) -> Page[SecretInfo]:
        """A page of what the caller sees; no values. A filter is a value, or `contains:`, `startswith:`,
        `endswith:`, `gt:`, `gte:`, `lt:`, `lte:` and one; `any` joins several by or."""
        filters = {"name": name, "owner": owner, "created": created, "updated": updated, "id": id}
        return self.send(
            messages.secrets.ListSecrets(
                workspace=self.workspace,
                listing=listing(filters, any=any, sort_by=sort_by, page=page, size=size),
                scope=_scope(scope),
                deleted=deleted,
            )
        )

    def update_secret(
        self,
        name_or_id: str,
        scope: SecretScope | str | None = None,
        *,
        new_name: str | None = None,
        new_scope: SecretScope | str | None = None,
        add_or_update_values: Mapping[str, str] | None = None,
        remove_values: Iterable[str] = (),
        if_version: int | None = None,
        update_references: bool = False,
        force: bool = False,
    ) -> SecretInfo:
        """Set and remove keys, rename, move: all or nothing, as one new version; other keys stay.

        VersionMismatch where `if_version` is no longer the current one; StillReferenced where others would
        break, unless `force`; Ambiguous where the name exists in both scopes and none is given.
        """
        return self.send(
            messages.secrets.UpdateSecret(
                workspace=self.workspace,
                secret=named(name_or_id),
                scope=_scope(scope),
                set=checked_values(add_or_update_values or {}),
                remove=texts(remove_values, "remove_values"),
                new_name=new_name,
                new_scope=_scope(new_scope),
                if_version=None if if_version is None else number(if_version, "if_version"),
                update_references=update_references,
                force=force,
            )
        )

    def delete_secret(
        self,
        name_or_id: str,
        scope: SecretScope | str | None = None,
        *,
        force: bool = False,
        purge: bool = False,
        dry_run: bool = False,
    ) -> SecretInfo:
        """Take it away; for 30 days `undelete_secret` brings it back, unless `purge`.

        `dry_run`: only refuse what would be refused.
        """
        return self.send(
            messages.secrets.DeleteSecret(
                workspace=self.workspace,
                secret=named(name_or_id),
                scope=_scope(scope),
                force=force,
                purge=purge,
                dry_run=dry_run,
            )
        )

    def undelete_secret(
        self, name_or_id: str, scope: SecretScope | str | None = None, *, new_name: str | None = None
    ) -> SecretInfo:
        """Bring a deleted secret back with its versions."""
        return self.send(
            messages.secrets.UndeleteSecret(
                workspace=self.workspace, secret=named(name_or_id), scope=_scope(scope), new_name=new_name
            )
        )

    def list_secret_versions(
        self, name_or_id: str, scope: SecretScope | str | None = None
    ) -> tuple[SecretVersion, ...]:
        """Its versions, newest first: numbers, dates, authors, key names."""
        return self.send(
            messages.secrets.ListVersions(
                workspace=self.workspace, secret=named(name_or_id), scope=_scope(scope)
            )
        )

    def restore_secret(
        self, name_or_id: str, version: int, scope: SecretScope | str | None = None, *, force: bool = False
    ) -> SecretInfo:
        """Make the values of an old version the current ones, as a new version."""
        return self.send(
            messages.secrets.RestoreVersion(
                workspace=self.workspace,
                secret=named(name_or_id),
                scope=_scope(scope),
                version=number(version, "version"),
                force=force,
            )
        )

    def destroy_secret_versions(
        self, name_or_id: str, version: int | None = None, scope: SecretScope | str | None = None
    ) -> tuple[SecretVersion, ...]:
        """Make an old version, or without `version` all but the current one, unreadable for good."""
        return self.send(
            messages.secrets.DestroyVersions(
                workspace=self.workspace,
                secret=named(name_or_id),
                scope=_scope(scope),
                version=None if version is None else number(version, "version"),
            )
        )

    def secret_usage(self, name_or_id: str, scope: SecretScope | str | None = None) -> SecretUsage:
        """Which components, stacks and last runs refer to it, and who last read it."""
        return self.send(
            messages.secrets.GetUsage(workspace=self.workspace, secret=named(name_or_id), scope=_scope(scope))
        )

    def explain_reference(self, text: str) -> Explanation:
        """Why `text` is found, is not found, or is not even a reference; no value is read."""
        return self.send(messages.secrets.ExplainReference(workspace=self.workspace, text=text))

    def check_references(
        self,
        needs: Iterable[Need],
        *,
        level: ValidationLevel = ValidationLevel.SECRET_AND_KEY_EXISTS,
        scope: SecretScope | None = None,
        stack: str | None = None,
    ) -> Report:
        """Everything that is wrong with what is needed, in one request; at level NONE in none at all."""
        if level is ValidationLevel.NONE:
            return Report(ok=True, stack=stack, level=level, checked=0)
        return self.send(
            messages.secrets.CheckReferences(
                workspace=self.workspace, needs=several(needs, "needs"), level=level, scope=scope, stack=stack
            )
        )


def _scope(scope: SecretScope | str | None) -> SecretScope | None:
    return None if scope is None else SecretScope.parse(scope)
