"""The Client: one typed way to everything, over whichever gateway."""

from typing import TYPE_CHECKING, TypeVar

from lockwork.client.access import AccessCalls, StoreCalls
from lockwork.client.runs import RunCalls
from lockwork.client.secrets import SecretCalls
from lockwork.client.stacks import StackCalls
from lockwork.domain.stacks import Stack
from lockwork.messages import Gateway, Message

if TYPE_CHECKING:
    from lockwork.client.profile import Profile

R = TypeVar("R")


class Client(SecretCalls, StackCalls, RunCalls, AccessCalls, StoreCalls):
    """Speaks to the active store. Constructing one costs nothing and opens nothing.

    `workspace`, `user` and `stack` go before the environment and the configuration. Safe in several threads
    and after a fork. Failures are `lockwork.LockworkError` and below; they name things, never a value.
    """

    def __init__(
        self,
        *,
        workspace: str | None = None,
        user: str | None = None,
        stack: str | None = None,
        profile: "Profile | None" = None,
        gateway: Gateway | None = None,
    ) -> None:
        from lockwork.client.profile import Profile  # lazy: a module that only names Client reads no settings

        self.profile = profile or Profile(workspace=workspace, user=user, stack=stack)
        self._gateway = gateway
        self._asks_by_profile = gateway is None

    @property
    def asks_by_profile(self) -> bool:
        return self._asks_by_profile

    def send(self, message: Message[R]) -> R:
        """The answer to any message of `lockwork.messages`, or a failure from the domain's tree."""
        if self._gateway is None:
            self._gateway = _gateway(self.profile)
        return self._gateway.send(message)

    def close(self) -> None:
        """Let go of what was opened; a later call opens it again."""
        if self._gateway is not None:
            self._gateway.close()

    @property
    def workspace(self) -> str:
        """The active workspace's name; that it exists is seen when something is asked."""
        return self.profile.workspace.value

    @property
    def active_stack(self) -> Stack:
        """The active stack with its components; those that it lacks are None."""
        return self.get_stack(self.profile.stack.value)

    def set_active_stack(self, name_or_id: str) -> Stack:
        """Make a stack of this workspace the active one, in the user's configuration."""
        stack = self.get_stack(name_or_id)
        self.profile.set_active_stack(stack.name)
        return stack

    def set_active_workspace(self, name_or_id: str) -> None:
        """Make a workspace the active one, in the user's configuration."""
        self.profile.set_active_workspace(self.get_workspace(name_or_id).name)


def _gateway(profile: "Profile") -> Gateway:
    """To the server that is active, and else to the embedded store: never to one in place of the other."""
    if (server := profile.server) is not None:
        from lockwork.client.http import Http  # lazy: an embedded store needs no network

        profile.check_no_user()
        return Http(server.value.url, server.value.token)
    return _embedded(profile)


def _embedded(profile: "Profile") -> Gateway:
    from lockwork.client.embedded import Embedded  # lazy: a remote client needs no database

    settings = profile.settings
    return Embedded(
        settings.home.value,
        user=profile.user.value,
        root_key=settings.root_key,
        root_key_file=settings.root_key_file,
    )
