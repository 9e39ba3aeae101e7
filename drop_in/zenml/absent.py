"""Imports of what ZenML has and this has not fail as an ImportError that says so, and where to read on."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from lockwork.domain.errors import Refused


class NotHere(Refused, ImportError):
    """A module or name of ZenML's that is not here: caught by `except ImportError` too, as scripts do."""


class Finder:
    """Finds the modules of this package, and fails with words of its own for those that there are not."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `sys.meta_path` has it."""
        if path is None or not name.startswith("zenml."):
            return None
        found = PathFinder.find_spec(name, path, target)
        if found is None:
            raise not_here(name)
        if found.submodule_search_locations is None:
            # An empty package to Python: so it asks here for the names that a module lacks, in
            # `from zenml.client import …`, too.
            found.submodule_search_locations = []
        return found


def not_here(name: str) -> NotHere:
    """The failure for a dotted name: by the table's words where it has some."""
    from zenml import table  # lazy: a script whose imports are all here needs none of it

    parts = name.split(".")
    for known in (".".join(parts[:n]) for n in range(len(parts), 1, -1)):
        if known in table.REFUSED:
            refusal = table.refusal(known)
            return NotHere(refusal.message, hint=refusal.hint)
    return NotHere(
        f"{name} is not in lockwork-zenml", hint=f"what there is, and in place of what: {table.READ_ON}"
    )


def refuse_what_is_absent() -> None:
    """Ask here before all others, once."""
    if Finder not in sys.meta_path:
        sys.meta_path.insert(0, Finder)
