"""A step's log on its way into its file; of a line drawn over, as a progress bar is, the last drawing alone.

What comes in is masked already. At each moment the file holds what a terminal would go on to show, but for
two simplifications: a drawing replaces all of the one before, also where it is shorter, and several carriage
returns in a row are one.
"""

import os
from contextlib import suppress

LIMIT = 10 * 1024 * 1024
_CUT = b"\n[lockwork: the log ends here, at 10 MiB; what the step printed after this was only shown]\n"
NO_ROOM = (
    b"\n[lockwork: the log ends here: the disk is full; what the step printed after this was only shown]\n"
)
"""It stands in the place of what was written last."""


class LogFile:
    """Written by the masker; whoever started the step reads it, meanwhile too."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._end = 0
        self._line = 0
        """Where the last line begins."""
        self._has_returned = False
        """A carriage return came last: what follows says whether it ends the line or begins a drawing."""
        self._is_full = False

    def write(self, data: bytes) -> None:
        """The next bytes of either stream."""
        if self._is_full:
            return
        if self._has_returned or b"\r" in data:
            data = self._drawn(b"\r" + data if self._has_returned else data)
        self._append(data)

    def close(self) -> None:
        """No more will come."""
        if self._has_returned and not self._is_full:
            self._append(b"\r")
        os.close(self._fd)

    def _drawn(self, data: bytes) -> bytes:
        """The last drawing of each line; what the file holds of the first line goes, if it is drawn over."""
        text = data.rstrip(b"\r")
        self._has_returned = len(text) < len(data)
        first, *others = text.split(b"\n")
        if b"\r" in first.rstrip(b"\r"):
            self._end = self._line
            os.ftruncate(self._fd, self._end)
        return b"\n".join(_last_drawing(line) for line in (first, *others))

    def _append(self, data: bytes) -> None:
        room = LIMIT - self._end
        if len(data) > room:
            data, self._is_full = data[:room] + _CUT, True
        if after_line := data.rfind(b"\n") + 1:
            self._line = self._end + after_line
        try:
            while data:
                written = os.pwrite(self._fd, data, self._end)
                self._end += written
                data = data[written:]
        except OSError:  # a full disk ends the log, not the run
            self._is_full = True
            with suppress(OSError):  # in the place of what was written last: there is no other
                os.pwrite(self._fd, NO_ROOM, max(0, self._end - len(NO_ROOM)))


def _last_drawing(line: bytes) -> bytes:
    shown = line.rstrip(b"\r")
    return shown[shown.rfind(b"\r") + 1 :] + line[len(shown) : len(shown) + 1]
