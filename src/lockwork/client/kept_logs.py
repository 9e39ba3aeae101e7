"""Logs of steps that run, or whose run ended without a word: on this machine they lie in files.

What a step prints is written, masked, to a file of its owner's alone, which goes once the log is recorded. So
a step that takes its whole process along leaves its log all the same; the start of the next run records it.
"""

from collections.abc import Iterator
from pathlib import Path

from lockwork.capture import logs
from lockwork.client.asking import Asking
from lockwork.messages.runs import GetLog, GetRun


def log_of(client: Asking, run: str, step: str | None = None) -> bytes:
    """The masked log of one step or of all in order, as far as it goes."""
    recorded = client.send(GetLog(workspace=client.workspace, run=run, step=step))
    if not _may_be_kept(client.profile.settings.home.value, run):
        return recorded
    return b"".join(log for _, log in by_step(client, run, step))


def _may_be_kept(home: Path, run: str) -> bool:
    """Whether there are files of a run of this id, or of one that begins so."""
    start = run.replace("-", "").lower()
    return any(one.name.replace("-", "").startswith(start) for one in logs.folders(home))


def by_step(client: Asking, run: str, step: str | None = None) -> Iterator[tuple[str, bytes]]:
    """The masked log of each step, or of one alone, with its name: in the order of `log_of`."""
    record = client.send(GetRun(workspace=client.workspace, run=run))
    kept = logs.folder(client.profile.settings.home.value, record.id)
    for name in [s.name for s in record.steps] if step is None else [step]:
        try:
            yield name, (kept / name).read_bytes()
        except OSError:  # recorded already, or it has not begun
            yield name, client.send(GetLog(workspace=client.workspace, run=record.id, step=name))
