"""What Clients of this process have revealed: for the masks of the runs that it begins afterwards.

Kept only where runs may begin, once `begin` was called: a server must not pile up values.
"""

from collections.abc import Iterable, Iterator

from lockwork.domain.secrets import RevealedSecret
from lockwork.domain.sensitive import Sensitive

Named = tuple[str, Sensitive]
"""A value, and before it the reference that stands for it."""

_kept: set[Named] | None = None


def named(secret: RevealedSecret) -> Iterator[Named]:
    """Its values, each with its name."""
    return ((f"{{{{{secret.name}.{key}}}}}", value) for key, value in secret.values.items())


def begin() -> None:
    """Keep from now on what is revealed."""
    global _kept
    if _kept is None:
        _kept = set()


def keep(values: Iterable[Named]) -> None:
    """These have been revealed."""
    if _kept is not None:
        _kept.update(values)


def revealed() -> frozenset[Named]:
    """All that is kept."""
    return frozenset(_kept or ())
