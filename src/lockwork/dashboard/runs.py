"""Runs: what ran and how it ended; one of them with its graph, its steps and what they printed."""

from collections.abc import Sequence
from shlex import quote
from typing import Any, NamedTuple

from lockwork.dashboard import graph, places, refusals, run_logs
from lockwork.dashboard.graph import Box, Drawing
from lockwork.dashboard.pages import Answer, Ask, Page, Shown
from lockwork.domain.runs import Run, RunStatus, StepRun

SIZE = 25
STATUSES = ("running", "completed", "failed", "refused", "interrupted")
SORTS = {
    f"{sign}{name}": f"{order}:{name}"
    for sign, order in (("", "asc"), ("-", "desc"))
    for name in ("started", "pipeline", "stack", "status", "by")
}
"""What may stand in an address → how the list is asked."""
STEPS = 25
"""On a page."""
MOST_LACKS = 30
"""Things to mend; the command tells all."""
MOST_SECRETS = 40
_LETTERS = 18
"""Of a name in its box."""


class Drawn(NamedTuple):
    """A step's box with what stands in it."""

    box: Box
    step: StepRun
    label: str


class Graph(NamedTuple):
    """A drawing and the steps in it."""

    drawing: Drawing
    nodes: tuple[Drawn, ...]


def listed(ask: Ask) -> Answer:
    """A page of runs, the newest first, by what was typed and chosen."""
    sought, sort = ask.query.get("q", "").strip(), ask.query.get("sort", "-started")
    status = ask.query.get("status", "")
    runs = ask.client.list_runs(
        pipeline=f"contains:{sought}" if sought else None,
        status=status if status in STATUSES else None,
        sort_by=SORTS.get(sort, SORTS["-started"]),
        page=ask.number("page", 1),
        size=SIZE,
    )
    facts = {
        "runs": runs,
        "stacks": {name: places.of_stack_called(ask, name) for name in {run.stack for run in runs}},
        "sought": sought,
        "sort": sort,
        "status": status,
        "statuses": STATUSES,
    }
    return Shown("runs/list.html", "Runs", facts, _listing_command(sought, status), "runs")


def _listing_command(sought: str, status: str) -> str:
    words = ["lockwork run list"]
    if sought:
        words.append(f"--pipeline {quote('contains:' + sought)}")
    if status in STATUSES:
        words.append(f"--status {status}")
    return " ".join(words)


def detail(ask: Ask) -> Answer:
    """One run, as it stands now."""
    run = ask.client.get_run(ask.fields["run"])
    chosen = ask.query.get("step", "") or _telling(run.steps)
    page = min(ask.number("steps", 1), _pages(run))
    stack = places.of_stack_called(ask, run.stack)
    refusal = refusals.looked_at(ask, run)
    facts: dict[str, Any] = {
        "run": run,
        "graph": drawn(run),
        "steps": run.steps[(page - 1) * STEPS : page * STEPS],
        "page": page,
        "pages": _pages(run),
        "secrets": run.secrets[:MOST_SECRETS],
        "refusal": refusal,
        "lacking": refusal.lacking[:MOST_LACKS] if refusal else [],
        "stack": stack,
        "fill": places.and_back(f"{stack}/register-secrets", ask.at("runs", run.id)),
        "chosen": chosen,
        "logs": run_logs.chosen(ask, run, chosen),
        "log_page": ask.number("logs", 1),
    }
    return Shown("runs/detail.html", run.pipeline, facts, f"lockwork run describe {run.id[:8]}", "runs")


def _pages(run: Run) -> int:
    return max(1, -(-len(run.steps) // STEPS))


def _telling(steps: Sequence[StepRun]) -> str:
    """The step whose log is looked for first: one that failed, or that runs, or the last that did."""
    for status in (RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.RUNNING):
        for step in steps:
            if step.status is status:
                return step.name
    return next((step.name for step in reversed(steps) if step.started), "")


def drawn(run: Run) -> Graph | None:
    """The graph of its steps; None where it is too large to look at."""
    drawing = graph.drawn({step.name: step.after for step in run.steps})
    if drawing is None:
        return None
    steps = {step.name: step for step in run.steps}
    nodes = tuple(Drawn(box, steps[box.name], _label(box.name)) for box in drawing.boxes)
    # In the order in which they can run, which is how they are read out.
    order = {name: nth for nth, name in enumerate(steps)}
    return Graph(drawing, tuple(sorted(nodes, key=lambda node: order[node.step.name])))


def _label(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"


PAGES = (
    Page("GET", "/w/{workspace}/runs", listed),
    Page("GET", "/w/{workspace}/runs/{run}", detail),
    Page("GET", "/w/{workspace}/runs/{run}/log", run_logs.followed),
)
