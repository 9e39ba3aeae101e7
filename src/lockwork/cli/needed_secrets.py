"""`lockwork stack register-secrets`: give values to all that a stack refers to.

They are asked for, or come from variables or a file.

Everything is gathered first and stored at the end. A secret for which a value is still missing is not
touched; each other one is stored in one write.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from lockwork.cli import rights, secrets, terminal
from lockwork.cli.arguments import Source, read_groups
from lockwork.cli.commands import Command
from lockwork.cli.entry import echo
from lockwork.cli.session import Session, output_option, pass_session, scope_option
from lockwork.cli.stack_names import chosen, complete_stacks
from lockwork.client import filling
from lockwork.domain.checks import Found, Report
from lockwork.domain.errors import InvalidInput, Refused, WrongUsage
from lockwork.domain.secrets import SecretInfo, SecretKey, SecretScope, checked_value
from lockwork.domain.stacks import Stack, needs_of_stack
from lockwork.domain.wants import PREFIX, Values, Want, check_storable, still_missing, wants
from lockwork.messages.secrets import CreateSecret

# --- from the environment ----------------------------------------------------------------------------------


def by_variable(wanted: Iterable[Want]) -> dict[str, Want]:
    """Variable → what it is for. Two needs with one variable cannot be told apart."""
    found: dict[str, Want] = {}
    for want in wanted:
        other = found.setdefault(want.variable, want)
        if other is not want:
            raise InvalidInput(
                f"{other} and {want} would both be {want.variable}",
                hint="give them by --from-file, or at a terminal",
            )
    return found


def from_variables(wanted: Sequence[Want], variables: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What these variables hold of what is wanted; a whole secret's keys are called as its variables end."""
    named = by_variable(want for want in wanted if want.key is not None)
    values: dict[str, dict[str, str]] = {}
    for name, want in named.items():
        if name in variables:
            values.setdefault(want.secret, {})[str(want.key)] = variables[name]
    whole = by_variable(want for want in wanted if want.key is None)
    starts = {start: want.secret for start, want in whole.items()}
    for name in variables.keys() - named.keys():
        owners = [start for start in starts if name.startswith(start) and len(name) > len(start)]
        if len(owners) > 1:
            raise InvalidInput(f"{name} could be for {' or '.join(repr(starts[o]) for o in sorted(owners))}")
        for start in owners:
            key = SecretKey.parse(name.removeprefix(start))
            values.setdefault(starts[start], {})[key] = variables[name]
    return values


def skeleton(wanted: Sequence[Want]) -> Iterator[str]:
    """Lines for a shell or an `.env` file that `--from-env` takes once they are filled."""
    by_variable(wanted)
    for want in wanted:
        yield f"# {want}, for {want.wanted_by}" + (
            "; it has a value, which stays if this is empty" if want.is_there else ""
        )
        if want.key is None:
            yield f"# as a whole: {want.variable}KEY= for each of its keys, KEY as the key is called"
        else:
            yield f"{want.variable}="


# --- from a file, and typed --------------------------------------------------------------------------------


def from_groups(
    wanted: Sequence[Want], groups: Values, kept: Iterable[Want] = ()
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """What a file holds for what is wanted, and notes on what in it is not; `kept` have a value already."""
    left = {f"{want.secret}.{want.key}" for want in kept}
    whole = {want.secret for want in wanted if want.key is None}
    named = {(want.secret, want.key) for want in wanted}
    values: dict[str, dict[str, str]] = {}
    unused: list[str] = []
    for secret, group in groups.items():
        taken = {key: text for key, text in group.items() if secret in whole or (secret, key) in named}
        unused += [f"{secret}.{key}" for key in group if key not in taken]
        if taken:
            values[secret] = taken
    why = {name: "has a value already" if name in left else "is not wanted" for name in unused}
    return values, [f"the file's {name} {reason}, and is not stored" for name, reason in why.items()]


def typed(wanted: Sequence[Want], found: Mapping[str, Found]) -> dict[str, dict[str, str]]:
    """Ask for each value, unseen. An empty answer keeps one that is there."""
    values: dict[str, dict[str, str]] = {}
    for want in wanted:
        terminal.aside(f"{want} is wanted by {want.wanted_by}")
        if want.key is None:
            for key in _keys(want.secret):
                values.setdefault(want.secret, {})[key] = _hidden(want.secret, key, is_there=False)
        elif text := _hidden(want.secret, want.key, is_there=want.is_there, found=found.get(want.secret)):
            values.setdefault(want.secret, {})[want.key] = text
    return values


def _keys(secret: str) -> Iterator[str]:
    def check(text: str) -> str:
        return SecretKey.parse(text.strip()) if text.strip() else ""

    while key := terminal.ask_line(f"key of {secret} (empty ends): ", check):
        yield key


def _hidden(secret: str, key: str, *, is_there: bool, found: Found | None = None) -> str:
    def check(text: str) -> str:
        if not text and not is_there:
            raise InvalidInput(f"nothing was typed for {key!r}", hint="Ctrl-C ends, and stores nothing")
        return checked_value(key, text)

    remark = f"empty keeps what {found} holds" if is_there else "not shown"
    return terminal.ask_hidden(f"value of {secret}.{key} ({remark}): ", check)


# --- the command -------------------------------------------------------------------------------------------


@click.command("register-secrets", cls=Command)
@click.argument("name", required=False, shell_complete=complete_stacks)
@click.option("--skip-existing", is_flag=True, help="Leave values that exist as they are.")
@click.option("--from-env", is_flag=True, help=f"Take values from variables {PREFIX}NAME__KEY.")
@click.option(
    "--from-file",
    metavar="FILE",
    type=click.Path(),
    help="Take values from YAML or JSON {secret: {key: text}}; - is standard input.",
)
@click.option(
    "--print-env", is_flag=True, help="Print the variables that --from-env takes, and store nothing."
)
@scope_option(help="Look in this scope only, and keep new secrets there. Default for new ones: workspace.")
@output_option
@pass_session
def register_secrets(session: Session, name: str | None, skip_existing: bool, from_env: bool,
                     from_file: str | None, print_env: bool, scope: SecretScope | None) -> None:  # fmt: skip
    """Give values to all that a stack refers to: each that is missing, or is to be replaced.

    Asks for them, unseen; an empty answer keeps a value that exists. A secret is looked for in your own scope
    first, and kept where it is; new ones are for the workspace. All is stored at the end: interrupted
    before, it stores nothing.
    """
    if sum((from_env, from_file is not None, print_env)) > 1:
        raise WrongUsage("--from-env, --from-file and --print-env cannot go together")
    stack = chosen(session, name)
    needs = needs_of_stack(stack)
    report = session.client.check_references(needs, scope=scope, stack=stack.name)
    every = wants(needs, report)
    wanted = [want for want in every if not (skip_existing and want.is_there)]
    if print_env:
        _print(session, wanted)
        return
    values = _values(session, every, wanted, report, scope, from_env=from_env, from_file=from_file)
    check_storable(values)
    missing = still_missing(wanted, values)
    kept_back = {want.secret for want in missing}
    stored = _stored(session, {s: v for s, v in values.items() if s not in kept_back}, report, scope)
    _tell(session, stack, wanted, stored, missing)
    if missing:
        raise _incomplete(missing, values, hint=_way_out(missing, from_env=from_env, from_file=from_file))


def _print(session: Session, wanted: Sequence[Want]) -> None:
    by_variable(wanted)
    fields = ("variable", "secret", "key", "exists", "wanted_by")
    records = [
        {
            "variable": w.variable,
            "secret": w.secret,
            "key": w.key,
            "exists": w.is_there,
            "wanted_by": w.wanted_by,
        }
        for w in wanted
    ]
    if session.output != "table":
        session.show_list(records, fields)
        return
    for line in skeleton(wanted):
        terminal.say(line)


def _values(
    session: Session,
    every: Sequence[Want],
    wanted: Sequence[Want],
    report: Report,
    scope: SecretScope | None,
    *,
    from_env: bool,
    from_file: str | None,
) -> Values:
    """What is to be stored, from where the words say."""
    if from_env:
        return from_variables(wanted, session.profile.settings.variables(PREFIX))
    if from_file is not None:
        source = Source(sys.stdin.buffer if sys.stdin else None)
        kept = [want for want in every if want not in wanted]
        values, notes = from_groups(wanted, read_groups(f"@{from_file}", source, "--from-file"), kept)
        terminal.notes(notes)
        return values
    if not terminal.is_interactive():  # nobody to ask: what is missing is told in the end
        return {}
    found = {one.name: one for one in report.found}
    for is_own in {_is_own(want, found, scope) for want in wanted if not want.is_there}:
        rights.check(session, CreateSecret, is_own=is_own)
    return typed(wanted, found)


def _is_own(want: Want, found: Mapping[str, Found], scope: SecretScope | None) -> bool:
    """Whether its value is kept in the scope of who gives it."""
    present = found.get(want.secret)
    return (scope if present is None else present.scope) is SecretScope.USER


def _stored(
    session: Session, values: Values, report: Report, scope: SecretScope | None
) -> list[tuple[str, SecretInfo]]:
    """Each secret in one write: where it is found, else made."""
    stored = []
    for secret, group in values.items():
        echo(secret, group)
        stored.append(filling.put(session.client, secret, group, report, scope))
        terminal.notes(stored[-1][1].notes)
    return stored


def _tell(
    session: Session,
    stack: Stack,
    wanted: Sequence[Want],
    stored: Sequence[tuple[str, SecretInfo]],
    missing: Sequence[Want],
) -> None:
    def table() -> None:
        for verb, info in stored:
            terminal.say(f"{verb} {info}, {'now ' if info.version > 1 else ''}version {info.version}")
        if not stored and not missing:
            terminal.say(f"{stack}: nothing to store, {'all is there' if wanted else 'nothing is missing'}")

    facts: dict[str, Any] = {"stack": stack.name, "stored": [secrets.record(info) for _, info in stored]}
    session.show(
        facts | {"missing": [{"reference": str(w), "secret": w.secret, "key": w.key} for w in missing]}, table
    )


def _incomplete(missing: Sequence[Want], values: Values, hint: str) -> Refused:
    lines = [f"  {want}  ({want.wanted_by})" for want in missing]
    kept_back = [repr(secret) for secret in values if any(want.secret == secret for want in missing)]
    note = f"; nothing was stored of {', '.join(kept_back)}" if kept_back else ""
    count = "1 value is" if len(missing) == 1 else f"{len(missing)} values are"
    return Refused("\n".join([f"{count} still missing{note}", *lines]), hint=hint)


def _way_out(missing: Sequence[Want], *, from_env: bool, from_file: str | None) -> str:
    if from_env:
        return f"set {' '.join(w.variable + ('KEY' if w.key is None else '') for w in missing)}"
    if from_file is not None:
        return "add them to the file, or run it at a terminal to be asked"
    return (
        "run it at a terminal to be asked, or give them by --from-env (see --print-env) or --from-file FILE"
    )
