"""A report in words, for whoever has to mend what is wrong: each thing with its place and the way out."""

from collections.abc import Iterable, Iterator

from lockwork.domain.checks import Problem, Report
from lockwork.domain.plans import Fault


def refusal(
    what: str,
    report: Report,
    faults: Iterable[Fault] = (),
    *,
    cannot: str = "cannot run",
    so_far: str = "nothing has run",
) -> str:
    """Everything that stands against a run, in one text: `what` ("pipeline 'training' …") cannot run."""
    refusing = [p for p in report.problems if p.refuses]
    lines = [str(fault) for fault in faults]
    count = len(refusing) + len(lines)
    head = f"{what} {cannot}: {count} thing{'s' if count != 1 else ''} to mend; {so_far}"
    return "\n".join([head, *(f"  {line}" for p in refusing for line in problem(p)), *_indented(lines)])


def warnings(report: Report) -> Iterator[str]:
    """What a run would not be refused for, as one line each."""
    for one in report.problems:
        if not one.refuses:
            yield f"{one.where}: {one.reference} is plain text: {one.detail}"
    yield from report.notes


def problem(one: Problem) -> list[str]:
    """One problem as lines: the reference and its place, what is wrong, what mends it."""
    lines = [f"{one.reference}  ({one.where})", f"  {one.detail}"]
    if one.keys:
        lines.append(f"  its keys are: {', '.join(one.keys)}")
    return [*lines, f"  fix: {one.fix}"]


def _indented(texts: Iterable[str]) -> Iterator[str]:
    return (f"  {text}" for text in texts)
