"""Which stack was active in ZenML: files beside the database and in projects say so, not the database itself.

Of those files one line is read: the same file may hold the password of a database.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lockwork.moving.from_zenml.places import Place, SqliteFile

_LINE = re.compile(rb"^active_stack_id: *['\"]?([0-9a-fA-F-]{32,36})['\"]? *\r?$", re.MULTILINE)
_IN_PROJECTS = Path(".zen", "config.yaml")
_OF_ALL = "config.yaml"


def active_stacks(place: Place, project: Path, config_folder: Path) -> list[str]:
    """Ids of stacks that count as active, those first that ZenML itself asks first.

    What is chosen in a project counts below its folder, else what its settings for all projects say. One of
    them may be of another installation.
    """
    files = [*_of_projects(project), *_beside(place), config_folder / _OF_ALL]
    return [id_ for file in dict.fromkeys(files) if (id_ := _named_in(file)) is not None]


def same_id(one: str, other: str) -> bool:
    """Whether two spellings, with dashes or without, are one id."""
    return one.replace("-", "").lower() == other.replace("-", "").lower()


def _of_projects(folder: Path) -> Iterator[Path]:
    """The file of the nearest project: in the folder or above it."""
    for above in (folder, *folder.parents):
        if (above / _IN_PROJECTS.parent).is_dir():
            yield above / _IN_PROJECTS
            return


def _beside(place: Place) -> Iterator[Path]:
    """Where the database lies as ZenML lays it, its settings lie above."""
    if isinstance(place, SqliteFile) and len(place.path.absolute().parents) > 2:
        yield place.path.absolute().parents[2] / _OF_ALL


def _named_in(file: Path) -> str | None:
    try:
        found = _LINE.search(file.read_bytes())
    except OSError:  # none there, or not for us to read: then nothing is known
        return None
    return None if found is None else found[1].decode()
