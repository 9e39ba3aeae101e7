"""What of ZenML runs here, what is accepted with a notice, what is refused, and what differs on purpose.

One table: what is said at run time is read from it, and `docs/moving-from-zenml.md` is made from it.
"""

import sys
from typing import NamedTuple

from lockwork.domain.errors import Refused

READ_ON = "docs/moving-from-zenml.md"


class Runs(NamedTuple):
    """What runs unchanged, and what it is here."""

    what: str
    here: str


class Refusal(NamedTuple):
    """Why something is not here, and what does its work."""

    why: str
    instead: str


class Difference(NamedTuple):
    """What is meant to be different."""

    what: str
    there: str
    here: str


RUNS: tuple[Runs, ...] = ()

ACCEPTED: dict[str, str] = {
    "enable_cache": "steps always run; nothing is cached",
}
"""What is taken without effect → the notice, which says what happens instead."""

REFUSED: dict[str, Refusal] = {
    "zenml.zen_stores": Refusal("ZenML's stores are not part of this", "use `zenml.client.Client`"),
}
"""What is not there, as it is imported or typed (`zenml.materializers`, `zenml secret backup`) → why."""

DIFFERENCES: tuple[Difference, ...] = ()

_told: set[str] = set()


def accept(what: str) -> None:
    """Say once in a process, in one line on stderr, what is done with `what` instead."""
    if what not in _told:
        _told.add(what)
        print(f"note: {what}: {ACCEPTED[what]}", file=sys.stderr)


def refusal(what: str) -> Refused:
    """The failure to raise for `what`, with what does its work and where to read on."""
    row = REFUSED[what]
    return Refused(f"{what}: {row.why}", hint=f"{row.instead}; see {READ_ON}")
