"""Before anything runs: all is checked and settled in one request, and all that is wrong is told together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from lockwork.client.api import Client
from lockwork.domain import plans, reports
from lockwork.domain.attributes import checked_settings
from lockwork.domain.checks import Found, Need, Report, ValidationLevel
from lockwork.domain.errors import InvalidInput, LockworkError, NotFound, ValidationFailed
from lockwork.domain.plans import Fault, Plans
from lockwork.domain.runs import Pipeline, RunStatus, Settled, malformed_in_pipeline, needs_of_pipeline
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import ComponentType, Stack, malformed_in_component, needs_of_stack
from lockwork.flavors import registry
from lockwork.messages.runs import FinishRun, StartRun
from lockwork.service import processes


class Begun(NamedTuple):
    """A run that goes on: its record, its stack and what its names were settled on, and its steps' plans."""

    settled: Settled
    plans: Plans


class Checked(NamedTuple):
    """What a pipeline on a stack needs, what was found of it, and what else stands against a run."""

    needs: tuple[Need, ...]
    report: Report
    faults: tuple[Fault, ...]


def begin(
    client: Client,
    pipeline: Pipeline,
    stack: str,
    level: ValidationLevel,
    scope: SecretScope | None = None,
) -> Begun:
    """Start the run, or refuse it with everything that is wrong; a refusal is recorded with its report."""
    settled = client.send(
        StartRun(
            workspace=client.workspace,
            pipeline=pipeline,
            stack=stack,
            level=level,
            scope=scope,
            process=processes.this(),
        )
    )
    made = _planned(pipeline, settled.stack, settled.found)
    if settled.run.status is not RunStatus.REFUSED and not made.faults:
        return Begun(settled, made)
    text = reports.refusal(_what(pipeline, settled.stack), settled.report, made.faults)
    if settled.run.status is not RunStatus.REFUSED:
        client.send(
            FinishRun(workspace=client.workspace, run=settled.run.id, status=RunStatus.REFUSED, failure=text)
        )
    raise ValidationFailed(text, _with_faults(settled.report, made), hint=_way_out(settled))


def check(
    client: Client,
    pipeline: Pipeline,
    stack_name: str,
    level: ValidationLevel,
    scope: SecretScope | None = None,
) -> Checked:
    """What a run would be refused for, without starting one: one request for the stack, one to check."""
    stack = client.get_stack(stack_name)
    needs = (*needs_of_stack(stack), *needs_of_pipeline(pipeline))
    report = client.check_references(needs, level=level, scope=scope, stack=stack.name)
    suspects = [p for c in stack.components.values() for p in malformed_in_component(c)]
    suspects += malformed_in_pipeline(pipeline)
    report = msgspec.structs.replace(report, problems=(*report.problems, *suspects))
    made = _planned(pipeline, stack, report.found)
    return Checked(needs, _with_faults(report, made), made.faults)


def _planned(pipeline: Pipeline, stack: Stack, found: Sequence[Found]) -> Plans:
    made = plans.planned(pipeline, stack, found)
    faults: dict[Fault, None] = {}
    notes: dict[str, None] = {}
    for where, key, given in _settings(pipeline):
        try:
            if (note := _check_settings(where, key, given, stack)) is not None:
                notes[note] = None
        except LockworkError as failure:
            faults[Fault(f"{where}: {failure}", failure.hint or f"take the settings {key!r} away")] = None
    return Plans(made.steps, (*made.faults, *faults), (*made.notes, *notes))


def _settings(pipeline: Pipeline) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for key, given in pipeline.settings.items():
        yield f"pipeline {pipeline.name!r}", key, given
    for step in pipeline.steps:
        for key, given in step.settings.items():
            yield f"step {step.name!r}", key, given


def _check_settings(where: str, key: str, given: Mapping[str, Any], stack: Stack) -> str | None:
    """Refuse what the flavor does not know; a note where the stack has no component of it."""
    type_, flavor_name = ComponentType.parse(key.partition(".")[0]), key.partition(".")[2]
    component = stack.components.get(type_)
    meant = component if component is not None and component.flavor == flavor_name else None
    try:
        flavor = registry.flavor(type_, flavor_name, meant.declaration if meant else None)
    except NotFound as failure:
        raise InvalidInput(f"settings {key!r}: {failure}", hint=failure.hint) from None
    checked_settings(flavor, given)
    return None if meant else f"{where}: {stack} has nothing of flavor {key!r}, so those settings say nothing"


def _with_faults(report: Report, made: Plans) -> Report:
    ok, notes = report.ok and not made.faults, (*report.notes, *made.notes)
    return msgspec.structs.replace(report, ok=ok, notes=notes)


def _what(pipeline: Pipeline, stack: Stack) -> str:
    return f"pipeline {pipeline.name!r} on {stack}"


def _way_out(settled: Settled) -> str | None:
    """One command for all that is missing, where the stack itself refers to it."""
    if any(p.problem == "not_trusted" for p in settled.report.problems):
        return f"lockwork stack trust {settled.stack.name}"
    missing = {p.reference for p in settled.report.problems if p.problem in ("no_secret", "no_key")}
    stack_needs = {need.reference for need in needs_of_stack(settled.stack)}
    if missing & stack_needs:
        return f"all that the stack lacks at once: lockwork stack register-secrets {settled.stack.name}"
    return None
