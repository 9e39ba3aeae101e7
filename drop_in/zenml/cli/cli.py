"""The table of `zenml`'s groups, and the way in and out."""

from collections.abc import Sequence
from typing import Any

import click

from lockwork.cli import terminal
from lockwork.cli.main import run
from lockwork.cli.root import Root, Row, Sections
from zenml import table
from zenml.cli import told
from zenml.cli.leaf import Answering

SECTIONS: Sections = {
    "Secrets": {
        "secret": Row("secret", "secret", "Keep, read, change and find secrets."),
    },
    "Stacks": {
        "stack": Row("stack", "stack", "Components put together: make, choose, fill in secrets."),
        "flavor": Row("flavors", "flavor", "Kinds of components, and what each can be told."),
        "orchestrator": Row("stack_components", "orchestrator", "What runs steps."),
        "artifact-store": Row("stack_components", "artifact_store", "Where the outputs of steps are kept."),
        "experiment-tracker": Row("stack_components", "experiment_tracker", "Where experiments are logged."),
        "step-operator": Row("stack_components", "step_operator", "What runs single steps elsewhere."),
        "container-registry": Row("stack_components", "container_registry", "Where images are kept."),
        "alerter": Row("stack_components", "alerter", "Who is told when a run fails."),
        "model-registry": Row("stack_components", "model_registry", "Where versions of models are kept."),
        "model-deployer": Row("stack_components", "model_deployer", "Where models are served."),
        "data-validator": Row("stack_components", "data_validator", "What checks data."),
        "feature-store": Row("stack_components", "feature_store", "Where features come from."),
        "annotator": Row("stack_components", "annotator", "Where data is labelled."),
        "image-builder": Row("stack_components", "image_builder", "What builds images."),
    },
    "Pipelines": {
        "pipeline": Row("pipeline", "pipeline", "Run a pipeline, and see what ran."),
    },
    "Here": {
        "init": Row("server", "init", "Say in this folder what is active (lockwork init)."),
        "status": Row("server", "status", "Show what is active, and where each setting came from."),
        "info": Row("server", "info", "The same (lockwork status)."),
        "version": Row("server", "version", "Show which version this is."),
        "workspace": Row("workspace", "workspace", "Rooms of teams: look at, choose."),
        "project": Row("workspace", "project", "The same, as newer scripts call them."),
        "integration": Row("integration", "integration", "What to install for MLflow, S3 and others."),
    },
}
_MADE = {name for section in SECTIONS.values() for name in section}
SECTIONS |= {
    "Accepted, and nothing to do": {
        "login": Row("server", "login", "To a Lockwork server, by its URL; with --local, nothing."),
        "logout": Row("server", "logout", "From that server; where there is none, nothing."),
        "disconnect": Row("server", "disconnect", "The same."),
        **told.rows(table.ACCEPTED, {*_MADE, "logout", "disconnect"}),
    },
    "Not here; each says what does its work": {
        "connect": Row("server", "connect", "Only to a Lockwork server, as login."),
        **told.rows(table.REFUSED, {*_MADE, "connect"}),
    },
}


class Program(Answering, Root):
    """`zenml` itself."""

    @property
    def cli(self) -> "Program":
        """Itself: `zenml.cli.cli` is a module to one who imports it, and this group to all others."""
        return self


def _print_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        import zenml  # lazy: only here

        terminal.say(f"lockwork-zenml, version {zenml.__version__}")
        context.exit()


@click.group(
    "zenml",
    cls=Program,
    sections=SECTIONS,
    package="zenml.cli",
    epilog="Exit codes: 0 done, 1 refused or not found, 2 wrong usage, 3 could not be asked, "
    "130 interrupted.",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
              help="Show the version and exit.")  # fmt: skip
def cli() -> None:
    """Lockwork under the names of ZenML's command line, for scripts that were written for it.

    `lockwork` is the command for everything else; the two work on the same store.
    """


def main(words: Sequence[str]) -> int:
    """Run one command line; the exit code."""
    return run(words, cli)


def __getattr__(name: str) -> Any:
    """`zenml.cli.cli.commands` holds for the module as for the group."""
    if name == "commands":
        return cli.commands
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
