"""Where components, stacks and what they refer to have their pages."""

import re
from contextlib import suppress
from urllib.parse import urlencode

from lockwork.dashboard.pages import Ask, address
from lockwork.domain.checks import Where
from lockwork.domain.errors import NotFound
from lockwork.domain.stacks import Component, ComponentType, Stack
from lockwork.messages.stacks import GetStack

_FORM = "new"
"""What stands in an address where a name could; also a name that a stack may have."""
_ATTRIBUTE = re.compile(r"\w+")


def of_component(ask: Ask, component: Component, *more: str) -> str:
    """`/w/default/components/experiment-tracker/mlflow`."""
    return ask.at("components", component.type.dashed, component.name, *more)


def of_stack(ask: Ask, stack: Stack, *more: str) -> str:
    """By its name; the one that is called as the form of a new stack, by its id."""
    return ask.at("stacks", stack.id if stack.name == _FORM else stack.name, *more)


def of_stack_called(ask: Ask, name: str, *more: str, workspace: str = "") -> str:
    """As `of_stack`, where just its name is known; one that is gone by now is told so there."""
    room = workspace or ask.workspace
    if name == _FORM:
        with suppress(NotFound):
            name = ask.client.send(GetStack(workspace=room, stack=name)).id
    return address("w", room, "stacks", name, *more)


def of_holder(ask: Ask, where: Where, workspace: str = "") -> str:
    """The page of what holds a reference; empty for a pipeline's own code, which has none."""
    if where.kind == "stack":
        return of_stack_called(ask, where.name, workspace=workspace)
    is_component = _is_component(where)
    return (
        address("w", workspace or ask.workspace, "components", where.kind, where.name) if is_component else ""
    )


def of_text(ask: Ask, where: Where) -> str:
    """Where the text that holds a reference is changed."""
    if where.kind == "stack":
        return of_stack_called(ask, where.name, "edit")
    if not _is_component(where):
        return ""
    found = _ATTRIBUTE.match(where.path)
    return ask.at("components", where.kind, where.name, "edit") + (f"#f-a.{found[0]}" if found else "")


def new_secret(ask: Ask, name: str, keys: list[str], *, is_shared: bool = False) -> str:
    """The form of a new secret, with its name and keys filled in; `is_shared`: it must be the workspace's."""
    filled = {"name": name, "keys": ",".join(keys)} | ({"shared": "1"} if is_shared else {})
    return f"{ask.at('secrets', 'new')}?{urlencode(filled)}"


def added_keys(ask: Ask, secret: str, keys: list[str]) -> str:
    """The form of a secret, by its id or name, with more keys to give values."""
    return f"{ask.at('secrets', secret, 'edit')}?{urlencode({'add': ','.join(keys)})}"


def and_back(page: str, back: str) -> str:
    """The address of a form that leads to `back` once it was sent."""
    if not back:
        return page
    path, mark, fragment = page.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'back': back})}{mark}{fragment}"


def _is_component(where: Where) -> bool:
    return where.kind.replace("-", "_") in ComponentType.__members__.values()
