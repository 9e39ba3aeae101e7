"""What a check found, with the page on which each thing is mended: once, however many places it concerns."""

from collections.abc import Iterable
from typing import NamedTuple

from lockwork.dashboard import places
from lockwork.dashboard.pages import Ask
from lockwork.domain.checks import Problem, Report, Where
from lockwork.domain.secrets import can_be_called

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


def lacks(ask: Ask, problems: Iterable[Problem], report: Report, stack: str = "") -> list[Lack]:
    """All that these problems of a report tell. `stack` is where distrust is settled."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        groups.setdefault(_group(problem), []).append(problem)
    missing = [problem for problem in report.problems if problem.problem == "no_secret"]
    return [_lack(ask, group, missing, report, stack) for group in groups.values()]


def _group(problem: Problem) -> tuple[object, ...]:
    if problem.problem == "not_trusted":
        return (problem.problem,)  # one look at the stack settles all of it
    return problem.problem, problem.reference, problem.where if problem.problem == "malformed" else None


def _lack(ask: Ask, group: list[Problem], missing: list[Problem], report: Report, stack: str) -> Lack:
    first = group[0]
    href, act = _way_out(ask, first, missing, report, stack)
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


def _way_out(ask: Ask, one: Problem, missing: list[Problem], report: Report, stack: str) -> tuple[str, str]:
    if one.problem == "no_secret" and can_be_called(one.secret):
        keys = dict.fromkeys(p.key for p in missing if p.secret == one.secret and p.key is not None)
        return places.new_secret(ask, one.secret, [key for key in keys if key]), "Register secret"
    if one.problem == "no_key":
        id_ = next((found.id for found in report.found if found.name == one.secret), "")
        return places.added_key(ask, id_, one.key or ""), "Add key"
    if one.problem == "not_trusted":
        return (ask.at("stacks", stack, "trust"), "See what changed") if stack else ("", one.fix)
    if one.problem == "not_readable":
        return "", one.fix
    return places.of_text(ask, one.where), "Edit"
