"""`lockwork pipeline run|validate`: a pipeline that stands in a file, checked or run on a stack."""

import sys
from collections.abc import Callable
from contextlib import nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lockwork.cli import checks, garbage, hints, runs, terminal, trust
from lockwork.cli.commands import Group
from lockwork.cli.session import Session, output_option, pass_session, scope_option
from lockwork.cli.trust import no_user_secrets
from lockwork.domain.checks import Report, ValidationLevel
from lockwork.domain.secrets import SecretScope

if TYPE_CHECKING:
    from lockwork.domain.runs import Run
    from lockwork.pipelines.graph import Graph
    from lockwork.pipelines.preflight import Checked

F = TypeVar("F", bound=Callable[..., Any])


@click.group(cls=Group)
def pipeline() -> None:
    """Check a pipeline, and run it on a stack.

    FILE is a Python file with a function decorated as @pipeline; with several, FILE:PIPELINE names one. The
    file is imported: what stands at its top level runs.
    """


def _on_a_stack(command: F) -> F:
    """The words that `run` and `validate` share."""
    for option in (
        click.option("--level", metavar="LEVEL", help="NONE, SECRET_EXISTS or SECRET_AND_KEY_EXISTS."),
        click.option("--settings", metavar="FILE", help="YAML or JSON of <type>.<flavor> to settings."),
        click.option("--stack", metavar="NAME", help="The stack; without it, the active one."),
        no_user_secrets,
        click.argument("place", metavar="FILE[:PIPELINE]"),
    ):
        command = option(command)
    return command


@pipeline.command()
@_on_a_stack
@click.option("--inline", is_flag=True, help="Without capture and masking, for a debugger.")
@output_option
@pass_session
def run(
    session: Session,
    place: str,
    stack: str | None,
    settings: str | None,
    level: str | None,
    no_user_secrets: bool,
    inline: bool,
) -> None:
    """Check everything that a pipeline and its stack need, then run it, one step after another.

    What is missing is told all at once, before the first step. Values of secrets show as *** in what the
    steps print. The level of checking is --level, else LOCKWORK_SECRET_VALIDATION_LEVEL.

    Where a part of the stack that somebody else changed would get secrets of your own scope, it asks first.
    """
    from lockwork.pipelines import runner  # lazy: help needs no runner

    wanted = session.profile.settings.level(level)
    graph = _graph(session, place, settings)
    scope = SecretScope.WORKSPACE if no_user_secrets else None

    def go() -> "Run":
        return runner.run(
            graph,
            client=session.client,
            stack=stack,
            level=wanted.value,
            scope=scope,
            inline=inline,
            apart=session.output != "table",
        )

    record = trust.asked(session, stack or session.profile.stack.value, go)
    session.show(runs.record(record), lambda: None)  # for people, the run has told of itself


@pipeline.command()
@_on_a_stack
@scope_option(help="Look in this scope only; `workspace` checks as everyone else sees it.")
@output_option
@pass_session
def validate(
    session: Session,
    place: str,
    stack: str | None,
    settings: str | None,
    level: str | None,
    no_user_secrets: bool,
    scope: SecretScope | None,
) -> None:
    """Check that a pipeline could run on a stack: every reference and secret of both; reads no value."""
    from lockwork.pipelines import preflight  # lazy: help needs none of it

    scope = trust.scope_without_own(scope, no_user_secrets)

    wanted = session.profile.settings.level(level)
    graph = _graph(session, place, settings)
    name = stack or session.profile.stack.value
    if wanted.value is ValidationLevel.NONE:  # nothing is asked, not even for the stack
        report = Report(ok=True, stack=name, level=wanted.value, checked=0)
        session.show(
            checks.record(report), lambda: terminal.note(f"nothing was checked: {wanted.source} is NONE")
        )
        return
    checked = preflight.check(session.client, graph.pipeline, name, wanted.value, scope)
    session.show(_record(checked), lambda: _show(graph.pipeline.name, checked))
    if not checked.report.ok:
        raise click.exceptions.Exit(1)


def _record(checked: "Checked") -> dict[str, Any]:
    return checks.record(checked.report) | {
        "faults": [{"text": f.text, "fix": hints.runnable(f.fix)} for f in checked.faults]
    }


def _show(name: str, checked: "Checked") -> None:
    from lockwork.domain import reports  # lazy: as above
    from lockwork.domain.errors import ValidationFailed

    report = checked.report
    for line in checks.resolved(checked.needs, report):
        terminal.say(line)
    what = f"pipeline {name!r} on stack {report.stack!r}"
    for line in reports.warnings(report):
        terminal.note(line)
    if not report.ok:
        raise ValidationFailed(reports.refusal(what, report, checked.faults), report)
    count = f"{report.checked} reference{'s' if report.checked != 1 else ''}"
    terminal.say(f"{what}: {count} checked, all is there")


def _graph(session: Session, place: str, settings: str | None) -> "Graph":
    from lockwork.pipelines import files  # lazy: as above

    garbage.collect_as_usual()
    # What the file prints by itself must not come before a record that a program will read.
    aside = redirect_stdout(sys.stderr) if session.output != "table" else nullcontext()
    try:
        with aside:
            found = files.load(place)
            if settings is not None:
                found = found.with_options(settings=_settings(settings))
            return files.put_together(found)
    finally:
        terminal.prepare()  # it may have closed standard output too


def _settings(path: str) -> Any:
    from lockwork.cli.arguments import Source
    from lockwork.domain.errors import InvalidInput
    from lockwork.mappings import MAX_MAPPING_BYTES, YamlReader

    stdin = getattr(sys.stdin, "buffer", None)
    text = Source(stdin).read(path, MAX_MAPPING_BYTES, "--settings")
    # First without types: this refuses aliases, tags, merges, doubled keys and whatever is nested too deep.
    if not isinstance(YamlReader(text.removeprefix("\ufeff"), f"--settings {path}").read(), dict):
        raise InvalidInput(f"--settings {path} holds no mapping", hint="<type>.<flavor>: {setting: value}")
    import yaml  # lazy: only this option needs it

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # such as a date that is none: both carry the text
        pass
    raise InvalidInput(f"--settings {path} cannot be read", hint="put dates and times in quotes")
