"""ZenML's loggers: the standard library's, shown on standard output from level INFO on."""

import logging
import os
import sys
from typing import TextIO


class _Stdout(logging.StreamHandler[TextIO]):
    """Writes to what `sys.stdout` is now: a step's output is captured, and captured anew for each step."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # the standard library does so too, for its last resort
        return sys.stdout


_HANDLER = _Stdout()


def get_logger(logger_name: str) -> logging.Logger:
    """The logger of this name; `ZENML_LOGGING_VERBOSITY` is its level."""
    logger = logging.getLogger(logger_name)
    logger.setLevel(_level())
    logger.propagate = False
    logger.addHandler(_HANDLER)  # the same one is added once
    return logger


def _level() -> int:
    named = logging.getLevelNamesMapping().get(os.environ.get("ZENML_LOGGING_VERBOSITY", "").upper())
    return logging.INFO if named is None else named
