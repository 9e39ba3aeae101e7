"""The temporary store that users' own tests stand on."""

import os
from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.testing import temporary_store


def test_it_holds_what_it_was_given() -> None:
    """Secrets by name, key and value; code under test that makes its own Client sees them."""
    with temporary_store({"db": {"password": "not-the-real-one"}}) as client:
        assert client.get_secret("db").secret_values == {"password": "not-the-real-one"}
        own = Client()
        own.create_secret("other", {"k": "v"})
        own.close()
        assert client.list_secrets().total == 2


def test_it_leaves_nothing_behind() -> None:
    """Afterwards its folder is gone and the environment is as it was, also when the test failed."""
    before = dict(os.environ)
    homes = []

    def failing_test() -> None:
        with temporary_store({"db": {"k": "v"}}) as client:
            homes.append(client.profile.settings.home.value)
            assert homes[0].is_dir()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_test()
    assert not homes[0].exists()
    assert dict(os.environ) == before


def test_nothing_from_outside_counts(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither LOCKWORK_* variables nor a project's file that names a workspace which is not in it."""
    monkeypatch.setenv("LOCKWORK_WORKSPACE", "prod")
    monkeypatch.setenv("LOCKWORK_ROOT_KEY", "nonsense")
    (own_home / ".lockwork.toml").write_text('workspace = "team"\nstack = "prod"\n')
    with temporary_store({"db": {"k": "v"}}) as client:
        assert client.workspace == "default"
        assert client.active_stack.name == "default"
        assert "LOCKWORK_ROOT_KEY" not in os.environ
    assert os.environ["LOCKWORK_WORKSPACE"] == "prod"
    assert "LOCKWORK_STACK" not in os.environ


def test_stores_do_not_share() -> None:
    """Each is fresh, one after another and one inside another."""
    with temporary_store({"a": {"k": "v"}}) as outer:
        with temporary_store() as inner:
            assert inner.list_secrets().total == 0
            inner.create_secret("b", {"k": "v"})
        assert [s.name for s in outer.list_secrets()] == ["a"]
