"""A browser's sessions: made by a password, ended by time, by silence, by a log-out, by a new password."""

from __future__ import annotations

import pytest
from tests.access.conftest import PASSWORD, Team, heard

from lockwork.client.api import Client
from lockwork.domain.errors import NotLoggedIn
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.tokens import TokenKind
from lockwork.messages.access import ChangePassword, CreateToken, LogIn, LogOut, WhoAmI
from lockwork.messages.audit import ListStrangers


def session(team: Team, name: str = "editor", password: str = PASSWORD) -> Client:
    """As the dashboard logs in."""
    stranger = team.with_token(None)
    made = stranger.send(LogIn(name=name, password=Sensitive(password), session=True))
    stranger.close()
    assert made.token.kind is TokenKind.SESSION
    return team.with_token(made.text)


def test_a_session_ends_when_nothing_is_asked_for_an_hour(team: Team) -> None:
    """What is asked in time keeps it alive; after an hour of silence it is gone, and stays so."""
    visitor = session(team)
    for _ in range(3):
        team.store.clock.advance(minutes=55)
        assert heard(visitor, WhoAmI()) == "yes"
    team.store.clock.advance(minutes=61)
    with pytest.raises(NotLoggedIn, match="nothing was asked for an hour"):
        visitor.send(WhoAmI())
    assert heard(visitor, WhoAmI()) == "who?"
    visitor.close()
    # Who was away is no stranger with a forged token.
    assert [(one.what, one.times) for one in team.did(ListStrangers())] == [("ended-token", 2)]


def test_a_session_that_was_never_used_ends_too(team: Team) -> None:
    """Its hour begins when it is made."""
    visitor = session(team)
    team.store.clock.advance(minutes=61)
    assert heard(visitor, WhoAmI()) == "who?"
    visitor.close()


def test_a_session_ends_after_twelve_hours(team: Team) -> None:
    """However busy it is."""
    visitor = session(team)
    for _ in range(14):
        team.store.clock.advance(minutes=50)
        assert heard(visitor, WhoAmI()) == "yes"
    team.store.clock.advance(minutes=50)
    with pytest.raises(NotLoggedIn, match="expired"):
        visitor.send(WhoAmI())
    visitor.close()


def test_a_log_in_of_a_command_line_knows_no_silence(team: Team) -> None:
    """It is good for 30 days, asked or not."""
    stranger = team.with_token(None)
    kept = team.with_token(stranger.send(LogIn(name="editor", password=Sensitive(PASSWORD))).text)
    team.store.clock.advance(days=20)
    assert heard(kept, WhoAmI()) == "yes"
    for client in (stranger, kept):
        client.close()


def test_logging_out_everywhere_ends_all_sessions(team: Team) -> None:
    """Browsers and command lines alike; what a session minted for a program goes on."""
    here, there = session(team), session(team)
    program = team.with_token(here.send(CreateToken(name="ci")).text)
    here.send(LogOut(everywhere=True))
    assert [heard(client, WhoAmI()) for client in (here, there, program)] == ["who?", "who?", "yes"]
    for client in (here, there, program):
        client.close()


def test_a_new_password_ends_other_sessions(team: Team) -> None:
    """The one in which it was changed goes on."""
    here, there = session(team), session(team)
    new = Sensitive("another good password")
    here.send(ChangePassword(name="editor", password=Sensitive(PASSWORD), new=new))
    assert [heard(client, WhoAmI()) for client in (here, there)] == ["yes", "who?"]
    for client in (here, there):
        client.close()
