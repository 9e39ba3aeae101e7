"""Versions of a secret: what each changed, one made current again, old ones destroyed."""

from collections.abc import Sequence
from typing import NamedTuple

from lockwork.dashboard import rights
from lockwork.dashboard.forms import whole
from lockwork.dashboard.pages import Answer, Ask, Page, Shown, To
from lockwork.dashboard.secret_uses import in_our_words
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.secrets import SecretVersion


class Change(NamedTuple):
    """A version, and what became of the keys of the one before."""

    version: SecretVersion
    added: tuple[str, ...]
    removed: tuple[str, ...]
    is_first: bool
    """Whether nothing is known of the one before: it is the first, or out of scope, or no longer kept."""

    @property
    def marked(self) -> list[tuple[str, str]]:
        """Each key that is not as it was, behind what became of it."""
        told = {"added": self.added, "altered": self.version.changed or (), "removed": self.removed}
        return [(what, key) for what, keys in told.items() for key in keys]


def changes(versions: Sequence[SecretVersion]) -> list[Change]:
    """Newest first, as they are given."""
    return [_change(this, before) for this, before in zip(versions, [*versions[1:], None], strict=True)]


def _change(this: SecretVersion, before: SecretVersion | None) -> Change:
    if before is None or "out of scope" in (before.state, this.state):
        return Change(this, (), (), is_first=True)
    ours, theirs = set(this.keys), set(before.keys)
    return Change(this, tuple(sorted(ours - theirs)), tuple(sorted(theirs - ours)), is_first=False)


def version_page(ask: Ask) -> Answer:
    """One version, and what can be done with it."""
    secret = ask.client.describe_secret(ask.fields["secret"])
    number = _number(ask)
    found = [c for c in changes(ask.client.list_secret_versions(secret.id)) if c.version.version == number]
    if not found:
        raise NotFound("version", str(number), hint="the secret's page lists those that are kept")
    lost = [key for key in secret.keys if key not in found[0].version.keys]
    facts = {"secret": secret, "change": found[0], "lost": lost, "may_write": rights.may_change(ask, secret)}
    command = f"lockwork secret restore {secret.name} --scope {secret.scope} --version {number}"
    return Shown("secrets/version.html", f"{secret.name}, version {number}", facts, command, "secrets")


def restore(ask: Ask) -> Answer:
    """Its values become the current ones, as a new version."""
    with in_our_words():
        info = ask.client.restore_secret(ask.fields["secret"], _number(ask), force=ask.form.has("force"))
    return To(ask.at("secrets", info.id), "restored")


def destroy(ask: Ask) -> Answer:
    """Unreadable for good."""
    _check_meant(ask)
    ask.client.destroy_secret_versions(ask.fields["secret"], _number(ask))
    return To(ask.at("secrets", ask.fields["secret"]), "destroyed")


def destroy_old_page(ask: Ask) -> Answer:
    """Asks before all old versions go."""
    secret = ask.client.describe_secret(ask.fields["secret"])
    old = [one for one in ask.client.list_secret_versions(secret.id) if one.state in ("kept", "out of scope")]
    command = f"lockwork secret destroy {secret.name} --scope {secret.scope} --all-but-current"
    facts = {"secret": secret, "old": old, "may_write": rights.may_change(ask, secret)}
    return Shown("secrets/destroy.html", f"Destroy old versions of {secret.name}", facts, command, "secrets")


def destroy_old(ask: Ask) -> Answer:
    """All but the current one."""
    _check_meant(ask)
    ask.client.destroy_secret_versions(ask.fields["secret"])
    return To(ask.at("secrets", ask.fields["secret"]), "destroyed")


def _check_meant(ask: Ask) -> None:
    if not ask.form.has("sure"):
        raise InvalidInput("this cannot be undone", hint="tick that you know so")


def _number(ask: Ask) -> int:
    number = whole(ask.fields["version"])
    if number is None:
        raise NotFound("version", ask.fields["version"])
    return number


PAGES = (
    Page("GET", "/w/{workspace}/secrets/{secret}/versions/{version}", version_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/versions/{version}/restore", restore),
    Page("POST", "/w/{workspace}/secrets/{secret}/versions/{version}/destroy", destroy),
    Page("GET", "/w/{workspace}/secrets/{secret}/destroy", destroy_old_page),
    Page("POST", "/w/{workspace}/secrets/{secret}/destroy", destroy_old),
)
