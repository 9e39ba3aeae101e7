"""Which attribute each key of a secret fills, where a component is given a secret as a whole."""

from collections.abc import Collection

from lockwork.domain.references import Reference
from lockwork.domain.stacks import ComponentType, Flavor

_LOGIN = {"username": "username", "password": "password"}
_KEYS: dict[tuple[ComponentType, str], dict[str, str]] = {
    (ComponentType.ARTIFACT_STORE, "s3"): {
        "key": "aws_access_key_id",
        "secret": "aws_secret_access_key",
        "token": "aws_session_token",
    },
    (ComponentType.CONTAINER_REGISTRY, "default"): _LOGIN,
    (ComponentType.CONTAINER_REGISTRY, "dockerhub"): _LOGIN,
    (ComponentType.CONTAINER_REGISTRY, "github"): _LOGIN,
    (ComponentType.ANNOTATOR, "label_studio"): {"api_key": "api_key"},
}
"""Attribute → key, as the providers call them."""
_OF_TEMPORARY_CREDENTIALS = frozenset({"token"})


def filled_from(flavor: Flavor, secret: str, keys: Collection[str] | None = None) -> dict[str, str]:
    """Attribute → reference, of what this secret holds for the flavor; nothing where that is not known.

    `keys` are those of the secret; while it is not there yet, the usual ones are taken.
    """
    known = _KEYS.get((flavor.type, flavor.name), {})
    return {
        attribute: str(Reference(secret, key))
        for attribute, key in known.items()
        if (attribute not in _OF_TEMPORARY_CREDENTIALS if keys is None else key in keys)
    }
