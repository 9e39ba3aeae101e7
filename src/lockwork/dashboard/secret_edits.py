"""Keys of a secret set, added and removed: as one new version, of the version that was read."""

from collections import Counter
from typing import Any

from lockwork.dashboard import rights, secret_conflicts, secret_rows
from lockwork.dashboard.forms import OVER
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.secret_uses import in_our_words
from lockwork.domain.access import Permission
from lockwork.domain.errors import InvalidInput, VersionMismatch
from lockwork.domain.secrets import SecretInfo

KEYS = 30
"""Of one page, each with its choice and its field."""


def edit_page(ask: Ask) -> Answer:
    """Each key to keep, replace or remove; an address may name one to add."""
    secret = ask.client.describe_secret(ask.fields["secret"])
    wanted = [key.strip()[:256] for key in ask.query.get("add", "").split(",") if key.strip()][:KEYS]
    present = [key for key in wanted if key in secret.keys]
    first = secret.keys.index(present[0]) // KEYS + 1 if present else 1
    page, pages = ask.number("keys", first), max(1, -(-len(secret.keys) // KEYS))
    facts = {
        **_blank(ask, secret),
        "keys": secret.keys[(page - 1) * KEYS : page * KEYS],
        "key_page": page,
        "key_pages": pages,
        "choices": dict.fromkeys(present, "set"),
        "added": [key for key in wanted if key not in present] or [""],
    }
    command = f"lockwork secret update {secret.name} --scope {secret.scope} -i --if-version {secret.version}"
    return Shown("secrets/edit.html", f"Edit {secret.name}", facts, command, "secrets")


def _blank(ask: Ask, secret: SecretInfo) -> dict[str, Any]:
    """What the form says where nothing was typed yet."""
    return {
        "secret": secret,
        "key_page": 1,
        "key_pages": 1,
        "typed": {},
        "pasted": "",
        "conflict": None,
        "may_write": rights.may(ask, Permission.WRITE, secret.scope),
    }


def edit(ask: Ask) -> Answer:
    """All or nothing, and only if nobody wrote meanwhile; else what was typed can be put on top of it."""
    form = ask.form
    removed = [key for key, choice in form.by_prefix("do.").items() if choice == "remove"]
    values = _set(ask)
    if not values and not removed:
        raise InvalidInput("Nothing is changed yet", hint="replace or remove a key, or add one")
    try:
        with in_our_words():
            info = ask.client.update_secret(
                ask.fields["secret"],
                add_or_update_values=values,
                remove_values=removed,
                if_version=form.version(),
                force=form.has("force"),
            )
    except VersionMismatch:
        return _again(ask)
    return To(ask.at("secrets", info.id), "updated")


def _set(ask: Ask) -> dict[str, str]:
    """Values of added keys, and of those present ones that are to be replaced."""
    choices = ask.form.by_prefix("do.")
    _check_added(ask, choices)
    values = secret_rows.read(ask.form)
    for key, value in values.items():
        if value and choices.get(key, "set") != "set":
            hint = "choose Replace there, or clear what is typed"
            raise InvalidInput(f"A value is typed for key {key!r}, which is not to be replaced", hint=hint)
    return {key: value for key, value in values.items() if choices.get(key, "set") == "set"}


def _check_added(ask: Ask, choices: dict[str, str]) -> None:
    """Refuse to replace in passing, by a row that adds, what the page showed as a key that is there."""
    added = Counter(secret_rows.keys(ask.form)) - Counter(list(choices))
    if not added or ask.form.has(OVER):
        return  # what others added meanwhile was told, and is replaced knowingly
    secret = ask.client.describe_secret(ask.fields["secret"])
    there = [key for key in added if key in choices or key in secret.keys]
    if there and secret.version == ask.form.version():
        hint = "choose Replace beside it, in the list of keys that are there"
        raise InvalidInput(f"Key {there[0]!r} exists already", hint=hint)


def _again(ask: Ask) -> Answer:
    """The form of the newer version, with what was typed, which no other answer holds."""
    secret = ask.client.describe_secret(ask.fields["secret"])
    versions = ask.client.list_secret_versions(secret.id)
    conflict = secret_conflicts.since(versions, ask.form.version())
    choices, typed = ask.form.by_prefix("do."), dict(secret_rows.typed(ask.form))
    wanted = {key: choices.get(key, "set") for key in typed}
    facts = {
        **_blank(ask, secret),
        "keys": [key for key in secret.keys if key in wanted or len(secret.keys) <= KEYS],
        "choices": wanted,
        "added": [key for key in typed if key not in secret.keys and wanted[key] == "set"] or [""],
        "typed": typed,
        "pasted": ask.form.text("pasted"),
        "conflict": conflict,
    }
    told = {**conflict.told(), "over": secret.version, "act": f"Save as version {secret.version + 1}"}
    return Shown("secrets/edit.html", f"Edit {secret.name}", facts, section="secrets", status=409, told=told)


PAGES = (
    Page("GET", "/w/{workspace}/secrets/{secret}/edit", edit_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/edit", edit),
)
