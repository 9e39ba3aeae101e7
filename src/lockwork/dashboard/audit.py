"""The audit trail: who did what, who knocked in vain, and whether it is whole."""

import shlex
from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from typing import Any, NamedTuple

from lockwork.dashboard.pages import Answer, Ask, Page, Shown
from lockwork.domain.audit import AuditHead, Outcome
from lockwork.domain.errors import InvalidInput, LockworkError, NotPermitted
from lockwork.messages import Listing
from lockwork.messages import Page as Some

SIZE = 25
STRANGERS = 100
"""Counts on a page."""
PROBLEMS = 100
_OPERATORS = ("equals:", "contains:", "startswith:", "endswith:")


class Sought(NamedTuple):
    """A field that can be filled in: what the trail calls it, and whether a part of it is enough."""

    name: str
    label: str
    example: str = ""
    is_part: bool = True


SOUGHT = (
    Sought("user", "Who", "a user"),
    Sought("action", "Action", "secret.reveal"),
    Sought("name", "What", "the name of a secret, a run, …"),
    Sought("token", "Token", is_part=False),
    Sought("run", "Run", is_part=False),
)
BY_LINK = ("id", "step", "address", "request")
"""Also in an address, from the details of a record."""


TRIED = {
    "login": "log-in with a wrong name or password",
    "password.choose": "wrong or used code of an invitation or reset",
    "setup": "wrong code to set up the server",
    "token": "unknown token",
    "ended-token": "session or token that had ended",
    "password.change": "change of password, with a wrong current one",
}
"""What was tried, as the trail calls it → in words."""


def for_admins(answer: Callable[[Ask], Answer]) -> Callable[[Ask], Answer]:
    """A page of the whole server: whoever does not administer it is told so, and who does."""

    @wraps(answer)
    def answered(ask: Ask) -> Answer:
        try:
            return answer(ask)
        except NotPermitted:
            return Shown("audit/not_yours.html", "Audit", section="audit", status=403)

    return answered


@for_admins
def listed(ask: Ask) -> Answer:
    """A page of the trail, the newest first, by what was filled in."""
    query = {name: text for name, text in _asked(ask).items() if text}
    filters = _filters(query)
    failure: LockworkError | None = None
    try:
        found = ask.client.list_audit(_listing(filters, ask.number("page", 1)))
    except InvalidInput as wrong:
        ask.client.audit_head()  # who may not see the trail hears that, and not what is wrong
        found, failure = Some(items=(), page=1, size=SIZE, total=0), wrong
    facts: dict[str, Any] = {
        "records": found,
        "failure": failure,
        "query": query,
        "days": {
            name: query.get(name, "") if _is_day(query.get(name, "")) else "" for name in ("since", "until")
        },
        "sought": SOUGHT,
        "outcomes": [str(one) for one in Outcome],
        "more": any(query.get(name) for name in ("token", "run", "since", "until", *BY_LINK)),
        "by_link": {name: query[name] for name in BY_LINK if name in query},
    }
    command = _command(filters)
    return Shown("audit/list.html", "Audit", facts, command, "audit", status=400 if failure else 200)


def _asked(ask: Ask) -> dict[str, str]:
    names = ("outcome", *(field.name for field in SOUGHT), "since", "until", *BY_LINK)
    return {name: ask.query.get(name, "").strip() for name in names}


def _filters(query: Mapping[str, str]) -> dict[str, str]:
    """As `lockwork audit list` takes them: a word is a part of what is sought, unless it says otherwise."""
    filters = {name: query[name] for name in ("outcome", *BY_LINK) if name in query}
    for field in SOUGHT:
        if (text := query.get(field.name)) is not None:
            is_said = text.startswith(_OPERATORS) or not field.is_part
            filters[field.name] = text if is_said else f"contains:{text}"
    since, until = query.get("since"), query.get("until")
    if since and until:
        filters["at"] = f"{since}/{until}"
    elif since or until:
        filters["at"] = f"gte:{since}" if since else f"lte:{until}"
    return filters


def _is_day(text: str) -> bool:
    try:
        return text == date.fromisoformat(text).isoformat()
    except ValueError:
        return False


def _listing(filters: dict[str, str], page: int) -> Listing:
    return Listing(filters=filters, sort_by="desc:number", page=page, size=SIZE)


def _command(filters: Mapping[str, str]) -> str:
    return " ".join(
        ["lockwork audit list", *(f"--{name} {shlex.quote(text)}" for name, text in filters.items())]
    )


@for_admins
def strangers(ask: Ask) -> Answer:
    """Failed log-ins and unknown tokens, which come without a name and so are counted."""
    found = ask.client.list_strangers()
    page = ask.number("page", 1)
    some = Some(
        items=found[(page - 1) * STRANGERS : page * STRANGERS], page=page, size=STRANGERS, total=len(found)
    )
    facts = {"knocks": some, "tried": TRIED}
    return Shown("audit/strangers.html", "Failed log-ins", facts, "lockwork audit strangers", "audit")


@for_admins
def verify_page(ask: Ask) -> Answer:
    """The end of the trail as it is now, and the question whether all of it is whole."""
    facts = {"head": str(ask.client.audit_head()), "verdict": None, "failure": None, "expect": ""}
    return Shown("audit/verify.html", "Verify the trail", facts, "lockwork audit verify", "audit")


@for_admins
def verify(ask: Ask) -> Answer:
    """The verdict, on the page itself: it is of this moment, and nothing is changed."""
    text = ask.form.text("expect").strip()
    expect = AuditHead.read(text)
    failure: LockworkError | None = None
    verdict = None
    if text and expect is None:
        failure = InvalidInput(
            "This is not a head of the trail", hint="It is a number, a colon and 64 hexadecimal digits"
        )
        head = ask.client.audit_head()
    else:
        verdict = ask.client.verify_audit(expect)
        head = verdict.head
    facts = {
        "head": str(head),
        "verdict": verdict,
        "failure": failure,
        "expect": text[:200],
        "most": PROBLEMS,
    }
    command = f"lockwork audit verify --expect {expect}" if expect else "lockwork audit verify"
    status = 400 if failure else 200
    return Shown("audit/verify.html", "Verify the trail", facts, command, "audit", status=status)


PAGES = (
    Page("GET", "/w/{workspace}/audit", listed),
    Page("GET", "/w/{workspace}/audit/strangers", strangers),
    Page("GET", "/w/{workspace}/audit/verify", verify_page),
    Page("POST", "/w/{workspace}/audit/verify", verify),
)
