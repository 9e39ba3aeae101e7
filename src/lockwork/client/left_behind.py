"""What runs against a server leave on this machine where they could not tell how they ended: told later on.

    <home>/servers/<server>/runs/<run>     which process runs it, and once it is over, how it ended
    <home>/servers/<server>/logs/<run>/…   the masked logs of its steps that are not wholly recorded yet

Each run begins by telling what earlier ones left, if their processes have gone; so does whoever reads runs
here. Both go once they are told.
Beside an embedded store nothing is written here: that looks after its runs by itself. Nor on a machine that
has its token by the environment: its home is nobody's to come back to.
"""

import shutil
from contextlib import suppress
from pathlib import Path

import msgspec

from lockwork.capture import logs
from lockwork.client import kept_logs
from lockwork.client.asking import Asking
from lockwork.domain.errors import LockworkError, NotFound, Refused, Unavailable
from lockwork.domain.runs import RunStatus
from lockwork.messages.runs import AppendLog, FinishRun, GetLogPart, GetRun
from lockwork.service import processes
from lockwork.settings.files import replaced

_GONE = "the process of this run has gone without a word: it was killed, or crashed"


class Note(msgspec.Struct, kw_only=True):
    """Of one run."""

    workspace: str
    process: str
    status: RunStatus = RunStatus.INTERRUPTED
    failure: str | None = _GONE


class Noted:
    """The note of a run that goes on; where none can be written, the run goes on all the same."""

    def __init__(self, client: Asking, run: str) -> None:
        self._note = Note(workspace=client.workspace, process=processes.this())
        self._file = _notes(client) / run
        if client.profile.server is not None and not client.profile.is_machine:
            self._write()

    def ended(self, status: RunStatus, failure: str | None) -> None:
        """It is over, and that is not recorded: it no longer matters whether the process has gone."""
        if self._file.exists():
            self._note = msgspec.structs.replace(self._note, process="", status=status, failure=failure)
            self._write()

    def forget(self) -> None:
        """All is recorded."""
        with suppress(OSError):
            self._file.unlink()

    def _write(self) -> None:
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replaced(self._file, msgspec.json.encode(self._note).decode())


def tell(client: Asking) -> None:
    """Tell the server of all that is over here and not recorded there."""
    if client.profile.server is None or not client.asks_by_profile:
        return
    for file in _files(client):
        with suppress(OSError, msgspec.DecodeError):
            note = msgspec.json.decode(file.read_bytes(), type=Note)
            if not note.process or processes.is_gone(note.process):
                try:
                    _tell(client, file.name, note)
                except Unavailable:
                    return  # the run that begins now will say so
                except LockworkError:  # it is nobody's any more, or not ours to tell of
                    continue
                shutil.rmtree(logs.folder(kept_logs.place(client.profile), file.name), ignore_errors=True)
                file.unlink()


def _tell(client: Asking, run: str, note: Note) -> None:
    try:
        record = client.send(GetRun(workspace=note.workspace, run=run))
    except NotFound:  # it was taken away, with its workspace
        return
    for step in record.steps:
        with suppress(Refused):  # it is over and recorded, its logs too
            _tell_log(client, note.workspace, run, step.name)
    with suppress(Refused):  # recorded as interrupted already, for want of signs of life
        client.send(FinishRun(workspace=note.workspace, run=run, status=note.status, failure=note.failure))


def _tell_log(client: Asking, workspace: str, run: str, step: str) -> None:
    """What the server lacks of a log whose file lies here."""
    try:
        file = (logs.folder(kept_logs.place(client.profile), run) / step).open("rb")
    except OSError:  # recorded already, or it has not begun
        return
    with file:
        at = client.send(GetLogPart(workspace=workspace, run=run, step=step, most=0)).size
        for part in logs.rest(file.fileno(), at):
            client.send(AppendLog(workspace=workspace, run=run, step=step, start=at, part=part))
            at += len(part)


def _notes(client: Asking) -> Path:
    return kept_logs.place(client.profile) / "runs"


def _files(client: Asking) -> list[Path]:
    with suppress(OSError):
        return sorted(file for file in _notes(client).iterdir() if not file.name.startswith("."))
    return []
