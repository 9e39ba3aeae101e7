"""Commands that pages show, against the command line that they are pasted into."""

from __future__ import annotations

from lockwork.cli.main import COMMANDS
from lockwork.dashboard.commands import OF_A_WORKSPACE

OF_THE_STORE = {
    *("flavor", "status", "login", "logout", "init", "workspace", "user", "token", "audit"),
    *("dashboard", "server", "key", "backup", "restore", "push", "import", "completion"),
}
"""What asks no workspace, or what no page shows."""


def test_each_group_of_commands_asks_within_a_workspace_or_not() -> None:
    """A group that is added is put on one side: a page of another workspace must say which it means."""
    assert COMMANDS.keys() - OF_THE_STORE == OF_A_WORKSPACE
