"""How people come in: the first admin, invitations, resets, passwords; by messages and by commands."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.access.conftest import PASSWORD, Team

from lockwork.crypto import passwords
from lockwork.crypto.tokens import hash_of
from lockwork.domain.access import Role
from lockwork.domain.errors import InvalidInput, NotFound, NotLoggedIn, Refused
from lockwork.domain.secrets import SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import NewCode
from lockwork.messages import Listing
from lockwork.messages.access import (
    AppointAdmin,
    ChangePassword,
    ChoosePassword,
    CreateUser,
    DeleteUser,
    InviteUser,
    LogIn,
    ResetPassword,
    SetUp,
    UpdateUser,
    WhoAmI,
)
from lockwork.messages.audit import VerifyAudit
from lockwork.messages.secrets import CreateSecret
from lockwork.service import assembly, hosting
from lockwork.service.callers import Claim, Shown
from lockwork.service.gate import Gate
from lockwork.service.readiness import Readiness

MINUTE = 60_000_000
STRANGER = Shown(None, "203.0.113.7", "r1")


class Clock:
    def __init__(self) -> None:
        self.now = 1_767_225_600_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(own_home: Path, clock: Clock) -> Any:
    """A store that nobody administers yet."""
    gate = assembly.open_store(own_home / "store", clock=clock)
    yield gate
    gate.close()


def set_up(gate: Gate, code: NewCode, name: str = "root") -> Any:
    return gate.answer(STRANGER, SetUp(code=code.text, name=name, password=Sensitive(PASSWORD)))


def test_the_set_up_code_is_good_once_and_for_half_an_hour(gate: Gate, clock: Clock) -> None:
    """A later one replaces it; once there is an admin, none is any use."""
    readiness = Readiness(gate.house)
    first, second = readiness.setup_code(), readiness.setup_code()
    with pytest.raises(NotLoggedIn):
        set_up(gate, first)
    clock.now += 30 * MINUTE
    with pytest.raises(NotLoggedIn):
        set_up(gate, second)
    third = readiness.setup_code()
    assert not readiness.is_set_up()
    clock.now += 29 * MINUTE
    made = set_up(gate, third)
    assert readiness.is_set_up()
    assert made.token.owner == "root"
    assert readiness.setup_code() is None
    with pytest.raises(Refused, match="set up already"):
        set_up(gate, third, "eve")
    assert gate.answer(Claim("root", Role.OWNER), ResetPassword(user="root")).user == "root"


def test_no_file_of_the_store_holds_a_code_or_token(gate: Gate, own_home: Path) -> None:
    """Their hashes alone; and of a password what Argon2id makes of it."""
    code = Readiness(gate.house).setup_code()
    kept = b"".join(path.read_bytes() for path in (own_home / "store").rglob("*") if path.is_file())
    assert hash_of(code.text).encode() in kept
    made = set_up(gate, code)
    kept = b"".join(path.read_bytes() for path in (own_home / "store").rglob("*") if path.is_file())
    for text in (code.text.reveal(), made.text.reveal(), PASSWORD):
        assert text.encode() not in kept
    assert hash_of(made.text).encode() in kept
    assert b"$argon2id$" in kept


def test_the_first_admin_by_a_password_file(gate: Gate) -> None:
    """Appointed once; the code of before is good no more; a weak password is refused."""
    code = Readiness(gate.house).setup_code()
    with pytest.raises(InvalidInput):
        hosting.appoint_first_admin(gate, "root", Sensitive("short"), system_user="svc")
    assert hosting.appoint_first_admin(gate, "root", Sensitive(PASSWORD), system_user="svc")
    assert not hosting.appoint_first_admin(gate, "eve", Sensitive(PASSWORD), system_user="svc")
    with pytest.raises(Refused):
        set_up(gate, code, "eve")
    with pytest.raises(Refused):
        gate.answer(Claim("default", Role.OWNER), AppointAdmin(name="eve", password=Sensitive(PASSWORD)))
    made = gate.answer(STRANGER, LogIn(name="root", password=Sensitive(PASSWORD)))
    me = Shown(hash_of(made.text))
    assert gate.answer(me, WhoAmI()).admin
    assert gate.answer(me, VerifyAudit()).problems == ()


def test_an_invitation_is_good_once(team: Team) -> None:
    """By its code a person chooses a password and is in; for seven days; members at once."""
    boss, stranger = team.client("boss"), team.with_token(None)
    code = boss.invite_user("carla", workspaces={"default": "editor", "lab": Role.VIEWER})
    invited = {user.name: user.invited for user in boss.list_users(size=50) if user.invited is not None}
    assert invited == {"carla": code.expires}
    assert boss.get_user("carla").invited == code.expires
    chosen = ChoosePassword(code=code.text, password=Sensitive(PASSWORD))
    carla = team.with_token(stranger.send(chosen).text)
    assert carla.active_user.name == "carla"
    assert boss.get_user("carla").invited is None
    assert [w.name for w in carla.list_workspaces()] == ["default", "lab"]
    with pytest.raises(NotLoggedIn):
        stranger.send(chosen)
    late = boss.invite_user("dora")
    team.store.clock.advance(days=7)
    with pytest.raises(NotLoggedIn):
        stranger.send(ChoosePassword(code=late.text, password=Sensitive(PASSWORD)))
    with pytest.raises(NotFound):
        boss.invite_user("ella", workspaces={"nowhere": "viewer"})
    with pytest.raises(NotFound):
        boss.get_user("ella")
    assert boss.verify_audit().ok
    for client in (boss, stranger, carla):
        client.close()


def test_who_has_not_come_in_is_invited_again(team: Team) -> None:
    """By a fresh code, which ends the earlier; what they are stays, but for what is said anew."""
    boss, stranger = team.client("boss"), team.with_token(None)
    password = Sensitive(PASSWORD)
    lost = boss.invite_user("carla", workspaces={"default": "editor", "lab": "viewer"})
    assert lost.notes == ()
    team.store.clock.advance(days=8)
    late = boss.invite_user("carla", workspaces={"lab": "runner"})
    assert "good no more" in late.notes[0]
    code = boss.invite_user("carla")
    for old in (lost, late):
        with pytest.raises(NotLoggedIn):
            stranger.send(ChoosePassword(code=old.text, password=password))
    carla = team.with_token(stranger.send(ChoosePassword(code=code.text, password=password)).text)
    assert not carla.active_user.admin
    roles = {w: {m.user: m.role for m in boss.list_members(w)}["carla"] for w in ("default", "lab")}
    assert roles == {"default": Role.EDITOR, "lab": Role.RUNNER}
    assert boss.verify_audit().ok
    for client in (boss, stranger, carla):
        client.close()


def test_nobody_is_invited_again_who_has_something_to_lose(team: Team) -> None:
    """A password, secrets of their own, or no business to come in: the code would hand them to an admin."""
    boss = team.client("boss")
    team.did(CreateUser(name="ghost"))
    team.did(
        CreateSecret(workspace="default", name="mine", values={"k": Sensitive("v")}, scope=SecretScope.USER),
        user="ghost",
    )
    team.did(CreateUser(name="away"))
    team.did(UpdateUser(user="away", disabled=True))
    for name in ("editor", "ghost", "robot", "away"):
        with pytest.raises(Refused):
            boss.invite_user(name, admin=True)
        assert not boss.get_user(name).admin
    team.did(CreateUser(name="fresh"))
    assert boss.invite_user("fresh", admin=True).user == "fresh"
    assert boss.get_user("fresh").admin
    assert boss.verify_audit().ok
    boss.close()


def test_a_reset_leaves_the_password_until_another_is_chosen(team: Team) -> None:
    """Then what the old one opened is closed, and the old one opens nothing."""
    stranger = team.with_token(None)
    session = team.with_token(stranger.send(LogIn(name="editor", password=Sensitive(PASSWORD))).text)
    code = team.did(ResetPassword(user="editor"))
    assert session.active_user.name == "editor"
    new = Sensitive("another good password")
    fresh = team.with_token(stranger.send(ChoosePassword(code=code.text, password=new)).text)
    assert fresh.active_user.name == "editor"
    with pytest.raises(NotLoggedIn):
        session.list_secrets()
    with pytest.raises(NotLoggedIn):
        stranger.send(LogIn(name="editor", password=Sensitive(PASSWORD)))
    assert team.did(VerifyAudit()).problems == ()
    for name, failure in {"robot": Refused, "nobody-at-all": NotFound}.items():
        with pytest.raises(failure):
            team.did(ResetPassword(user=name))
    team.did(UpdateUser(user="editor", disabled=True))
    with pytest.raises(Refused, match="disabled"):
        team.did(ResetPassword(user="editor"))
    for client in (stranger, session, fresh):
        client.close()


def test_a_wrong_password_changes_none(team: Team) -> None:
    """Whoever has a token and not the password cannot choose another."""
    client = team.client("editor")
    with pytest.raises(NotLoggedIn):
        client.change_password("not the password", "another good password")
    with pytest.raises(InvalidInput):
        client.change_password(PASSWORD, "short")
    client.send(ChangePassword(name="editor", password=Sensitive(PASSWORD), new=Sensitive(PASSWORD + "2")))
    client.change_password(PASSWORD + "2", PASSWORD)
    client.close()


def test_the_record_of_another_password_names_no_token_of_others(team: Team) -> None:
    """Who shows another's, and knows the password, is recorded without it; who shows their own, with it."""
    word = Sensitive(PASSWORD)
    for owner in ("viewer", "editor"):
        client = team.client(owner)
        client.send(ChangePassword(name="editor", password=word, new=word))
        client.close()
    boss = team.client("boss")
    other, own = boss.list_audit(Listing(filters={"action": "password.change"}, sort_by="asc:number"))
    assert (other.user, other.token) == ("editor", None)
    mine = {token.id for token in boss.list_tokens(size=100) if token.owner == "editor"}
    assert own.user == "editor"
    assert own.token in mine
    boss.close()


@pytest.mark.parametrize(
    "meanwhile", ["another password", "disabled", "deleted"], ids=lambda word: word.replace(" ", "-")
)
@pytest.mark.parametrize("asked", ["log-in", "change"])
def test_a_password_that_is_checked_while_it_goes_opens_nothing(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, meanwhile: str, asked: str
) -> None:
    """A check takes its time: who is kept out meanwhile, or chooses another, has no token of the old one."""
    set_up(gate, Readiness(gate.house).setup_code())
    owner = Claim("default", Role.OWNER)
    word = Sensitive(PASSWORD)
    invited = gate.answer(owner, InviteUser(name="ann"))
    gate.answer(STRANGER, ChoosePassword(code=invited.text, password=word))
    reset = gate.answer(owner, ResetPassword(user="ann"))
    other = Sensitive("another good password")
    messages: dict[str, Any] = {
        "another password": (STRANGER, ChoosePassword(code=reset.text, password=other)),
        "disabled": (owner, UpdateUser(user="ann", disabled=True)),
        "deleted": (owner, DeleteUser(user="ann")),
    }
    is_right = passwords.is_right

    def slowly(password: Sensitive, kept: str) -> bool:
        found = is_right(password, kept)
        monkeypatch.undo()
        gate.answer(*messages[meanwhile])
        return found

    monkeypatch.setattr(passwords, "is_right", slowly)
    question: Any = (
        LogIn(name="ann", password=word)
        if asked == "log-in"
        else ChangePassword(name="ann", password=word, new=Sensitive("a thief's own password"))
    )
    with pytest.raises(NotLoggedIn, match="name or password is wrong"):
        gate.answer(STRANGER, question)
    if meanwhile == "another password":
        assert gate.answer(STRANGER, LogIn(name="ann", password=other)).token.owner == "ann"


@pytest.mark.parametrize("by", ["code", "file"])
@pytest.mark.parametrize("was", ["service", "disabled"])
def test_the_first_admin_can_come_in_again(gate: Gate, was: str, by: str) -> None:
    """Also under a name that an embedded store had for a program, or kept out."""
    owner = Claim("default", Role.OWNER)
    gate.answer(owner, CreateUser(name="root", service=was == "service"))
    if was == "disabled":
        gate.answer(owner, UpdateUser(user="root", disabled=True))
    if by == "code":
        set_up(gate, Readiness(gate.house).setup_code())
    else:
        assert hosting.appoint_first_admin(gate, "root", Sensitive(PASSWORD), system_user="svc")
    made = gate.answer(STRANGER, LogIn(name="root", password=Sensitive(PASSWORD)))
    me = Shown(hash_of(made.text))
    assert gate.answer(me, WhoAmI()).kind == "person"
    assert gate.answer(me, VerifyAudit()).problems == ()


def test_the_last_admin_is_not_deleted(gate: Gate) -> None:
    """Or whoever reads the next code that a server prints would be its admin."""
    set_up(gate, Readiness(gate.house).setup_code())
    owner = Claim("default", Role.OWNER)
    with pytest.raises(Refused, match="the only one who can administer the server"):
        gate.answer(owner, DeleteUser(user="root", force=True))
    invited = gate.answer(owner, InviteUser(name="ann", admin=True))
    gate.answer(STRANGER, ChoosePassword(code=invited.text, password=Sensitive(PASSWORD)))
    gate.answer(owner, DeleteUser(user="root", force=True))


# ---- the same by commands ----


class Machine:
    """A machine of someone's, on which `lockwork` is run."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self._environment = {"LOCKWORK_HOME": str(home), "HOME": str(home.parent), **environment}

    def ran(self, *words: str, stdin: str = "", code: int = 0) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "lockwork", *words], input=stdin, capture_output=True, text=True,
            env={"PATH": "/usr/bin:/bin", **self._environment}, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout, done.stderr


def test_a_team_by_commands(team: Team, own_home: Path) -> None:
    """An admin invites, a person chooses and changes a password, a program gets a token, and loses it."""
    admin, carla = Machine(own_home / "admin"), Machine(own_home / "carla")
    admin.ran("login", team.url, "--user", "boss", "--stdin", stdin=f"{PASSWORD}\n")
    code, told = admin.ran("user", "invite", "carla", "--member", "default=editor")
    assert code.startswith("lkc_")
    assert f"lockwork login {team.url} --invited" in told
    carla.ran("login", team.url, "--invited", "--stdin", stdin=f"{code}a good pass phrase\n")
    assert (carla.home / "credentials.json").stat().st_mode & 0o777 == 0o600
    carla.ran("secret", "create", "db", "--password=hunter2")
    carla.ran("user", "password", "--stdin", stdin="a good pass phrase\na better pass phrase\n")
    members = json.loads(carla.ran("workspace", "members", "-o", "json")[0])
    assert {m["user"]: m["role"] for m in members}["carla"] == "editor"
    _, why = carla.ran("workspace", "add-member", "default", "boss", "--role", "viewer", code=1)
    assert "needs administer" in why
    admin.ran("user", "create", "ci", "--service")
    admin.ran("workspace", "add-member", "default", "ci", "--role", "runner")
    text, told = admin.ran("token", "create", "nightly", "--for", "ci", "--pattern", "d*", "--days", "30")
    assert text.startswith("lkw_")
    assert "shown this once" in told
    program = Machine(own_home / "program", LOCKWORK_URL=team.url, LOCKWORK_TOKEN=text.strip())
    assert program.ran("secret", "get", "db", "--key", "password")[0] == "hunter2"
    assert not program.home.exists()
    (listed,) = json.loads(admin.ran("token", "list", "--name", "nightly", "-o", "json")[0])
    assert (listed["owner"], listed["patterns"], listed["role"], listed["revoked"]) == (
        "ci",
        ["d*"],
        None,
        None,
    )
    assert "token" not in listed
    admin.ran("token", "revoke", "nightly")
    assert "not valid" in program.ran("secret", "get", "db", code=3)[1]
    admin.ran("workspace", "remove-member", "default", "carla")
    assert "no workspace 'default'" in carla.ran("secret", "list", code=1)[1]
    admin.ran("user", "update", "carla", "--disable")
    assert "not valid" in carla.ran("secret", "list", code=3)[1]
    admin.ran("logout")
    assert "credentials" not in admin.ran("status")[0]
    words = " ".join(str(path) for path in own_home.rglob("*") if b"hunter2" in _bytes(path))
    assert words == ""


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def test_without_a_terminal_nothing_is_asked(team: Team, own_home: Path) -> None:
    """It fails as wrong usage, and names the flags."""
    machine = Machine(own_home / "m")
    for words in (("login", team.url), ("login", team.url, "--setup"), ("login", team.url, "--invited")):
        assert "--stdin" in machine.ran(*words, code=2)[1]
    machine.ran("login", team.url, "--token-stdin", stdin=team.token("editor").reveal())
    assert "--stdin" in machine.ran("user", "password", code=2)[1]
    assert "before all was answered" in machine.ran("user", "password", "--stdin", stdin="x\n", code=1)[1]
