"""`zenml flavor …`: which kinds of components there are."""

import click

from lockwork.cli import flavors as lockworks
from zenml.cli.leaf import Noun, ported


@click.group(cls=Noun)
def flavor() -> None:
    """Kinds of components: built in, and brought by packages that are installed here."""


flavor.add_command(ported(lockworks.list_))
flavor.add_command(ported(lockworks.describe))
