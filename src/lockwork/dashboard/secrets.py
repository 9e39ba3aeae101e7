"""Secrets: the list, one of them, and what can be done with it."""

from lockwork.dashboard.pages import Answer, Ask, Data, Page, Shown, To
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretScope

SIZE = 25
SORTS = {
    "name": "asc:name",
    "-name": "desc:name",
    "updated": "asc:updated",
    "-updated": "desc:updated",
    "scope": "asc:scope",
    "owner": "asc:owner",
}
"""What may stand in an address → how the list is asked."""


def listed(ask: Ask) -> Answer:
    """A page of secrets, by what was typed and chosen."""
    sought, sort = ask.query.get("q", "").strip(), ask.query.get("sort", "name")
    scope, owner = ask.query.get("scope", ""), ask.query.get("owner", "")
    secrets = ask.client.list_secrets(
        name=f"contains:{sought}" if sought else None,
        scope=SecretScope.parse(scope) if scope else None,
        owner=owner or None,
        sort_by=SORTS.get(sort, SORTS["name"]),
        page=ask.number("page", 1),
        size=SIZE,
        deleted="deleted" in ask.query,
    )
    facts = {"secrets": secrets, "sought": sought, "sort": sort, "scope": scope, "owner": owner,
             "is_deleted": "deleted" in ask.query}  # fmt: skip
    return Shown("secrets/list.html", "Secrets", facts, _listing_command(ask), "secrets")


def _listing_command(ask: Ask) -> str:
    words = ["lockwork", "secret", "list"]
    if sought := ask.query.get("q", "").strip():
        words.append(f"--name 'contains:{sought}'")
    if scope := ask.query.get("scope"):
        words.append(f"--scope {scope}")
    return " ".join(words)


def new(ask: Ask) -> Answer:
    """The form of a new secret, also without scripts; an address may name it and its keys beforehand."""
    facts = {"name": ask.query.get("name", ""), "keys": ask.query.get("keys", "").split(",")}
    return Shown("secrets/new.html", "Register secret", facts, "lockwork secret create NAME -i", "secrets")


def create(ask: Ask) -> Answer:
    info = ask.client.create_secret(
        ask.form.text("name").strip(), rows(ask), scope=SecretScope.parse(ask.form.text("scope", "workspace"))
    )
    return To(ask.at("secrets", info.id), "created")


def rows(ask: Ask) -> dict[str, str]:
    """Key → value of the rows of a form; those left wholly empty are none. HTTP writes line ends as CRLF."""
    found: dict[str, str] = {}
    for key, value in zip(ask.form.all("key"), ask.form.all("value"), strict=False):
        if not key.strip():
            if value:
                raise InvalidInput("a value has no key", hint="name each value, or clear its row")
            continue
        if key.strip() in found:
            raise InvalidInput(f"key {key.strip()!r} is given twice")
        found[key.strip()] = value.replace("\r\n", "\n")
    return found


def detail(ask: Ask) -> Answer:
    """One secret: its keys, never a value."""
    info = ask.client.describe_secret(ask.fields["secret"])
    facts = {
        "secret": info,
        "versions": ask.client.list_secret_versions(info.id),
        "usage": ask.client.secret_usage(info.id),
    }
    command = f"lockwork secret get {info.name} --scope {info.scope}"
    return Shown("secrets/detail.html", info.name, facts, command, "secrets")


def reveal(ask: Ask) -> Answer:
    """One value, as plain text: in no page, and recorded before it leaves."""
    key = ask.form.text("key")
    revealed = ask.client.get_secret(ask.fields["secret"], key=key)
    return Data(revealed.values[key].reveal().encode(), "text/plain")


PAGES = (
    Page("GET", "/w/{workspace}/secrets", listed),
    Page("GET", "/w/{workspace}/secrets/new", new),
    Page("POST", "/w/{workspace}/secrets/new", create),
    Page("GET", "/w/{workspace}/secrets/{secret}", detail),
    Page("POST", "/w/{workspace}/secrets/{secret}/reveal", reveal),
)
