"""Forked children for tests: begun here, and asked how they ended."""

import os
from collections.abc import Callable


def forked(act: Callable[[], object]) -> int:
    """The id of a child that does this and ends without a word, as the children of `multiprocessing` do."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return child


def ended_well(child: int) -> bool:
    """Waits for it."""
    return os.waitpid(child, 0)[1] == 0
