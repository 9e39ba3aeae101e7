"""Files that commands write: never in the place of what a store lives by."""

from pathlib import Path

import pytest

from lockwork.crypto.keyring import Keyring
from lockwork.domain.errors import InvalidInput
from lockwork.moving import private_files


@pytest.mark.parametrize(
    "name",
    [
        "lockwork.db",
        "lockwork.db-wal",
        "lockwork.db-shm",
        "keyring",
        "store.lock",
        "open.lock",
        "config.toml",
    ],
)
def test_no_file_of_a_store_is_replaced(own_home: Path, name: str) -> None:
    """Whoever names a file of a store by mistake is refused, with --force too, whether it is there or not."""
    (own_home / "lockwork.db").touch()
    with pytest.raises(InvalidInput, match="is a file of a store"):
        private_files.check_free(own_home / name, replace=True)
    private_files.check_free(own_home / "backup", replace=True)


def test_no_root_key_is_replaced_wherever_it_lies(own_home: Path) -> None:
    """A keyring that is kept elsewhere has no database beside it, and is known by what it holds."""
    Keyring.create_file(own_home / "root.key")
    with pytest.raises(InvalidInput, match="is a file of a store"):
        private_files.check_free(own_home / "root.key", replace=True)
