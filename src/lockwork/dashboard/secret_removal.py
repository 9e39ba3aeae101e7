"""A secret taken away for 30 days or for good, and brought back."""

from lockwork.dashboard import rights
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.secret_uses import breakable, in_our_words
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.secrets import KEPT_DAYS_AFTER_DELETE, SecretInfo, is_uuid


def delete_page(ask: Ask) -> Answer:
    """Asks, and says what would break."""
    usage = ask.client.secret_usage(ask.fields["secret"])
    facts = {
        "secret": usage.secret,
        "places": breakable(ask, usage),
        "days": KEPT_DAYS_AFTER_DELETE,
        "may_write": rights.may_change(ask, usage.secret),
    }
    command = f"lockwork secret delete {usage.secret.name} --scope {usage.secret.scope}"
    return Shown("secrets/delete.html", f"Delete {usage.secret.name}", facts, command, "secrets")


def delete(ask: Ask) -> Answer:
    """For 30 days; the list that follows offers to undo it."""
    with in_our_words():
        gone = ask.client.delete_secret(ask.fields["secret"], force=ask.form.has("force"))
    return To(f"{ask.at('secrets')}?undo={gone.id}")


def to_undo(ask: Ask) -> SecretInfo | None:
    """What was deleted just now, by the address of the list, if it is deleted still."""
    id_ = ask.query.get("undo", "")
    return next(iter(ask.client.list_secrets(id=id_, deleted=True, size=1)), None) if is_uuid(id_) else None


def purge(ask: Ask) -> Answer:
    """For good, also what was deleted already; by its name, which is typed once more."""
    if ask.form.text("named").strip() != _named(ask):
        raise InvalidInput("Purging cannot be undone", hint="type the secret's name to purge it")
    with in_our_words():
        ask.client.delete_secret(ask.fields["secret"], force=ask.form.has("force"), purge=True)
    return To(ask.at("secrets"), "purged")


def undelete_page(ask: Ask) -> Answer:
    """One of the deleted, to bring back under its name or another, or to purge."""
    secret = _deleted(ask)
    taken = any(one.scope is secret.scope for one in ask.client.list_secrets(name=secret.name, size=2))
    facts = {
        "secret": secret,
        "is_taken": taken,
        "days": KEPT_DAYS_AFTER_DELETE,
        "may_write": rights.may_change(ask, secret),
    }
    command = f"lockwork secret undelete {secret.id}"
    return Shown("secrets/deleted.html", f"{secret.name}, deleted", facts, command, "secrets")


def undelete(ask: Ask) -> Answer:
    """With its versions."""
    name = ask.form.text("name").strip() or None
    with in_our_words():
        info = ask.client.undelete_secret(ask.fields["secret"], new_name=name)
    return To(ask.at("secrets", info.id), "undeleted")


def _named(ask: Ask) -> str:
    """Its name, whether it is deleted already or not."""
    try:
        return ask.client.describe_secret(ask.fields["secret"]).name
    except NotFound:
        return _deleted(ask).name


def _deleted(ask: Ask) -> SecretInfo:
    found = ask.client.list_secrets(id=ask.fields["secret"], deleted=True, size=1)
    if not found.items:
        raise NotFound("deleted secret", ask.fields["secret"], hint="the list of deleted secrets shows them")
    return found[0]


PAGES = (
    Page("GET", "/w/{workspace}/secrets/{secret}/delete", delete_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/delete", delete),
    Page("POST", "/w/{workspace}/secrets/{secret}/purge", purge),
    Page("GET", "/w/{workspace}/secrets/{secret}/undelete", undelete_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/undelete", undelete),
)
