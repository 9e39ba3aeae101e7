"""What a flavor is to the rest of the house: a declaration, and for the types that pipelines drive, an actor.

A flavor is a `Provider`. The package that brings one names it as an entry point of the group
`lockwork.flavors`. `act` gets attributes whose references are filled already, and a folder in which it may
keep files; it answers what the protocol of its component type describes. Whoever calls an actor holds
values in the clear: an actor keeps them no longer than it lives, and puts none into a failure.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import msgspec

from lockwork.domain.runs import Step
from lockwork.domain.stacks import Flavor

ENTRY_POINTS = "lockwork.flavors"

Act = Callable[[Mapping[str, Any], Path], Any]
"""(filled attributes, folder for files of this flavor's own) → an actor."""


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A flavor with what it does; without `act` it is kept and described, and no pipeline drives it."""

    flavor: Flavor
    act: Act | None = None


class StepRunner(Protocol):
    """What an orchestrator can do with a step. Each answer says whether the step completed."""

    def run(self, step: Step) -> bool:
        """Run it in this process and wait for its end."""
        ...

    def start(self, step: Step) -> None:
        """Begin it in a fresh process."""
        ...

    def next_finished(self) -> tuple[Step, bool]:
        """Wait for one of those that were started."""
        ...


@runtime_checkable
class Orchestrator(Protocol):
    """Decides when and where each step runs."""

    def run(self, steps: Sequence[Step], runner: StepRunner) -> bool:
        """Each after all that it needs; after a failure begin no more. Whether all completed."""
        ...


@runtime_checkable
class ArtifactStore(Protocol):
    """Keeps the outputs of steps. Names are relative, with `/`; a URI is what `put` answered."""

    @property
    def root(self) -> str:
        """The URI under which everything is."""
        ...

    def put(self, name: str, data: bytes) -> str:
        """Keep `data` whole or not at all; its URI."""
        ...

    def get(self, uri: str) -> bytes:
        """What lies there; NotFound where nothing does."""
        ...

    def list(self, prefix: str = "") -> Sequence[str]:
        """The URIs of all names that begin with `prefix`, in order."""
        ...


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """For which step of which run an experiment is tracked."""

    pipeline: str
    step: str
    run: str
    """The run's id."""
    artifact_root: str
    """The URI of the artifact store."""


@runtime_checkable
class ExperimentTracker(Protocol):
    """Makes what a step tracks reach the configured server, logged in. `settings` are filled already."""

    def environment(self, settings: Mapping[str, Any], occasion: Occasion) -> dict[str, str]:
        """The variables that the provider's library reads."""
        ...

    def around(self, settings: Mapping[str, Any], occasion: Occasion) -> AbstractContextManager[None]:
        """Entered in the step's own process and thread, once those variables are set; left when it ends."""
        ...


@runtime_checkable
class Alerter(Protocol):
    """Tells people."""

    def send(self, text: str) -> None:
        """Deliver `text`, or fail with ProviderFailed."""
        ...
