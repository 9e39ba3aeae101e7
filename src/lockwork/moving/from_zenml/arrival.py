"""A plan and a store: what is there already, what is missing, and whether all is the same at the end.

Nothing that is in the store is changed. What is missing is made bit by bit, each whole or not at all, so an
import that was interrupted is finished by the next one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

import msgspec

from lockwork.client.api import Client
from lockwork.client.profile import Profile
from lockwork.domain.secrets import SecretInfo, SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import REQUIRED_TYPES, Component, Stack
from lockwork.domain.workspaces import DEFAULT
from lockwork.messages.secrets import CreateSecrets, Fresh, Wanted
from lockwork.moving.comparing import State, all_of, are_equal, batches, equal_values, parts_of
from lockwork.moving.from_zenml.database import Database
from lockwork.moving.from_zenml.plan import NewComponent, NewSecret, NewStack, Plan
from lockwork.moving.from_zenml.values import Values

New = NewSecret | NewComponent | NewStack
T = TypeVar("T")

_BATCH = 200


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """How the store stands to a plan."""

    states: dict[int, State]
    """By the `id()` of a thing that is planned."""
    users: tuple[str, ...]
    """Those that are missing."""
    workspaces: tuple[str, ...]
    counts: dict[int, tuple[int, int]]
    """Of each secret that is there: how many values were compared, and how many are equal."""

    def state(self, thing: New) -> State:
        return self.states[id(thing)]


class Arrival:
    """Compares and makes, as the user whose thing it is; what is nobody's as the caller."""

    def __init__(self, client: Client, plan: Plan, database: Database, values: Values) -> None:
        self._own = client
        self._plan = plan
        self._database = database
        self._values = values
        self._as: tuple[tuple[str | None, str], Client] | None = None

    def close(self) -> None:
        """Let go of the store, as whoever it was asked last."""
        if self._as is not None:
            self._as[1].close()
            self._as = None

    # --- what is there -------------------------------------------------------------------------------------

    def find(self) -> Found:
        """Each thing of the plan compared with what the store has of that name; changes nothing."""
        here = self._users()
        rooms = {room.name for room in all_of(self._own.list_workspaces)}
        comparison = _Comparison(here, rooms)
        for secrets in _grouped(self._plan.secrets, lambda s: s.namespace):
            self._find_secrets(secrets, comparison)
        for parts in _grouped(self._plan.components, lambda c: (c.workspace,)):
            self._find_components(parts, comparison)
        for stacks in _grouped(self._plan.stacks, lambda s: (s.workspace,)):
            self._find_stacks(stacks, comparison)
        return Found(
            states=comparison.states,
            users=tuple(sorted(set(self._plan.users.values()) - here)),
            workspaces=tuple(sorted({t.workspace for t in self._things()} - rooms)),
            counts=comparison.counts,
        )

    def _find_secrets(self, secrets: Sequence[NewSecret], comparison: "_Comparison") -> None:
        """All of one namespace."""
        comparison.are_new(secrets)
        first = secrets[0]
        if not comparison.may_hold(first):
            return
        client = self._acting(first)
        listed: Iterator[SecretInfo] = all_of(lambda **page: client.list_secrets(scope=first.scope, **page))
        there = {info.name: info for info in listed}
        for some in batches([s for s in secrets if s.name in there], _BATCH):
            wanted = [Wanted(id=there[s.name].id, version=there[s.name].version) for s in some]
            for secret, kept, coming in zip(
                some, client.reveal_secrets(wanted), self._values_of(some), strict=True
            ):
                comparison.values(secret, kept.values, coming)

    def _find_components(self, parts: Sequence[NewComponent], comparison: "_Comparison") -> None:
        comparison.are_new(parts)
        if comparison.may_hold(parts[0]):
            client = self._acting(parts[0], own=True)
            there = {(c.type, c.name): c for c in all_of(client.list_components)}
            for part in parts:
                if (part.type, part.name) in there:
                    comparison.is_alike(part, _same_component(part, there[part.type, part.name]))

    def _find_stacks(self, stacks: Sequence[NewStack], comparison: "_Comparison") -> None:
        comparison.are_new(stacks)
        if comparison.may_hold(stacks[0]):
            there = {s.name: s for s in all_of(self._acting(stacks[0], own=True).list_stacks)}
            for stack in stacks:
                if stack.name in there:
                    comparison.is_alike(stack, _same_stack(stack, there[stack.name]))

    # --- making what is missing ----------------------------------------------------------------------------

    def bring(self, found: Found) -> None:
        """Make all that is new: what others need comes first."""
        for name in found.users:
            self._own.create_user(name)
        for name in found.workspaces:
            self._own.create_workspace(name)
        new = [secret for secret in self._plan.secrets if found.state(secret) == "new"]
        for secrets in _grouped(new, lambda s: (*s.namespace, s.owner or "")):
            for some in batches(secrets, _BATCH):
                self._create(some)
        for part in self._plan.components:
            if found.state(part) == "new":
                self._register(part)
        for stack in self._plan.stacks:
            if found.state(stack) == "new":
                components: dict[Any, str] = dict(stack.components)
                self._acting(stack).create_stack(stack.name, components, secrets=stack.secrets)

    def _create(self, secrets: Sequence[NewSecret]) -> None:
        """Several of one owner in one namespace: their values stay hidden on the way."""
        client = self._acting(secrets[0])
        fresh = tuple(
            Fresh(name=secret.name, values=values, scope=secret.scope)
            for secret, values in zip(secrets, self._values_of(secrets), strict=True)
        )
        client.send(CreateSecrets(workspace=client.workspace, secrets=fresh))

    def _register(self, part: NewComponent) -> None:
        self._acting(part).register_component(
            part.name,
            part.flavor,
            part.type,
            part.attributes,
            environment=part.environment,
            secrets=part.secrets,
            declaration=part.declaration,
        )

    # --- whose, and what -----------------------------------------------------------------------------------

    def _acting(self, thing: New, *, own: bool = False) -> Client:
        """A client in the thing's workspace, as its owner or as the caller; one at a time is open."""
        user = None
        if self._own.profile.server is None:
            user = (None if own else thing.owner) or self._own.profile.user.value
        # One's own secrets are the same in every workspace; on a server one may be no member of the first.
        room = thing.workspace
        if _is_own(thing):
            room = DEFAULT if user is not None else self._own.workspace
        if self._as is None or self._as[0] != (user, room):
            self.close()
            profile = Profile(self._own.profile.settings, workspace=room, user=user)
            self._as = (user, room), Client(profile=profile)
        return self._as[1]

    def _users(self) -> set[str]:
        """Who may own what comes: on a server, whoever asks."""
        if self._own.profile.server is not None:
            return {*self._plan.users.values(), self._own.active_user.name}
        return {user.name for user in all_of(self._own.list_users)}

    def _values_of(self, secrets: Sequence[NewSecret]) -> list[dict[str, Sensitive]]:
        """What these are to hold, by our keys, read anew."""
        ids = [secret.id for secret in secrets if secret.id is not None]
        opened = {
            row["id"]: self._values.opened(row["values"])[0]
            for rows in self._database.batches("secret", ("id", "values"), ids)
            for row in rows
        }
        return [
            secret.held or {new: opened[secret.id or ""][old] for old, new in secret.keys.items()}
            for secret in secrets
        ]

    def _things(self) -> Iterable[New]:
        return (*self._plan.secrets, *self._plan.components, *self._plan.stacks)


class _Comparison:
    """What was found so far."""

    def __init__(self, users: set[str], workspaces: set[str]) -> None:
        self.states: dict[int, State] = {}
        self.counts: dict[int, tuple[int, int]] = {}
        self._users = users
        self._workspaces = workspaces

    def may_hold(self, thing: New) -> bool:
        """Whether the store has the place in which the thing would be."""
        return thing.owner in self._users if _is_own(thing) else thing.workspace in self._workspaces

    def are_new(self, things: Sequence[New]) -> None:
        """Until they are found; but what every workspace begins with is there as soon as it is."""
        self.states |= {id(thing): "same" if _is_furniture(thing) else "new" for thing in things}

    def is_alike(self, thing: New, alike: bool) -> None:
        self.states[id(thing)] = "same" if alike else "differs"

    def values(self, secret: NewSecret, kept: dict[str, Sensitive], coming: dict[str, Sensitive]) -> None:
        self.counts[id(secret)] = len(coming), equal_values(kept, coming)
        self.is_alike(secret, are_equal(kept, coming))


def _is_own(thing: New) -> bool:
    return isinstance(thing, NewSecret) and thing.scope is SecretScope.USER


def _is_furniture(thing: New) -> bool:
    """The planned names see to it that nothing else is called so."""
    if isinstance(thing, NewComponent):
        return thing.name == DEFAULT and thing.type in REQUIRED_TYPES
    return isinstance(thing, NewStack) and thing.name == DEFAULT


def _same_component(part: NewComponent, there: Component) -> bool:
    coming = (part.flavor, part.attributes, part.environment, part.secrets)
    return coming == (there.flavor, there.attributes, there.environment, there.secrets)


def _same_stack(stack: NewStack, there: Stack) -> bool:
    return (stack.components, stack.secrets) == (parts_of(there), there.secrets)


def _grouped(things: Sequence[T], key: Callable[[T], tuple[str, ...]]) -> Iterator[list[T]]:
    for _, group in groupby(sorted(things, key=key), key=key):
        yield list(group)
