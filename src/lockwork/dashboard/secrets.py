"""Secrets: the list, one of them, and a value of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from shlex import quote

from lockwork.dashboard import (
    rights,
    secret_changes,
    secret_edits,
    secret_entry,
    secret_history,
    secret_removal,
    secret_uses,
)
from lockwork.dashboard.pages import Answer, Ask, Data, Page, Shown
from lockwork.dashboard.secret_history import Change, changes
from lockwork.domain.access import Permission
from lockwork.domain.secrets import SecretInfo, SecretScope

SIZE = 25
KEYS = 30
"""A page's worth of keys: with the longest names it stays below 100 kB."""
USES = 40
SORTS = {
    "name": "asc:name",
    "-name": "desc:name",
    "updated": "asc:updated",
    "-updated": "desc:updated",
    "scope": "asc:scope",
    "-scope": "desc:scope",
    "owner": "asc:owner",
    "-owner": "desc:owner",
}
"""What may stand in an address → how the list is asked."""
AGES = {"day": 1, "week": 7, "month": 30}
"""What may stand in an address → within so many days."""
_KEPT = ("q", "scope", "owner", "updated", "deleted", "sort")


def listed(ask: Ask) -> Answer:
    """A page of secrets, by what was typed and chosen."""
    query = _query(ask)
    is_deleted = "deleted" in query
    secrets = ask.client.list_secrets(
        name=f"contains:{query['q']}" if "q" in query else None,
        scope=query.get("scope"),
        owner=query.get("owner"),
        updated=_since(query["updated"]) if "updated" in query else None,
        sort_by=SORTS[query.get("sort", "name")],
        page=ask.number("page", 1),
        size=SIZE,
        deleted=is_deleted,
    )
    facts = {
        "secrets": secrets,
        "query": query,
        "sort": query.get("sort", "name"),
        "is_deleted": is_deleted,
        "ages": tuple(AGES),
        "undo": secret_removal.to_undo(ask),
        **secret_entry.blank(ask),
    }
    return Shown("secrets/list.html", "Secrets", facts, _listing_command(query), "secrets")


def _query(ask: Ask) -> dict[str, str]:
    """What of the address says something; a word that means nothing here counts as not given."""
    given = {name: text for name in _KEPT if (text := ask.query.get(name, "").strip())}
    meant = {"scope": tuple(SecretScope), "updated": AGES, "sort": SORTS}
    return {name: text for name, text in given.items() if name not in meant or text in meant[name]}


def _since(age: str) -> str:
    return f"gte:{(datetime.now(UTC) - timedelta(days=AGES[age])).isoformat(timespec='seconds')}"


def _listing_command(query: Mapping[str, str]) -> str:
    words = ["lockwork", "secret", "list"]
    if "q" in query:
        words.append(f"--name {quote('contains:' + query['q'])}")
    words += [f"--{name} {quote(query[name])}" for name in ("scope", "owner") if name in query]
    if "updated" in query:
        words.append(f"--updated {_since(query['updated'])[:14]}")
    if "sort" in query:
        words.append(f"--sort-by {SORTS[query['sort']]}")
    return " ".join([*words, *(["--deleted"] if "deleted" in query else [])])


def detail(ask: Ask) -> Answer:
    """One secret: its keys, what refers to it, its versions; never a value."""
    usage = ask.client.secret_usage(ask.fields["secret"])
    secret = usage.secret
    page, pages = ask.number("keys", 1), max(1, -(-len(secret.keys) // KEYS))
    facts = {
        "secret": secret,
        "keys": secret.keys[(page - 1) * KEYS : page * KEYS],
        "key_page": page,
        "key_pages": pages,
        "places": secret_uses.places(ask, usage.uses[:USES]),
        "more_uses": max(0, len(usage.uses) - USES),
        "last_read": usage.last_read,
        "last_read_by": usage.last_read_by,
        "versions": _history(ask, secret),
        "may_read": rights.may(ask, Permission.READ_SECRETS, secret.scope),
        "may_write": rights.may_change(ask, secret),
        "namesake": _namesake(ask, secret),
    }
    command = f"lockwork secret get {secret.name} --scope {secret.scope}"
    return Shown("secrets/detail.html", secret.name, facts, command, "secrets")


def _history(ask: Ask, secret: SecretInfo) -> Sequence[Change]:
    return changes(ask.client.list_secret_versions(secret.id))


def _namesake(ask: Ask, secret: SecretInfo) -> SecretInfo | None:
    """The secret of that name in the other scope: the user's own hides the workspace's from them."""
    if secret.scope is SecretScope.USER and not secret.notes:
        return None  # it would be told of, if it hid one
    other = SecretScope.WORKSPACE if secret.scope is SecretScope.USER else SecretScope.USER
    return next(iter(ask.client.list_secrets(name=secret.name, scope=other, size=1)), None)


def reveal(ask: Ask) -> Answer:
    """One value, as plain text: in no page, and recorded before it leaves."""
    key = ask.form.text("key")
    revealed = ask.client.get_secret(ask.fields["secret"], key=key)
    return Data(revealed.values[key].reveal().encode(), "text/plain")


PAGES = (
    Page("GET", "/w/{workspace}/secrets", listed),
    Page("GET", "/w/{workspace}/secrets/{secret}", detail),
    Page("POST", "/w/{workspace}/secrets/{secret}/reveal", reveal),
    *secret_entry.PAGES,
    *secret_edits.PAGES,
    *secret_changes.PAGES,
    *secret_history.PAGES,
    *secret_removal.PAGES,
)
