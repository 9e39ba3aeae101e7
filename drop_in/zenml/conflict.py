"""Sees whether ZenML's own distribution is installed too: it owns the same package, file by file.

Only the folders of `sys.path` are listed, which takes a fraction of a millisecond: importing
`importlib.metadata` takes longer than all else that is imported here.
"""

import sys
from pathlib import Path

from lockwork.domain.errors import Refused

THEIRS = Path("zen_stores", "sql_zen_store.py")
"""A file that only their package has: it is there for a checkout on the path too, which has no metadata."""


def refuse_two_owners() -> None:
    """Fail while both are there: half of each would answer."""
    if any(holds_zenml(Path(folder)) for folder in sys.path):
        raise Refused(
            "both 'zenml' and 'lockwork-zenml' are installed and own the same package.",
            hint="pip uninstall -y zenml lockwork-zenml && pip install lockwork-zenml",
        )


def holds_zenml(folder: Path) -> bool:
    """Whether ZenML's distribution or its files lie in this folder of the path."""
    try:
        found = {path.name for path in folder.iterdir()}
    except OSError:  # no folder: a zip file, or one that has gone
        return False
    return any(is_zenml(name) for name in found) or (
        "zenml" in found and (folder / "zenml" / THEIRS).exists()
    )


def is_zenml(name: str) -> bool:
    """Whether a file of this name says that ZenML is installed: `zenml-0.55.5.dist-info` and the like."""
    return name.startswith("zenml-") and name.endswith((".dist-info", ".egg-info"))
