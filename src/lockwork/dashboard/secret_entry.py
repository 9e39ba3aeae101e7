"""A new secret: its name looked at as it is typed, its values entered, and the whole of it kept."""

from shlex import quote
from typing import Any

import msgspec

from lockwork.dashboard import rights, secret_rows
from lockwork.dashboard.pages import Answer, Ask, Data, Page, Shown, To
from lockwork.dashboard.secret_uses import in_our_words
from lockwork.domain.errors import InvalidInput, Refused
from lockwork.domain.secrets import SecretInfo, SecretName, SecretScope
from lockwork.wire.problems import problem_of

MOST_PREFILLED = 50
"""Rows that an address may ask for."""


def blank(ask: Ask) -> dict[str, Any]:
    """What the form says at first; who may make none in the workspace makes one of their own."""
    may_write = rights.may_write(ask)
    chosen = SecretScope.WORKSPACE if may_write else SecretScope.USER
    return {
        "name": "",
        "keys": [""],
        "values": (),
        "pasted": "",
        "chosen": chosen,
        "may_write": may_write,
        "may_own": True,
        "problem": None,
    }


def new(ask: Ask) -> Answer:
    """The form of a new secret, also without scripts; an address may name it and its keys beforehand."""
    keys = [key.strip() for key in ask.query.get("keys", "").split(",") if key.strip()]
    facts = blank(ask)
    facts["name"] = ask.query.get("name", "")[:256]
    facts["keys"] = [key[:256] for key in keys[:MOST_PREFILLED]] or [""]
    if ask.query.get("scope") == SecretScope.USER:
        facts["chosen"] = SecretScope.USER
    facts["may_own"] = "shared" not in ask.query
    command = f"lockwork secret create {_as_word(facts['name'])} {_asking(keys)}"
    return Shown("secrets/new.html", "Register secret", facts, command, "secrets")


def _as_word(name: str) -> str:
    """What an address names, as a word of a command: nothing in it acts in a shell."""
    return quote(name) if name else "NAME"


def _asking(keys: list[str]) -> str:
    return " ".join(f"--ask {quote(key)}" for key in keys[:MOST_PREFILLED]) or "-i"


def create(ask: Ask) -> Answer:
    """Keep it, all or nothing; else, to who has no script that kept it, the form comes as it was sent."""
    try:
        info = _created(ask)
    except (InvalidInput, Refused) as failure:
        if ask.came.is_by_script:
            raise
        return _again(ask, failure)
    return To(ask.at("secrets", info.id), "created")


def _created(ask: Ask) -> SecretInfo:
    values = secret_rows.read(ask.form)
    if not values:
        raise InvalidInput("A secret needs at least one key", hint="name a key in a row, and give its value")
    with in_our_words():
        return ask.client.create_secret(
            ask.form.text("name").strip(), values, SecretScope.parse(ask.form.text("scope", "workspace"))
        )


def _again(ask: Ask, failure: InvalidInput | Refused) -> Answer:
    rows = [row for row in secret_rows.given(ask.form) if any(row)] or [("", "")]
    facts = {
        **blank(ask),
        "name": ask.form.text("name")[:256],
        "keys": [key for key, _ in rows],
        "values": [value for _, value in rows],
        "pasted": ask.form.text("pasted"),
        "problem": failure,
    }
    if ask.form.text("scope") == SecretScope.USER:
        facts["chosen"] = SecretScope.USER
    status, _ = problem_of(failure)
    return Shown("secrets/new.html", "Register secret", facts, section="secrets", status=status)


def look_at_name(ask: Ask) -> Answer:
    """Whether a name can be given in that scope, as it is typed; one that cannot is no failed request."""
    try:
        told = _looked_at(ask, ask.query.get("name", "").strip())
    except InvalidInput as failure:
        told = {"problem": failure.message, "hint": failure.hint or ""}
    return Data(msgspec.json.encode(told))


def _looked_at(ask: Ask, text: str) -> dict[str, str]:
    scope, name = SecretScope.parse(ask.query.get("scope", "workspace")), SecretName.parse(text)
    there = ask.client.list_secrets(name=name, size=2)
    taken = next((one for one in there if one.scope is scope), None)
    where = "among your own" if scope is SecretScope.USER else f"in workspace {ask.workspace!r}"
    if taken is not None and taken.id != ask.query.get("of", ""):
        return {"problem": f"{name!r} is taken {where}", "hint": "choose another name, or change that one"}
    other = next((one for one in there if one.scope is not scope), None)
    return {"note": _about(other, name)} if other else {"free": "" if taken else f"free {where}"}


def _about(other: SecretInfo, name: str) -> str:
    if other.scope is SecretScope.USER:
        return f"you have one of your own called {name!r}: references that you use mean that one"
    return f"it will hide the workspace's {name!r} from you: references that you use will mean yours"


PAGES = (
    Page("GET", "/w/{workspace}/secrets/new", new),
    Page("POST", "/w/{workspace}/secrets/new", create),
    Page("GET", "/w/{workspace}/secrets/new/name", look_at_name),
    Page("POST", "/w/{workspace}/secrets/new/rows", secret_rows.as_rows),
)
