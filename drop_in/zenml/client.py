"""ZenML's Client: its methods, parameters and shapes over Lockwork's own Client."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import lockwork.client.api as lockwork
from lockwork.client.asking import listing
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.secrets import SecretInfo, SecretScope, is_uuid
from lockwork.domain.stacks import ComponentType
from lockwork.messages.secrets import ListSecrets
from zenml import table
from zenml.answers import (
    ActiveStack,
    Page,
    PipelineRun,
    RegisteredStack,
    Secret,
    StackComponent,
    User,
    Workspace,
)
from zenml.enums import LogicalOperators

Id = UUID | str
Scope = SecretScope | str | bool | None
"""A scope; or, as newer scripts have it in that place, whether the secret is private."""
Time = datetime | str | None


class Client:
    """Speaks to the active store of Lockwork. Constructing one costs nothing and opens nothing."""

    def __init__(self) -> None:
        self.lockwork = lockwork.Client()
        """Lockwork's own Client, with all that it can."""

    # ---- secrets ----

    def create_secret(
        self,
        name: str,
        values: Mapping[str, Any],
        scope: Scope = SecretScope.WORKSPACE,
        *,
        private: bool | None = None,
    ) -> Secret:
        """Keep a new secret; EntityExistsError where the name is taken in that scope."""
        where = _scope(scope, private) or SecretScope.WORKSPACE
        return self._secret(self.lockwork.create_secret(name, _texts(values), where))

    def get_secret(
        self,
        name_id_or_prefix: Id,
        scope: Scope = None,
        allow_partial_name_match: bool = True,
        allow_partial_id_match: bool = True,
        hydrate: bool | None = None,
        *,
        private: bool | None = None,
    ) -> Secret:
        """A secret by name, id or a beginning of one; KeyError for none, ZenKeyError for several."""
        _told(hydrate)
        given = str(name_id_or_prefix)
        prefix = allow_partial_name_match or allow_partial_id_match
        info = self.lockwork.describe_secret(given, _scope(scope, private), prefix=prefix)
        partly = given not in (info.name, info.id) and not is_uuid(given)
        by_name = info.name.startswith(given)
        if partly and not (allow_partial_name_match if by_name else allow_partial_id_match):
            raise NotFound("secret", given, hint="lockwork secret list")
        found = self._secret(info)
        _ = found.values  # read now: this is what was asked for
        return found

    def list_secrets(
        self,
        sort_by: str = "created",
        page: int = 1,
        size: int = 20,
        logical_operator: LogicalOperators | str = LogicalOperators.AND,
        id: Id | None = None,
        created: Time = None,
        updated: Time = None,
        name: str | None = None,
        scope: Scope = None,
        workspace_id: Id | None = None,
        user_id: Id | None = None,
        hydrate: bool | None = None,
        *,
        private: bool | None = None,
        user: Id | None = None,
    ) -> Page[Secret]:
        """A page of secrets without their values."""
        _told(hydrate)
        owner, where, is_any = user_id or user, _scope(scope, private), _any(logical_operator)
        filters = {
            "name": name,
            "owner": None if owner is None else self.get_user(owner).name,
            "created": _time(created),
            "updated": _time(updated),
            "id": None if id is None else str(id),
        }
        if is_any and where is not None:  # one filter of several, joined by or like the others
            filters["scope"], where = where.value, None
        asked = self.lockwork if workspace_id is None else self._in_workspace(workspace_id)
        wished = listing(filters, any=is_any, sort_by=sort_by, page=page, size=size)
        listed = asked.send(ListSecrets(workspace=asked.workspace, listing=wished, scope=where))
        return Page(listed, lambda info: Secret(info, self))

    def update_secret(
        self,
        name_id_or_prefix: Id,
        scope: Scope = None,
        new_name: str | None = None,
        new_scope: Scope = None,
        add_or_update_values: Mapping[str, Any] | None = None,
        remove_values: Iterable[str] | None = None,
        *,
        private: bool | None = None,
        update_private: bool | None = None,
    ) -> Secret:
        """Set and remove keys, rename, move to another scope: all or nothing."""
        updated = self.lockwork.update_secret(
            str(name_id_or_prefix),
            _scope(scope, private),
            new_name=new_name,
            new_scope=_scope(new_scope, update_private),
            add_or_update_values=_texts(add_or_update_values or {}),
            remove_values=remove_values or (),
            force=True,  # as there: what refers to it is found when it is next checked
        )
        return self._secret(updated)

    def delete_secret(
        self, name_id_or_prefix: Id, scope: Scope = None, *, private: bool | None = None
    ) -> None:
        """Take a secret away, also one that others refer to; `lockwork secret undelete` brings it back."""
        self.lockwork.delete_secret(str(name_id_or_prefix), _scope(scope, private), force=True)

    def get_secret_by_name_and_scope(
        self, name: str, scope: Scope = None, hydrate: bool | None = None
    ) -> Secret:
        """The secret of exactly this name."""
        return self.get_secret(name, scope, False, False, hydrate)

    def get_secret_by_name_and_private_status(
        self, name: str, private: bool | None = None, hydrate: bool | None = None
    ) -> Secret:
        """The secret of exactly this name."""
        return self.get_secret(name, private, False, False, hydrate)

    def list_secrets_in_scope(self, scope: Scope, hydrate: bool | None = None) -> Page[Secret]:
        """A page of the secrets of one scope."""
        return self.list_secrets(scope=scope, hydrate=hydrate)

    def list_secrets_by_private_status(self, private: bool, hydrate: bool | None = None) -> Page[Secret]:
        """A page of the secrets of one scope."""
        return self.list_secrets(private=private, hydrate=hydrate)

    # ---- stacks and components ----

    @property
    def active_stack(self) -> ActiveStack:
        """The active stack; components that it lacks are false, and their names None."""
        return ActiveStack(self.lockwork.active_stack, self)

    @property
    def active_stack_model(self) -> RegisteredStack:
        """The active stack, with lists of components by type."""
        return RegisteredStack(self.lockwork.active_stack, self)

    def activate_stack(self, stack_name_id_or_prefix: Id) -> None:
        """Make a stack of this workspace the active one."""
        self.lockwork.set_active_stack(str(stack_name_id_or_prefix))

    def create_stack(self, name: str, components: Mapping[ComponentType | str, Id]) -> RegisteredStack:
        """Put components together: type → name or id."""
        parts = {type_: str(component) for type_, component in components.items()}
        return RegisteredStack(self.lockwork.create_stack(name, parts), self)

    def get_stack(self, name_id_or_prefix: Id | None = None, hydrate: bool | None = None) -> RegisteredStack:
        """A stack by name or id; without either, the active one."""
        _told(hydrate)
        if name_id_or_prefix is None:
            return self.active_stack_model
        return RegisteredStack(self.lockwork.get_stack(str(name_id_or_prefix)), self)

    def list_stacks(
        self,
        sort_by: str = "created",
        page: int = 1,
        size: int = 20,
        name: str | None = None,
        hydrate: bool | None = None,
    ) -> Page[RegisteredStack]:
        """A page of stacks."""
        _told(hydrate)
        listed = self.lockwork.list_stacks(name=name, sort_by=sort_by, page=page, size=size)
        return Page(listed, lambda stack: RegisteredStack(stack, self))

    def delete_stack(self, name_id_or_prefix: Id) -> None:
        """Take a stack away; its components stay."""
        self.lockwork.delete_stack(str(name_id_or_prefix))

    def create_stack_component(
        self,
        name: str,
        flavor: str,
        component_type: ComponentType | str,
        configuration: Mapping[str, Any],
        labels: Mapping[str, Any] | None = None,
    ) -> StackComponent:
        """Keep a new component; a plain value for a sensitive attribute becomes a secret."""
        if labels:
            table.accept("labels")
        made = self.lockwork.register_component(name, flavor, component_type, configuration)
        return StackComponent(made, self)

    def get_stack_component(
        self,
        component_type: ComponentType | str,
        name_id_or_prefix: Id | None = None,
        hydrate: bool | None = None,
    ) -> StackComponent:
        """A component by name or id; without either, that of the active stack."""
        _told(hydrate)
        if name_id_or_prefix is not None:
            found = self.lockwork.get_component(component_type, str(name_id_or_prefix))
            return StackComponent(found, self)
        type_ = ComponentType.parse(component_type)
        active = self.active_stack.components.get(type_)
        if active is None:
            raise NotFound(type_.words, "of the active stack", hint="lockwork stack describe")
        return active

    def list_stack_components(
        self,
        sort_by: str = "created",
        page: int = 1,
        size: int = 20,
        name: str | None = None,
        flavor: str | None = None,
        type: ComponentType | str | None = None,
        hydrate: bool | None = None,
    ) -> Page[StackComponent]:
        """A page of components, of one type or all."""
        _told(hydrate)
        listed = self.lockwork.list_components(
            type, name=name, flavor=flavor, sort_by=sort_by, page=page, size=size
        )
        return Page(listed, lambda component: StackComponent(component, self))

    def delete_stack_component(self, name_id_or_prefix: Id, component_type: ComponentType | str) -> None:
        """Take a component away; refused while a stack holds it."""
        self.lockwork.delete_component(component_type, str(name_id_or_prefix))

    # ---- runs ----

    def get_pipeline_run(self, name_id_or_prefix: Id, hydrate: bool | None = None) -> PipelineRun:
        """A run by its name, id or a beginning of the id of 8 digits or more."""
        _told(hydrate)
        given = str(name_id_or_prefix)
        named = given[-36:]  # the name ends in the id
        return PipelineRun(self.lockwork.get_run(named if is_uuid(named) else given), self)

    def list_pipeline_runs(
        self,
        sort_by: str = "desc:created",
        page: int = 1,
        size: int = 20,
        created: Time = None,
        start_time: Time = None,
        pipeline_name: str | None = None,
        status: str | None = None,
        hydrate: bool | None = None,
    ) -> Page[PipelineRun]:
        """A page of runs, newest first."""
        _told(hydrate)
        listed = self.lockwork.list_runs(
            pipeline=pipeline_name,
            status=status,
            started=_time(created or start_time),
            sort_by=sort_by.replace("created", "started").replace("start_time", "started"),
            page=page,
            size=size,
        )
        return Page(listed, lambda run: PipelineRun(run, self))

    # ---- who and where ----

    @property
    def active_user(self) -> User:
        """The user that this client acts as."""
        return User(self.lockwork.active_user, self)

    @property
    def active_workspace(self) -> Workspace:
        """The workspace that this client asks in."""
        return Workspace(self.lockwork.active_workspace, self)

    def get_user(self, name_id_or_prefix: Id) -> User:
        """The user of this name or id."""
        return User(self.lockwork.get_user(str(name_id_or_prefix)), self)

    def get_workspace(self, name_id_or_prefix: Id) -> Workspace:
        """The workspace of this name or id."""
        return Workspace(self.lockwork.get_workspace(str(name_id_or_prefix)), self)

    def __getattr__(self, name: str) -> Any:
        if f"Client.{name}" in table.REFUSED:
            raise table.refusal(f"Client.{name}")
        raise AttributeError(f"the Client has no {name!r}: what it has is in {table.READ_ON}")

    def _secret(self, info: SecretInfo) -> Secret:
        return Secret(info, self, lambda: self.lockwork.get_secret(info.id, info.scope))

    def _in_workspace(self, name_or_id: Id) -> lockwork.Client:
        return lockwork.Client(workspace=self.get_workspace(name_or_id).name)


def _scope(scope: Scope, private: bool | None) -> SecretScope | None:
    """The scope that is meant by either way of saying it."""
    if isinstance(scope, bool):
        scope, private = None, scope
    if private is not None:
        return SecretScope.USER if private else SecretScope.WORKSPACE
    return None if scope is None else SecretScope.parse(scope)


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and booleans as text, and nothing for None; what else is no text, Lockwork refuses."""
    if not isinstance(values, Mapping):
        raise InvalidInput(f"values are a mapping of key to text, not {type(values).__name__}")
    return {
        key: str(value) if isinstance(value, int | float) else value
        for key, value in values.items()
        if value is not None
    }


def _time(time: Time) -> str | None:
    return time.isoformat() if isinstance(time, datetime) else time


def _any(operator: LogicalOperators | str) -> bool:
    try:
        return LogicalOperators(operator) is LogicalOperators.OR
    except ValueError:
        raise InvalidInput(f"{operator!r} is no way to join filters", hint="it is 'and' or 'or'") from None


def _told(hydrate: bool | None) -> None:
    if hydrate is not None:
        table.accept("hydrate")
