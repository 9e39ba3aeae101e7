"""Where components, stacks and what they refer to have their pages."""

import re
from urllib.parse import urlencode

from lockwork.dashboard.pages import Ask
from lockwork.domain.checks import Where
from lockwork.domain.stacks import Component, ComponentType, Stack

_ATTRIBUTE = re.compile(r"\w+")


def of_component(ask: Ask, component: Component, *more: str) -> str:
    """`/w/default/components/experiment-tracker/mlflow`."""
    return ask.at("components", component.type.dashed, component.name, *more)


def of_stack(ask: Ask, stack: Stack, *more: str) -> str:
    """By its name; the one that is called as the form of a new stack, by its id."""
    return ask.at("stacks", stack.id if stack.name == "new" else stack.name, *more)


def of_holder(ask: Ask, where: Where) -> str:
    """The page of what holds a reference; empty for a pipeline's own code, which has none."""
    if where.kind == "stack":
        return ask.at("stacks", where.name)
    return ask.at("components", where.kind, where.name) if _is_component(where) else ""


def of_text(ask: Ask, where: Where) -> str:
    """Where the text that holds a reference is changed."""
    if where.kind == "stack":
        return ask.at("stacks", where.name, "edit")
    if not _is_component(where):
        return ""
    found = _ATTRIBUTE.match(where.path)
    return ask.at("components", where.kind, where.name, "edit") + (f"#f-a.{found[0]}" if found else "")


def new_secret(ask: Ask, name: str, keys: list[str]) -> str:
    """The form of a new secret, with its name and keys filled in."""
    return f"{ask.at('secrets', 'new')}?{urlencode({'name': name, 'keys': ','.join(keys)})}"


def added_key(ask: Ask, secret_id: str, key: str) -> str:
    """The form of a secret, with one more key to give a value."""
    return f"{ask.at('secrets', secret_id, 'edit')}?{urlencode({'add': key})}"


def _is_component(where: Where) -> bool:
    return where.kind.replace("-", "_") in ComponentType.__members__.values()
