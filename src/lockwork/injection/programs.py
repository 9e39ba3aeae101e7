"""Programs by name: whether there is one, how it is started in our place, and why it cannot be."""

import errno
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from lockwork.domain.errors import NotStarted


def check(name: str, path: str | None) -> None:
    """Refuse what cannot be found or started, as far as a look at it tells; `path` is the program's PATH."""
    if shutil.which(name, path=path) is None:
        raise unstartable(name, errno.EACCES if os.sep in name and Path(name).exists() else errno.ENOENT)


def replace(words: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Become the program: nothing of ours is left between it and its terminal."""
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores, and what we start should not
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(words[0], list(words), dict(environment))  # noqa: S606 - no shell is wanted
    except OSError as failure:
        reason = failure.errno or 0
    raise unstartable(words[0], reason)


def unstartable(name: str, reason: int) -> NotStarted:
    """Why a program has not been started, by the system's error number."""
    if reason == errno.ENOENT and os.sep in name and Path(name).exists():
        text = f"{name!r} cannot be started: the interpreter that its first line names is not there"
        return NotStarted(text, is_there=True)
    if reason == errno.ENOENT:
        hint = None if os.sep in name else "it is in no folder of PATH"
        return NotStarted(f"no command {name!r}", is_there=False, hint=hint)
    hint = "give large values in a file: lockwork inject TEMPLATE -f FILE" if reason == errno.E2BIG else None
    return NotStarted(f"{name!r} cannot be started: {os.strerror(reason).lower()}", is_there=True, hint=hint)
