"""What a run was refused for, as it stands now: what is there by now, and what is still to be mended."""

from collections.abc import Iterable
from shlex import quote
from typing import NamedTuple

from msgspec.structs import replace

from lockwork.dashboard import mending
from lockwork.dashboard.pages import Ask
from lockwork.dashboard.rights import may_write
from lockwork.domain.checks import Need, Problem, Report
from lockwork.domain.runs import Run
from lockwork.domain.secrets import SecretScope

_ABSENT = ("no_secret", "no_key")


class Refusal(NamedTuple):
    """A report of then, looked at again now."""

    lacking: list[mending.Lack]
    left: int
    """References to mend, each at each of its places, as the command line counts them."""
    counted: int
    """As many as there were when the run was refused."""
    there: tuple[str, ...]
    """The references that would be found by now."""
    can_be_filled: bool
    """Whether the stack's page of missing secrets asks for something of it."""
    again: str
    """The command that runs it again, as far as it is known: where the code is, is not recorded."""


def looked_at(ask: Ask, run: Run) -> Refusal | None:
    """None: it was not refused. The store is asked anew, in one question, what of it is still so."""
    if run.report is None:
        return None
    is_own = run.by == ask.me.name
    fresh = _asked_anew(ask, run.report, is_own)
    left = [now for then in run.report.problems if (now := _now(then, fresh, is_own)) is not None]
    open_ = {(problem.reference, problem.where) for problem in left}
    there = (p.reference for p in run.report.problems if (p.reference, p.where) not in open_)
    report = replace(run.report, problems=tuple(left), found=fresh.found)
    check = mending.Check(report, may_write(ask), run.stack, is_own, ask.at("runs", run.id))
    return Refusal(
        lacking=mending.lacks(ask, left, check),
        left=_refusing(left),
        counted=_refusing(run.report.problems),
        there=tuple(dict.fromkeys(there)),
        can_be_filled=mending.can_be_filled(report),
        again=f"lockwork pipeline run FILE:{quote(run.pipeline)} --stack {quote(run.stack)}",
    )


def _asked_anew(ask: Ask, report: Report, is_own: bool) -> Report:
    """For a run of somebody else's as everyone sees the workspace: whoever looks has secrets of their own."""
    needs = [
        Need(secret=problem.secret, key=problem.key, where=problem.where)
        for problem in report.problems
        if problem.refuses
    ]
    if not needs:
        return replace(report, problems=(), found=())
    scope, stack = (None, report.stack) if is_own else (SecretScope.WORKSPACE, None)
    return ask.client.check_references(needs, level=report.level, scope=scope, stack=stack)


def _now(then: Problem, fresh: Report, is_own: bool) -> Problem | None:
    """What has become of it; None: it is mended. What others may read, and whom they trust, only they see."""
    if not then.refuses or not (is_own or then.problem in _ABSENT):
        return then
    at = (then.reference, then.where)
    same = [problem for problem in fresh.problems if (problem.reference, problem.where) == at]
    if not is_own:
        same = [problem for problem in same if problem.problem in _ABSENT]
    if not same:
        return None
    # Of another's run is told what was found then, not what whoever looks can see beside it.
    return same[0] if is_own or same[0].problem != then.problem else then


def _refusing(problems: Iterable[Problem]) -> int:
    return sum(problem.refuses for problem in problems)
