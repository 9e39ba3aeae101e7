"""A store of one's own in a folder."""

from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded


@pytest.fixture
def folder(own_home: Path) -> Path:
    return own_home / "store"


def opened(folder: Path, root_key: str | None = None, root_key_file: Path | None = None) -> Client:
    gateway = Embedded(folder, user="default", root_key=root_key, root_key_file=root_key_file)
    return Client(workspace="default", gateway=gateway)
