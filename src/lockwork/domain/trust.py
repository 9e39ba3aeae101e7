"""Which parts of a stack others have changed, and what of one's own they would get.

Whoever may write a workspace's components decides where what they refer to is sent. So a part that somebody
else changed last gets nothing of one's own scope until one has accepted that version of it.
"""

from datetime import datetime
from typing import Any

import msgspec


class ChangedPart(msgspec.Struct, frozen=True, kw_only=True):
    """A component or the stack itself, as somebody else left it."""

    id: str
    kind: str
    """A component type with dashes, or `stack`."""
    name: str
    version: int
    changed_by: str | None
    """None: a user who is no more."""
    changed: datetime
    is_accepted: bool = False
    """Whether this version was accepted."""
    sets_variables: bool = False
    """Whether it sets variables in the environment of the steps, beside those of other parts."""
    configuration: dict[str, Any] = {}
    """Its attributes and variables: references, never what they stand for."""
    is_asked: bool = False
    """Whether it matters now: it gets something of one's own, or sets variables beside a part that does."""
    gets: dict[str, str] = {}
    """path → the secret of one's own that it would get there, as `{{db.pw}} → user anna/db v3`."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"

    @property
    def who(self) -> str:
        """Who changed it, in words."""
        return "a user who is no more" if self.changed_by is None else f"user {self.changed_by!r}"


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """All parts of a stack that others have changed."""

    stack: str
    parts: tuple[ChangedPart, ...] = ()

    @property
    def waiting(self) -> tuple[ChangedPart, ...]:
        """Those that matter now, and whose version is not accepted."""
        return tuple(part for part in self.parts if part.is_asked and not part.is_accepted)
