"""A secret as a whole: called otherwise, or moved to the other scope; what that breaks is told before."""

from lockwork.dashboard import rights
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.secret_uses import breakable, in_our_words
from lockwork.domain.access import Permission
from lockwork.domain.secrets import SecretScope


def rename_page(ask: Ask) -> Answer:
    """The new name, and what becomes of the references to the old one."""
    usage = ask.client.secret_usage(ask.fields["secret"])
    secret = usage.secret
    may_write = rights.may_change(ask, secret)
    facts = {"secret": secret, "places": breakable(ask, usage), "may_write": may_write}
    command = f"lockwork secret rename {secret.name} --scope {secret.scope} -n NEW --update-references"
    return Shown("secrets/rename.html", f"Rename {secret.name}", facts, command, "secrets")


def rename(ask: Ask) -> Answer:
    """As one new version; references are rewritten with it, or broken knowingly."""
    references = ask.form.text("references")
    with in_our_words():
        info = ask.client.update_secret(
            ask.fields["secret"],
            new_name=ask.form.text("name").strip(),
            if_version=ask.form.version(),
            update_references=references == "update",
            force=references == "break",
        )
    return To(ask.at("secrets", info.id), "renamed")


def move_page(ask: Ask) -> Answer:
    """Who could read it then, and who no more."""
    usage = ask.client.secret_usage(ask.fields["secret"])
    secret = usage.secret
    target = SecretScope.USER if secret.scope is SecretScope.WORKSPACE else SecretScope.WORKSPACE
    facts = {
        "secret": secret,
        "target": target,
        "places": breakable(ask, usage),
        "may": rights.may(ask, Permission.WRITE, SecretScope.WORKSPACE),
    }
    command = f"lockwork secret update {secret.name} --scope {secret.scope} --new-scope {target}"
    return Shown("secrets/move.html", f"Move {secret.name}", facts, command, "secrets")


def move(ask: Ask) -> Answer:
    """As a new version, the first that can be read there."""
    with in_our_words():
        info = ask.client.update_secret(
            ask.fields["secret"],
            new_scope=SecretScope.parse(ask.form.text("target")),
            if_version=ask.form.version(),
            force=ask.form.has("force"),
        )
    return To(ask.at("secrets", info.id), "moved")


PAGES = (
    Page("GET", "/w/{workspace}/secrets/{secret}/rename", rename_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/rename", rename),
    Page("GET", "/w/{workspace}/secrets/{secret}/move", move_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/move", move),
)
