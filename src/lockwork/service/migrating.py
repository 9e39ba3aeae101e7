"""A store's tables, from nothing or from any schema before this one: the files of `migrations`, in order."""

from importlib import resources

from lockwork.database import keys, tokens
from lockwork.database.engine import Transaction
from lockwork.database.keys import SCHEMA
from lockwork.domain import ways_out
from lockwork.domain.access import Caller
from lockwork.domain.audit import Outcome
from lockwork.domain.errors import Tampered
from lockwork.service import held
from lockwork.service import keys as root_keys
from lockwork.service.trail import Trail

_UPGRADER = Caller(user="", name="lockwork")
"""Nobody asked for it: it is the program itself that upgrades a store when it opens it."""


def make_tables(tx: Transaction, after: int = 0) -> None:
    """Everything that came after that schema, up to ours."""
    folder = resources.files("lockwork.database") / "migrations"
    for name in sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql")):
        if int(name.partition("_")[0]) > after:
            tx.script((folder / name).read_text("utf-8"))


def upgrade(tx: Transaction, trail: Trail, now: int) -> int:
    """Bring a store to our schema, with its record, or leave it where another has done so; where it was.

    All of it is one transaction: a store that a kill leaves half-way is one of its old schema.
    """
    was = keys.the_store(tx)
    if was.schema == SCHEMA:
        return was.schema
    if was.active is None:
        raise Tampered("the store has no active root key", hint=ways_out.RESTORE)
    make_tables(tx, after=was.schema)
    if was.schema < 3:
        tokens.hold_to_ids(tx)
    keys.set_schema(tx, SCHEMA)
    subjects = [root_keys.subject(tx, was.active)]  # its state covers the store's schema
    if was.schema < 3:
        subjects += held.every(tx)  # of which no record told before
    trail.append(
        tx,
        now=now,
        caller=_UPGRADER,
        action="store.upgrade",
        outcome=Outcome.DONE,
        subjects=subjects,
        detail=f"schema {was.schema} to {SCHEMA}",
    )
    return was.schema
