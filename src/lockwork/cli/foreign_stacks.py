"""A stack file that ZenML wrote, in the form of ours: what is wrong with it is found as in one of ours."""

from typing import Any

from lockwork.domain.errors import LockworkError
from lockwork.domain.stacks import ComponentType
from lockwork.flavors import registry, whole_secrets

_MARK = "zenml_version"


def as_ours(told: Any, form: int) -> Any:
    """The content of a file as a file of ours of this format; what is ours already, as it is."""
    if not isinstance(told, dict) or _MARK not in told:
        return told
    parts = told.get("components")
    if isinstance(parts, dict):
        parts = {type_: _part(type_, _alone(part)) for type_, part in parts.items()}
    return {"format": form, "stack": told.get("stack_name"), "components": parts}


def _alone(part: Any) -> Any:
    """Newer files hold a list of each type's components; a stack of ours has one of each."""
    return part[0] if isinstance(part, list) and len(part) == 1 else part


def _part(type_: Any, told: Any) -> Any:
    if not isinstance(told, dict) or not isinstance(told.get("configuration"), dict):
        return told
    attributes = {name: value for name, value in told["configuration"].items() if value is not None}
    part = {"name": told.get("name"), "flavor": told.get("flavor"), "attributes": attributes}
    secret = attributes.pop("authentication_secret", None)
    if isinstance(secret, str):
        filled = _filled(type_, part["flavor"], secret)
        attributes.update({name: text for name, text in filled.items() if name not in attributes})
        part["secrets"] = {} if filled else {secret: ""}
    return part


def _filled(type_: Any, flavor: Any, secret: str) -> dict[str, str]:
    try:
        return whole_secrets.filled_from(
            registry.flavor(ComponentType.parse(str(type_)), str(flavor)), secret
        )
    except LockworkError:  # a type or flavor that is not here: told when the part is read
        return {}
