"""What is active: workspace, stack and user, each with where it came from.

A flag or argument goes before the environment, that before `.lockwork.toml`, that before the user's
configuration; where nobody says anything it is `default`.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from lockwork.domain import workspaces
from lockwork.settings import (
    DEFAULT,
    PROJECT_FILE,
    Setting,
    Settings,
    keep_stack,
    keep_workspace,
    write_project,
)


class Profile:
    """What one caller works with. Nothing is read before it is asked for."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        workspace: str | None = None,
        user: str | None = None,
        stack: str | None = None,
    ) -> None:
        self._given_settings = settings
        self._given = {"workspace": workspace, "user": user, "stack": stack}

    @cached_property
    def settings(self) -> Settings:
        return self._given_settings or Settings.load()

    @cached_property
    def workspace(self) -> Setting[str]:
        return self._flag("workspace", "--workspace") or self.settings.workspace or _first()

    @cached_property
    def user(self) -> Setting[str]:
        return self._flag("user", "--as") or self.settings.user or _first()

    @property
    def stack(self) -> Setting[str]:
        return self._flag("stack", "--stack") or self.settings.stack(self.workspace.value) or _first()

    @property
    def kept_stack(self) -> str | None:
        """The stack that `set_active_stack` kept for this workspace, whether or not it counts here."""
        kept = self.settings.kept_stack(self.workspace.value)
        return None if kept is None else kept.value

    def set_active_workspace(self, name: str) -> None:
        """Keep it in the user's configuration; that it exists is for the caller to know."""
        self._keep(lambda: keep_workspace(self.settings, name))

    def set_active_stack(self, name: str) -> None:
        """Keep it in the user's configuration, for the workspace that is active now."""
        self._keep(lambda: keep_stack(self.settings, self.workspace.value, name))

    def forget_active_stack(self, workspace: str) -> None:
        """Take back what was kept for a workspace, as when its stack or itself is deleted."""
        self._keep(lambda: keep_stack(self.settings, workspace, None))

    def write_project(self, folder: Path, *, stack: str | None = None, replace: bool = False) -> Path:
        """Write what is active into `.lockwork.toml`, for whoever works in that folder.

        Without `stack`, the active one if somebody chose it: what is only the default is not pinned.
        """
        path = folder / PROJECT_FILE
        chosen = None if self.stack.source == DEFAULT else self.stack.value
        write_project(path, workspace=self.workspace.value, stack=stack or chosen, replace=replace)
        return path

    def _flag(self, name: str, source: str) -> Setting[str] | None:
        given = self._given[name]
        return None if given is None else Setting(given, source)

    def _keep(self, write: Callable[[], None]) -> None:
        """Change the configuration; what was read before is read again.

        First what else has a say: a file that cannot be read is told before anything is changed.
        """
        _ = self.settings.workspace, self.stack
        write()
        self._given_settings = self.settings.again()
        for name in ("settings", "workspace", "user"):
            self.__dict__.pop(name, None)


def _first() -> Setting[str]:
    return Setting(workspaces.DEFAULT, DEFAULT)
