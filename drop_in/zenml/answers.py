"""What the Client answers: Lockwork's own records, read under ZenML's names. Nothing is copied or kept."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload
from uuid import UUID

from lockwork.domain.runs import OutputRecord, Run, RunStatus, StepRun
from lockwork.domain.secrets import RevealedSecret, SecretInfo, SecretScope
from lockwork.domain.sensitive import Sensitive
from lockwork.domain.stacks import ABSENT, Component, ComponentType, Stack
from lockwork.messages import Page as Listed
from zenml.enums import ExecutionStatus

if TYPE_CHECKING:
    from zenml.client import Client

T = TypeVar("T")
S = TypeVar("S")

STATUS = {
    RunStatus.WAITING: ExecutionStatus.INITIALIZING,
    RunStatus.RUNNING: ExecutionStatus.RUNNING,
    RunStatus.COMPLETED: ExecutionStatus.COMPLETED,
    RunStatus.FAILED: ExecutionStatus.FAILED,
    RunStatus.REFUSED: ExecutionStatus.FAILED,
    RunStatus.INTERRUPTED: ExecutionStatus.STOPPED,
    RunStatus.SKIPPED: ExecutionStatus.SKIPPED,
}


@overload
def _naive(time: datetime) -> datetime: ...
@overload
def _naive(time: None) -> None: ...
def _naive(time: datetime | None) -> datetime | None:
    """As there: UTC without a zone, so that scripts can take it from `datetime.utcnow()`."""
    return None if time is None else time.astimezone(UTC).replace(tzinfo=None)


class Answer:
    """A record and the client that it came from. Two are equal when they tell of the same thing."""

    def __init__(self, record: Any, client: "Client") -> None:
        self._record, self._client = record, client

    @property
    def id(self) -> UUID:
        return UUID(self._record.id)

    @property
    def name(self) -> str:
        return str(self._record.name)

    @property
    def created(self) -> datetime:
        created: datetime = self._record.created
        return _naive(created)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


class User(Answer):
    """Someone with secrets of their own."""


class Workspace(Answer):
    """A team's room."""


class Owned(Answer):
    """What a secret, a component and a stack have in common."""

    @property
    def updated(self) -> datetime:
        updated: datetime = self._record.updated
        return _naive(updated)

    @cached_property
    def user(self) -> User:
        return self._client.get_user(self._record.owner)

    @cached_property
    def workspace(self) -> Workspace:
        """Its workspace; a user's own secret is in each, so the active one."""
        name = self._record.workspace
        return self._client.active_workspace if name is None else self._client.get_workspace(name)


class Secret(Owned):
    """A secret. Its values are read when they are first looked at, and stand in no list."""

    _record: SecretInfo

    def __init__(
        self, info: SecretInfo, client: "Client", reveal: Callable[[], RevealedSecret] | None = None
    ) -> None:
        super().__init__(info, client)
        self._reveal = reveal

    @property
    def scope(self) -> SecretScope:
        return self._record.scope

    @property
    def private(self) -> bool:
        return self.scope is SecretScope.USER

    @property
    def values(self) -> dict[str, Sensitive]:
        """key → value that hides itself when printed."""
        return {} if self._revealed is None else self._revealed.values

    @property
    def secret_values(self) -> dict[str, str]:
        """key → value as plain text."""
        return {} if self._revealed is None else self._revealed.secret_values

    @property
    def has_missing_values(self) -> bool:
        """Never: who may read a secret reads all of it."""
        return False

    @cached_property
    def _revealed(self) -> RevealedSecret | None:
        return None if self._reveal is None else self._reveal()


class Configuration:
    """A component's attributes; those that nobody set are as the flavor has them, or None."""

    def __init__(self, attributes: Mapping[str, Any]) -> None:
        self._attributes = attributes

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._attributes.get(name)

    def __repr__(self) -> str:
        return f"Configuration({', '.join(self._attributes)})"


class StackComponent(Owned):
    """A component. What it holds of secrets is the reference."""

    _record: Component

    @property
    def type(self) -> ComponentType:
        return self._record.type

    @property
    def flavor(self) -> str:
        return self._record.flavor

    @property
    def flavor_name(self) -> str:
        return self._record.flavor

    @property
    def configuration(self) -> dict[str, Any]:
        return dict(self._record.attributes)

    @property
    def config(self) -> Configuration:
        return Configuration(self._record.attributes)

    @property
    def root(self) -> str:
        """Of an artifact store: the folder or bucket, as a URI."""
        from lockwork.pipelines import loading  # lazy: few ask

        return loading.artifact_root(self._record, client=self._client.lockwork)

    @property
    def path(self) -> str:
        """Of an artifact store: the folder or bucket, as it is configured."""
        return str(self._record.attributes.get("path") or self.root.removeprefix("file://"))

    def post(self, message: str) -> bool:
        """Of an alerter: send a message; a failure says why it was not."""
        from lockwork.pipelines import alerting  # lazy: few send

        alerting.send(message, self._record, client=self._client.lockwork)
        return True


class RegisteredStack(Owned):
    """A stack, and the names of what it is made of."""

    _record: Stack

    @cached_property
    def components(self) -> Mapping[ComponentType, Any]:
        """type → a list of its one component."""
        return {type_: [self._of(component)] for type_, component in self._record.components.items()}

    def _of(self, component: Component) -> StackComponent:
        return StackComponent(component, self._client)


class ActiveStack(RegisteredStack):
    """The active stack with its components: `.experiment_tracker.name` holds for every stack."""

    @cached_property
    def components(self) -> Mapping[ComponentType, StackComponent]:
        """type → its component."""
        return {type_: self._of(component) for type_, component in self._record.components.items()}

    def __getattr__(self, name: str) -> Any:
        """The component of a type; ABSENT, which is false and has no name, where the stack has none."""
        if name not in tuple(ComponentType):
            raise AttributeError(f"a stack has no {name!r}")
        return self.components.get(ComponentType(name), ABSENT)


class Artifact:
    """An output of a step."""

    def __init__(self, record: OutputRecord, step: str, run: "PipelineRun") -> None:
        self._record, self._step, self._run = record, step, run

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def uri(self) -> str:
        return self._record.uri

    def load(self) -> Any:
        """What the step gave back, if its bytes are still those that were stored."""
        from lockwork.pipelines.loading import load_output  # lazy: few load

        return load_output(str(self._run.id), self._step, self.name, client=self._run.lockwork)

    def read(self) -> Any:
        """As `load`, under an older name."""
        return self.load()


class StepOfRun:
    """One step of a run."""

    def __init__(self, record: StepRun, run: "PipelineRun") -> None:
        self._record, self._run = record, run

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def status(self) -> ExecutionStatus:
        return STATUS[self._record.status]

    @property
    def start_time(self) -> datetime | None:
        return _naive(self._record.started)

    @property
    def end_time(self) -> datetime | None:
        return _naive(self._record.finished)

    @property
    def outputs(self) -> dict[str, Artifact]:
        return {o.name: Artifact(o, self.name, self._run) for o in self._record.outputs}

    @property
    def output(self) -> Artifact:
        """Its only output."""
        from lockwork.pipelines import artifacts  # lazy: few load

        return Artifact(artifacts.record_of(self._record, None), self.name, self._run)


class PipelineRun(Answer):
    """A run, as recorded."""

    _record: Run

    @property
    def name(self) -> str:
        """What finds it again: pipeline and id."""
        return f"{self._record.pipeline}-{self._record.id}"

    @property
    def status(self) -> ExecutionStatus:
        return STATUS[self._record.status]

    @property
    def start_time(self) -> datetime:
        return _naive(self._record.started)

    @property
    def created(self) -> datetime:
        return _naive(self._record.started)

    @property
    def end_time(self) -> datetime | None:
        return _naive(self._record.finished)

    @cached_property
    def stack(self) -> RegisteredStack:
        return self._client.get_stack(self._record.stack)

    @property
    def steps(self) -> dict[str, StepOfRun]:
        return {step.name: StepOfRun(step, self) for step in self._record.steps}

    @property
    def lockwork(self) -> Any:
        """The Client of Lockwork that it came from."""
        return self._client.lockwork


class Page(Generic[T]):
    """Some of a list: `index` counts from 1; past the end it is empty."""

    def __init__(self, listed: Listed[S], answer: Callable[[S], T]) -> None:
        self.items = [answer(item) for item in listed.items]
        self.index = listed.page
        self.max_size = listed.size
        self.total = listed.total
        self.total_pages = listed.pages

    @property
    def size(self) -> int:
        return len(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __getitem__(self, index: int) -> T:
        return self.items[index]

    def __contains__(self, item: object) -> bool:
        return item in self.items
