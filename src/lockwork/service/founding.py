"""What a new store begins with: its tables, its own row, the first root key, user, workspace and stack."""

import uuid

from lockwork.crypto.envelope import StoreKeyContext, new_data_key
from lockwork.crypto.keyring import Keyring
from lockwork.database import access, keys, workspaces
from lockwork.database.access import Named, UserRow
from lockwork.database.engine import Transaction
from lockwork.database.keys import SCHEMA, Store
from lockwork.domain.access import Caller
from lockwork.domain.audit import Outcome, Subject
from lockwork.domain.keys import KeyState
from lockwork.domain.workspaces import DEFAULT
from lockwork.service import keys as root_keys
from lockwork.service import migrating, stacks, states
from lockwork.service.context import AUDIT_KEY
from lockwork.service.trail import Trail


def found(tx: Transaction, keyring: Keyring, trail: Trail, now: int) -> None:
    """Make all of it in an empty database, in one transaction."""
    migrating.make_tables(tx)
    _furnish(tx, keyring, trail, now)


def _furnish(tx: Transaction, keyring: Keyring, trail: Trail, now: int) -> None:
    """The rows that every store begins with."""
    root = keyring.first
    store = str(uuid.uuid4())
    wrapped = keyring.wrap(StoreKeyContext(root.id, store, AUDIT_KEY), new_data_key())
    keys.create_store(tx, Store(store, SCHEMA, now, wrapped, root.id_text, root.id_text))
    keys.insert(tx, root.id_text, KeyState.ACTIVE, now)
    user, room = UserRow(str(uuid.uuid4()), DEFAULT, now), Named(str(uuid.uuid4()), DEFAULT, now)
    access.insert_user(tx, user)
    workspaces.insert(tx, room)
    stacks.furnish(tx, room.id, user.id, now)
    subjects = [root_keys.subject(tx, root.id_text)]
    subjects += [
        Subject(kind="user", name=user.name, id=user.id, state=states.of_user(user)),
        Subject(kind="workspace", name=room.name, id=room.id, state=states.of_named(room)),
    ]
    caller = Caller(user=user.id, name=user.name)
    trail.append(tx, now=now, caller=caller, action="store.create", outcome=Outcome.DONE, subjects=subjects)
