"""Logs of steps that run, or whose run ended without a word: on this machine they lie in files.

What a step prints is written, masked, to a file of its owner's alone, which goes once the log is recorded. So
a step that takes its whole process along leaves its log all the same; the start of the next run records it.
Those of a run that asks a server lie where it runs: there they are read as far as they go, elsewhere line by
line as the run sends them.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from lockwork.capture import logs
from lockwork.client.asking import Asking
from lockwork.client.profile import Profile
from lockwork.domain.runs import LogPart, span
from lockwork.messages.runs import GetLog, GetLogPart, GetRun


def place(profile: Profile) -> Path:
    """Where the files of runs lie: of each server's apart from those of the store on this machine."""
    home = profile.settings.home.value
    if (server := profile.server) is None:
        return home
    return home / "servers" / server.value.url.replace("://", "_").replace(":", "_")


def log_of(client: Asking, run: str, step: str | None = None) -> bytes:
    """The masked log of one step or of all in order, as far as it goes."""
    recorded = client.send(GetLog(workspace=client.workspace, run=run, step=step))
    if not _may_be_kept(place(client.profile), run):
        return recorded
    return b"".join(log for _, log in by_step(client, run, step))


def _may_be_kept(where: Path, run: str) -> bool:
    """Whether there are files of a run of this id, or of one that begins so."""
    start = run.replace("-", "").lower()
    return any(one.name.replace("-", "").startswith(start) for one in logs.folders(where))


def by_step(client: Asking, run: str, step: str | None = None) -> Iterator[tuple[str, bytes]]:
    """The masked log of each step, or of one alone, with its name: in the order of `log_of`."""
    record = client.send(GetRun(workspace=client.workspace, run=run))
    kept = logs.folder(place(client.profile), record.id)
    for name in [s.name for s in record.steps] if step is None else [step]:
        try:
            yield name, _file(kept, name).read_bytes()
        except OSError:  # recorded already, or it has not begun
            yield name, client.send(GetLog(workspace=client.workspace, run=record.id, step=name))


def part_of(client: Asking, run: str, step: str, start: int, most: int) -> LogPart:
    """Some of the masked log of one step, as far as it goes."""
    where = place(client.profile)
    if _may_be_kept(where, run):
        record = client.send(GetRun(workspace=client.workspace, run=run))
        try:
            with _file(logs.folder(where, record.id), record.step(step).name).open("rb") as file:
                first, end = span(file.seek(0, os.SEEK_END), start, most)
                size = file.tell()
                file.seek(first)
                return LogPart(start=first, size=size, part=file.read(end - first))
        except OSError:  # recorded already, or it has not begun
            pass
    question = GetLogPart(workspace=client.workspace, run=run, step=step, start=start, most=most)
    return client.send(question)


def _file(kept: Path, step: str) -> Path:
    """Where a step's log lies; of a step whose record names another folder there is none."""
    if step in ("", ".", "..") or "/" in step or os.sep in step:
        raise FileNotFoundError(step)
    return kept / step
