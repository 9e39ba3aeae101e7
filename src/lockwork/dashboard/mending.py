"""What a check found, with the page on which each thing is mended: once, however many places it concerns."""

from collections.abc import Iterable
from typing import NamedTuple

from lockwork.dashboard import places
from lockwork.dashboard.pages import Ask
from lockwork.domain.checks import Problem, Report, Where
from lockwork.domain.secrets import SecretScope, can_be_called

WORDS = {
    "no_secret": "no such secret",
    "no_key": "no such key",
    "not_readable": "not readable",
    "not_trusted": "to accept",
    "malformed": "plain text",
}
"""Each problem as a badge says it."""
_DISTRUST = (
    "somebody else changed what would get these secrets of your own: accept it as it is now, or leave"
    " your own secrets out with --no-user-secrets"
)


class Holder(NamedTuple):
    """A component or stack in which references stand, and where in it."""

    kind: str
    name: str
    paths: tuple[str, ...]
    href: str
    """Its page; empty for a pipeline's own code, which has none."""


class Lack(NamedTuple):
    """One thing that is wrong, and the way out."""

    problem: str
    """As `Problem.problem`."""
    references: tuple[str, ...]
    secret: str
    detail: str
    keys: tuple[str, ...]
    """What the secret has, where a key is missing."""
    holders: tuple[Holder, ...]
    href: str
    """Where it is mended; empty where that is up to somebody else."""
    act: str
    """What one does there, or whom to ask."""

    @property
    def word(self) -> str:
        return WORDS.get(self.problem, self.problem)

    @property
    def refuses(self) -> bool:
        return self.problem != "malformed"

    @property
    def mark(self) -> str:
        """How bad it is, as a badge shows it."""
        return "warn" if self.problem in ("malformed", "not_trusted") else "bad"

    def is_at(self, kind: str, name: str) -> bool:
        """Whether it concerns this component or stack."""
        return any((holder.kind, holder.name) == (kind, name) for holder in self.holders)

    def is_within(self, path: str) -> bool:
        """Whether it concerns this attribute, or what is in it."""
        inside = (f"{path}.", f"{path}[")
        places = (place for holder in self.holders for place in holder.paths)
        return any(place == path or place.startswith(inside) for place in places)


class Check(NamedTuple):
    """A report, and what decides on the ways out of it."""

    report: Report
    may_write: bool
    """Whether who asks may change components, and secrets of the workspace."""
    stack: str = ""
    """Where distrust is settled."""


def lacks(ask: Ask, problems: Iterable[Problem], check: Check) -> list[Lack]:
    """All that these problems tell."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        groups.setdefault(thing(problem), []).append(problem)
    return [_lack(ask, group, check) for group in groups.values()]


def thing(problem: Problem) -> tuple[object, ...]:
    """What is the same for all problems that are mended at once."""
    if problem.problem == "not_trusted":
        return (problem.problem,)  # one look at the stack settles all of it
    if problem.problem == "malformed":
        return problem.problem, problem.reference, problem.where
    return problem.problem, problem.secret, problem.key if problem.problem == "no_key" else None


def _lack(ask: Ask, group: list[Problem], check: Check) -> Lack:
    first = group[0]
    href, act = _way_out(ask, first, group, check)
    return Lack(
        problem=first.problem,
        references=tuple(dict.fromkeys(problem.reference for problem in group)),
        secret=first.secret,
        detail=_DISTRUST if first.problem == "not_trusted" else first.detail,
        keys=first.keys,
        holders=_holders(ask, [problem.where for problem in group]),
        href=href,
        act=act,
    )


def _holders(ask: Ask, spots: Iterable[Where]) -> tuple[Holder, ...]:
    by_holder: dict[tuple[str, str], list[Where]] = {}
    for spot in spots:
        by_holder.setdefault((spot.kind, spot.name), []).append(spot)
    return tuple(
        Holder(kind, name, tuple(dict.fromkeys(w.path for w in held)), places.of_holder(ask, held[0]))
        for (kind, name), held in by_holder.items()
    )


def _way_out(ask: Ask, one: Problem, group: Iterable[Problem], check: Check) -> tuple[str, str]:
    found = next((each for each in check.report.found if each.name == one.secret), None)
    if one.problem == "no_secret" and can_be_called(one.secret):
        keys = dict.fromkeys(problem.key for problem in group if problem.key)
        return places.new_secret(ask, one.secret, list(keys)), "Register secret"
    if one.problem == "not_trusted":
        return (ask.at("stacks", check.stack, "trust"), "See what changed") if check.stack else ("", one.fix)
    if one.problem == "not_readable":
        return "", one.fix
    if one.problem == "no_key" and found and (check.may_write or found.scope is SecretScope.USER):
        return places.added_key(ask, found.id, one.key or ""), "Add key"
    if one.problem != "no_key" and check.may_write:
        return places.of_text(ask, one.where), "Edit"
    return "", "ask an editor of the workspace"
