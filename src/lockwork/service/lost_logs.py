"""Logs that killed runs left in files on this machine: recorded when the next run starts, and gone then."""

import os
import shutil
from functools import partial
from pathlib import Path

from lockwork.capture import logs
from lockwork.database import runs, step_logs
from lockwork.domain.secrets import is_uuid
from lockwork.service.context import Context


def adopt(ctx: Context) -> None:
    """Record what is not recorded yet; the files go after the commit. Those of a run that runs stay."""
    home = ctx.house.database.folder
    for folder in () if home is None else logs.folders(home):
        run = runs.anywhere(ctx.tx, folder.name)
        if run is not None and run.status.is_over:
            for step in runs.step_names(ctx.tx, run.id):
                _adopt(ctx, run.id, step, folder / step)
        elif run is not None or not is_uuid(folder.name):
            continue
        ctx.tx.afterwards.append(partial(shutil.rmtree, folder, ignore_errors=True))


def _adopt(ctx: Context, run: str, step: str, file: Path) -> None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # recorded already, or it has not begun
        return
    try:
        # Killed while it was being recorded, a log has its beginning already, in the same bytes.
        for part in logs.parts(descriptor, step_logs.size(ctx.tx, run, step)):
            step_logs.append(ctx.tx, run, step, part)
    finally:
        os.close(descriptor)
