"""Root keys: add one, make it active, wrap everything by it, retire and destroy the old one.

Each step is a message and a transaction of its own, so a rotation that is killed is resumed by doing it
again. Which key is active, the database says; the keys themselves are in the keyring. Where several servers
run, each has a keyring of its own, and no key rides on a wire: a new one is put into each by hand, and the
steps here see to it that all hold it before anything is wrapped by it.
"""

from collections.abc import Container, Mapping, Sequence

from lockwork.crypto.envelope import StoreKeyContext
from lockwork.crypto.keyring import parse_root_id
from lockwork.database import keys, servers, versions
from lockwork.database.engine import Transaction
from lockwork.database.keys import RootKeyRow
from lockwork.database.servers import ServerRow
from lockwork.domain.audit import Subject
from lockwork.domain.errors import NotFound, Refused
from lockwork.domain.keys import KeyState, RootKeyInfo, Rotation
from lockwork.domain.secrets import from_epoch
from lockwork.messages.keys import ActivateKey, AddKey, DestroyKey, ListKeys, RetireKeys, RewrapVersions
from lockwork.service import states
from lockwork.service.context import AUDIT_KEY, Context

_HAND_OUT = "lockwork key generate makes one: add its line to the LOCKWORK_ROOT_KEY_FILE of each; then again"
_HAND_ON = "add its line to the file of each (LOCKWORK_ROOT_KEY_FILE): that is read every second"


def list_(ctx: Context, _message: ListKeys) -> tuple[RootKeyInfo, ...]:
    running = servers.present(ctx.tx, ctx.now)
    known = [_told(ctx, row, running) for row in keys.root_keys(ctx.tx)]
    new = _handed_out(running, {key.id for key in known})
    return (*known, *(_not_added(ctx, key, lacking) for key, lacking in new.items()))


def add(ctx: Context, _message: AddKey) -> RootKeyInfo:
    """A key that waits: one that all hold and the store does not know yet, or else a fresh one in the file.

    It is in the keyring before the database knows of it, never the other way.
    """
    known = {row.id for row in keys.root_keys(ctx.tx)}
    running = servers.present(ctx.tx, ctx.now)
    asked = running if len(running) > 1 else ()
    ctx.house.keyring.look_again()
    # One that was handed out, or is left over from an addition that was interrupted.
    held = (k.id_text for k in ctx.house.keyring if not _lacking(asked, k.id_text))
    fresh = next((id_ for id_ in held if id_ not in known), None)
    if fresh is None and asked:
        raise _held_by_some(running, _handed_out(running, known))
    fresh = fresh or ctx.house.keyring.add().id_text
    keys.insert(ctx.tx, fresh, KeyState.WAITING, ctx.now)
    ctx.about(subject(ctx.tx, fresh))
    return _named(ctx, fresh)


def activate(ctx: Context, message: ActivateKey) -> RootKeyInfo:
    """New versions are wrapped by this key from here on, the audit key at once."""
    waiting = [row.id for row in keys.root_keys(ctx.tx) if row.state is KeyState.WAITING]
    if message.key is None and not waiting:
        raise Refused("no root key waits to be made active", hint="lockwork key add")
    chosen = _named(ctx, message.key or waiting[-1])
    if chosen.lacking:
        raise Refused(
            f"root key {chosen.id} cannot be made active: {_do_not_hold(chosen.lacking)} it", hint=_HAND_ON
        )
    ctx.house.keyring[parse_root_id(chosen.id)]  # if it is not at hand: refused before anything is written
    was = keys.active(ctx.tx)
    if chosen.id != was:
        _send_off(ctx, was, reseal=message.reseal)
        keys.set_state(ctx.tx, chosen.id, KeyState.ACTIVE)
        _move_audit_key(ctx, chosen.id)
    ctx.about(subject(ctx.tx, chosen.id))
    return _named(ctx, chosen.id)


def rewrap(ctx: Context, message: RewrapVersions) -> int:
    """A batch of versions, deleted and old ones too; how many were left before it."""
    active = keys.active(ctx.tx)
    others = {row.id: row.state for row in keys.root_keys(ctx.tx) if row.id != active}
    left = versions.count_under(ctx.tx, list(others))
    for row in versions.wrapped_under(ctx.tx, list(others), message.size):
        has_leaked = others[row.root_key] is KeyState.LEAKED
        ctx.vault.rewrap(ctx.tx, row, active, reseal=message.reseal or has_leaked)
    if message.reseal or KeyState.LEAKED in others.values():
        ctx.forget_removed()
    ctx.about(subject(ctx.tx, active))
    return left


def retire(ctx: Context, _message: RetireKeys) -> Rotation:
    """Every key that protects nothing any more, counted once more."""
    active = keys.active(ctx.tx)
    retired = []
    for row in keys.root_keys(ctx.tx):
        if row.state.is_on_its_way_out and not row.wraps:
            keys.set_state(ctx.tx, row.id, KeyState.RETIRED)
            retired.append(row.id)
            ctx.about(subject(ctx.tx, row.id))
    ctx.forget_removed()
    return Rotation(active=active, retired=tuple(retired))


def destroy(ctx: Context, message: DestroyKey) -> RootKeyInfo:
    """Take a retired key out of the keyring file and out of the store's list."""
    key = _named(ctx, message.key)
    if key.state is not KeyState.RETIRED or key.wraps:
        raise Refused(
            f"root key {key.id} is {key.state} and protects {key.wraps} versions",
            hint="only a retired key can be destroyed; first: lockwork key rotate --reseal",
        )
    holding = [s.id for s in servers.present(ctx.tx, ctx.now) if key.id in s.root_keys]
    if len(holding) > 1:
        raise Refused(
            f"root key {key.id} is still held by {', '.join(holding)}",
            hint="take its line out of the file of each (LOCKWORK_ROOT_KEY_FILE), then try again",
        )
    if message.dry_run:
        return key
    keys.remove(ctx.tx, key.id)
    if key.present:
        # Before the commit: a file that still has a key which the store forgot would be taken for a new one.
        ctx.house.keyring.remove(parse_root_id(key.id))
    ctx.about(subject(ctx.tx, key.id))
    return key


def subject(tx: Transaction, key: str) -> Subject:
    """One key as an audit record tells it, with how all of them are now."""
    return Subject(kind="key", name=key, state=states.of_root_keys(keys.the_store(tx), keys.root_keys(tx)))


def _send_off(ctx: Context, was: str, *, reseal: bool) -> None:
    """The state says what is to be done, so that whoever goes on with an interrupted rotation does it."""
    keys.set_state(ctx.tx, was, KeyState.LEAKED if reseal else KeyState.RETIRING)
    for row in keys.root_keys(ctx.tx) if reseal else ():
        if row.state is KeyState.RETIRING:
            keys.set_state(ctx.tx, row.id, KeyState.LEAKED)


def _move_audit_key(ctx: Context, root: str) -> None:
    store = keys.the_store(ctx.tx)
    context = StoreKeyContext(parse_root_id(store.audit_key_root), store.id, AUDIT_KEY)
    wrapped = ctx.house.keyring.rewrap(context, store.audit_key, under=parse_root_id(root))
    keys.set_audit_key(ctx.tx, wrapped, root)


def _named(ctx: Context, id_: str) -> RootKeyInfo:
    found = next((row for row in keys.root_keys(ctx.tx) if row.id == id_), None)
    if found is None:
        raise NotFound("root key", id_, hint="lockwork key list")
    return _told(ctx, found, servers.present(ctx.tx, ctx.now))


def _lacking(running: Sequence[ServerRow], key: str) -> tuple[str, ...]:
    return tuple(server.id for server in running if key not in server.root_keys)


def _do_not_hold(servers: Sequence[str]) -> str:
    return f"{', '.join(servers)} {'does' if len(servers) == 1 else 'do'} not hold"


def _handed_out(running: Sequence[ServerRow], known: Container[str]) -> dict[str, tuple[str, ...]]:
    """Keys that were put into keyrings by hand and not added yet, with the servers that lack each.

    A server alone takes what is in its keyring; several have to agree.
    """
    held = sorted({key for server in running for key in server.root_keys}) if len(running) > 1 else ()
    return {key: _lacking(running, key) for key in held if key not in known}


def _held_by_some(running: Sequence[ServerRow], new: Mapping[str, Sequence[str]]) -> Refused:
    """Why no key can be added: who lacks the one that is there, which is to be handed on, not made anew."""
    if not new:
        return Refused(
            f"{len(running)} servers run, each with root keys of its own, and none holds a new one: "
            + ", ".join(server.id for server in running),
            hint=_HAND_OUT,
        )
    missing = "; ".join(f"{_do_not_hold(lacking)} {key}" for key, lacking in new.items() if lacking)
    return Refused(
        f"{len(running)} servers run, each with root keys of its own, and no new one is held by them all: "
        + (missing or "the one that they hold was only just added to their files"),
        hint=f"{_HAND_ON}; then again",
    )


def _not_added(ctx: Context, key: str, lacking: tuple[str, ...]) -> RootKeyInfo:
    return RootKeyInfo(
        id=key,
        state=KeyState.HANDED_OUT,
        created=None,
        present=parse_root_id(key) in ctx.house.keyring,
        wraps=0,
        lacking=lacking,
    )


def _told(ctx: Context, row: RootKeyRow, running: Sequence[ServerRow]) -> RootKeyInfo:
    return RootKeyInfo(
        id=row.id,
        state=row.state,
        created=from_epoch(row.created),
        present=parse_root_id(row.id) in ctx.house.keyring,
        wraps=row.wraps,
        lacking=() if row.state is KeyState.RETIRED else _lacking(running, row.id),
    )


ANSWERS = (
    ListKeys.answered_by(list_),
    AddKey.answered_by(add),
    ActivateKey.answered_by(activate),
    RewrapVersions.answered_by(rewrap),
    RetireKeys.answered_by(retire),
    DestroyKey.answered_by(destroy),
)
