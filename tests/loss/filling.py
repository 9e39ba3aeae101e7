"""A pipeline after whose step `fill` nothing can be written, printing on: `filling.py keep|free|limit`.

`keep` leaves the disk of LOCKWORK_HOME full, `free` only for as long as the step prints; `limit` forbids this
process to write another byte, as where no disk can be filled.
"""

import os
import resource
import sys
import time
from pathlib import Path

from lockwork import pipeline, step

HOME = Path(os.environ["LOCKWORK_HOME"])
FILLING = HOME.parent / "filling"


@step
def before() -> int:
    print("before")
    return 1


@step
def fill(x: int) -> None:
    print("filling", flush=True)
    while not any(log.stat().st_size for log in HOME.glob("logs/*/fill")):  # the masker is on its way
        time.sleep(0.01)
    if sys.argv[1] == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        return
    try:
        with open(FILLING, "wb", 0) as file:
            while True:
                file.write(bytes(1024))
    except OSError as failure:
        print(failure.strerror, flush=True)
    for number in range(5000):
        print("line", number)
    sys.stdout.flush()
    if sys.argv[1] == "free":
        FILLING.unlink()


@pipeline
def filling() -> None:
    fill(before())


if __name__ == "__main__":
    from lockwork.cli import main  # a failure as the command tells it

    sys.exit(main.run(["pipeline", "run", __file__]))
