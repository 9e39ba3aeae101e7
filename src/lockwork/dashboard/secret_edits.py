"""Keys of a secret set, added and removed: as one new version, of the version that was read."""

from collections import Counter
from typing import Any

from lockwork.dashboard import rights, secret_conflicts, secret_rows
from lockwork.dashboard.forms import OVER
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.secret_uses import in_our_words
from lockwork.domain.errors import InvalidInput, Refused, VersionMismatch
from lockwork.domain.secrets import SecretInfo
from lockwork.wire.problems import problem_of

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
        "made_from": secret.version,
        "is_over": False,
        "key_page": 1,
        "key_pages": 1,
        "again": (),
        "problem": None,
        "may_write": rights.may_change(ask, secret),
    }


def edit(ask: Ask) -> Answer:
    """All or nothing, and only if nobody wrote meanwhile; else the form is mended, or goes over theirs."""
    try:
        info = _changed(ask)
    except VersionMismatch:
        return _on_top(ask)
    except (InvalidInput, Refused) as failure:
        if ask.came.is_by_script:  # which kept what was typed
            raise
        status, _ = problem_of(failure)
        secret = ask.client.describe_secret(ask.fields["secret"])
        facts = {**_given(ask, secret), "made_from": ask.form.version(), "problem": failure}
        return Shown("secrets/edit.html", f"Edit {secret.name}", facts, section="secrets", status=status)
    return To(ask.at("secrets", info.id), "updated")


def _changed(ask: Ask) -> SecretInfo:
    form = ask.form
    removed = [key for key, choice in form.by_prefix("do.").items() if choice == "remove"]
    values = _set(ask)
    if not values and not removed:
        raise InvalidInput("Nothing is changed yet", hint="replace or remove a key, or add one")
    with in_our_words():
        return ask.client.update_secret(
            ask.fields["secret"],
            add_or_update_values=values,
            remove_values=removed,
            if_version=form.version(),
            force=form.has("force"),
        )


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


def _on_top(ask: Ask) -> Answer:
    """The form of the version that others made meanwhile, to save what it says over theirs."""
    secret = ask.client.describe_secret(ask.fields["secret"])
    versions = ask.client.list_secret_versions(secret.id)
    conflict = secret_conflicts.since(versions, ask.form.version())
    facts = {**_given(ask, secret, is_over=True), "problem": conflict}
    told = {**conflict.told(), "over": secret.version, "act": f"Save as version {secret.version + 1}"}
    return Shown("secrets/edit.html", f"Edit {secret.name}", facts, section="secrets", status=409, told=told)


def _given(ask: Ask, secret: SecretInfo, *, is_over: bool = False) -> dict[str, Any]:
    """The form as it was sent, but for values. A key that was to be added others may have added by now."""
    choices = ask.form.by_prefix("do.")
    there: list[str] = []
    added: list[str] = []
    for key, _ in secret_rows.given(ask.form):
        if key in secret.keys and key not in there and (is_over or key in choices):
            there.append(key)
        elif key and (key in secret.keys or choices.get(key, "set") == "set"):
            added.append(key)
    return {
        **_blank(ask, secret),
        "is_over": is_over,
        "keys": [key for key in secret.keys if key in there or len(secret.keys) <= KEYS],
        "choices": {key: choices.get(key, "set") for key in there},
        "added": added or [""],
        "again": secret_rows.valued(ask.form),
    }


PAGES = (
    Page("GET", "/w/{workspace}/secrets/{secret}/edit", edit_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/edit", edit),
)
