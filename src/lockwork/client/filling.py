"""Values for what a stack refers to: each secret in one write, where it is found, else made."""

from collections.abc import Mapping

from lockwork.client.secrets import SecretCalls
from lockwork.domain.checks import Report
from lockwork.domain.secrets import SecretInfo, SecretScope


def put(
    client: SecretCalls,
    secret: str,
    values: Mapping[str, str],
    report: Report,
    scope: SecretScope | None = None,
) -> tuple[str, SecretInfo]:
    """`updated` or `created`, and the secret. `report` says where it is; a new one is kept in `scope`."""
    found = next((one for one in report.found if one.name == secret), None)
    if found is not None:
        return "updated", client.update_secret(found.id, add_or_update_values=values)
    return "created", client.create_secret(secret, values, scope or SecretScope.WORKSPACE)
