"""Write a store as the Lockwork that runs this makes it, for tests/integration/data: later ones must open it.

    python scripts/released_store.py FOLDER     lockwork.db.gz and keyring, for the schema of this Lockwork

Run it once for each schema that is released, and keep what it wrote. Its root key protects nothing else.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from pathlib import Path

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.database.keys import SCHEMA
from lockwork.domain.runs import Pipeline, Step
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import AppointAdmin
from lockwork.messages.runs import StartRun

VALUES = {"user": "trainer", "password": "a value of the first release"}
OLD = "a value from before"


def write(folder: Path) -> None:
    """Versions, both scopes, a deleted and a destroyed one, other users and workspaces, tokens, a run."""
    client = Client(workspace="default", gateway=Embedded(folder, user="default"))
    client.create_secret("db", {**VALUES, "password": OLD})
    client.update_secret("db", add_or_update_values=VALUES)
    client.create_secret("mine", {"k": "my own"}, scope="user")
    client.create_secret("gone", {"k": "deleted"})
    client.delete_secret("gone")
    client.create_secret("destroyed", {"k": "1"})
    client.update_secret("destroyed", add_or_update_values={"k": "2"})
    client.destroy_secret_versions("destroyed", 1)
    client.create_user("anna")
    client.create_workspace("lab")
    client.send(AppointAdmin(name="boss", password=Sensitive("a password of before")))
    client.create_workspace("gone-by-then")
    client.create_token("free", days=None)
    client.create_token(
        "held", days=None, role="runner", workspaces=["lab", "gone-by-then"], patterns=["db*"]
    )
    client.delete_workspace("gone-by-then")
    one_step = Pipeline(name="p", steps=(Step(name="s"),))
    client.send(StartRun(workspace="default", pipeline=one_step, stack="default"))
    client.add_key()
    client.close()


def main(target: Path) -> int:
    with tempfile.TemporaryDirectory() as made:
        home = Path(made) / "store"
        write(home)
        database = gzip.compress((home / "lockwork.db").read_bytes(), mtime=0)
        (target / f"schema-{SCHEMA}.db.gz").write_bytes(database)
        shutil.copy(home / "keyring", target / f"schema-{SCHEMA}.keyring")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
