"""`take_over`: a ZenML installation into the active store, through its door like everything else.

Read, planned and compared before anything is made; made; and read again from both sides at the end.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from lockwork.client.profile import Profile
from lockwork.domain.errors import Refused
from lockwork.domain.sensitive import Sensitive
from lockwork.moving.comparing import State
from lockwork.moving.from_zenml import installation
from lockwork.moving.from_zenml.active import same_id
from lockwork.moving.from_zenml.arrival import Arrival, Found, New
from lockwork.moving.from_zenml.database import opened
from lockwork.moving.from_zenml.for_server import carried_by
from lockwork.moving.from_zenml.places import Place
from lockwork.moving.from_zenml.plan import LeftOut, NewComponent, NewSecret, Plan
from lockwork.moving.from_zenml.planning import plan as planned
from lockwork.moving.from_zenml.values import Values
from lockwork.settings import DEFAULT as UNSET

if TYPE_CHECKING:
    from lockwork.client.api import Client

IfExists = Literal["fail", "skip"]
_SHOWN = 5


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that comes: what ZenML calls it, and what it is here."""

    kind: str
    was: str
    name: str
    workspace: str | None
    """None for a user's own secret."""
    owner: str | None
    state: State
    """Before anything was made: `new`, `same` (it is here already) or `differs`."""
    type: str | None = None
    flavor: str | None = None
    keys: dict[str, str] = {}
    """Of a secret: ZenML's key → ours."""


class Hiding(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's own secret that is found before the shared one of its name; in ZenML the shared one is."""

    name: str
    owner: str
    workspace: str
    """Whose shared secret it hides."""


class Active(msgspec.Struct, frozen=True, kw_only=True):
    """The stack that is active in ZenML."""

    was: str
    name: str
    workspace: str
    state: State
    """`new`: it is made active here; `same`: it is; `differs`: another was chosen here, and stays."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an import, or would."""

    source: str
    version: str
    """Of ZenML's schema."""
    users: dict[str, str]
    """ZenML's name → ours."""
    workspaces: dict[str, str]
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    hiding: tuple[Hiding, ...]
    active: Active | None
    """None where nothing tells it, or that stack does not come."""
    compared: int
    """Values read from both sides when all was done; 0 in a dry run."""
    equal: int

    @property
    def differing(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.state == "differs")


def take_over(
    client: "Client",
    place: Place,
    *,
    encryption_key: Sensitive | None = None,
    if_exists: IfExists = "fail",
    skip_unreadable: bool = False,
    dry_run: bool = False,
    active: Iterable[str] = (),
) -> Taken:
    """Bring users, workspaces, secrets, components and stacks; answer what came and what did not.

    What is here already and is the same stays; what differs is refused before anything is made, or with
    `if_exists="skip"` left as it is. So are secrets that do not open, unless `skip_unreadable`. The first id
    of `active` that is a stack of this installation is made the active one, unless somebody chose one here.
    On a server all of it is the caller's doing, and of users' own secrets the caller's alone come.
    """
    values = Values(encryption_key)
    with opened(place) as database:
        plan = planned(installation.read(database), database, values, client.workspace)
        if client.profile.server is not None:
            plan = carried_by(plan, client.active_user.name)
        if plan.unreadable and not skip_unreadable:
            raise _unreadable(plan.unreadable, encryption_key)
        with closing(Arrival(client, plan, database, values)) as arrival:
            before = arrival.find()
            taken = _taken(place, plan, before, _active(client, plan, before, active))
            if dry_run:
                return taken
            if taken.differing and if_exists == "fail":
                raise _in_the_way(taken.differing)
            arrival.bring(before)
            done = _compared(taken, plan, before, arrival.find())
    if done.active is not None and done.active.state == "new":
        _profile(client, done.active.workspace).set_active_stack(done.active.name)
    return done


def _active(client: "Client", plan: Plan, found: Found, ids: Iterable[str]) -> Active | None:
    stack = next((s for id_ in ids for s in plan.stacks if same_id(s.id, id_)), None)
    if stack is None or found.state(stack) == "differs":
        return None
    here = _profile(client, stack.workspace).stack
    state: State = "same" if here.value == stack.name else "new" if here.source == UNSET else "differs"
    return Active(was=stack.was, name=stack.name, workspace=stack.workspace, state=state)


def _profile(client: "Client", workspace: str) -> Profile:
    return Profile(client.profile.settings, workspace=workspace)


def _taken(place: Place, plan: Plan, found: Found, active: Active | None) -> Taken:
    things: Sequence[New] = (*plan.secrets, *plan.components, *plan.stacks)
    return Taken(
        source=str(place),
        version=plan.version,
        users=plan.users,
        workspaces=plan.workspaces,
        items=tuple(_item(thing, found.state(thing)) for thing in things),
        left_out=(*plan.left_out, *plan.unreadable),
        hiding=tuple(Hiding(name=s.name, owner=s.owner or "", workspace=s.workspace) for s in plan.hiding),
        active=active,
        compared=0,
        equal=0,
    )


def _item(thing: New, state: State) -> Item:
    told: dict[str, Any] = {"was": thing.was, "name": thing.name, "owner": thing.owner, "state": state}
    if isinstance(thing, NewSecret):
        is_shared = thing.namespace[0] == "workspace"
        return Item(kind="secret", workspace=thing.workspace if is_shared else None, keys=thing.keys, **told)
    if isinstance(thing, NewComponent):
        type_, flavor = thing.type.dashed, thing.flavor
        return Item(kind="component", workspace=thing.workspace, type=type_, flavor=flavor, **told)
    return Item(kind="stack", workspace=thing.workspace, **told)


def _compared(taken: Taken, plan: Plan, before: Found, after: Found) -> Taken:
    """All that came or was the same already, as both sides have it now."""
    things: Sequence[New] = (*plan.secrets, *plan.components, *plan.stacks)
    ours = [thing for thing in things if before.state(thing) != "differs"]
    if strange := [_item(thing, "differs") for thing in ours if after.state(thing) != "same"]:
        raise Refused(
            f"{_named(strange)} came, and now differ from what ZenML has: somebody else is writing",
            hint="let nobody write to either, and run it again",
        )
    counts = [after.counts[id(thing)] for thing in ours if isinstance(thing, NewSecret)]
    return msgspec.structs.replace(
        taken, compared=sum(n for n, _ in counts), equal=sum(equal for _, equal in counts)
    )


def _in_the_way(items: Sequence[Item]) -> Refused:
    return Refused(
        f"already here, and not as ZenML has it: {_named(items)}; nothing was changed",
        hint="--dry-run lists all; --if-exists skip leaves these as they are here",
    )


def _unreadable(secrets: Sequence[LeftOut], key: Sensitive | None) -> Refused:
    first = secrets[0]
    way = (
        "give ZenML's encryption key: --encryption-key @FILE, or ZENML_SECRETS_STORE_ENCRYPTION_KEY"
        if key is None
        else "check the encryption key"
    )
    names = ", ".join(repr(secret.name) for secret in secrets[:_SHOWN])
    more = f" and {len(secrets) - _SHOWN} more" if len(secrets) > _SHOWN else ""
    return Refused(
        f"{len(secrets):,} of ZenML's secrets cannot be read ({names}{more}): {first.why}; "
        "nothing was changed",
        hint=f"{way}; --skip-unreadable brings everything else",
    )


def _named(items: Sequence[Item]) -> str:
    shown = ", ".join(
        f"{item.kind} {item.name!r} ({item.workspace or item.owner})" for item in items[:_SHOWN]
    )
    return shown + (f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else "")
