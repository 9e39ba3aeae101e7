"""What stands in a ZenML database, as plain data in ZenML's own words; of secrets everything but the values.

ZenML's tables differ from version to version. What this needs is looked for by its column, not by a version's
number: `scope` (0.5x) or `private` (from 0.8x on), a `workspace_id` or none.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretScope
from lockwork.moving.from_zenml.database import Database, Row
from lockwork.moving.from_zenml.values import Unreadable, configuration

_NEEDED = {
    "secret": ("id", "name", "values", "user_id"),
    "stack_component": ("id", "name", "type", "flavor", "configuration"),
    "stack": ("id", "name"),
    "stack_composition": ("stack_id", "component_id"),
    "user": ("id", "name"),
}
_NOT_TAKEN = {
    "code_repository": "code repositories",
    "pipeline": "pipelines",
    "pipeline_run": "pipeline runs",
    "schedule": "schedules",
    "model": "models",
    "artifact": "artifacts",
    "trigger": "triggers",
    "api_key": "API keys",
}


class User(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    is_service: bool = False


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    scope: SecretScope
    workspace: str | None
    """The workspace's id; None in versions without."""
    user: str
    has_values: bool
    is_of_connector: bool


class Component(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    type: str
    flavor: str
    workspace: str | None
    user: str | None
    attributes: dict[str, Any]
    environment: dict[str, Any]
    secrets: tuple[str, ...]
    """Ids of those that its steps get whole."""
    has_labels: bool
    connector: str | None
    """A service connector's id."""
    problem: str | None = None
    """Why its configuration cannot be read."""


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    workspace: str | None
    user: str | None
    components: tuple[tuple[str, bool], ...]
    """(id, whether it is the one that ZenML takes for its type)."""
    secrets: tuple[str, ...]
    has_environment: bool
    has_labels: bool


class Connector(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    workspace: str | None


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    """What ZenML calls its schema: mostly its own version."""
    workspaces: dict[str, str]
    """id → name; empty in versions without."""
    users: tuple[User, ...]
    secrets: tuple[Secret, ...]
    components: tuple[Component, ...]
    stacks: tuple[Stack, ...]
    connectors: tuple[Connector, ...]
    schemas: dict[tuple[str, str], str]
    """(type, flavor) → JSON schema of its configuration."""
    not_taken: dict[str, int]
    """What else there is, and how many."""
    is_shared_first: bool
    """Whether a name that is somebody's own secret and a shared one means the shared one there."""


def read(database: Database) -> Installation:
    """All of it, in an order that does not depend on the database."""
    _check(database)
    shared = _secrets_of_resources(database)
    connectors = database.table("service_connector", ("id", "name", "workspace_id", "secret_id"))
    return Installation(
        version=_version(database),
        workspaces={row["id"]: row["name"] for row in database.table("workspace", ("id", "name"))},
        users=tuple(_users(database)),
        secrets=tuple(_secrets(database, {row["secret_id"] for row in connectors})),
        components=tuple(_components(database, shared)),
        stacks=tuple(_stacks(database, shared)),
        connectors=tuple(
            Connector(id=row["id"], name=row["name"], workspace=row["workspace_id"])
            for row in _in_order(connectors)
        ),
        schemas=_schemas(database),
        not_taken={words: n for table, words in _NOT_TAKEN.items() if (n := database.count(table))},
        # Those with scopes ask a user's own first, as Lockwork does; those with `private` ask it last.
        is_shared_first="private" in database.columns("secret"),
    )


def _check(database: Database) -> None:
    """Refuse what is no ZenML database, or one of a kind that this does not know."""
    there = {table: database.columns(table) for table in _NEEDED}
    if not any(there.values()) or not database.columns("alembic_version"):
        raise InvalidInput(
            "this is not ZenML's database: it has none of its tables",
            hint="ZenML keeps it in local_stores/default_zen_store/zenml.db, below its configuration folder",
        )
    missing = [
        f"{table}.{column}"
        for table, columns in _NEEDED.items()
        for column in columns
        if column not in there[table]
    ]
    if not there["secret"] & {"scope", "private"}:
        missing.append("secret.scope")
    if missing:
        raise InvalidInput(
            f"this database is of ZenML {_version(database)}, whose tables are not known here: "
            f"it lacks {', '.join(missing[:5])}",
            hint="0.55 to 0.98 are known; an older one is brought up to date by ZenML itself",
        )


def _version(database: Database) -> str:
    return next((str(row["version_num"]) for row in database.table("alembic_version", ("version_num",))), "?")


def _users(database: Database) -> Iterator[User]:
    for row in _in_order(database.table("user", ("id", "name", "is_service_account"))):
        yield User(id=row["id"], name=row["name"], is_service=bool(row["is_service_account"]))


def _secrets(database: Database, of_connectors: set[str | None]) -> Iterator[Secret]:
    wanted = ("id", "name", "scope", "private", "internal", "workspace_id", "user_id")
    stored = {
        row["id"]
        for row in database.rows("SELECT `id` FROM `secret` WHERE `values` IS NOT NULL AND `values` <> ''")
    }
    for row in _in_order(database.table("secret", wanted)):
        yield Secret(
            id=row["id"],
            name=row["name"],
            scope=_scope(row),
            workspace=row["workspace_id"],
            user=row["user_id"],
            has_values=row["id"] in stored,
            is_of_connector=bool(row["internal"]) or row["id"] in of_connectors,
        )


def _scope(row: Row) -> SecretScope:
    if row["private"] is not None:
        return SecretScope.USER if row["private"] else SecretScope.WORKSPACE
    return SecretScope.parse(str(row["scope"]).lower())


def _components(database: Database, shared: dict[str, tuple[str, ...]]) -> Iterator[Component]:
    wanted = ("id", "name", "type", "flavor", "configuration", "environment", "labels")
    for row in _in_order(
        database.table("stack_component", (*wanted, "workspace_id", "user_id", "connector_id"))
    ):
        attributes, environment, problem = _settings(row)
        yield Component(
            id=row["id"],
            name=row["name"],
            type=str(row["type"]).lower(),
            flavor=row["flavor"],
            workspace=row["workspace_id"],
            user=row["user_id"],
            attributes=attributes,
            environment=environment,
            secrets=shared.get(row["id"], ()),
            has_labels=_has_some(row["labels"]),
            connector=row["connector_id"],
            problem=problem,
        )


def _settings(row: Row) -> tuple[dict[str, Any], dict[str, Any], str | None]:
    try:
        return configuration(row["configuration"]), configuration(row["environment"]), None
    except Unreadable as failure:
        return {}, {}, f"its configuration cannot be read: {failure}"


def _stacks(database: Database, shared: dict[str, tuple[str, ...]]) -> Iterator[Stack]:
    parts: dict[str, list[tuple[str, bool]]] = {}
    columns = ("stack_id", "component_id", "default_for_type")
    has_defaults = "default_for_type" in database.columns("stack_composition")
    for row in database.table("stack_composition", columns):
        is_chosen = not has_defaults or row["default_for_type"] is not None
        parts.setdefault(row["stack_id"], []).append((row["component_id"], is_chosen))
    for row in _in_order(
        database.table("stack", ("id", "name", "workspace_id", "user_id", "environment", "labels"))
    ):
        yield Stack(
            id=row["id"],
            name=row["name"],
            workspace=row["workspace_id"],
            user=row["user_id"],
            components=tuple(sorted(parts.get(row["id"], ()))),
            secrets=shared.get(row["id"], ()),
            has_environment=_has_some(row["environment"]),
            has_labels=_has_some(row["labels"]),
        )


def _secrets_of_resources(database: Database) -> dict[str, tuple[str, ...]]:
    """A component's or stack's id → the secrets that are given whole to its steps."""
    found: dict[str, tuple[str, ...]] = {}
    for row in database.table("secret_resource", ("resource_id", "secret_id")):
        found[row["resource_id"]] = tuple(sorted((*found.get(row["resource_id"], ()), row["secret_id"])))
    return found


def _schemas(database: Database) -> dict[tuple[str, str], str]:
    rows = database.table("flavor", ("type", "name", "config_schema"))
    return {(str(row["type"]).lower(), row["name"]): row["config_schema"] for row in rows}


def _has_some(stored: str | bytes | None) -> bool:
    try:
        return bool(configuration(stored))
    except Unreadable:
        return True


def _in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["name"], row["id"]))
