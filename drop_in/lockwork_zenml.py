"""The way in of the command `zenml`: outside the package, so that one that cannot load is told cleanly."""

import sys
from typing import NoReturn

from lockwork.domain.errors import LockworkError


def main() -> NoReturn:
    """Run the command line, or say why it cannot."""
    try:
        from zenml.cli.cli import main as run  # lazy: loading the package is what may be refused
    except LockworkError as failure:
        print(
            f"error: {failure}",
            *([f"hint: {failure.hint}"] if failure.hint else []),
            sep="\n",
            file=sys.stderr,
        )
        sys.exit(1)
    sys.exit(run(sys.argv[1:]))
