"""Questions about users."""

from lockwork.domain.access import Permission, User
from lockwork.messages import Effect, Listing, Message, Page


class WhoAmI(Message[User], frozen=True, kw_only=True):
    action = "user.whoami"
    permission = Permission.ANYONE


class CreateUser(Message[User], frozen=True, kw_only=True):
    action = "user.create"
    permission = Permission.ADMINISTER
    effect = Effect.CHANGE
    name: str


class DeleteUser(Message[User], frozen=True, kw_only=True):
    """Take a user away; refused while they own secrets, unless forced: their secrets are then deleted."""

    action = "user.delete"
    permission = Permission.ADMINISTER
    effect = Effect.CHANGE
    user: str
    force: bool = False


class GetUser(Message[User], frozen=True, kw_only=True):
    action = "user.get"
    permission = Permission.ANYONE
    user: str


class ListUsers(Message[Page[User]], frozen=True, kw_only=True):
    action = "user.list"
    permission = Permission.ANYONE
    listing: Listing = Listing()
