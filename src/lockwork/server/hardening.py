"""What the system is asked for, so that values in memory stay there: no core dump, no debugger.

Linux: `prctl(PR_SET_DUMPABLE, 0)` (prctl(2)); everywhere a core file of no size (getrlimit(2)). Who is root
can read memory all the same, and swap is the machine's to encrypt: docs/security.md says so.
"""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """From here on this process leaves no core file, and others of its user cannot attach to it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
