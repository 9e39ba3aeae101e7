"""Tokens for programs: whose there are, new ones with what they are held to, their end."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from lockwork.dashboard.forms import whole
from lockwork.dashboard.once import told_once
from lockwork.dashboard.pages import Answer, Ask, Data, Page, Shown, To, local
from lockwork.dashboard.people import ROLES, SIZE, administers, role_of
from lockwork.domain.access import Limits, checked_pattern, matches
from lockwork.domain.errors import InvalidInput
from lockwork.domain.tokens import OF_PASSWORDS, Token
from lockwork.messages import Listing
from lockwork.messages.access import ListTokens, ListUsers

DAYS = 90
_MOST_ACCOUNTS = 200
_MOST_ROOMS = 40
"""Workspaces in which it is looked for a token's owner."""
_MOST_TRIED = 1_000
"""Names of secrets that patterns are tried on."""
OF_A_PASSWORD = f"gte:{min(OF_PASSWORDS)}"
"""A filter of kinds: of browsers and of command lines, which stand behind `api`."""
_MOST_TAKEN = 12
"""Of which so many are told by name."""


def listed(ask: Ask) -> Answer:
    """Tokens that programs show, or log-ins: one's own, for admins of the server everyone's."""
    kind = "login" if ask.query.get("kind") == "login" else "api"
    owner = ask.query.get("owner", "")
    wanted = {"kind": OF_A_PASSWORD if kind == "login" else kind} | ({"owner": owner} if owner else {})
    listing = Listing(filters=wanted, sort_by="desc:created", page=ask.number("page", 1), size=SIZE)
    found = ask.client.send(ListTokens(listing=listing))
    facts = {"tokens": found, "lines": lines(found), "owner": owner, "kind": kind}
    return Shown("access/tokens.html", "Tokens", facts, "lockwork token list", "access")


class Line(NamedTuple):
    """A token as a list shows it."""

    token: Token
    standing: str
    """Why it opens nothing any more, or that it is a log-in; empty where there is nothing to say."""
    limits: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        return self.standing in ("revoked", "expired")


def lines(tokens: Iterable[Token]) -> tuple[Line, ...]:
    """Each with how it stands now."""
    now = datetime.now(UTC)
    return tuple(Line(token, _standing(token, now), _limits(token.limits)) for token in tokens)


def _standing(token: Token, now: datetime) -> str:
    if token.revoked is not None:
        return "revoked"
    if token.expires is not None and token.expires <= now:
        return "expired"
    return "log-in" if token.kind in OF_PASSWORDS else ""


def _limits(limits: Limits) -> tuple[str, ...]:
    """What it is held to, in words; nothing where that is what its owner may."""
    words = []
    if limits.role is not None:
        words.append(f"no more than {limits.role.value}")
    if limits.workspaces is not None:
        words.append(f"in {', '.join(limits.workspaces)}")
    if limits.patterns is not None:
        words.append(f"secrets {', '.join(limits.patterns)}")
    return tuple(words)


# ---- a new one ----


def new(ask: Ask) -> Answer:
    """The form of a new token."""
    given = dict.fromkeys(_FIELDS, "") | {"owner": ask.query.get("owner", ""), "days": str(DAYS)}
    return _form(ask, given, frozenset(), None)


_FIELDS = ("name", "owner", "role", "patterns", "days", "endless")


def tried(ask: Ask) -> Answer:
    """What the patterns take as they stand: to a script as data, else in the form as it was filled."""
    taken = _taken(ask, _patterns(ask))
    if ask.came.is_by_script:
        return Data(msgspec.json.encode(taken))
    given = {name: ask.form.text(name) for name in _FIELDS}
    return _form(ask, given, frozenset(ask.form.all("workspace")), taken)


def _form(ask: Ask, given: Mapping[str, str], ticked: frozenset[str], taken: object) -> Shown:
    facts = {
        "given": given,
        "ticked": ticked,
        "taken": taken,
        "accounts": _accounts(ask),
        "roles": ROLES,
        "example": _taken(ask, ("prod-*",)) if taken is None else None,
        "told": None,
    }
    command = "lockwork token create NAME --pattern 'prod-*' --days 30"
    return Shown("access/new_token.html", "New token", facts, command, "access")


def create(ask: Ask) -> Answer:
    """Answers with the token, this once."""
    made = ask.client.create_token(
        ask.form.text("name").strip(),
        owner=ask.form.text("owner") or None,
        role=ask.form.text("role") or None,
        workspaces=tuple(ask.form.all("workspace")) or None,
        patterns=_patterns(ask) or None,
        days=_days(ask),
    )
    until = made.token.expires
    page = Shown("access/token.html", "Token made", command="lockwork token create NAME", section="access")
    return told_once(
        ask,
        page,
        made.text,
        name=made.token.name,
        workspace=_workspace_for(ask, made.token),
        until="it is revoked" if until is None else f"{until:%Y-%m-%d %H:%M} UTC",
    )


def _workspace_for(ask: Ask, token: Token) -> str:
    """Where a program that shows it begins: here, or else the first workspace that lets its owner in."""
    rooms: Sequence[str] = token.limits.workspaces or [
        room.name for room in ask.client.list_workspaces(size=_MOST_ROOMS)
    ]
    here = [ask.workspace] if ask.workspace in rooms else []
    rooms = [*here, *(room for room in rooms if room != ask.workspace)]
    if token.owner == ask.me.name:
        return rooms[0]
    return next((room for room in rooms if role_of(ask, token.owner, room)), rooms[0])


def revoke(ask: Ask) -> Answer:
    ask.client.revoke_token(ask.form.text("token"))
    return To(local(ask.form.text("back", ask.at("access", "tokens"))), "revoked")


def _accounts(ask: Ask) -> tuple[str, ...]:
    """For whom one may mint beside oneself."""
    if not administers(ask):
        return ()
    listing = Listing(filters={"kind": "service"}, size=_MOST_ACCOUNTS)
    return tuple(user.name for user in ask.client.send(ListUsers(listing=listing)))


def _patterns(ask: Ask) -> tuple[str, ...]:
    """One a word; commas part them too."""
    return tuple(checked_pattern(word) for word in ask.form.text("patterns").replace(",", " ").split())


def _days(ask: Ask) -> int | None:
    if ask.form.has("endless"):
        return None
    days = whole(ask.form.text("days").strip())
    if days is None:
        raise InvalidInput("how many days it is good for is a whole number", hint=f"such as {DAYS}")
    return days


def _taken(ask: Ask, patterns: tuple[str, ...]) -> Mapping[str, Any]:
    """Which of the secrets that one sees here some patterns take; none holds a token to nothing."""
    patterns = patterns or ("*",)
    seen = ask.client.list_secrets(size=_MOST_TRIED)
    found = sorted({s.name for s in seen if any(matches(pattern, s.name) for pattern in patterns)})
    return {
        "patterns": " ".join(patterns),
        "names": found[:_MOST_TAKEN],
        "many": len(found),
        "of": len({secret.name for secret in seen}),
        "workspace": ask.workspace,
    }


PAGES = (
    Page("GET", "/w/{workspace}/access/tokens", listed),
    Page("GET", "/w/{workspace}/access/tokens/new", new),
    Page("POST", "/w/{workspace}/access/tokens/new", create),
    Page("GET", "/w/{workspace}/access/tokens/tried", new),
    Page("POST", "/w/{workspace}/access/tokens/tried", tried),
    Page("POST", "/w/{workspace}/access/tokens/revoke", revoke),
)
