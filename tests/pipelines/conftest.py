"""A store of one's own with secrets in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lockwork import Client


@pytest.fixture
def client(own_home: Path) -> Iterator[Client]:
    """The store that `Client()` finds, with the secrets `db` and `openai` in it."""
    client = Client()
    client.create_secret("db", {"user": "anna-db-user", "pw": "hunter2-pw"})
    client.create_secret("openai", {"API_KEY": "sk-openai-123"})
    yield client
    client.close()
