"""Rows of components and stacks. Bodies are JSON; what they hold of secrets is always the reference."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from lockwork.database import filters
from lockwork.database.engine import Row, Statement, Transaction, as_set
from lockwork.database.filters import Field
from lockwork.domain.secrets import from_epoch
from lockwork.domain.stacks import Component, ComponentType, Flavor, Stack
from lockwork.messages import Listing

_OWN_FIELDS = {
    "name": Field("name"),
    "owner": Field("owner_name"),
    "created": Field("created", "time"),
    "updated": Field("updated", "time"),
    "id": Field("id"),
}
STACK_FIELDS = _OWN_FIELDS
COMPONENT_FIELDS = {**_OWN_FIELDS, "type": Field("type"), "flavor": Field("flavor")}

_COMPONENT = (
    "c.id, c.type, c.name, c.flavor, c.body, c.version, c.created, c.updated,"
    " u.name AS owner_name, w.name AS workspace_name"
)
_COMPONENTS = "FROM components c JOIN users u ON u.id = c.owner JOIN workspaces w ON w.id = c.workspace"
_STACK = (
    "s.id, s.name, s.secrets, s.version, s.created, s.updated, u.name AS owner_name, w.name AS workspace_name"
)
_STACKS = "FROM stacks s JOIN users u ON u.id = s.owner JOIN workspaces w ON w.id = s.workspace"

_COMPONENTS_NAMED = Statement(
    f"SELECT {_COMPONENT}, CAST(n.key AS integer) AS place FROM json_each(:wanted) n"
    " JOIN components c ON c.type = n.value ->> 'type'"
    " AND (c.name = n.value ->> 'name' OR c.id = n.value ->> 'name')"
    " JOIN users u ON u.id = c.owner JOIN workspaces w ON w.id = c.workspace"
    " WHERE c.workspace = :workspace"
)
_COMPONENTS_BY_ID = Statement(
    f"SELECT {_COMPONENT} {_COMPONENTS}"
    " WHERE c.workspace = :workspace AND c.id IN (SELECT value ->> 0 FROM json_each(:ids))"
    " ORDER BY c.type, c.name"
)
_COMPONENT_NAMES = Statement(
    "SELECT name FROM components WHERE workspace = :workspace AND type = :type ORDER BY name LIMIT 5000"
)
_INSERT_COMPONENT = Statement(
    "INSERT INTO components (id, workspace, type, name, flavor, body, version, owner, changed_by, created,"
    " updated) VALUES (:id, :workspace, :type, :name, :flavor, :body, 1, :owner, :owner, :now, :now)"
    " ON CONFLICT DO NOTHING RETURNING id"
)
_CHANGE_COMPONENT = Statement(
    "UPDATE components SET name = :name, body = :body, version = version + 1,"
    " changed_by = :by, updated = :now WHERE id = :id AND version = :was"
)
_DELETE_COMPONENT = Statement("DELETE FROM components WHERE id = :id")
_HOLDERS = Statement(
    "SELECT s.name FROM stack_components m JOIN stacks s ON s.id = m.stack"
    " WHERE m.component IN (SELECT value ->> 0 FROM json_each(:components)) ORDER BY s.name"
)

_STACK_NAMED = Statement(
    f"SELECT {_STACK} {_STACKS} WHERE s.workspace = :workspace AND (s.name = :name OR s.id = :name)"
)
_STACKS_BY_ID = Statement(
    f"SELECT {_STACK} {_STACKS}"
    " WHERE s.workspace = :workspace AND s.id IN (SELECT value ->> 0 FROM json_each(:ids)) ORDER BY s.name"
)
_STACK_NAMES = Statement("SELECT name FROM stacks WHERE workspace = :workspace ORDER BY name LIMIT 5000")
_PARTS = Statement(
    f"SELECT m.stack, {_COMPONENT} FROM json_each(:stacks) n"
    " JOIN stack_components m ON m.stack = n.value ->> 0"
    " JOIN components c ON c.id = m.component JOIN users u ON u.id = c.owner"
    " JOIN workspaces w ON w.id = c.workspace"
)
_INSERT_STACK = Statement(
    "INSERT INTO stacks (id, workspace, name, secrets, version, owner, changed_by, created, updated)"
    " VALUES (:id, :workspace, :name, :secrets, 1, :owner, :owner, :now, :now)"
    " ON CONFLICT DO NOTHING RETURNING id"
)
_CHANGE_STACK = Statement(
    "UPDATE stacks SET name = :name, secrets = :secrets, version = version + 1,"
    " changed_by = :by, updated = :now WHERE id = :id AND version = :was"
)
_DELETE_STACK = Statement("DELETE FROM stacks WHERE id = :id")
_CLEAR_PARTS = Statement("DELETE FROM stack_components WHERE stack = :stack")
_INSERT_PART = Statement(
    "INSERT INTO stack_components (stack, type, component) VALUES (:stack, :type, :component)"
)
_CONTAINING = Statement(
    "SELECT s.name, c.type, c.name AS component FROM stack_components m"
    " JOIN stacks s ON s.id = m.stack JOIN components c ON c.id = m.component"
    " WHERE m.component IN (SELECT value ->> 0 FROM json_each(:components)) ORDER BY s.name, c.type"
)


class _Body(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What a component holds, as it is stored."""

    attributes: dict[str, Any] = {}
    environment: dict[str, str] = {}
    secrets: dict[str, str] = {}
    declaration: Flavor | None = None


def component(tx: Transaction, workspace: str, type_: ComponentType, name: str) -> Component | None:
    """The component of this type and name or id."""
    return components_named(tx, workspace, [(type_, name)])[0]


def components_named(
    tx: Transaction, workspace: str, wanted: Sequence[tuple[ComponentType, str]]
) -> list[Component | None]:
    """The components of these types and names (or ids), in the order asked, in one query."""
    found: list[Component | None] = [None] * len(wanted)
    asked = as_set([{"type": type_.value, "name": name} for type_, name in wanted])
    for row in tx.rows(_COMPONENTS_NAMED, wanted=asked, workspace=workspace):
        found[row["place"]] = _component(row)
    return found


def components_by_id(tx: Transaction, workspace: str, ids: Iterable[str]) -> list[Component]:
    """The components of these ids."""
    rows = tx.rows(_COMPONENTS_BY_ID, workspace=workspace, ids=as_set(list(ids)))
    return [_component(row) for row in rows]


def component_names(tx: Transaction, workspace: str, type_: ComponentType) -> list[str]:
    """Names of this type, for near misses; not more than 5,000."""
    return [row["name"] for row in tx.rows(_COMPONENT_NAMES, workspace=workspace, type=type_.value)]


def component_page(
    tx: Transaction, workspace: str, type_: ComponentType | None, listing: Listing
) -> tuple[list[Component], int, bool]:
    """The components of a page, how many there are, and whether they were all counted."""
    select = (
        f"SELECT * FROM (SELECT {_COMPONENT} {_COMPONENTS} WHERE c.workspace = :workspace"
        " AND (CAST(:type AS text) IS NULL OR c.type = :type)) t"
    )
    parameters = {"workspace": workspace, "type": None if type_ is None else type_.value}
    rows, total, counted = _page(tx, select, parameters, listing, COMPONENT_FIELDS)
    return [_component(row) for row in rows], total, counted


def insert_component(tx: Transaction, component: Component, workspace: str, owner: str, now: int) -> bool:
    """Whether the name was free and the component is there now. `workspace` and `owner` are ids."""
    return bool(
        tx.rows(
            _INSERT_COMPONENT,
            id=component.id,
            workspace=workspace,
            type=component.type.value,
            name=component.name,
            flavor=component.flavor,
            body=_body(component),
            owner=owner,
            now=now,
        )
    )


def change_component(tx: Transaction, component: Component, by: str, now: int) -> bool:
    """Whether the row still had the version of `component`; it has the next one now. `by` is a user's id."""
    return bool(
        tx.run(
            _CHANGE_COMPONENT,
            id=component.id,
            name=component.name,
            body=_body(component),
            was=component.version,
            by=by,
            now=now,
        )
    )


def delete_component(tx: Transaction, id_: str) -> None:
    tx.run(_DELETE_COMPONENT, id=id_)


def holders(tx: Transaction, component: str) -> list[str]:
    """The names of the stacks that hold this component."""
    return [row["name"] for row in tx.rows(_HOLDERS, components=as_set([component]))]


def containing(tx: Transaction, components: Iterable[str]) -> list[tuple[str, ComponentType, str]]:
    """(stack, component's type, component's name) wherever a stack holds one of these components."""
    rows = tx.rows(_CONTAINING, components=as_set(list(components)))
    return [(row["name"], ComponentType(row["type"]), row["component"]) for row in rows]


def stack(tx: Transaction, workspace: str, name: str) -> Stack | None:
    """The stack of this name or id, with its components."""
    found = _with_parts(tx, tx.rows(_STACK_NAMED, workspace=workspace, name=name))
    return found[0] if found else None


def stacks_by_id(tx: Transaction, workspace: str, ids: Iterable[str]) -> list[Stack]:
    """The stacks of these ids, with their components."""
    return _with_parts(tx, tx.rows(_STACKS_BY_ID, workspace=workspace, ids=as_set(list(ids))))


def stack_names(tx: Transaction, workspace: str) -> list[str]:
    """Names, for near misses; not more than 5,000."""
    return [row["name"] for row in tx.rows(_STACK_NAMES, workspace=workspace)]


def stack_page(tx: Transaction, workspace: str, listing: Listing) -> tuple[list[Stack], int, bool]:
    """The stacks of a page with their components, how many there are, and whether they were all counted."""
    select = f"SELECT * FROM (SELECT {_STACK} {_STACKS} WHERE s.workspace = :workspace) t"
    rows, total, counted = _page(tx, select, {"workspace": workspace}, listing, STACK_FIELDS)
    return _with_parts(tx, rows), total, counted


def insert_stack(tx: Transaction, stack: Stack, workspace: str, owner: str, now: int) -> bool:
    """Whether the name was free and the stack is there now. `workspace` and `owner` are ids."""
    if not tx.rows(
        _INSERT_STACK,
        id=stack.id,
        workspace=workspace,
        name=stack.name,
        secrets=_json(stack.secrets),
        owner=owner,
        now=now,
    ):
        return False
    _put_parts(tx, stack)
    return True


def change_stack(tx: Transaction, stack: Stack, by: str, now: int) -> bool:
    """Whether the row still had the version of `stack`; it has the next one now. `by` is a user's id."""
    if not tx.run(
        _CHANGE_STACK,
        id=stack.id,
        name=stack.name,
        secrets=_json(stack.secrets),
        was=stack.version,
        by=by,
        now=now,
    ):
        return False
    tx.run(_CLEAR_PARTS, stack=stack.id)
    _put_parts(tx, stack)
    return True


def delete_stack(tx: Transaction, id_: str) -> None:
    tx.run(_DELETE_STACK, id=id_)


def _page(
    tx: Transaction,
    select: str,
    parameters: Mapping[str, object],
    listing: Listing,
    fields: filters.Fields,
) -> tuple[Sequence[Row], int, bool]:
    where = filters.condition(listing, fields)
    given = {**parameters, **where.parameters, **filters.bounds(listing)}
    sql = f"{select} WHERE {where.sql}"
    ordered = Statement(f"{sql} ORDER BY {filters.order(listing, fields)} LIMIT :size OFFSET :offset")
    rows = tx.rows(ordered, **given)
    total, counted = filters.total(tx, sql, given)
    return rows, total, counted


def _put_parts(tx: Transaction, stack: Stack) -> None:
    parts = [
        {"stack": stack.id, "type": type_.value, "component": part.id}
        for type_, part in stack.components.items()
    ]
    tx.run_many(_INSERT_PART, parts)


def _with_parts(tx: Transaction, rows: Sequence[Row]) -> list[Stack]:
    """Stacks with all their components, in one more query however many they are."""
    parts: dict[str, dict[ComponentType, Component]] = {row["id"]: {} for row in rows}
    for row in tx.rows(_PARTS, stacks=as_set(list(parts))) if parts else ():
        part = _component(row)
        parts[row["stack"]][part.type] = part
    in_order = {id_: {t: held[t] for t in ComponentType if t in held} for id_, held in parts.items()}
    return [_stack(row, in_order[row["id"]]) for row in rows]


def _stack(row: Row, components: dict[ComponentType, Component]) -> Stack:
    return Stack(
        id=row["id"],
        name=row["name"],
        workspace=row["workspace_name"],
        components=components,
        secrets=msgspec.json.decode(row["secrets"]),
        version=row["version"],
        owner=row["owner_name"],
        created=from_epoch(row["created"]),
        updated=from_epoch(row["updated"]),
    )


def _component(row: Row) -> Component:
    body = msgspec.json.decode(row["body"], type=_Body)
    return Component(
        id=row["id"],
        name=row["name"],
        type=ComponentType(row["type"]),
        flavor=row["flavor"],
        workspace=row["workspace_name"],
        attributes=body.attributes,
        environment=body.environment,
        secrets=body.secrets,
        declaration=body.declaration,
        version=row["version"],
        owner=row["owner_name"],
        created=from_epoch(row["created"]),
        updated=from_epoch(row["updated"]),
    )


def _body(component: Component) -> str:
    return _json(
        _Body(
            attributes=component.attributes,
            environment=component.environment,
            secrets=component.secrets,
            declaration=component.declaration,
        )
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
