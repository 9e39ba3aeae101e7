"""Questions about who may come in: users, members, tokens, passwords."""

from lockwork.domain.access import Held, Limits, Member, Permission, Role, User
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import NewCode, NewToken, Token
from lockwork.messages import Effect, Listing, Message, Page, WorkspaceMessage


class WhoAmI(Message[User], frozen=True, kw_only=True):
    action = "user.whoami"
    permission = Permission.ANYONE


class CreateUser(Message[User], frozen=True, kw_only=True):
    """A name with secrets of its own. On a server a person comes in by an invitation: see `InviteUser`."""

    action = "user.create"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    name: str
    service: bool = False
    """For a program: it has tokens and no password."""


class UpdateUser(Message[User], frozen=True, kw_only=True):
    """Let someone administer the server, or no more; keep them out, or let them in again."""

    action = "user.update"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    user: str
    admin: bool | None = None
    disabled: bool | None = None


class DeleteUser(Message[User], frozen=True, kw_only=True):
    """Take a user away; refused while they own secrets, unless forced: their secrets are then deleted."""

    action = "user.delete"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    user: str
    force: bool = False
    dry_run: bool = False


class GetUser(Message[User], frozen=True, kw_only=True):
    action = "user.get"
    permission = Permission.ANYONE
    user: str


class ListUsers(Message[Page[User]], frozen=True, kw_only=True):
    action = "user.list"
    permission = Permission.ANYONE
    listing: Listing = Listing()


# ---- members of a workspace ----


class GetRights(WorkspaceMessage[Held], frozen=True, kw_only=True):
    """What the caller may do in a workspace, so that nobody is asked for what would be refused."""

    action = "rights.get"
    permission = Permission.LIST


class PutMember(WorkspaceMessage[Member], frozen=True, kw_only=True):
    """Let a user into the workspace, or change what they are there."""

    action = "member.put"
    permission = Permission.ADMINISTER
    effect = Effect.CHANGE
    user: str
    role: Role


class RemoveMember(WorkspaceMessage[Member], frozen=True, kw_only=True):
    action = "member.remove"
    permission = Permission.ADMINISTER
    effect = Effect.CHANGE
    user: str


class ListMembers(WorkspaceMessage[Page[Member]], frozen=True, kw_only=True):
    action = "member.list"
    permission = Permission.LIST
    listing: Listing = Listing(sort_by="asc:user")


# ---- tokens ----


class CreateToken(Message[NewToken], frozen=True, kw_only=True):
    """A token for a program, of one's own or, for admins of the server, of a service account."""

    action = "token.create"
    permission = Permission.ANYONE
    effect = Effect.CHANGE
    name: str
    owner: str | None = None
    """Whose; None: the caller's own."""
    limits: Limits = Limits()
    days: int | None = 90
    """Until it expires; None: never."""


class ListTokens(Message[Page[Token]], frozen=True, kw_only=True):
    """Tokens of one's own; for admins of the server of all. One that is held to limits sees itself and what
    it minted."""

    action = "token.list"
    permission = Permission.ANYONE
    listing: Listing = Listing(sort_by="desc:created")


class RevokeToken(Message[Token], frozen=True, kw_only=True):
    """From now on it opens nothing, and neither does what it minted. One that is held to limits revokes
    itself and what it minted alone."""

    action = "token.revoke"
    permission = Permission.ANYONE
    effect = Effect.CHANGE
    token: str
    """Its id, or its name where that means one token."""


# ---- ways in ----


class InviteUser(Message[NewCode], frozen=True, kw_only=True):
    """A person, a member of `workspaces` at once, and the code by which they choose their password."""

    action = "user.invite"
    permission = Permission.ADMINISTER_STORE
    effect = Effect.CHANGE
    name: str
    admin: bool = False
    workspaces: dict[str, Role] = {}


class ResetPassword(Message[NewCode], frozen=True, kw_only=True):
    """A code by which someone chooses another password: for the host, where an admin may be locked out."""

    action = "password.reset"
    permission = Permission.OWN_STORE
    effect = Effect.CHANGE
    user: str


class AppointAdmin(Message[User], frozen=True, kw_only=True):
    """The first admin, with the password that somebody left on the host; refused once there is one."""

    action = "setup"
    permission = Permission.OWN_STORE
    effect = Effect.CHANGE
    name: str
    password: Sensitive


class LogIn(Message[NewToken], frozen=True, kw_only=True):
    """A token for a password."""

    action = "login"
    permission = Permission.NOBODY
    name: str
    password: Sensitive
    label: str = "login"
    """What the token is called, such as the machine's name."""
    session: bool = False
    """For a browser: it is good for twelve hours, and ends after one in which nothing was asked."""


class LogOut(Message[None], frozen=True, kw_only=True):
    """Revoke the token that is shown, or, if no limits hold it, all that passwords of the caller made."""

    action = "logout"
    permission = Permission.ANYONE
    effect = Effect.CHANGE
    everywhere: bool = False


class SetUp(Message[NewToken], frozen=True, kw_only=True):
    """The first admin, by the code that the server printed when it first started."""

    action = "setup"
    permission = Permission.NOBODY
    code: Sensitive
    name: str
    password: Sensitive
    label: str = ""
    session: bool = False
    """For a browser, as in `LogIn`, like the label."""


class ChoosePassword(Message[NewToken], frozen=True, kw_only=True):
    """A password, by the code of an invitation or of a reset."""

    action = "password.choose"
    permission = Permission.NOBODY
    code: Sensitive
    password: Sensitive
    label: str = ""
    session: bool = False
    """For a browser, as in `LogIn`, like the label."""


class ChangePassword(Message[None], frozen=True, kw_only=True):
    """Another password; what the old one let in is revoked, but for the log-in that is shown."""

    action = "password.change"
    permission = Permission.NOBODY
    name: str
    password: Sensitive
    new: Sensitive
