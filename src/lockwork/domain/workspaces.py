"""Workspaces: a team's rooms. Everything but a user's own secrets belongs to one."""

from datetime import datetime

import msgspec

DEFAULT = "default"


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """A team's room, and how much is in it."""

    id: str
    name: str
    created: datetime
    secrets: int = 0
    components: int = 0
    stacks: int = 0
