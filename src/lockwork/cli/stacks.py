"""`lockwork stack …`: components put together; which is active, and whether what they refer to is there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from msgspec.structs import replace

from lockwork.cli import checks, components, formats, terminal
from lockwork.cli.commands import Group
from lockwork.cli.component_entry import whole_secrets
from lockwork.cli.components import complete_components
from lockwork.cli.needed_secrets import register_secrets
from lockwork.cli.session import (
    Session,
    listing_options,
    long_output_option,
    output_option,
    pass_session,
    scope_option,
)
from lockwork.cli.stack_files import export, import_
from lockwork.cli.stack_names import chosen, complete_stacks
from lockwork.cli.trust import no_user_secrets, scope_without_own, trust
from lockwork.domain import reports
from lockwork.domain.checks import Need, Report, ValidationLevel
from lockwork.domain.errors import ValidationFailed
from lockwork.domain.secrets import SecretScope
from lockwork.domain.stacks import (
    REQUIRED_TYPES,
    ComponentType,
    Stack,
    malformed_in_component,
    needs_of_stack,
)

F = TypeVar("F", bound=Callable[..., Any])

FIELDS = (
    *("id", "name", "workspace", "owner", "active", "components", "secrets"),
    *("version", "created", "updated"),
)
SHORT_OPTIONS = {
    ComponentType.ORCHESTRATOR: "-o",
    ComponentType.ARTIFACT_STORE: "-a",
    ComponentType.EXPERIMENT_TRACKER: "-e",
    ComponentType.STEP_OPERATOR: "-s",
    ComponentType.CONTAINER_REGISTRY: "-c",
    ComponentType.ALERTER: "-al",
    ComponentType.MODEL_REGISTRY: "-r",
    ComponentType.MODEL_DEPLOYER: "-d",
    ComponentType.DATA_VALIDATOR: "-dv",
    ComponentType.FEATURE_STORE: "-f",
    ComponentType.ANNOTATOR: "-an",
    ComponentType.IMAGE_BUILDER: "-i",
}


def record(session: Session, stack: Stack) -> dict[str, Any]:
    """A stack under its stable field names."""
    parts = {t.value: {"id": c.id, "name": c.name, "flavor": c.flavor} for t, c in stack.components.items()}
    facts = {name: getattr(stack, name) for name in FIELDS if name != "active"}
    return {**facts, "active": stack.name == session.profile.stack.value, "components": parts}


def part_options(*, required: bool) -> Callable[[F], F]:
    """One option a component type; `required` for those that every stack has."""

    def add(command: F) -> F:
        for type_, short in reversed(SHORT_OPTIONS.items()):
            command = click.option(
                short,
                f"--{type_.dashed}",
                type_.value,
                metavar="NAME",
                required=required and type_ in REQUIRED_TYPES,
                shell_complete=complete_components(type_),
                help=f"The {type_.words}, by name or id.",
            )(command)
        return click.option(
            "--secret", metavar="NAME[=PREFIX]", multiple=True,
            help="A secret all of whose keys become variables of every step.",
        )(command)  # fmt: skip

    return add


_named = click.argument("name", shell_complete=complete_stacks)
_maybe_named = click.argument("name", required=False, shell_complete=complete_stacks)


@click.group(cls=Group)
def stack() -> None:
    """Components put together: one orchestrator, one artifact store, and at most one of each other type.

    Commands that take [NAME] are about the active stack where it is left out.
    """


@stack.command()
@click.argument("name")
@part_options(required=True)
@click.option("--set", "is_set", is_flag=True, help="Make it the active one.")
@long_output_option
@pass_session
def register(
    session: Session, /, name: str, secret: Sequence[str], is_set: bool, **parts: str | None
) -> None:
    """Put components together. What their references lack is told, and refuses nothing."""
    made = session.client.create_stack(name, _given(parts), secrets=whole_secrets(secret))
    if is_set:
        session.client.set_active_stack(made.name)
    _answered(session, f"registered {made}" + (", and set it as the active one" if is_set else ""), made)
    if is_set:
        _check_is_active(session, made)


@stack.command("list")
@click.option("--name", metavar="F", help="Filter: a value, or contains:, startswith:, endswith: and one.")
@listing_options()
@output_option
@pass_session
def list_(session: Session, /, **how: Any) -> None:
    """List the stacks of the workspace, and what each is made of."""
    found = session.client.list_stacks(**how)
    records = [record(session, one) for one in found.items]
    if session.output == "table":
        for facts in records:
            facts["components"] = {part: one["name"] for part, one in facts["components"].items()}
    columns = ("name", "active", "components", "owner", "updated")
    session.show_list(records, FIELDS, columns=columns, page=found, nothing="no stacks found")


@stack.command("set")
@_named
@output_option
@pass_session
def set_(session: Session, name: str) -> None:
    """Make a stack the active one of this workspace, in your configuration."""
    found = session.client.set_active_stack(name)
    session.done(f"{found} is kept as the active one", record(session, found))
    _check_is_active(session, found)


@stack.command()
@output_option
@pass_session
def get(session: Session) -> None:
    """Print the name of the active stack."""
    found = chosen(session, None)
    source = session.profile.stack.source
    facts = {"name": found.name, "workspace": found.workspace, "source": source}
    session.show(facts, lambda: terminal.say(found.name))


@stack.command()
@_maybe_named
@output_option
@pass_session
def describe(session: Session, name: str | None) -> None:
    """Show a stack and its components: references, never what they stand for; and what they lack."""
    found = chosen(session, name)
    parts = {type_.value: components.record(part) for type_, part in found.components.items()}
    session.show({**record(session, found), "components": parts}, lambda: _show(session, found))
    checks.told(session.client.check_references(needs_of_stack(found), stack=found.name))


@stack.command()
@_maybe_named
@part_options(required=False)
@click.option("--remove", metavar="TYPE", multiple=True, help="Take the component of this type out.")
@click.option("--remove-secret", metavar="NAME", multiple=True, help="Declare this secret no longer.")
@click.option("--if-version", type=click.IntRange(1), metavar="N", help="Only if this is still its version.")
@long_output_option
@pass_session
def update(session: Session, /, name: str | None, secret: Sequence[str], remove: Sequence[str],
           remove_secret: Sequence[str], if_version: int | None, **parts: str | None) -> None:  # fmt: skip
    """Exchange, add and take out components, as one new version; the others stay."""
    changed = session.client.update_stack(
        chosen(session, name).id,
        _given(parts),
        remove=remove,
        secrets=whole_secrets(secret),
        remove_secrets=remove_secret,
        if_version=if_version,
    )
    _answered(session, f"updated {changed}, now version {changed.version}", changed)


@stack.command()
@_named
@click.argument("new_name", metavar="NEW")
@output_option
@pass_session
def rename(session: Session, name: str, new_name: str) -> None:
    """Call a stack something else; where it is kept as the active one, it stays so."""
    was = session.client.get_stack(name)
    changed = session.client.update_stack(was.id, new_name=new_name)
    if session.profile.kept_stack == was.name:
        session.profile.set_active_stack(changed.name)
    _answered(session, f"renamed {was} to {changed.name!r}", changed)
    _check_not_named(session, was)


@stack.command()
@_named
@click.argument("new_name", metavar="NEW")
@output_option
@pass_session
def copy(session: Session, name: str, new_name: str) -> None:
    """Put the same components together under another name."""
    made = session.client.copy_stack(name, new_name)
    _answered(session, f"copied to {made}", made)


@stack.command()
@_named
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_option
@pass_session
def delete(session: Session, name: str, yes: bool) -> None:
    """Delete a stack; its components stay."""
    if not yes:
        found = session.client.delete_stack(name, dry_run=True)
        terminal.must_confirm(f"delete {found}? Its components stay.")
    gone = session.client.delete_stack(name)
    facts = record(session, gone)
    if session.profile.kept_stack == gone.name:
        session.profile.forget_active_stack(session.client.workspace)
    session.done(f"deleted {gone}", facts)
    if facts["active"] and session.profile.stack.value != gone.name:
        terminal.note(f"it was the active one; now {session.profile.stack.value!r} is")
    _check_not_named(session, gone)


stack.add_command(export)
stack.add_command(import_)
stack.add_command(register_secrets)
stack.add_command(trust)


# --- validate ----------------------------------------------------------------------------------------------


@stack.command()
@_maybe_named
@click.option("--level", metavar="LEVEL", help="NONE, SECRET_EXISTS or SECRET_AND_KEY_EXISTS (default).")
@scope_option(help="Look in this scope only; `workspace` checks as everyone else sees it.")
@no_user_secrets
@output_option
@pass_session
def validate(
    session: Session, name: str | None, level: str | None, scope: SecretScope | None, no_user_secrets: bool
) -> None:
    """Check that all secrets that a stack refers to are there; reads no value.

    The level is --level, else LOCKWORK_SECRET_VALIDATION_LEVEL.
    """
    wanted, scope = session.profile.settings.level(level), scope_without_own(scope, no_user_secrets)
    if wanted.value is ValidationLevel.NONE:  # nothing is asked, not even for the stack
        report = Report(ok=True, stack=name or session.profile.stack.value, level=wanted.value, checked=0)
        session.show(
            checks.record(report), lambda: terminal.note(f"nothing was checked: {wanted.source} is NONE")
        )
        return
    found = chosen(session, name)
    needs = needs_of_stack(found)
    report = session.client.check_references(needs, level=wanted.value, scope=scope, stack=found.name)
    suspects = [p for c in found.components.values() for p in malformed_in_component(c)]
    report = replace(report, problems=(*report.problems, *suspects))
    session.show(checks.record(report), lambda: _show_report(found, needs, report, scope))
    if not report.ok:
        raise click.exceptions.Exit(1)


def _show_report(found: Stack, needs: Sequence[Need], report: Report, scope: SecretScope | None) -> None:
    for line in checks.resolved(needs, report):
        terminal.say(line)
    terminal.notes(report.notes)
    checks.warn(p for p in report.problems if not p.refuses)
    wrong = [p for p in report.problems if p.refuses]
    if wrong:
        is_distrust = all(p.problem == "not_trusted" for p in wrong)
        what = "would go where you have not agreed" if is_distrust else "lead nowhere"
        count = f"{len(wrong)} of {report.checked} references {what}"
        lines = [f"  {line}" for one in wrong for line in reports.problem(one)]
        raise ValidationFailed(
            "\n".join([f"{found}: {count}", *lines]),
            report,
            hint=f"lockwork stack trust {found.name}" if is_distrust else checks.mend(found, scope),
        )
    count = "1 reference" if report.checked == 1 else f"{report.checked} references"
    terminal.say(f"{found}: {count} checked, all is there")


# --- what they share ---------------------------------------------------------------------------------------


def _given(parts: Mapping[str, str | None]) -> dict[ComponentType | str, str]:
    return {type_: name for type_, name in parts.items() if name is not None}


def _answered(session: Session, sentence: str, answer: Stack) -> None:
    session.done(sentence, record(session, answer))
    checks.told(answer)


def _check_is_active(session: Session, wanted: Stack) -> None:
    active = session.profile.stack
    if active.value != wanted.name:
        terminal.note(f"here stack {active.value!r} is active all the same: {active.source} says so")


def _check_not_named(session: Session, gone: Stack) -> None:
    active = session.profile.stack
    if active.value == gone.name:
        terminal.note(f"{active.source} still names stack {gone.name!r} as the active one")


def _show(session: Session, found: Stack) -> None:
    facts = record(session, found)
    formats.fields({name: facts[name] for name in FIELDS if name not in ("components", "secrets")})
    print()
    cells = [[t.dashed, c.name, c.flavor] for t, c in found.components.items()]
    formats.rows(("type", "name", "flavor"), cells)
    if found.secrets:
        print()
        formats.pairs([(f"secret {name}", components.whole(p)) for name, p in found.secrets.items()])
