"""Questions about workspaces."""

from lockwork.domain.access import Permission
from lockwork.domain.workspaces import Workspace
from lockwork.messages import Effect, Listing, Message, Page


class CreateWorkspace(Message[Workspace], frozen=True, kw_only=True):
    """A new room, with the stack `default`."""

    action = "workspace.create"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    name: str


class GetWorkspace(Message[Workspace], frozen=True, kw_only=True):
    action = "workspace.get"
    permission = Permission.ANYONE
    workspace: str


class ListWorkspaces(Message[Page[Workspace]], frozen=True, kw_only=True):
    action = "workspace.list"
    permission = Permission.ANYONE
    listing: Listing = Listing()


class DeleteWorkspace(Message[Workspace], frozen=True, kw_only=True):
    """Take a workspace away; refused while it holds secrets, own components or stacks, unless forced."""

    action = "workspace.delete"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    workspace: str
    force: bool = False
    dry_run: bool = False
