"""A pipeline of one step that answers 1: for the library named on the command line, `lockwork` or `zenml`."""

import importlib
import sys

library = importlib.import_module(sys.argv[1])


@library.step
def one() -> int:
    return 1


@library.pipeline
def single() -> None:
    one()


if sys.argv[1] == "zenml":
    single = single.with_options(enable_cache=False)
single()
