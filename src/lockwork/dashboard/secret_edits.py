"""Keys of a secret set, added and removed: as one new version, of the version that was read."""

from lockwork.dashboard import secret_rows
from lockwork.dashboard.forms import Form
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.secret_uses import in_our_words
from lockwork.domain.errors import InvalidInput

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
        "secret": secret,
        "keys": secret.keys[(page - 1) * KEYS : page * KEYS],
        "key_page": page,
        "key_pages": pages,
        "chosen": present,
        "added": [key for key in wanted if key not in present] or [""],
    }
    command = f"lockwork secret update {secret.name} --scope {secret.scope} -i --if-version {secret.version}"
    return Shown("secrets/edit.html", f"Edit {secret.name}", facts, command, "secrets")


def edit(ask: Ask) -> Answer:
    """All or nothing, and only if nobody wrote meanwhile."""
    form = ask.form
    removed = [key for key, choice in form.by_prefix("do.").items() if choice == "remove"]
    values = _set(form)
    if not values and not removed:
        raise InvalidInput("nothing is changed yet", hint="replace or remove a key, or add one")
    with in_our_words():
        info = ask.client.update_secret(
            ask.fields["secret"],
            add_or_update_values=values,
            remove_values=removed,
            if_version=form.version(),
            force=form.has("force"),
        )
    return To(ask.at("secrets", info.id), "updated")


def _set(form: Form) -> dict[str, str]:
    """Values of added keys, and of those present ones that are to be replaced."""
    choices = form.by_prefix("do.")
    values = secret_rows.read(form)
    for key, value in values.items():
        if value and choices.get(key, "set") != "set":
            hint = "choose Replace there, or clear what is typed"
            raise InvalidInput(f"a value is typed for key {key!r}, which is not to be replaced", hint=hint)
    return {key: value for key, value in values.items() if choices.get(key, "set") == "set"}


PAGES = (
    Page("GET", "/w/{workspace}/secrets/{secret}/edit", edit_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/edit", edit),
)
