"""Which process runs a run, and whether it has gone. Knows no store and no runs.

    machine / boot / pid namespace / pid / start time       for example 2f1c…/9e04…/4026531836/4711/889312

Where a part cannot be known it is empty. A process counts as gone only where that is certain: it ran on this
machine before the last boot, or among the processes that we see there is none of its number and start time.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")


class Process(NamedTuple):
    """One process, never mistaken for a later one of the same number."""

    machine: str
    boot: str
    namespace: str
    pid: str
    started: str

    def __str__(self) -> str:
        return "/".join(self)


def this() -> str:
    """The process that asks."""
    return str(_process(os.getpid()))


def is_gone(text: str) -> bool:
    """Whether that process has certainly ended."""
    parts = text.split("/")
    if len(parts) != len(Process._fields):
        return False
    was, here = Process(*parts), _process(os.getpid())
    if not was.pid.isdecimal() or not was.boot or was.machine != here.machine:
        return False
    if was.boot != here.boot:
        return True
    return was.namespace == here.namespace and _process(int(was.pid)).started != was.started


def _process(pid: int) -> Process:
    return Process(_machine(), _text("sys/kernel/random/boot_id"), _namespace(), str(pid), _started(pid))


def _machine() -> str:
    with suppress(OSError):
        return Path("/etc/machine-id").read_text().strip()
    return os.uname().nodename.replace("/", "-")


def _namespace() -> str:
    with suppress(OSError):
        return str((_PROC / "self/ns/pid").stat().st_ino)
    return ""


def _started(pid: int) -> str:
    """Clock ticks since the boot; empty if there is no such process, or it is dead and not yet buried."""
    # The name in parentheses may hold anything, so fields are counted from behind it.
    fields = _text(f"{pid}/stat").rpartition(")")[2].split()
    return "" if not fields or fields[0] in "ZX" else fields[19]


def _text(path: str) -> str:
    with suppress(OSError):
        return (_PROC / path).read_text().strip()
    return ""
