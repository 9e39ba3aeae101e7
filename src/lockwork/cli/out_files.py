"""Where an export goes: printed, or into a file that its owner alone can read, whose path is the answer."""

from pathlib import Path

from lockwork.cli import terminal
from lockwork.moving import private_files


def put(text: str, filename: str | None, usual: str, *, force: bool) -> Path | None:
    """Write to `filename`, or to `usual` where none is named; the file. `-` prints, and there is none."""
    if filename == "-":
        terminal.write(text)
        return None
    path = Path(filename or usual)
    private_files.check_free(path, force)
    private_files.write(path, text.encode(), force)
    terminal.say(str(path))
    return path
