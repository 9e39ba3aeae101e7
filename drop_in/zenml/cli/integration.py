"""`zenml integration …`: an integration is an extra of Lockwork, or a flavor that needs none."""

from collections.abc import Sequence

import click

from lockwork.cli import formats, terminal
from lockwork.flavors import registry
from zenml.cli.leaf import Leaf, Noun, notice


@click.group(cls=Noun)
def integration() -> None:
    """What to install for MLflow, S3 and others: extras of Lockwork. Nothing is installed from here."""


@integration.command("list", cls=Leaf)
def list_() -> None:
    """List the flavors that need more than Lockwork itself, and what they need."""
    notice("zenml integration list")
    rows = [[name, _command([extra])] for name, extra in _extras().items() if extra]
    formats.rows(("integration", "installed by"), rows)


@integration.command(cls=Leaf)
@click.argument("integrations", nargs=-1, metavar="[INTEGRATION]...")
@click.option("-y", "--yes", is_flag=True, help="Taken, and without effect.")
@click.option("--uv", is_flag=True, help="Taken, and without effect.")
@click.option("-i", "--ignore-integration", "ignored", multiple=True, metavar="INTEGRATION",
              help="Leave this one out; may be repeated.")  # fmt: skip
def install(integrations: Sequence[str], ignored: Sequence[str], **_flags: bool) -> None:
    """Print how to install what these need; without any, what all need."""
    notice("zenml integration install")
    known = _extras()
    wanted = [name for name in integrations or known if name not in ignored]
    for name in wanted:
        if integrations and not known.get(name):
            what = "needs no extra" if name in known else "there is no flavor of that name"
            terminal.note(f"{name}: {what}, so there is nothing to install")
    extras = dict.fromkeys(extra for name in wanted if (extra := known.get(name)))
    if extras:
        terminal.say(_command(list(extras)))


def _extras() -> dict[str, str | None]:
    """Name of a flavor → the extra that some component of it needs."""
    found: dict[str, str | None] = {}
    for flavor in registry.flavors():
        found[flavor.name] = found.get(flavor.name) or flavor.extra
    return found


def _command(extras: Sequence[str]) -> str:
    return f"pip install 'lockwork[{','.join(extras)}]'"
