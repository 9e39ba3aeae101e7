"""What the Client can do with users, workspaces, root keys and the audit trail."""

from __future__ import annotations  # what it answers with is loaded with the first question

from typing import TYPE_CHECKING

from lockwork import messages
from lockwork.client.asking import Asking, listing, named
from lockwork.messages import Listing, Page

if TYPE_CHECKING:
    from pathlib import Path

    from lockwork.domain.access import User
    from lockwork.domain.audit import AuditHead, AuditRecord, AuditVerdict
    from lockwork.domain.copies import StoreCopy
    from lockwork.domain.keys import RootKeyInfo, Rotation
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

    def create_user(self, name: str) -> User:
        """A user of this store: a name kept apart, not a person kept out."""
        return self.send(messages.access.CreateUser(name=name))

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

    def delete_user(self, name_or_id: str, *, force: bool = False) -> User:
        """Take a user away; with `force` also one who has secrets of their own, which are purged."""
        return self.send(messages.access.DeleteUser(user=named(name_or_id), force=force))

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

    def delete_workspace(self, name_or_id: str, *, force: bool = False) -> Workspace:
        """Take a workspace away with all that is in it; one that holds secrets only with `force`."""
        return self.send(messages.workspaces.DeleteWorkspace(workspace=named(name_or_id), force=force))


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

    def destroy_key(self, key: str) -> RootKeyInfo:
        """Take a retired key out of the keyring, for good."""
        return self.send(messages.keys.DestroyKey(key=key))

    def list_audit(self, listing: Listing | None = None) -> Page[AuditRecord]:
        """A page of the audit trail, newest first."""
        return self.send(messages.audit.ListAudit(listing=listing or Listing(sort_by="desc:number")))

    def audit_head(self) -> AuditHead:
        """The end of the trail; kept elsewhere, it proves later that nothing was cut off."""
        return self.send(messages.audit.GetAuditHead())

    def verify_audit(self, expect: AuditHead | None = None) -> AuditVerdict:
        """Whether the chain is whole, and the secrets are as it left them."""
        return self.send(messages.audit.VerifyAudit(expect=expect))

    def copy_store(self, folder: Path, name: str) -> StoreCopy:
        """Database and keyring as they are at one moment, in an empty folder of yours alone.

        For the record, `name` says what for. `lockwork.moving.backup` seals such a copy under a passphrase.
        """
        return self.send(messages.copies.CopyStore(folder=str(folder.absolute()), name=name))
