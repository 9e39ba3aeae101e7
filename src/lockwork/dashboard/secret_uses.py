"""What refers to a secret, with the way to its page, and what a change breaks, told before it is made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from lockwork.dashboard.pages import Ask, address
from lockwork.dashboard.places import of_holder
from lockwork.domain.checks import Where
from lockwork.domain.errors import AlreadyExists, Ambiguous, StillReferenced, VersionMismatch
from lockwork.domain.secrets import SecretUsage, Use

MOST = 40
"""Of one page."""


class Place(NamedTuple):
    """A use, and where its page is."""

    use: Use
    path: str
    is_reference: bool
    """False for a stack that only holds the component in which the reference stands."""


def places(ask: Ask, uses: Sequence[Use]) -> list[Place]:
    """Each use with the address of what uses it."""
    components = {f"{use.kind} {use.name!r}" for use in uses}  # as a stack's use tells what it holds
    return [
        Place(use, _page_of(ask, use), not (use.kind == "stack" and use.path in components)) for use in uses
    ]


def _page_of(ask: Ask, use: Use) -> str:
    if use.kind == "run":
        return address("w", use.workspace or ask.workspace, "runs", use.name)
    where = Where(kind=use.kind, name=use.name, path=use.path)
    return of_holder(ask, where, use.workspace or "")


def breakable(ask: Ask, usage: SecretUsage, key: str | None = None) -> list[Place]:
    """What would lose its value with the secret, or with this key: runs of before lose nothing."""
    found = [use for use in usage.uses if use.kind != "run" and (key is None or use.key == key)]
    return places(ask, found[:MOST])


@contextmanager
def in_our_words() -> Iterator[None]:
    """The ways out of what may be refused here: in a browser there are no options to add."""
    try:
        yield
    except StillReferenced as failure:
        failure.hint = "change what refers to it first, or choose on this page to do it all the same"
        raise
    except VersionMismatch as failure:
        failure.hint = "somebody changed it meanwhile: open this page again, then repeat it"
        raise
    except AlreadyExists as failure:
        failure.hint = "choose another name, or change the secret that is there"
        raise
    except Ambiguous as failure:
        failure.hint = "open the one that you mean from the list"
        raise
