"""The embedded gateway: what it tells the store about who asks."""

import os
import pwd

import pytest

from lockwork.client.embedded import system_user


def test_the_environment_cannot_say_who_the_system_user_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit trail names the account that a process runs under, whatever its variables claim."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert system_user() == pwd.getpwuid(os.getuid()).pw_name
