"""One step in this fresh process: a task is read from standard input, its outcome written to a descriptor.

What is printed is captured from outside; values are made known to the run's masker through its door.
"""

import os
import runpy
import signal
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec

from lockwork.capture.streams import Joined
from lockwork.client import handover
from lockwork.client.api import Client
from lockwork.client.secrets import inside_step
from lockwork.domain.runs import RunStatus
from lockwork.pipelines import attempts, formats
from lockwork.pipelines.attempts import Outcome
from lockwork.pipelines.resolver import Resolver
from lockwork.pipelines.signals import Listening
from lockwork.pipelines.workers import AS_IMPORTED, Place, Task, packed
from lockwork.settings import Settings

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run the step; the exit code is 0 whenever the outcome could be told."""
    listening = Listening()
    door, result, server, parent = map(int, sys.argv[1:5])
    _end_with(parent)
    for fd in (door, result):
        os.set_inheritable(fd, False)  # a child that a step leaves behind must not hold them open
    with open(server, "rb") as told:
        asked = handover.unpacked(told.read())
    task, known = _read_task()
    mask, job = Joined(door), task.job
    with handover.held(Settings.load(), asked):
        client = Client(workspace=job.workspace, user=job.user, stack=job.stack)
        resolver = Resolver(client, job.run, job.found, mask)
        resolver.share(known)
        outcome = _outcome(task, resolver, listening)
    mask.flush()
    with open(result, "wb") as file:
        file.write(packed(outcome, resolver))


def _end_with(parent: int) -> None:
    """A run that is killed takes its workers along; where systems cannot do that, they finish their step."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # lazy: only here

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it has gone before we asked
        os._exit(1)


def _read_task() -> tuple[Task, list[str]]:
    task, known = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=tuple[Task, list[str]])
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.path[:] = task.path
    return task, known


def _outcome(task: Task, resolver: Resolver, listening: Listening) -> Outcome:
    try:
        with listening:
            with inside_step(task.job.run, task.job.plan.step.name, resolver.learn):
                function = _function(task.place)
            arguments = {name: formats.decode(form, data) for name, (form, data) in task.arguments.items()}
            return attempts.attempt(task.job, function, arguments, resolver)
    except KeyboardInterrupt:
        return Outcome(status=RunStatus.INTERRUPTED, failure=attempts.INTERRUPTED)
    except BaseException as failure:  # importing runs the user's code, which may fail in any way
        return attempts.failed(failure, resolver.mask)


def _function(place: Place) -> Any:
    with attempts.inside():  # a script that starts its pipeline when it is imported must not start it again
        found: Any = import_module(place.module) if place.script is None else _loaded(place)
    for name in place.qualname.split("."):
        found = getattr(found, name)
    return getattr(found, "entrypoint", found)


def _loaded(place: Place) -> ModuleType:
    """A file as a module of the name by which the run knows it too: classes are pickled by that name."""
    module = ModuleType(place.module)
    sys.modules[place.module] = module
    if place.module == AS_IMPORTED:
        sys.modules["__main__"] = module
    module.__dict__.update(runpy.run_path(str(place.script), run_name=place.module))
    return module
