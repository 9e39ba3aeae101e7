"""From an installation to a plan: names that our rules take, references that follow them, nothing dropped
without a word. Changes nothing, and asks no store of ours.
"""

from collections.abc import Iterable

from lockwork.domain.access import UserName
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretName, SecretScope, check_whole
from lockwork.domain.workspaces import DEFAULT
from lockwork.moving.from_zenml import names
from lockwork.moving.from_zenml.database import Database
from lockwork.moving.from_zenml.installation import Installation, Secret
from lockwork.moving.from_zenml.names import Names, Renamed
from lockwork.moving.from_zenml.parts import Parts, Room
from lockwork.moving.from_zenml.plan import LeftOut, NewSecret, Plan
from lockwork.moving.from_zenml.values import Unreadable, Values


def plan(installation: Installation, database: Database, values: Values, room: str) -> Plan:
    """All of it. What ZenML keeps without a workspace goes to `room`."""
    return _Planning(installation, room).planned(_keys(installation, database, values))


class _Found:
    """What the secrets hold: the keys of those that open, and why others, or some of their keys, do not."""

    def __init__(self) -> None:
        self.keys: dict[str, list[str]] = {}
        self.refused: dict[str, dict[str, str]] = {}
        self.refused_whole: dict[str, str] = {}
        self.unreadable: dict[str, str] = {}


def _keys(installation: Installation, database: Database, values: Values) -> _Found:
    """Every secret opened once, in batches; what it holds is forgotten again."""
    found = _Found()
    ids = [s.id for s in installation.secrets if s.has_values and not s.is_of_connector]
    for rows in database.batches("secret", ("id", "values"), ids):
        for row in rows:
            try:
                opened, found.refused[row["id"]] = values.opened(row["values"])
            except Unreadable as failure:
                found.unreadable[row["id"]] = str(failure)
                continue
            found.keys[row["id"]] = list(opened)
            try:
                check_whole(opened)
            except InvalidInput as failure:
                found.refused_whole[row["id"]] = failure.message
    return found


class _Planning:
    def __init__(self, installation: Installation, room: str) -> None:
        self._all = installation
        self._left_out: list[LeftOut] = []
        self._hiding: list[NewSecret] = []
        self._unreadable: list[LeftOut] = []
        self._free = Names()
        self._workspaces = names.given_all(
            installation.workspaces.values(), UserName.parse, "workspace", "w", self._free
        )
        self._rooms = {id_: self._workspaces[name] for id_, name in installation.workspaces.items()}
        self._room = room
        self._users = self._users_given()

    def planned(self, found: _Found) -> Plan:
        secrets, renamed = self._secrets(found)
        rooms = [self._room_of(id_, renamed) for id_ in (*sorted(self._rooms), None)]
        parts = Parts(self._all, rooms, self._users, self._free, {s.id: s for s in secrets if s.id})
        components, held = parts.components()
        stacks = parts.stacks()
        self._tell_of_the_rest()
        return Plan(
            version=self._all.version,
            users={user.name: self._users[user.id] for user in self._all.users if user.id in self._users},
            workspaces=self._workspaces,
            secrets=(*secrets, *held),
            components=components,
            stacks=stacks,
            left_out=(*self._left_out, *parts.left_out),
            unreadable=tuple(self._unreadable),
            hiding=tuple(self._hiding),
        )

    def _users_given(self) -> dict[str, str]:
        """User id → name here. A service account comes only where something is its own."""
        owners: set[str | None] = {secret.user for secret in self._all.secrets}
        owners |= {component.user for component in self._all.components}
        owners |= {stack.user for stack in self._all.stacks}
        coming = [user for user in self._all.users if not user.is_service or user.id in owners]
        new = {user.id: names.nearest_name(user.name, UserName.parse, "user") for user in coming}
        in_turn = sorted(coming, key=lambda u: (u.is_service, new[u.id] != u.name, u.name, u.id))
        self._left_out += [
            LeftOut(kind="service account", name=user.name, why="nothing that comes is its own")
            for user in self._all.users
            if user not in coming
        ]
        return {user.id: self._free.give([new[user.id]], ["u"]) for user in in_turn}

    # --- secrets -------------------------------------------------------------------------------------------

    def _secrets(self, found: _Found) -> tuple[list[NewSecret], dict[str | None, Renamed]]:
        """Those to come, and what references to them mean in each workspace.

        One name in one workspace gets one new name, whether it is shared, somebody's own or both: a reference
        to it stands for either, depending on who runs it.
        """
        alike: dict[tuple[str | None, str], list[Secret]] = {}
        for secret in self._all.secrets:
            if self._can_come(secret, found):
                alike.setdefault((secret.workspace, secret.name), []).append(secret)
        planned: list[NewSecret] = []
        renamed: dict[str | None, dict[str, tuple[str, dict[str, str]]]] = {}
        for (workspace, name), several in sorted(alike.items(), key=lambda item: self._turn(*item[0])):
            new = self._free.give(self._candidates(workspace, name), [self._namespace(s) for s in several])
            keys = names.keys_given(key for secret in several for key in found.keys[secret.id])
            renamed.setdefault(workspace, {})[name] = new, keys
            coming = [self._new(secret, new, keys, found.keys[secret.id]) for secret in several]
            self._hiding += self._hiding_of(coming)
            planned += coming
        return planned, {workspace: Renamed(secrets) for workspace, secrets in renamed.items()}

    def _hiding_of(self, alike: list[NewSecret]) -> list[NewSecret]:
        """Of secrets of one name, those that are found first here, and not in ZenML."""
        own = [secret for secret in alike if secret.scope is SecretScope.USER]
        return own if self._all.is_shared_first and len(own) < len(alike) else []

    def _can_come(self, secret: Secret, found: _Found) -> bool:
        why = self._why_not(secret, found)
        if why is not None:
            self._leave("secret", secret.name, secret.workspace, why)
            return False
        if secret.id in found.unreadable:
            self._unreadable.append(
                self._one("secret", secret.name, secret.workspace, found.unreadable[secret.id])
            )
            return False
        for key, reason in found.refused[secret.id].items():
            self._leave("key", f"{secret.name}.{key}", secret.workspace, reason)
        return True

    def _why_not(self, secret: Secret, found: _Found) -> str | None:
        if secret.is_of_connector:
            return "it belongs to a service connector"
        if not secret.has_values:
            return "its values are not in this database: does an outside secrets store keep them?"
        if secret.user not in self._users:
            return "its owner is not in this database"
        return found.refused_whole.get(secret.id)

    def _turn(self, workspace: str | None, name: str) -> tuple[bool, bool, str, str]:
        """Names that stay as they are come first, those of the first workspace before others."""
        room = self._all.workspaces.get(workspace or "", "")
        stays = names.nearest_name(name, SecretName.parse, "secret") == name
        return not stays, room != DEFAULT, room, name

    def _candidates(self, workspace: str | None, name: str) -> Iterable[str]:
        near = names.nearest_name(name, SecretName.parse, "secret")
        return near, f"{near[:100]}-{self._rooms.get(workspace or '', self._room)[:26]}"

    def _namespace(self, secret: Secret) -> tuple[str, str | None]:
        return ("u", secret.user) if secret.scope is SecretScope.USER else ("w", secret.workspace)

    def _new(self, secret: Secret, name: str, keys: dict[str, str], present: list[str]) -> NewSecret:
        return NewSecret(
            id=secret.id,
            was=secret.name,
            name=name,
            scope=secret.scope,
            workspace=self._rooms.get(secret.workspace or "", self._room),
            owner=self._users[secret.user],
            keys={key: keys[key] for key in present},
        )

    # --- the rest ------------------------------------------------------------------------------------------

    def _room_of(self, id_: str | None, renamed: dict[str | None, Renamed]) -> Room:
        return Room(id_, self._rooms.get(id_ or "", self._room), renamed.get(id_, Renamed({})))

    def _tell_of_the_rest(self) -> None:
        for connector in self._all.connectors:
            why = "Lockwork has none: what it gives access to is kept as a secret"
            self._leave("service connector", connector.name, connector.workspace, why)
        for words, number in self._all.not_taken.items():
            self._left_out.append(LeftOut(kind=words, name=f"{number:,}", why="not taken over"))

    def _leave(self, kind: str, name: str, workspace: str | None, why: str) -> None:
        self._left_out.append(self._one(kind, name, workspace, why))

    def _one(self, kind: str, name: str, workspace: str | None, why: str) -> LeftOut:
        return LeftOut(kind=kind, name=name, workspace=self._all.workspaces.get(workspace or ""), why=why)
