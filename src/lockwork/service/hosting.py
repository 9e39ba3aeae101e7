"""What is done about people on a server's own host, by whoever owns the store there."""

from lockwork.crypto import passwords
from lockwork.database import access
from lockwork.domain.access import Role, User, UserName
from lockwork.domain.audit import Subject
from lockwork.domain.errors import NotFound, Refused
from lockwork.domain.nearness import near
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import NewCode
from lockwork.domain.workspaces import DEFAULT
from lockwork.messages.access import AppointAdmin, ResetPassword
from lockwork.service import codes
from lockwork.service.callers import Claim
from lockwork.service.context import Context
from lockwork.service.first_admin import appointed
from lockwork.service.gate import Gate
from lockwork.service.readiness import Readiness


def reset_password(ctx: Context, message: ResetPassword) -> NewCode:
    """The password of before goes on until another is chosen by the code."""
    user = access.user(ctx.tx, message.user)
    if user is None:
        raise NotFound("user", message.user, near=near(message.user, access.user_names(ctx.tx)))
    if user.kind != "person":
        raise Refused(f"user {user.name!r} is a service account: it has tokens and no password")
    if user.disabled is not None:
        raise Refused(
            f"user {user.name!r} is disabled", hint=f"lockwork user update {user.name} --enable, as an admin"
        )
    ctx.about(Subject(kind="user", name=user.name, id=user.id))
    return codes.made(ctx, codes.RESET, user)


def appoint(ctx: Context, message: AppointAdmin) -> User:
    """A name that an embedded store has already, and nobody comes in by, is theirs."""
    name = UserName.parse(message.name)
    if access.other_admins(ctx.tx):
        raise Refused("this server has been set up already", hint="lockwork login URL")
    # Within the transaction, though it takes its time: nothing is answered before there is an admin.
    kept = passwords.kept(passwords.checked_password(message.password))
    user, subjects = appointed(ctx.tx, name, kept, ctx.now)
    ctx.about_all(subjects)
    return user.user()


def appoint_first_admin(gate: Gate, name: str, password: Sensitive, *, system_user: str | None) -> bool:
    """For a server that starts with a password file: whether there was no admin yet, and this is one now."""
    if Readiness(gate.house).is_set_up():
        return False
    owner = Claim(DEFAULT, Role.OWNER, system_user)
    gate.answer(owner, AppointAdmin(name=name, password=password))
    return True


ANSWERS = (
    ResetPassword.answered_by(reset_password),
    AppointAdmin.answered_by(appoint),
)
