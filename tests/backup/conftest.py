"""Stores in homes of their own, and backups whose passphrase costs next to nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lockwork.client.api import Client
from lockwork.client.profile import Profile
from lockwork.crypto.passphrase import Work
from lockwork.domain.copies import Backup, Restored
from lockwork.domain.sensitive import Sensitive
from lockwork.moving import backup
from lockwork.settings import Settings

PASSPHRASE = "correct horse battery staple"
CHEAP = Work(memory=8, passes=1, lanes=1)


class Home:
    """A folder with a store, or one that is to get one."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        environment = {"LOCKWORK_HOME": str(folder), **variables}
        self.profile = Profile(Settings.load(environment, folder.parent))
        self.client = Client(profile=self.profile)

    def back_up(self, target: Path, passphrase: str = PASSPHRASE, *, replace: bool = False) -> Backup:
        return backup.back_up(self.client, target, Sensitive(passphrase), replace=replace, work=CHEAP)

    def restore(self, source: Path, passphrase: str = PASSPHRASE, **how: bool) -> Restored:
        return backup.restore(self.profile, source, Sensitive(passphrase), **how)

    def check(self, source: Path, passphrase: str = PASSPHRASE) -> Restored:
        return backup.check(self.profile, source, Sensitive(passphrase))

    def files(self) -> dict[str, bytes]:
        """Everything in it but the locks, which say nothing."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and path.suffix != ".lock")
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


@pytest.fixture
def home_at(own_home: Path) -> Iterator[Callable[..., Home]]:
    """Makes homes by name, closed at the end."""
    made: list[Home] = []

    def make(name: str, **variables: str) -> Home:
        made.append(Home(own_home / name, **variables))
        return made[-1]

    yield make
    for home in made:
        home.client.close()


@pytest.fixture
def home(home_at: Callable[..., Home]) -> Home:
    """A store that holds the secret `db`."""
    home = home_at("home")
    home.client.create_secret("db", {"k": "value 0"})
    return home


@pytest.fixture
def file(home: Home, own_home: Path) -> Path:
    """A backup of that store, which has gone on since."""
    home.back_up(own_home / "backup")
    home.client.update_secret("db", add_or_update_values={"k": "value 1"})
    home.client.close()
    return own_home / "backup"
