"""What the Client can do with users, workspaces, root keys and the audit trail."""

from __future__ import annotations  # what it answers with is loaded with the first question

from typing import TYPE_CHECKING

from lockwork import messages
from lockwork.client.asking import Asking, listing, mapping, named, number, several, text, texts
from lockwork.messages import Listing, Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from lockwork.domain.access import Held, Member, Role, User
    from lockwork.domain.audit import (
        AuditHead,
        AuditLink,
        AuditPart,
        AuditRecord,
        AuditVerdict,
        Knocked,
        Pruned,
    )
    from lockwork.domain.copies import StoreCopy
    from lockwork.domain.keys import RootKeyInfo, Rotation
    from lockwork.domain.tokens import NewCode, NewToken, Token
    from lockwork.domain.workspaces import Workspace


class AccessCalls(Asking):
    """Who and where."""

    @property
    def active_user(self) -> User:
        """The user that this client acts as."""
        return self.send(messages.access.WhoAmI())

    @property
    def active_workspace(self) -> Workspace:
        """The workspace that this client asks in."""
        return self.get_workspace(self.workspace)

    def create_user(self, name: str, *, service: bool = False) -> User:
        """A user: on an embedded store a name kept apart, not a person kept out.

        With `service` an account for a program, which has tokens and no password. People come in to a server
        by `invite_user`.
        """
        return self.send(messages.access.CreateUser(name=name, service=service))

    def invite_user(
        self, name: str, *, admin: bool = False, workspaces: Mapping[str, Role | str] | None = None
    ) -> NewCode:
        """A person, a member of `workspaces` in these roles, and the code by which they choose a password.

        The code is good once, for seven days, and told this once; it hides itself when printed. For who was
        invited before and has not come in yet it is a fresh one, and the earlier one is good no more.
        """
        roles = {
            named(workspace): _role(role) for workspace, role in mapping(workspaces, "workspaces").items()
        }
        return self.send(messages.access.InviteUser(name=name, admin=admin, workspaces=roles))

    def update_user(
        self, name_or_id: str, *, admin: bool | None = None, disabled: bool | None = None
    ) -> User:
        """Let someone administer the server, or no more; keep them out, or let them in again."""
        return self.send(messages.access.UpdateUser(user=named(name_or_id), admin=admin, disabled=disabled))

    def change_password(self, current: str, new: str) -> None:
        """Another password of your own. What the old one opened is closed, but for the token in use."""
        from lockwork.domain.sensitive import Sensitive  # lazy: one method asks

        name, old = self.active_user.name, Sensitive(text(current, "current"))
        return self.send(
            messages.access.ChangePassword(name=name, password=old, new=Sensitive(text(new, "new")))
        )

    def get_user(self, name_or_id: str) -> User:
        """The user of this name or id."""
        return self.send(messages.access.GetUser(user=named(name_or_id)))

    def list_users(
        self, *, name: str | None = None, sort_by: str = "asc:name", page: int = 1, size: int = 20
    ) -> Page[User]:
        """A page of users."""
        return self.send(
            messages.access.ListUsers(
                listing=listing({"name": name}, any=False, sort_by=sort_by, page=page, size=size)
            )
        )

    def delete_user(self, name_or_id: str, *, force: bool = False, dry_run: bool = False) -> User:
        """Take a user away; with `force` also one who has secrets of their own, which are purged.

        `dry_run`, here and elsewhere: only refuse what would be refused.
        """
        return self.send(messages.access.DeleteUser(user=named(name_or_id), force=force, dry_run=dry_run))

    # ---- members of a workspace; without one, of the active ----

    def get_rights(self, workspace: str | None = None) -> Held:
        """What you may do there: in the workspace and over the store, and with secrets of your own scope."""
        return self.send(messages.access.GetRights(workspace=self._in(workspace)))

    def list_members(
        self, workspace: str | None = None, *, sort_by: str = "asc:user", page: int = 1, size: int = 20
    ) -> Page[Member]:
        """A page of a workspace's members, with what they are there."""
        order = listing({}, any=False, sort_by=sort_by, page=page, size=size)
        return self.send(messages.access.ListMembers(workspace=self._in(workspace), listing=order))

    def add_member(self, user: str, role: Role | str, workspace: str | None = None) -> Member:
        """Let a user into a workspace as `viewer`, `runner`, `editor` or `admin`, or change what they are."""
        return self.send(
            messages.access.PutMember(workspace=self._in(workspace), user=named(user), role=_role(role))
        )

    def remove_member(self, user: str, workspace: str | None = None) -> Member:
        """Out of a workspace; secrets of their own stay theirs."""
        return self.send(messages.access.RemoveMember(workspace=self._in(workspace), user=named(user)))

    def _in(self, workspace: str | None) -> str:
        return self.workspace if workspace is None else named(workspace)

    # ---- tokens ----

    def create_token(
        self,
        name: str,
        *,
        owner: str | None = None,
        role: Role | str | None = None,
        workspaces: Iterable[str] | None = None,
        patterns: Iterable[str] | None = None,
        days: int | None = 90,
    ) -> NewToken:
        """A token for a program: yours, or, for admins of the server, the service account's `owner`.

        It may do what its owner may when it is used, and no more than `role` allows, in `workspaces` alone,
        with secrets alone whose names match one of `patterns` (`*` stands for any text). `days` None: until
        it is revoked. Its text is told this once; it hides itself when printed: `.text.reveal()`.
        """
        from lockwork.domain.access import Limits  # lazy: one method asks

        limits = Limits(
            role=None if role is None else _role(role),
            workspaces=None if workspaces is None else texts(workspaces, "workspaces"),
            patterns=None if patterns is None else texts(patterns, "patterns"),
        )
        return self.send(
            messages.access.CreateToken(
                name=name,
                owner=None if owner is None else named(owner),
                limits=limits,
                days=None if days is None else number(days, "days"),
            )
        )

    def list_tokens(
        self, *, name: str | None = None, sort_by: str = "desc:created", page: int = 1, size: int = 20
    ) -> Page[Token]:
        """A page of your tokens, log-ins too; for admins of the server of everyone's."""
        return self.send(
            messages.access.ListTokens(
                listing=listing({"name": name}, any=False, sort_by=sort_by, page=page, size=size)
            )
        )

    def revoke_token(self, name_or_id: str) -> Token:
        """From now on it opens nothing, and neither does what it minted."""
        return self.send(messages.access.RevokeToken(token=named(name_or_id)))

    # ---- workspaces ----

    def create_workspace(self, name: str) -> Workspace:
        """A new room, furnished with the stack `default`."""
        return self.send(messages.workspaces.CreateWorkspace(name=name))

    def get_workspace(self, name_or_id: str) -> Workspace:
        """The workspace of this name or id."""
        return self.send(messages.workspaces.GetWorkspace(workspace=named(name_or_id)))

    def list_workspaces(
        self, *, name: str | None = None, sort_by: str = "asc:name", page: int = 1, size: int = 20
    ) -> Page[Workspace]:
        """A page of workspaces."""
        return self.send(
            messages.workspaces.ListWorkspaces(
                listing=listing({"name": name}, any=False, sort_by=sort_by, page=page, size=size)
            )
        )

    def delete_workspace(self, name_or_id: str, *, force: bool = False, dry_run: bool = False) -> Workspace:
        """Take a workspace away with all that is in it; one that holds secrets only with `force`."""
        return self.send(
            messages.workspaces.DeleteWorkspace(workspace=named(name_or_id), force=force, dry_run=dry_run)
        )


class StoreCalls(Asking):
    """The store itself: its root keys, its audit trail, copies of it."""

    def list_keys(self) -> tuple[RootKeyInfo, ...]:
        """The root keys that the store knows of; never the keys themselves."""
        return self.send(messages.keys.ListKeys())

    def add_key(self) -> RootKeyInfo:
        """A fresh root key in the keyring file, waiting to be made active."""
        return self.send(messages.keys.AddKey())

    def activate_key(self, key: str | None = None, *, reseal: bool = False) -> RootKeyInfo:
        """From now on new versions are wrapped by this key; without one, the newest that waits.

        With `reseal`, for a key that leaked: the versions of before get new data keys when they are moved.
        """
        return self.send(messages.keys.ActivateKey(key=key, reseal=reseal))

    def rewrap_versions(self, *, reseal: bool = False, size: int = 200) -> int:
        """Wrap a batch of versions by the active key; how many were left before it."""
        return self.send(messages.keys.RewrapVersions(reseal=reseal, size=size))

    def retire_keys(self) -> Rotation:
        """Retire every key that protects nothing any more."""
        return self.send(messages.keys.RetireKeys())

    def destroy_key(self, key: str, *, dry_run: bool = False) -> RootKeyInfo:
        """Take a retired key out of the keyring, for good."""
        return self.send(messages.keys.DestroyKey(key=key, dry_run=dry_run))

    def list_audit(self, listing: Listing | None = None) -> Page[AuditRecord]:
        """A page of the audit trail, newest first."""
        return self.send(messages.audit.ListAudit(listing=listing or Listing(sort_by="desc:number")))

    def audit_head(self) -> AuditHead:
        """The end of the trail; kept elsewhere, it proves later that nothing was cut off."""
        return self.send(messages.audit.GetAuditHead())

    def list_strangers(self, since: int = 0) -> tuple[Knocked, ...]:
        """Failed log-ins and unknown tokens, by minute and address; `since` is in microseconds since 1970."""
        return self.send(messages.audit.ListStrangers(since=since))

    def export_audit(self, before: int, after: int | None = None) -> AuditPart:
        """Links of the trail older than `before`, in microseconds since 1970, after the record `after`."""
        return self.send(messages.audit.ExportAudit(before=before, after=after))

    def prune_audit(self, through: AuditHead) -> Pruned:
        """Take out of the trail what comes up to this record; keep it elsewhere first."""
        return self.send(messages.audit.PruneAudit(through=through))

    def check_audit_links(self, start: AuditHead, links: Iterable[AuditLink]) -> AuditVerdict:
        """Whether links that were kept elsewhere follow from `start` and from each other."""
        return self.send(messages.audit.CheckAuditLinks(start=start, links=several(links, "links")))

    def verify_audit(self, expect: AuditHead | None = None) -> AuditVerdict:
        """Whether the chain is whole, and the secrets are as it left them."""
        return self.send(messages.audit.VerifyAudit(expect=expect))

    def copy_store(self, folder: Path, name: str) -> StoreCopy:
        """Database and keyring as they are at one moment, in an empty folder of yours alone.

        For the record, `name` says what for. `lockwork.moving.backup` seals such a copy under a passphrase.
        """
        return self.send(messages.copies.CopyStore(folder=str(folder.absolute()), name=name))


def _role(role: Role | str) -> Role:
    from lockwork.domain.access import Role  # lazy: few methods ask

    return Role.parse(text(role, "role"))
