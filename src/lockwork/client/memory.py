"""What Clients of this process have revealed: for the masks of the runs that it begins afterwards.

Kept only where runs may begin, once `begin` was called: a server must not pile up values.
"""

from collections.abc import Iterable

from lockwork.domain.sensitive import Sensitive

_kept: set[Sensitive] | None = None


def begin() -> None:
    """Keep from now on what is revealed."""
    global _kept
    if _kept is None:
        _kept = set()


def keep(values: Iterable[Sensitive]) -> None:
    """These have been revealed."""
    if _kept is not None:
        _kept.update(values)


def revealed() -> frozenset[Sensitive]:
    """All that is kept."""
    return frozenset(_kept or ())
