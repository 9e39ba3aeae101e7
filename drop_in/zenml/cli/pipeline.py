"""`zenml pipeline run`, and what ran."""

from pathlib import Path

import click

from lockwork.cli import pipelines as lockworks
from lockwork.cli import runs
from lockwork.cli.stack_names import complete_stacks
from lockwork.domain.errors import ValidationFailed
from zenml import table
from zenml.cli.leaf import Leaf, Noun, add_told, call, ported
from zenml.words import with_their_words

_NOT_GIVEN = {"settings": None, "level": None, "no_user_secrets": False, "inline": False}
"""What ZenML's command has no word for."""


@click.group(cls=Noun)
def pipeline() -> None:
    """Run a pipeline, and see what ran."""


@pipeline.command(cls=Leaf)
@click.argument("source", metavar="SOURCE")
@click.option(
    "-s", "--stack", metavar="NAME", shell_complete=complete_stacks, help="Default: the active one."
)
@click.option("-c", "--config", metavar="FILE", help="Not here: write it in the decorator.")
@click.option("-b", "--build", metavar="ID", help="Not here: there are no images.")
@click.option("--prevent-build-reuse", is_flag=True, help="Taken, and without effect.")
def run(
    source: str,
    stack: str | None,
    config: str | None,
    build: str | None,
    prevent_build_reuse: bool,  # noqa: ARG001 - no image is built, so none is used again
) -> None:
    """Run a pipeline: SOURCE is `module.pipeline`, as there, or FILE[:PIPELINE]."""
    if config is not None:
        raise table.refusal("config_path")
    if build is not None:
        raise table.refusal("build")
    try:
        call(lockworks.run, place=_place(source), stack=stack, **_NOT_GIVEN)
    except ValidationFailed as failure:
        refusal = with_their_words(failure)
    else:
        return
    raise refusal


def _place(source: str) -> str:
    """`training.daily.pipeline` as the file and the name in it; what is a file already, as it is."""
    module, dot, name = source.rpartition(".")
    file = Path(*module.split(".")).with_suffix(".py") if module else Path(source)
    return (
        f"{file}:{name}" if dot and not Path(source.partition(":")[0]).exists() and file.exists() else source
    )


_runs = Noun("runs", help="What ran, and how it ended.", commands=[ported(runs.list_)])
pipeline.add_command(_runs)
add_told(_runs, "zenml pipeline runs")
add_told(pipeline, "zenml pipeline")
