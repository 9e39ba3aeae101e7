"""What a check found: as warnings beside an answer, as an answer of its own, and as a record."""

from collections.abc import Iterable
from typing import Any

from lockwork.cli import hints, terminal
from lockwork.domain.checks import Need, Problem, Report
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import Component, Stack


def record(report: Report) -> dict[str, Any]:
    """A report under its stable field names."""
    return {
        "ok": report.ok,
        "stack": report.stack,
        "level": report.level.value,
        "checked": report.checked,
        "problems": [_problem(one) for one in report.problems],
    }


def _problem(one: Problem) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "secret": one.secret,
        "key": one.key,
        "problem": one.problem,
        "keys": list(one.keys),
        "where": {"kind": one.where.kind, "name": one.where.name, "path": one.where.path},
        "fix": hints.runnable(one.fix),
    }


def told(answer: Component | Stack | Report) -> None:
    """Notes, and a warning for each problem with what mends it: nothing was refused."""
    terminal.notes(answer.notes)
    warn(answer.problems)
    if isinstance(answer, Stack) and any(p.problem in ("no_secret", "no_key") for p in answer.problems):
        terminal.hint(mend(answer))


def mend(stack: Stack, scope: SecretScope | None = None) -> str:
    """The one command for all that a stack lacks."""
    also = f" --scope {scope}" if scope else ""
    return f"all that is missing, at once: lockwork stack register-secrets {stack.name}{also}"


def warn(problems: Iterable[Problem]) -> None:
    for one in problems:
        terminal.warning(f"{one.where}: {one.reference}: {one.detail}")
        terminal.hint(one.fix)


def resolved(needs: Iterable[Need], report: Report) -> list[str]:
    """`{{db.pw}} → user anna/db v3` for each reference that stands for something, once."""
    found = {one.name: one for one in report.found}
    wrong = {one.reference for one in report.problems}
    fine = (need for need in needs if need.secret in found and need.reference not in wrong)
    return list(dict.fromkeys(f"{need.reference} → {found[need.secret]}" for need in fine))
