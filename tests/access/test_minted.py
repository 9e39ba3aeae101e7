"""What tokens mint: it ends with what it came of, and who came of what is who may end it."""

from typing import Any

import pytest
from tests.access.conftest import HERE, Team, heard, log_in
from tests.access.test_tokens import REVEAL

from lockwork.crypto import passwords
from lockwork.database import access
from lockwork.domain.access import Role
from lockwork.domain.errors import NotFound, NotPermitted
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import TokenKind
from lockwork.messages.access import (
    CreateUser,
    DeleteUser,
    LogOut,
    PutMember,
    RevokeToken,
    UpdateUser,
    WhoAmI,
)
from lockwork.messages.audit import VerifyAudit
from lockwork.service import tokens


def test_nothing_outlives_what_minted_it(team: Team) -> None:
    """What a program's token mints expires with it; what a person's log-in makes goes its own time."""
    boss = team.client("boss")
    short = team.with_token(boss.create_token("short", days=2).text)
    for days in (90, None):
        made = short.create_token(f"long{days}", days=days).token
        assert made.notes == ("it expires with the token that minted it",)
        assert made.expires == next(t for t in boss.list_tokens(name="short")).expires
    assert short.create_token("shorter", days=1).token.notes == ()
    session = team.with_token(log_in(team, "boss"))
    assert session.create_token("for-ever", days=None).token.expires is None
    for client in (boss, short, session):
        client.close()


def test_revoking_revokes_what_was_minted(stocked: Team) -> None:
    """To the last generation, at once; other tokens of the same owner go on."""
    boss = stocked.client("boss")
    first = boss.create_token("first")
    one = stocked.with_token(first.text)
    second = one.create_token("second")
    two = stocked.with_token(second.text)
    three = stocked.with_token(two.create_token("third").text)
    assert [heard(c, REVEAL) for c in (boss, one, two, three)] == ["yes"] * 4
    boss.revoke_token("first")
    assert [heard(c, REVEAL) for c in (boss, one, two, three)] == ["yes", "who?", "who?", "who?"]
    assert stocked.did(VerifyAudit()).problems == ()
    with pytest.raises(NotFound):
        boss.revoke_token("first")
    for client in (boss, one, two, three):
        client.close()


def test_who_is_deleted_takes_along_what_they_minted_for_programs(stocked: Team) -> None:
    """A service account's token that a deleted admin's token minted opens nothing any more."""
    stocked.did(CreateUser(name="nightly-robot", service=True))
    stocked.did(PutMember(workspace=HERE, user="nightly-robot", role=Role.RUNNER))
    boss = stocked.client("boss")
    robot = stocked.with_token(boss.create_token("of-the-boss", owner="nightly-robot").text)
    assert heard(robot, REVEAL) == "yes"
    stocked.did(DeleteUser(user="boss", force=True))
    assert heard(robot, REVEAL) == "who?"
    assert stocked.did(VerifyAudit()).problems == ()
    for client in (boss, robot):
        client.close()


def test_who_is_kept_out_takes_along_what_they_minted_until_they_are_back(stocked: Team) -> None:
    """A service account's tokens that came of theirs, however far, open nothing meanwhile; others go on."""
    stocked.did(UpdateUser(user="admin", admin=True))
    boss, other = stocked.client("boss"), stocked.client("admin")
    first = stocked.with_token(boss.create_token("of-the-boss", owner="robot").text)
    second = stocked.with_token(first.create_token("of-the-first").text)
    apart = stocked.with_token(other.create_token("of-the-other", owner="robot").text)
    boss.send(LogOut())  # which ends that token alone, and what came of it goes on
    asked = (first, second, apart)
    assert [heard(c, REVEAL) for c in asked] == ["yes", "yes", "yes"]
    stocked.did(UpdateUser(user="boss", disabled=True))
    assert [heard(c, REVEAL) for c in asked] == ["who?", "who?", "yes"]
    stocked.did(UpdateUser(user="boss", disabled=False))
    assert [heard(c, REVEAL) for c in asked] == ["yes", "yes", "yes"]
    stocked.did(UpdateUser(user="boss", admin=False))
    assert [heard(c, REVEAL) for c in asked] == ["yes", "yes", "yes"]
    for client in (boss, other, *asked):
        client.close()


@pytest.mark.parametrize("limit", [{"role": "viewer"}, {"workspaces": [HERE]}, {"patterns": ["prod-*"]}])
@pytest.mark.parametrize("owner", ["editor", "boss"])
def test_a_token_held_to_limits_knows_what_came_of_it_alone(
    team: Team, owner: str, limit: dict[str, Any]
) -> None:
    """It neither lists nor revokes its owner's other tokens, and closes none of their log-ins."""
    session = team.with_token(log_in(team, owner))
    others = session.create_token("other").token
    held = team.with_token(session.create_token("held", **limit).text)
    made = team.with_token(held.create_token("made").text)
    made.create_token("last")
    assert sorted(t.name for t in held.list_tokens(size=100)) == ["held", "last", "made"]
    assert held.list_tokens(size=1).total == 3
    assert sorted(t.name for t in made.list_tokens()) == ["last", "made"]
    for text in ("other", others.id):
        assert heard(held, RevokeToken(token=text)) == "absent"
    assert heard(made, RevokeToken(token="held")) == "absent"
    with pytest.raises(NotPermitted, match="closes no log-ins"):
        held.send(LogOut(everywhere=True))
    assert heard(held, RevokeToken(token="made")) == "yes"
    assert heard(made, WhoAmI()) == "who?"
    assert heard(held, RevokeToken(token="held")) == "yes"
    assert [heard(c, WhoAmI()) for c in (held, session)] == ["who?", "yes"]
    assert "other" in {t.name for t in session.list_tokens(size=100) if t.revoked is None}
    for client in (session, held, made):
        client.close()


def test_who_comes_in_by_what_no_record_tells_of_is_found(team: Team) -> None:
    """A token or password that was written into the tables beside the server is named by `audit verify`."""
    house = team.gate.house
    assert team.did(VerifyAudit()).problems == ()
    with house.database.writing() as tx:
        user = access.user(tx, "boss")
        assert user is not None
        made = tokens.mint(tx, user, "forged", TokenKind.API, now=house.clock(), expires=None)
        access.set_password(tx, user.id, passwords.kept(Sensitive("another good password"), cheap=True))
    client = team.with_token(made.text)
    first, second = sorted(client.verify_audit().problems)
    assert first.startswith(f"password 'boss' ({user.id}) is not as record ")
    assert second == f"token 'forged' ({made.token.id}) was never recorded"
    client.close()
