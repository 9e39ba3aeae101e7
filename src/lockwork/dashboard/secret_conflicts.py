"""What others made of a secret while somebody changed it too: told, so that theirs is not undone unseen."""

from collections.abc import Sequence
from typing import NamedTuple

from lockwork.dashboard.secret_history import Change, changes
from lockwork.domain.secrets import SecretVersion

MOST = 8
"""Keys that are named."""


class Conflict(NamedTuple):
    """Two changes of one version: what is told of the first to who comes second."""

    made_from: int
    current: int
    meanwhile: str

    @property
    def message(self) -> str:
        versions = f"it is at version {self.current}, and yours was made from version {self.made_from}"
        return f"Somebody changed it while you typed: {versions}"

    @property
    def hint(self) -> str:
        on_top = f"save it on top of version {self.current}, or cancel"
        return f"Meanwhile {self.meanwhile}. What you typed is kept, and nothing is saved yet: {on_top}."

    def told(self) -> dict[str, str | int]:
        """To a script, which has what was typed."""
        return {"problem": self.message, "hint": self.hint}


def since(versions: Sequence[SecretVersion], made_from: int) -> Conflict:
    """What came after that version; newest first, as versions are listed."""
    later = [change for change in changes(versions) if change.version.version > made_from]
    said = [words for change in reversed(later) if (words := _in_words(change))]
    return Conflict(made_from, versions[0].version, "; ".join(said))


def _in_words(change: Change) -> str:
    """`anna added 'port' and replaced 'password'`."""
    version = change.version
    if change.is_first:
        return f"{version.by} saved version {version.version}"
    told = (("added", change.added), ("replaced", version.changed or ()), ("removed", change.removed))
    acts = [f"{act} {_some(keys)}" for act, keys in told if keys]
    if not acts:
        return f"{version.by} saved version {version.version} with the same keys"
    return f"{version.by} {', '.join([*acts[:-2], ' and '.join(acts[-2:])])}"


def _some(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - MOST} more" if len(keys) > MOST else ""
    return ", ".join(repr(key) for key in keys[:MOST]) + more
