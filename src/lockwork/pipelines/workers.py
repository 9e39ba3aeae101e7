"""Steps in fresh processes: started, waited for, and their ends understood, whatever way they end.

Never by fork, for a fork after OpenMP crashes; never in threads, for those share environment and descriptors.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import msgspec

from lockwork.capture.logs import StepLog
from lockwork.capture.streams import Capture
from lockwork.client import handover
from lockwork.domain.errors import InvalidInput, LockworkError
from lockwork.domain.runs import RunStatus, Step
from lockwork.pipelines import authoring, formats
from lockwork.pipelines.attempts import INTERRUPTED, Job, Outcome
from lockwork.pipelines.graph import Call
from lockwork.pipelines.resolver import Resolver
from lockwork.pipelines.signals import ENDING, waking

if TYPE_CHECKING:
    from lockwork.client.credentials import Server
    from lockwork.settings import Setting

PATIENCE = 5.0
"""Seconds that a worker has to end by itself once it is interrupted."""
_WORKER = "from lockwork.pipelines.worker import main; main()"
AS_IMPORTED = "__mp_main__"
"""What a script is called in a worker, as by `multiprocessing`: its `__main__` part must not run there."""


IN_MEMORY = hasattr(os, "memfd_create")
"""Whether what is told to a worker and back stays in memory. Where it does not, no values are among it."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a step function is found again in a fresh process."""

    module: str
    qualname: str
    script: str | None = None
    """The file, where the module is a script or the import system does not find it by its name."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """All that a worker is given. Holds references, never values of secrets."""

    job: Job
    place: Place
    arguments: dict[str, tuple[str, bytes]]
    """parameter → the form, and the bytes in it."""
    path: list[str]
    """Where modules are imported from."""


def packed(what: Task | Outcome, resolver: Resolver) -> bytes:
    """What one process tells the other, with the values that it masks, for the other to mask too."""
    return msgspec.msgpack.encode((what, sorted(resolver.learned) if IN_MEMORY else []))


class Finished(NamedTuple):
    """A step that is over."""

    step: Step
    outcome: Outcome
    log: StepLog
    began: float


class _Worker(NamedTuple):
    step: Step
    process: subprocess.Popen[bytes]
    result: IO[bytes]
    log: StepLog
    began: float
    opened: ExitStack


class Workers:
    """The processes of one run."""

    def __init__(
        self, resolver: Resolver, server: "Setting[Server] | None", check: Callable[[], None]
    ) -> None:
        """`check` raises where a signal was heard that has to end the wait for them."""
        self._resolver, self._check = resolver, check
        self._server = handover.packed(server)
        self._running: list[_Worker] = []
        self._never_began: list[Finished] = []

    def start(self, job: Job, call: Call, capture: Capture, file: Path | None, began: float) -> StepLog:
        """Begin a step, and give its log. One that cannot run elsewhere is finished at once, failed."""
        step = job.plan.step
        try:
            task = _task(job, call)
        except LockworkError as failure:
            text = failure.message + (f" (hint: {failure.hint})" if failure.hint else "")
            outcome = Outcome(status=RunStatus.FAILED, failure=text)
            nothing = StepLog(step.name)
            self._never_began.append(Finished(step, outcome, nothing, began))
            return nothing
        with ExitStack() as opened:
            place = opened.enter_context(capture.worker(step.name, file))
            result = opened.enter_context(_nameless_file())
            with _nameless_file() as stdin, _pipe(self._server) as server, _undisturbed():
                stdin.write(packed(task, self._resolver))
                stdin.seek(0)
                numbers = (place.door, result.fileno(), server.fileno(), os.getpid())
                process = subprocess.Popen(
                    [sys.executable, "-c", _WORKER, *map(str, numbers)],
                    stdin=stdin,
                    stdout=place.stdout,
                    stderr=place.stderr,
                    pass_fds=[place.door, result.fileno(), server.fileno()],
                )
                self._running.append(_Worker(step, process, result, place.log, began, opened.pop_all()))
            return place.log

    def next_finished(self) -> Finished:
        """Wait for one."""
        if self._never_began:
            return self._never_began.pop(0)
        while True:
            for worker in self._running:
                if worker.process.poll() is not None:
                    return self._finished(worker)
            self._wait()

    def end(self) -> list[Finished]:
        """Let none of them outlive the run; what each had to tell."""
        for worker in self._running:
            with suppress(ProcessLookupError):
                worker.process.send_signal(_interrupt())
        deadline = time.monotonic() + PATIENCE
        ended = []
        for worker in list(self._running):
            try:
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            except (subprocess.TimeoutExpired, KeyboardInterrupt):  # a second Ctrl-C: wait no longer
                deadline = 0.0
                worker.process.kill()
                worker.process.wait()
            ended.append(self._finished(worker, is_interrupted=True))
        return ended

    def _finished(self, worker: _Worker, *, is_interrupted: bool = False) -> Finished:
        self._running.remove(worker)
        worker.result.seek(0)
        told = worker.result.read()
        worker.opened.close()
        outcome = self._understood(told)
        if outcome is None and is_interrupted:
            outcome = Outcome(status=RunStatus.INTERRUPTED, failure=INTERRUPTED)
        elif outcome is None:
            outcome = Outcome(status=RunStatus.FAILED, failure=_end_of(worker.process.returncode))
        return Finished(worker.step, outcome, worker.log, worker.began)

    def _understood(self, told: bytes) -> Outcome | None:
        """What the worker said, if it came to that."""
        try:
            outcome, learned = msgspec.msgpack.decode(told, type=tuple[Outcome, list[str]])
        except msgspec.MsgspecError:
            return None
        self._resolver.share(learned)
        return self._masked(outcome)

    def _masked(self, outcome: Outcome) -> Outcome:
        """Without values that other processes of the run have read: the worker did not know those."""
        scrub = self._resolver.mask.scrub
        return msgspec.structs.replace(
            outcome, failure=outcome.failure and scrub(outcome.failure), trace=scrub(outcome.trace)
        )

    def _wait(self) -> None:
        """Until one of them may have ended."""
        if not hasattr(os, "pidfd_open"):
            time.sleep(0.02)
            self._check()
            return
        poll = select.poll()
        with ExitStack() as opened:
            woken = opened.enter_context(waking())
            self._check()  # from here on, what is heard wakes us
            if woken is not None:
                poll.register(woken, select.POLLIN)
            for worker in self._running:
                fd = os.pidfd_open(worker.process.pid)
                opened.callback(os.close, fd)
                poll.register(fd, select.POLLIN)
            poll.poll()
        self._check()


def _interrupt() -> signal.Signals:
    """What interrupts a worker: it ignores Ctrl-C where we do, as what a shell script begins with `&`."""
    return signal.SIGTERM if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else signal.SIGINT


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No signal comes between a worker's start and its place in the list; it inherits that."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _task(job: Job, call: Call) -> Task:
    arguments = {}
    for parameter, value in call.arguments.items():
        try:
            arguments[parameter] = formats.encode(value)
        except InvalidInput:
            raise InvalidInput(
                f"{call.step}: argument {parameter!r} is a {type(value).__name__}, which cannot be given to a"
                " fresh process",
                hint="make it in the step, or run steps one after another: parallel=1",
            ) from None
    return Task(job=job, place=_place(call.step), arguments=arguments, path=[p for p in sys.path if p])


def _place(step: "authoring.Step[..., Any]") -> Place:
    """Where the function is found again; the failure says why it cannot be."""
    function = step.entrypoint
    place = _module(function.__module__)
    if place is None or _looked_up(function.__module__, function.__qualname__) is not function:
        raise InvalidInput(
            f"{step} cannot run in a process of its own: its function {function.__qualname__!r} is found in"
            " no file",
            hint="write it at the top level of a module or script, or set the orchestrator's parallel to 1",
        )
    module, script = place
    return Place(module=module, qualname=function.__qualname__, script=script)


def _module(name: str) -> tuple[str, str | None] | None:
    """The name to import a module by, and its file where that name alone does not find it."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    if name == "__main__" and spec is None:
        sys.modules.setdefault(AS_IMPORTED, sys.modules["__main__"])  # what workers pickle names it so
        name = AS_IMPORTED
    elif spec is None or _is_found(spec):
        return spec and (spec.name, None)
    path = getattr(module, "__file__", None)
    return (name, str(Path(path).resolve())) if path and Path(path).is_file() else None


def _is_found(spec: ModuleSpec) -> bool:
    """Whether importing the name finds this very file; in a package it does."""
    found = PathFinder.find_spec(spec.name) if "." not in spec.name else spec
    return found is not None and found.origin == spec.origin


def _looked_up(module: str, qualname: str) -> Any:
    found: Any = sys.modules.get(module)
    for name in qualname.split("."):
        found = getattr(found, name, None)
    return getattr(found, "entrypoint", found)


@contextmanager
def _pipe(told: bytes) -> Iterator[IO[bytes]]:
    """The end at which this can be read, once: shorter than what a pipe holds."""
    reading, writing = os.pipe()
    with open(reading, "rb") as end, open(writing, "wb") as start:
        start.write(told)
        start.close()
        yield end


def _nameless_file() -> IO[bytes]:
    """For what goes to and from a worker."""
    if IN_MEMORY:
        return open(os.memfd_create("lockwork-worker"), "w+b")
    import tempfile  # lazy: only where the system has no memory files

    return tempfile.TemporaryFile()


def _end_of(code: int) -> str:
    how = f"ended with code {code}" if code >= 0 else f"was ended by {_signal(-code)}"
    return f"its process {how} before the step was over"


def _signal(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
