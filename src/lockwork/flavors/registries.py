"""Container registries: kept and described; their credentials are secrets like all others."""

from lockwork.domain.stacks import Attribute, ComponentType, Flavor
from lockwork.flavors.contract import Provider

_LOGIN = (
    Attribute(name="username", help="who logs in", sensitive=True),
    Attribute(name="password", help="a password or access token", sensitive=True),
)


def _registry(name: str, help_: str, uri: Attribute) -> Provider:
    return Provider(
        flavor=Flavor(name=name, type=ComponentType.CONTAINER_REGISTRY, help=help_, attributes=(uri, *_LOGIN))
    )


PROVIDERS = (
    _registry(
        "default",
        "any registry for container images",
        Attribute(name="uri", help="host[:port][/path]", required=True),
    ),
    _registry(
        "dockerhub",
        "Docker Hub",
        Attribute(name="uri", help="docker.io/NAME", required=True),
    ),
    _registry(
        "github",
        "GitHub's registry",
        Attribute(name="uri", help="ghcr.io/NAME", required=True),
    ),
)
