"""The door of the command line: global options, the table of groups, and how everything ends.

A group's module is imported when it is called; help reads the table alone.
"""

import re
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

import click

from lockwork.cli import hints, terminal
from lockwork.cli.commands import GLOBAL_OPTIONS, spelled_with_dashes
from lockwork.cli.formats import FORMATS
from lockwork.cli.root import Root, Row, Sections
from lockwork.cli.session import Session
from lockwork.domain import ways_out
from lockwork.domain.errors import Fault, LockworkError, NotStarted, Unavailable, WrongUsage

T = TypeVar("T")
DONE, REFUSED, USAGE, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 130
BROKEN_PIPE = 141
"""What a shell reports of any program whose reader went away: 128 + SIGPIPE."""
_OPTION = re.compile(r"--?\w[\w-]*")
COMPLETION_VARIABLE = "_LOCKWORK_COMPLETE"


SECTIONS: Sections = {
    "Secrets": {
        "secret": Row("secrets", "secret", "Keep, read, change and find secrets."),
        "exec": Row(
            "injection", "exec_", "Run a command with secrets in its environment, its output masked."
        ),
        "inject": Row("injection", "inject", "Fill the references in a file."),
        "scan": Row("scanning", "scan", "Find credentials in the clear, in components and in files."),
    },
    "Stacks": {
        "stack": Row("stacks", "stack", "Components put together: make, choose, check, fill in secrets."),
        "flavor": Row("flavors", "flavor", "Kinds of components, and what each can be told."),
        "orchestrator": Row("components", "orchestrator", "What runs steps."),
        "artifact-store": Row("components", "artifact_store", "Where the outputs of steps are kept."),
        "experiment-tracker": Row("components", "experiment_tracker", "Where experiments are logged."),
        "step-operator": Row("components", "step_operator", "What runs single steps elsewhere."),
        "container-registry": Row("components", "container_registry", "Where images are kept."),
        "alerter": Row("components", "alerter", "Who is told when a run fails."),
        "model-registry": Row("components", "model_registry", "Where versions of models are kept."),
        "model-deployer": Row("components", "model_deployer", "Where models are served."),
        "data-validator": Row("components", "data_validator", "What checks data."),
        "feature-store": Row("components", "feature_store", "Where features come from."),
        "annotator": Row("components", "annotator", "Where data is labelled."),
        "image-builder": Row("components", "image_builder", "What builds images."),
    },
    "Pipelines": {
        "pipeline": Row("pipelines", "pipeline", "Check a pipeline, and run it on a stack."),
        "run": Row("runs", "run", "What ran, how it ended, and what it printed."),
    },
    "The store": {
        "status": Row("status", "status", "Show what is active, and where each setting came from."),
        "login": Row("login", "login", "Ask a team's server from now on, as someone who may."),
        "logout": Row("login", "logout", "Ask the store of this machine again."),
        "init": Row("status", "init", "Write .lockwork.toml: what is active in this folder and below."),
        "workspace": Row("workspaces", "workspace", "Rooms of teams: make, choose, look at, delete."),
        "user": Row("access", "user", "People and service accounts; on this machine, names kept apart."),
        "token": Row("tokens", "token", "What programs show to a team's server: make, look at, revoke."),
        "audit": Row("audit", "audit", "Who did what: read the trail, and check that it is whole."),
        "dashboard": Row("dashboard", "dashboard", "This machine's store in a browser, until Ctrl-C."),
        "server": Row("server", "server", "For the host of a team's server: start it, let someone in again."),
        "key": Row("keys", "key", "The root keys that all values are sealed under."),
        "backup": Row("backups", "backup", "The whole store into one file, sealed under a passphrase."),
        "restore": Row("backups", "restore", "A backup checked, and made the store."),
        "push": Row("push", "push", "What the store on this machine holds, copied to the server."),
        "import": Row("moving", "import_", "What ZenML keeps, taken over: secrets, components, stacks."),
        "completion": Row("completion", "completion", "Print the script that completes words in a shell."),
    },
}
COMMANDS = {name: row for rows in SECTIONS.values() for name, row in rows.items()}


def _print_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from importlib.metadata import version  # lazy: 40 ms

        terminal.say(f"lockwork {version('lockwork')}")
        context.exit()


def _names(place: str) -> Any:
    """A completion that stands in the module of a group, which is imported when a shell asks."""
    module, _, attribute = place.partition(".")

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> Any:
        completion = getattr(import_module(f"lockwork.cli.{module}"), attribute)
        return completion(context, parameter, incomplete)

    return complete


@click.group(
    "lockwork",
    cls=Root,
    sections=SECTIONS,
    package="lockwork.cli",
    context_settings={"token_normalize_func": spelled_with_dashes, "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused or not found, 2 wrong usage, 3 could not be asked, "
    "130 interrupted.",
)
@click.option(
    "--workspace",
    metavar="W",
    shell_complete=_names("workspaces.complete_workspaces"),
    help="Work in this workspace.",
)
@click.option(
    "--as",
    "user",
    metavar="USER",
    shell_complete=_names("access.complete_users"),
    help="Act as this user of an embedded store.",
)
@click.option("-o", "--output", type=click.Choice(FORMATS), help="How answers are printed.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
              help="Show the version and exit.")  # fmt: skip
@click.pass_context
def lockwork(context: click.Context, workspace: str | None, user: str | None, output: str | None) -> None:
    """Keep the secrets of machine-learning pipelines: named groups of key-value pairs, referenced as
    {{name.key}}, checked before a run and read inside its steps."""
    hints.carry_globals(workspace, user)
    context.obj = Session(workspace=workspace, user=user, output=output)
    context.call_on_close(context.obj.close)


# --- how it ends -------------------------------------------------------------------------------------------


def run(words: Sequence[str], program: click.Group = lockwork) -> int:
    """Run one command line; the exit code. Every failure is told on stderr, none with a traceback."""
    try:
        _hear_interrupts()
        hints.forget()
        terminal.prepare()
        code = DONE if _completed(program) else _invoked(program, list(words))
        sys.stdout.flush()  # here, where a failure can still be told
    except BrokenPipeError:
        terminal.stop_writing(sys.stdout, sys.stderr)
        return BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        terminal.aside("\ninterrupted")
        return INTERRUPTED
    except Exception as failure:  # the last door: whatever it is, no traceback goes out
        return _told(failure)
    return code


def _hear_interrupts() -> None:
    """Ctrl-C is told from here on; while this was being loaded, it just ended (see `start`)."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _invoked(program: click.Group, words: list[str]) -> int:
    try:
        with program.make_context(program.name, words) as context:
            program.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return DONE


def _completed(program: click.Group) -> bool:
    """Answer a shell that completes words, if one asks."""
    from lockwork.settings import Settings  # lazy: as all that help can do without

    variable = f"_{program.name}_COMPLETE".upper()
    instruction = Settings.load().variable(variable)
    if instruction is None:
        return False
    from click.shell_completion import shell_complete  # lazy: only a completing shell asks

    try:
        shell_complete(program, {}, str(program.name), variable, instruction)
    except (KeyError, ValueError):
        raise WrongUsage(
            f"{variable} is set, and what goes with it is not: it is for shells", hint=f"unset {variable}"
        ) from None
    return True


def _told(failure: Exception) -> int:
    try:
        sys.stdout.flush()
    except OSError:  # a full disk: what is left in the buffer would fail again, at the interpreter's end
        terminal.stop_writing(sys.stdout)
    if isinstance(failure, click.exceptions.NoArgsIsHelpError):
        terminal.aside(failure.format_message())
        return USAGE
    if isinstance(failure, click.ClickException):
        failure = ours(failure)
    if isinstance(failure, LockworkError):
        terminal.told(failure)
        return exit_code(failure)
    if isinstance(failure, OSError) and failure.errno is not None:
        terminal.error(f"reading or writing failed: {ways_out.reason(failure)}")
        return REFUSED
    terminal.told(Fault(failure))
    return REFUSED


def exit_code(failure: LockworkError) -> int:
    if isinstance(failure, Unavailable):
        return UNAVAILABLE
    if isinstance(failure, NotStarted):
        return failure.exit_code
    return USAGE if isinstance(failure, WrongUsage) else REFUSED


class Told(click.ClickException):
    """A failure of ours for whoever runs a command by click itself, as its test runner does."""

    def __init__(self, failure: LockworkError) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.exit_code = exit_code(failure)  # type: ignore[misc]  # click sets its own so

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - click's signature; ours go to stderr
        terminal.told(self.failure)


def told_by_click(act: Callable[[], T]) -> T:
    """What `act` answers. Its failures, ours and click's own, show our words and end with our codes."""
    try:
        return act()
    except click.exceptions.NoArgsIsHelpError:
        raise
    except click.ClickException as complaint:
        failure = ours(complaint)
    except LockworkError as refusal:
        failure = refusal
    raise Told(failure)  # out here: click's own may quote what was typed, and a chain would keep it


def ours(failure: click.ClickException) -> LockworkError:
    """Click's own complaint, as ours read."""
    if isinstance(failure, Told):
        return failure.failure
    text = _complaint(failure).rstrip(".")
    context = getattr(failure, "ctx", None)
    path = context.command_path if context is not None else "lockwork"
    hint = f"{path} --help"
    if isinstance(failure, click.NoSuchOption) and failure.option_name in GLOBAL_OPTIONS:
        hint = (
            f"{failure.option_name} stands before the group: lockwork {failure.option_name} … GROUP COMMAND"
        )
    # Click begins as a sentence does; ours begin small, but for the name of an argument.
    return WrongUsage(text if text[:2].isupper() else text[:1].lower() + text[1:], hint=hint)


def _complaint(failure: click.ClickException) -> str:
    """What click says, without the word that it refuses: `--scope=…` may hold what should be elsewhere."""
    parameter = getattr(failure, "param", None)
    if isinstance(failure, click.NoSuchOption) and not _OPTION.fullmatch(failure.option_name):
        return "a word that begins with a dash is no option"
    if isinstance(failure, click.MissingParameter):
        return " ".join(failure.format_message().split())
    if not isinstance(failure, click.BadParameter) or not isinstance(parameter, click.Parameter):
        return failure.format_message()
    name = (
        max(parameter.opts, key=len)
        if isinstance(parameter, click.Option)
        else parameter.human_readable_name.upper()
    )
    if isinstance(parameter.type, click.Choice):
        return f"{name} takes one of {', '.join(parameter.type.choices)}"
    if isinstance(parameter.type, click.IntRange):
        least, most = parameter.type.min, parameter.type.max
        return f"{name} takes a whole number from {least}" + (f" to {most:,}" if most else "")
    return f"{name} has a value that it does not take"
