"""Oneself: who one is, another password, where one is logged in, light and dark."""

from datetime import UTC, datetime
from typing import NamedTuple

from lockwork.crypto.passwords import MIN_CHARACTERS
from lockwork.dashboard.cookies import shown_cookies
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.people import ROLES, SIZE, role_of
from lockwork.dashboard.tokens import OF_A_PASSWORD
from lockwork.domain.errors import InvalidInput, NotLoggedIn, NotPermitted
from lockwork.domain.tokens import Token
from lockwork.messages import Listing
from lockwork.messages.access import ListTokens


def account(ask: Ask) -> Answer:
    """Everything about oneself on one page."""
    facts = {
        "role": None if ask.is_embedded else role_of(ask, ask.me.name),
        "roles": ROLES,
        "sessions": () if ask.is_embedded else _sessions(ask),
        "shortest": MIN_CHARACTERS,
    }
    return Shown("account/account.html", "Your account", facts, "" if ask.is_embedded else _COMMAND)


_COMMAND = "lockwork user password"
_MOST = 200
"""Log-ins of the last thirty days to look through; those that were ended are among them."""


class Session(NamedTuple):
    """Where one is logged in."""

    token: Token
    is_this: bool
    """Whether it is what this browser shows."""

    @property
    def used(self) -> datetime:
        """When it was last used. That is written down to the minute, which may begin before the log-in."""
        return max(self.token.created, self.token.last_used or self.token.created)


def _sessions(ask: Ask) -> tuple[Session, ...]:
    """Those that are open: this one, then the last used first."""
    now = datetime.now(UTC).isoformat()
    wanted = {"owner": ask.me.name, "kind": OF_A_PASSWORD, "expires": f"gt:{now}"}
    found = ask.client.send(ListTokens(listing=Listing(filters=wanted, sort_by="desc:created", size=_MOST)))
    shown = shown_cookies(ask.came.headers).get(ask.cookies.session, "")
    good = [Session(token, shown.startswith(token.begins)) for token in found if token.revoked is None]
    good.sort(key=lambda one: (one.is_this, one.used), reverse=True)
    return tuple(good[:SIZE])


def change_password(ask: Ask) -> Answer:
    """By the one of now; all other log-ins end."""
    form = ask.form
    if form.text("new") != form.text("again"):
        raise InvalidInput("the two passwords differ", hint="type the same new password twice")
    try:
        ask.client.change_password(form.text("current"), form.text("new"))
    except NotLoggedIn:
        is_wrong = True
    else:
        is_wrong = False
    if is_wrong:
        raise NotPermitted(
            "Your current password is wrong", hint="Forgotten it? Ask an admin of the server for a reset code"
        )
    return To(ask.at("account"), "password-changed")


def end_session(ask: Ask) -> Answer:
    ask.client.revoke_token(ask.form.text("token"))
    return To(ask.at("account"), "revoked")


PAGES = (
    Page("GET", "/w/{workspace}/account", account),
    Page("POST", "/w/{workspace}/account/password", change_password, checks_password=True),
    Page("POST", "/w/{workspace}/account/sessions/end", end_session),
)
