"""`zenml workspace …`, which newer scripts call `zenml project …`."""

from typing import Any

import click

from lockwork.cli import workspaces as lockworks
from zenml.cli.leaf import Noun, call, notice, ported

_ABOUT = "Rooms of teams. Everything but a user's own secrets belongs to one; the first is `default`."


def _group(name: str) -> click.Group:
    """The commands, under one of the two names."""

    def set_(**words: Any) -> None:
        notice(f"zenml {name} set")
        call(lockworks.set_, **words)

    return Noun(
        name,
        help=_ABOUT,
        commands=[
            ported(lockworks.list_),
            ported(lockworks.describe),
            ported(lockworks.set_, callback=set_),
            ported(lockworks.create, name="register"),
            ported(lockworks.create),
            ported(lockworks.delete),
        ],
    )


workspace, project = _group("workspace"), _group("project")
