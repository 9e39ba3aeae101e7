"""Why a run was refused: each thing with its place, what is wrong, and the page that mends it."""

from typing import NamedTuple

from lockwork.dashboard.pages import Ask, address
from lockwork.domain.access import Role
from lockwork.domain.checks import Problem, Report, Where
from lockwork.domain.runs import Run
from lockwork.domain.secrets import can_be_called
from lockwork.domain.stacks import ComponentType

MOST = 50
"""Problems on a page; the command tells all."""
_MEMBERS = 200


class Point(NamedTuple):
    """One thing to mend."""

    problem: Problem
    place: str
    """The page of what holds the reference; empty where that is code."""
    mend: str
    """The page that mends it; empty where no page does."""
    label: str
    advice: str = ""


class Told(NamedTuple):
    """A report as it is shown."""

    points: tuple[Point, ...]
    more: int
    missing: str
    """The page that registers at once all that the stack lacks."""


def told(ask: Ask, run: Run) -> Told | None:
    """The report of a run that was refused for what it has."""
    report = run.report
    if report is None:
        return None
    points = tuple(_point(ask, run, report, problem) for problem in report.problems[:MOST])
    lacks = any(p.problem in ("no_secret", "no_key") and not _is_code(p.where) for p in report.problems)
    missing = ask.at("stacks", run.stack, "register-secrets") if lacks else ""
    return Told(points, max(0, len(report.problems) - MOST), missing)


def _point(ask: Ask, run: Run, report: Report, problem: Problem) -> Point:
    place = _place(ask, problem.where)
    if problem.problem == "no_secret" and can_be_called(problem.secret):
        query = f"?name={_quoted(problem.secret)}&keys={_keys(report, problem)}"
        return Point(problem, place, ask.at("secrets", "new") + query, f"Register {problem.secret}")
    if problem.problem == "no_key" and problem.key is not None:
        ids = {found.name: found.id for found in report.found}
        page = ask.at("secrets", ids.get(problem.secret, problem.secret), "edit")
        return Point(problem, place, f"{page}?add={_keys(report, problem)}", f"Add to {problem.secret}")
    if problem.problem == "not_trusted":
        return Point(problem, place, ask.at("stacks", run.stack, "trust"), "Look at it and accept it")
    if problem.problem == "not_readable":
        return Point(problem, place, "", "", _who_helps(ask))
    if place:
        return Point(problem, place, f"{place}/edit", "Edit it")
    return Point(problem, place, "", "", problem.fix)


def _keys(report: Report, problem: Problem) -> str:
    """All that the same secret lacks, for one page to mend."""
    alike = [p for p in report.problems if (p.problem, p.secret) == (problem.problem, problem.secret)]
    return ",".join(dict.fromkeys(_quoted(p.key) for p in alike if p.key))


def _is_code(where: Where) -> bool:
    return where.kind in ("pipeline", "step")


def _place(ask: Ask, where: Where) -> str:
    if where.kind == "stack":
        return ask.at("stacks", where.name)
    if where.kind in {type_.dashed for type_ in ComponentType}:
        return ask.at("components", where.kind, where.name)
    return ""


def _quoted(text: str) -> str:
    return address(text)[1:]


def _who_helps(ask: Ask) -> str:
    members = ask.client.list_members(size=_MEMBERS)
    names = [member.user for member in members if member.role is Role.ADMIN]
    who = " or ".join(names[:3]) or "an admin of this workspace"
    return f"Ask {who} for the role 'runner'."
