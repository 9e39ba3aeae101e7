"""How often Python looks for garbage. A command is soon over: it would walk, ten times and for 4 ms, through
modules that stay."""

import gc

_USUAL = gc.get_threshold()
_RARE = 100_000
"""Objects: more than a command makes that only asks something."""


def collect_rarely() -> None:
    """From the first line of a command on."""
    gc.set_threshold(_RARE)


def collect_as_usual() -> None:
    """For code that is not ours: its garbage may be large."""
    gc.set_threshold(*_USUAL)
