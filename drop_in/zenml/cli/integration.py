"""`zenml integration …`: an integration is an extra of Lockwork, or a flavor that needs none."""

from collections.abc import Sequence

import click

from lockwork.cli import formats, terminal
from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput
from lockwork.flavors import registry
from zenml.cli.leaf import Leaf, Noun, add_told, notice, ported


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


@integration.command(cls=Leaf)
@click.argument("name", required=False, metavar="[INTEGRATION]")
def requirements(name: str | None) -> None:
    """Print what to install for an integration, or for each."""
    notice("zenml integration requirements")
    for flavor, extra in _extras().items():
        if extra and name in (None, flavor):
            terminal.say(_requirement([extra]))


@integration.command("export-requirements", cls=Leaf)
@click.argument("integrations", nargs=-1, metavar="[INTEGRATION]...")
@click.option("-i", "--ignore-integration", "ignored", multiple=True, metavar="INTEGRATION",
              help="Leave this one out; may be repeated.")  # fmt: skip
@click.option("-o", "--output-file", metavar="FILE", help="Default: print it.")
@click.option("-ov", "--overwrite", is_flag=True, help="Replace the file if it is there.")
@click.option("--installed-only", is_flag=True, help="Taken, and without effect.")
def export_requirements(
    integrations: Sequence[str],
    ignored: Sequence[str],
    output_file: str | None,
    overwrite: bool,
    installed_only: bool,  # noqa: ARG001 - a line of all extras does no harm
) -> None:
    """Write what these integrations need, all of them without any, as pip reads it."""
    notice("zenml integration export-requirements")
    known = _extras()
    named = [name for name in integrations or known if name not in ignored]
    extras = dict.fromkeys(extra for name in named if (extra := known.get(name)))
    text = _requirement(list(extras)) if extras else ""
    if output_file is None:
        terminal.say(text)
        return
    try:
        with open(output_file, "w" if overwrite else "x", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except FileExistsError:
        raise InvalidInput(f"{output_file} is there already", hint="--overwrite replaces it") from None
    except OSError as error:
        raise InvalidInput(f"{output_file} cannot be written: {ways_out.reason(error)}") from None


upgrade = ported(install, name="upgrade", help="Print how to install what these need, as `install` does.")
integration.add_command(upgrade)
add_told(integration, "zenml integration")


def _extras() -> dict[str, str | None]:
    """Name of a flavor → the extra that some component of it needs."""
    found: dict[str, str | None] = {}
    for flavor in registry.flavors():
        found[flavor.name] = found.get(flavor.name) or flavor.extra
    return found


def _command(extras: Sequence[str]) -> str:
    return f"pip install '{_requirement(extras)}'"


def _requirement(extras: Sequence[str]) -> str:
    return f"lockwork[{','.join(extras)}]"
