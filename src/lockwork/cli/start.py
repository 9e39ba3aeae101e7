"""The first lines of the console script `lockwork`: from here on, Ctrl-C shows no traceback.

Loading the rest takes a tenth of a second, and an interrupt in it would be an exception in the middle of
some import. Until `main.run` can tell of it, the system's own default ends the process; a shell reports 130.
"""

import _signal as signal  # type: ignore[import-not-found]  # `signal` itself loads for milliseconds first
import sys
from typing import NoReturn

from lockwork.cli import garbage


def _end_quietly() -> None:
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a caller has it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)


_end_quietly()


def main() -> NoReturn:
    garbage.collect_rarely()
    from lockwork.cli.main import run  # lazy: see above

    code = run(sys.argv[1:])
    _end_quietly()  # what ends after this has nothing left to tell
    sys.exit(code)
