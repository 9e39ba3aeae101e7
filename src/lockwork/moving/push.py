"""`push`: secrets, components and stacks of the embedded store to the server that one is logged in to.

Read and compared before anything is made; made bit by bit, each whole or not at all, so that what was
interrupted is finished by the next push; and read again from both sides at the end. Of a secret its current
values go, as its first version there; those of one's own scope go into one's own scope.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from lockwork.client.api import Client
from lockwork.client.embedded import Embedded
from lockwork.client.profile import Profile
from lockwork.domain.errors import InvalidInput, NotFound, Refused
from lockwork.domain.references import has_reference
from lockwork.domain.secrets import RevealedSecret, SecretInfo, SecretScope, size_of
from lockwork.domain.stacks import Component, ComponentType, Stack
from lockwork.flavors import registry
from lockwork.messages.secrets import CreateSecrets, Fresh, UpdateSecret, Wanted
from lockwork.moving.comparing import State, all_of, are_equal, batches, equal_values, parts_of

IfExists = Literal["fail", "skip", "update"]
Thing = SecretInfo | Component | Stack

_BATCH = 50
_BYTES = 4 * 1024 * 1024
"""Of values in one request: a server takes six times that, as JSON may write a character in six bytes."""
_SHOWN = 5


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that goes."""

    kind: str
    name: str
    scope: str | None = None
    type: str | None = None
    flavor: str | None = None
    keys: tuple[str, ...] = ()
    state: State
    """Before anything was made: `new`, `same` (it is there already) or `differs`."""


class StaysHere(msgspec.Struct, frozen=True, kw_only=True):
    """What does not go."""

    kind: str
    name: str
    why: str


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a push, or would."""

    server: str
    source: str
    """The workspace of the embedded store."""
    workspace: str
    """The server's."""
    items: tuple[Item, ...]
    left_out: tuple[StaysHere, ...]
    compared: int
    """Values read from both sides when all was done; 0 in a dry run."""
    equal: int

    @property
    def differing(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.state == "differs")


class _Found(NamedTuple):
    """How the server stands to what is here."""

    states: dict[str, State]
    """By the id that a thing has here."""
    compared: int
    equal: int


def push(
    client: Client, *, source: str | None = None, if_exists: IfExists = "fail", dry_run: bool = False
) -> Pushed:
    """Copy what the workspace `source` here holds to the workspace that the client asks in there."""
    server = client.profile.server
    if server is None:
        raise InvalidInput("you are not logged in to any server", hint="lockwork login URL")
    here = _embedded(client.profile, source or client.workspace)
    try:
        moving = _Push(here, client)
        before = moving.compare()
        pushed = Pushed(
            server=server.value.url, source=here.workspace, workspace=client.workspace,
            items=tuple(_item(thing, before.states[thing.id]) for thing in moving.things),
            left_out=tuple(moving.left_out), compared=0, equal=0,
        )  # fmt: skip
        if dry_run:
            return pushed
        if pushed.differing and if_exists == "fail":
            raise _in_the_way(pushed.differing)
        moving.bring(before.states, replace=if_exists == "update")
        return _checked(pushed, moving, before, may_differ=if_exists == "skip")
    finally:
        here.close()


def _embedded(profile: Profile, workspace: str) -> Client:
    """The store on this machine, though a server is asked."""
    settings = profile.settings
    user = profile.user.value
    gateway = Embedded(
        settings.home.value, user=user, root_key=settings.root_key, root_key_file=settings.root_key_file
    )
    here = Client(workspace=workspace, gateway=gateway)
    try:
        here.get_workspace(workspace)
    except NotFound as failure:
        here.close()
        raise NotFound(
            "workspace", workspace, near=failure.near, hint="--from says which one of this machine's goes"
        ) from None
    return here


class _Push:
    """What goes, and both sides of it."""

    def __init__(self, here: Client, there: Client) -> None:
        self._here = here
        self._there = there
        self.left_out: list[StaysHere] = []
        self.secrets = [info for scope in SecretScope for info in self._listed(here, scope)]
        self.components = [part for part in all_of(here.list_components) if self._may_go(part)]
        self.stacks = [stack for stack in all_of(here.list_stacks) if self._is_whole(stack)]

    @property
    def things(self) -> tuple[Thing, ...]:
        return (*self.secrets, *self.components, *self.stacks)

    # --- what goes -----------------------------------------------------------------------------------------

    def _listed(self, client: Client, scope: SecretScope) -> Iterator[SecretInfo]:
        return all_of(lambda **page: client.list_secrets(scope=scope, **page))

    def _may_go(self, part: Component) -> bool:
        """Not with a credential in the clear: on a server, who may read no value reads components."""
        declared = registry.flavor(part.type, part.flavor, part.declaration).attributes
        hidden = {attribute.name for attribute in declared if attribute.sensitive}
        plain = [
            name
            for name, value in part.attributes.items()
            if name in hidden and isinstance(value, str) and not has_reference(value)
        ]
        if plain:
            why = f"{plain[0]!r} holds a credential in the clear: lockwork scan --fix, before you log in"
            self.left_out.append(StaysHere(kind=part.type.dashed, name=part.name, why=why))
        return not plain

    def _is_whole(self, stack: Stack) -> bool:
        going = {(part.type, part.name) for part in self.components}
        lacking = [part for part in stack.components.values() if (part.type, part.name) not in going]
        if lacking:
            why = f"its {lacking[0]} does not go"
            self.left_out.append(StaysHere(kind="stack", name=stack.name, why=why))
        return not lacking

    # --- what is there -------------------------------------------------------------------------------------

    def compare(self) -> _Found:
        """Each thing with what the server has of that name; changes nothing."""
        states: dict[str, State] = {thing.id: "new" for thing in self.things}
        compared, equal = 0, 0
        for scope in SecretScope:
            there = {info.name: info for info in self._listed(self._there, scope)}
            ours = [info for info in self.secrets if info.scope is scope and info.name in there]
            for some in batches(ours, _BATCH):
                kept = self._revealed(self._there, [there[info.name] for info in some])
                for one, coming, theirs in zip(some, self._revealed(self._here, some), kept, strict=True):
                    compared += len(coming.values)
                    equal += equal_values(theirs.values, coming.values)
                    states[one.id] = "same" if are_equal(theirs.values, coming.values) else "differs"
        parts = {(part.type, part.name): part for part in all_of(self._there.list_components)}
        for part in self.components:
            if (found := parts.get((part.type, part.name))) is not None:
                states[part.id] = "same" if _held(part) == _held(found) else "differs"
        stacks = {stack.name: stack for stack in all_of(self._there.list_stacks)}
        for stack in self.stacks:
            if (whole := stacks.get(stack.name)) is not None:
                states[stack.id] = "same" if _wired(stack) == _wired(whole) else "differs"
        return _Found(states, compared, equal)

    def _revealed(self, client: Client, infos: Sequence[SecretInfo]) -> tuple[RevealedSecret, ...]:
        return client.reveal_secrets(Wanted(id=info.id, version=info.version) for info in infos)

    # --- making what is missing ----------------------------------------------------------------------------

    def bring(self, states: dict[str, State], *, replace: bool) -> None:
        """All that is new, and with `replace` what differs: what others need comes first."""
        new = [info for info in self.secrets if states[info.id] == "new"]
        for some in batches(new, _BATCH):
            for fresh in _in_bounds(self._revealed(self._here, some)):
                self._there.send(CreateSecrets(workspace=self._there.workspace, secrets=tuple(fresh)))
        for part in self.components:
            if states[part.id] == "new":
                self._there.register_component(
                    part.name, part.flavor, part.type, part.attributes, environment=part.environment,
                    secrets=part.secrets, declaration=part.declaration,
                )  # fmt: skip
        for stack in self.stacks:
            if states[stack.id] == "new":
                self._there.create_stack(stack.name, _named_parts(stack), secrets=stack.secrets)
        if replace:
            self._replace([thing for thing in self.things if states[thing.id] == "differs"])

    def _replace(self, things: Sequence[Thing]) -> None:
        for thing in things:
            if isinstance(thing, Component):
                self._replace_component(thing)
            elif isinstance(thing, Stack):
                self._replace_stack(thing)
            else:
                self._replace_secret(thing)

    def _replace_secret(self, info: SecretInfo) -> None:
        """A new version there, which somebody can go back from."""
        (coming,) = self._revealed(self._here, [info])
        there = self._there.describe_secret(info.name, scope=info.scope)
        self._there.send(
            UpdateSecret(
                workspace=self._there.workspace,
                secret=info.name,
                scope=info.scope,
                set=dict(coming.values),
                remove=tuple(key for key in there.keys if key not in coming.values),
                if_version=there.version,
            )
        )

    def _replace_component(self, part: Component) -> None:
        there = self._there.get_component(part.type, part.name)
        if there.flavor != part.flavor:
            raise Refused(
                f"{part} is of flavor {part.flavor!r} here and {there.flavor!r} there, and a flavor stays",
                hint="rename one of the two, and push again",
            )
        self._there.update_component(
            part.type,
            part.name,
            part.attributes,
            environment=part.environment,
            secrets=part.secrets,
            remove=[name for name in there.attributes if name not in part.attributes],
            remove_environment=[name for name in there.environment if name not in part.environment],
            remove_secrets=[name for name in there.secrets if name not in part.secrets],
            if_version=there.version,
        )

    def _replace_stack(self, stack: Stack) -> None:
        there, parts = self._there.get_stack(stack.name), parts_of(stack)
        self._there.update_stack(
            stack.name,
            _named_parts(stack),
            remove=[type_ for type_ in parts_of(there) if type_ not in parts],
            secrets=stack.secrets,
            remove_secrets=[name for name in there.secrets if name not in stack.secrets],
            if_version=there.version,
        )


def _in_bounds(secrets: Sequence[RevealedSecret]) -> Iterator[list[Fresh]]:
    """As many at a time as one request holds."""
    some: list[Fresh] = []
    size = 0
    for secret in secrets:
        bytes_ = size_of(secret.values)
        if some and size + bytes_ > _BYTES:
            yield some
            some, size = [], 0
        some.append(Fresh(name=secret.name, values=dict(secret.values), scope=secret.scope))
        size += bytes_
    if some:
        yield some


def _named_parts(stack: Stack) -> dict[ComponentType | str, str]:
    return {type_: name for type_, name in parts_of(stack).items()}  # noqa: C416 - wider keys


def _held(part: Component) -> tuple[object, ...]:
    return part.flavor, part.attributes, part.environment, part.secrets


def _wired(stack: Stack) -> tuple[object, ...]:
    return parts_of(stack), stack.secrets


def _item(thing: Thing, state: State) -> Item:
    if isinstance(thing, SecretInfo):
        keys = tuple(thing.keys)
        return Item(kind="secret", name=thing.name, scope=thing.scope.value, keys=keys, state=state)
    if isinstance(thing, Component):
        type_, flavor = thing.type.dashed, thing.flavor
        return Item(kind="component", name=thing.name, type=type_, flavor=flavor, state=state)
    return Item(kind="stack", name=thing.name, state=state)


def _checked(pushed: Pushed, moving: _Push, before: _Found, *, may_differ: bool) -> Pushed:
    """All that went or was the same already, as both sides have it now."""
    after = moving.compare()
    strange = [
        _item(thing, "differs")
        for thing in moving.things
        if after.states[thing.id] != "same" and not (may_differ and before.states[thing.id] == "differs")
    ]
    if strange:
        raise Refused(
            f"{_named(strange)} went, and now differ: somebody else is writing",
            hint="let nobody write to either, and push again",
        )
    return msgspec.structs.replace(pushed, compared=after.compared, equal=after.equal)


def _in_the_way(items: Sequence[Item]) -> Refused:
    return Refused(
        f"already there, and not as it is here: {_named(items)}; nothing was changed",
        hint="--dry-run lists all; --if-exists skip leaves these as they are there, --if-exists update "
        "makes them as they are here",
    )


def _named(items: Sequence[Item]) -> str:
    shown = ", ".join(f"{item.type or item.kind} {item.name!r}" for item in items[:_SHOWN])
    return shown + (f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else "")
