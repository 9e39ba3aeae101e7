"""What is active: workspace, stack and user, each with where it came from.

A flag or argument goes before the environment, that before `.lockwork.toml`, that before the user's
configuration; where nobody says anything it is `default`.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lockwork.client import handover
from lockwork.domain import workspaces
from lockwork.domain.errors import InvalidInput, Unavailable
from lockwork.settings import (
    CREDENTIALS_FILE,
    DEFAULT,
    PROJECT_FILE,
    Setting,
    Settings,
    keep_stack,
    keep_workspace,
    write_project,
)

if TYPE_CHECKING:
    from lockwork.client.credentials import Server


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
    def _chosen(self) -> Settings:
        """What is active: what was chosen at a server says nothing of another, or of the store here."""
        return self.settings.asking(None if self.server is None else self.server.value.url)

    @cached_property
    def workspace(self) -> Setting[str]:
        return self._flag("workspace", "--workspace") or self._chosen.workspace or _first()

    @cached_property
    def user(self) -> Setting[str]:
        return self._flag("user", "--as") or self.settings.user or _first()

    @cached_property
    def server(self) -> "Setting[Server] | None":
        """The server that is asked; None: the embedded store."""
        settings = self.settings
        if (handed := handover.server(settings)) is not None:
            return handed
        if settings.server is None and not (settings.home.value / CREDENTIALS_FILE).exists():
            return None
        from lockwork.client import credentials  # lazy: an embedded store needs none

        return credentials.active(settings)

    @property
    def is_machine(self) -> bool:
        """Whether the environment says which server is asked, and as whom: then nothing is kept here."""
        return self.server is not None and self.server.source == "LOCKWORK_URL"

    @property
    def stack(self) -> Setting[str]:
        return self._flag("stack", "--stack") or self._chosen.stack(self.workspace.value) or _first()

    def check_embedded(self, what: str) -> None:
        """Refuse to do to this machine's store what was meant for a server."""
        if (server := self.server) is not None:
            raise Unavailable(
                f"{what} is of the store on this machine, and {server.value.url} is what is asked",
                hint="do it on the server's own host; or here: lockwork logout",
            )

    def check_no_user(self) -> None:
        """On a server the token says who asks: `--as` would be a claim that nobody believes."""
        user, server = self._given["user"], self.server
        if user is None or server is None:
            return
        by_token = f"LOCKWORK_TOKEN says who asks: put one of {user!r} there"
        raise InvalidInput(
            f"--as is for embedded stores: {server.value.url} is asked, where you are who you logged in as",
            hint=by_token if self.is_machine else f"lockwork login {server.value.url} --user {user}",
        )

    @property
    def kept_stack(self) -> str | None:
        """The stack that `set_active_stack` kept for this workspace, whether or not it counts here."""
        kept = self._chosen.kept_stack(self.workspace.value)
        return None if kept is None else kept.value

    def set_active_workspace(self, name: str) -> None:
        """Keep it in the user's configuration, for the store that is asked; that it exists is known."""
        self._keep(lambda: keep_workspace(self._chosen, name))

    def set_active_stack(self, name: str) -> None:
        """Keep it in the user's configuration, for the workspace that is active now, of the store asked."""
        self._keep(lambda: keep_stack(self._chosen, self.workspace.value, name))

    def forget_active_stack(self, workspace: str) -> None:
        """Take back what was kept for a workspace, as when its stack or itself is deleted."""
        self._keep(lambda: keep_stack(self._chosen, workspace, None))

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
        _ = self._chosen.workspace, self.stack
        write()
        self._given_settings = self.settings.again()
        for name in ("settings", "_chosen", "workspace", "user", "server"):
            self.__dict__.pop(name, None)


def _first() -> Setting[str]:
    return Setting(workspaces.DEFAULT, DEFAULT)
