"""What is needed, checked in one question; then what it stands for, in one read by id and version."""

from collections.abc import Iterable, Sequence

from lockwork.client.api import Client
from lockwork.domain import plans
from lockwork.domain.checks import Found, Need, Report, ValidationLevel
from lockwork.domain.secrets import SecretScope
from lockwork.domain.values import Values
from lockwork.messages.secrets import Wanted

_LEVEL = ValidationLevel.SECRET_AND_KEY_EXISTS  # whatever is set for runs: what is missing cannot be read


def check(client: Client, needs: Sequence[Need], scope: SecretScope | None) -> Report:
    """What is found and what is missing; where nothing is needed, nothing is asked."""
    if not needs:
        return Report(ok=True, stack=None, level=_LEVEL, checked=0)
    return client.check_references(needs, level=_LEVEL, scope=scope)


def fetch(
    client: Client, found: Sequence[Found], trees: Iterable[object], whole: Iterable[str] = ()
) -> Values:
    """What these trees refer to, and secrets as a whole, as they were found; recorded in the audit trail."""
    wanted = plans.wanted_of(trees, whole)
    if not wanted:
        return Values({})
    settled = {one.name: one for one in found}
    asked = [
        Wanted(id=settled[name].id, version=settled[name].version, keys=keys) for name, keys in wanted.items()
    ]
    revealed = client.reveal_secrets(asked)
    return Values({name: secret.secret_values for name, secret in zip(wanted, revealed, strict=True)})
