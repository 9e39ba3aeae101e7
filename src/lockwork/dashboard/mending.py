"""What a check found, with the page on which each thing is mended: once, however many places it concerns."""

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from lockwork.dashboard import places
from lockwork.dashboard.commands import runnable
from lockwork.dashboard.pages import Ask
from lockwork.domain.access import Role
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

_EDITORS = "Ask an editor of the workspace."
_MEMBERS = 200
"""Among whom an admin is looked for, who can help."""


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
        """As `Problem.refuses`."""
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
    is_own: bool = True
    """Whether it was checked as whoever asks; else a secret of theirs mends nothing."""
    back: str = ""
    """The page to which mending leads back; empty for what was mended."""


def lacks(ask: Ask, problems: Iterable[Problem], check: Check) -> list[Lack]:
    """All that these problems tell."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        groups.setdefault(thing(problem), []).append(problem)
    ways = _Ways(ask, check)
    return [_lack(ask, group, *ways.out_of(group)) for group in groups.values()]


def thing(problem: Problem) -> tuple[object, ...]:
    """What is the same for all problems that are mended at once."""
    if problem.problem == "not_trusted":
        return (problem.problem,)  # one look at the stack settles all of it
    if problem.problem == "malformed":
        return problem.problem, problem.reference, problem.where
    return problem.problem, problem.secret, problem.key if problem.problem == "no_key" else None


def can_be_filled(report: Report) -> bool:
    """Whether a stack lacks values that its page of missing secrets asks for; code is not the stack's."""
    lacking = [problem for problem in report.problems if problem.problem in ("no_secret", "no_key")]
    return any(problem.where.kind not in ("pipeline", "step") for problem in lacking)


def _lack(ask: Ask, group: list[Problem], href: str, act: str) -> Lack:
    first = group[0]
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


class _Ways:
    """From what is wrong to the page that mends it, or to whom to ask."""

    def __init__(self, ask: Ask, check: Check) -> None:
        self._ask = ask
        self._check = check
        self._found = {found.name: found for found in check.report.found}

    def out_of(self, group: list[Problem]) -> tuple[str, str]:
        """The page and what one does there; without a page, what to do instead."""
        page, act = self._way(group)
        return (places.and_back(page, self._check.back) if page else "", act)

    def _way(self, group: list[Problem]) -> tuple[str, str]:
        one, stack = group[0], self._check.stack
        if one.problem == "not_trusted":
            page = places.of_stack_called(self._ask, stack, "trust") if stack else ""
            return (page, "See what changed") if page else ("", runnable(one.fix, self._ask))
        if one.problem == "not_readable":
            return "", f"Ask {self._who_helps} for the role 'runner'."
        if one.problem == "no_secret" and can_be_called(one.secret):
            return self._registered(one)
        if one.problem == "no_key":
            return self._added(one)
        return self._edited(one)

    def _registered(self, one: Problem) -> tuple[str, str]:
        may_write, is_own = self._check.may_write, self._check.is_own
        if not may_write and not is_own:
            return "", _EDITORS
        page = places.new_secret(self._ask, one.secret, self._keys(one), is_shared=not is_own)
        return page, "Register secret" if may_write else "Register one of your own"

    def _added(self, one: Problem) -> tuple[str, str]:
        found = self._found.get(one.secret)
        if self._check.may_write or (found and found.scope is SecretScope.USER):
            secret = found.id if found else one.secret
            return places.added_keys(self._ask, secret, self._keys(one)), "Add key"
        return "", _EDITORS

    def _edited(self, one: Problem) -> tuple[str, str]:
        page = places.of_text(self._ask, one.where)
        if not page:
            return "", runnable(one.fix, self._ask)
        return (page, "Edit") if self._check.may_write else ("", _EDITORS)

    def _keys(self, one: Problem) -> list[str]:
        """All that the same secret lacks, for one page to mend."""
        alike = [p for p in self._check.report.problems if (p.problem, p.secret) == (one.problem, one.secret)]
        return list(dict.fromkeys(p.key for p in alike if p.key))

    @cached_property
    def _who_helps(self) -> str:
        names = [one.user for one in self._ask.client.list_members(size=_MEMBERS) if one.role is Role.ADMIN]
        return " or ".join(names[:3]) or "an admin of this workspace"
