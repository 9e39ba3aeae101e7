"""How fast output passes the masker, and what a run pays for it. `python bench/masking.py`

"through the masker" is a child that writes as fast as it can while a step is captured: pipe, mask, log and a
terminal that is /dev/null. Beside it stands the limit: the same child straight into a pipe that is only read.
"""

import os
import random
import statistics
import string
import subprocess
import sys
import time
from collections.abc import Callable

from lockwork.capture.forms import forms_of
from lockwork.capture.scrubber import Known, Scrubber
from lockwork.capture.streams import Capture

VALUES = 1000
MEGABYTES = 200
CHILD = "import sys,os; block=open(sys.argv[1],'rb').read(); [os.write(1, block) for _ in range({})]"


def main() -> None:
    rng = random.Random(7)
    values = [_value(rng) for _ in range(VALUES)]
    plain = _text(rng, [])
    salted = _text(rng, values)
    rows = [
        ("scrubber alone, nothing to mask", _mb_s(plain, lambda: _scrub(values, plain))),
        ("scrubber alone, a value every 1 kB", _mb_s(salted, lambda: _scrub(values, salted))),
        ("through the masker, nothing to mask", _piped(values, plain)),
        ("through the masker, a value every 1 kB", _piped(values, salted)),
        ("limit: a pipe that is only read", _piped_plain(plain)),
    ]
    for name, figure in rows:
        print(f"{name:<44}{figure:>9.0f} MB/s")
    for name, seconds in _costs(values, rng):
        print(f"{name:<44}{seconds * 1e3:>9.2f} ms")


def _value(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_letters + string.digits + "+/=!$-_", k=rng.randint(12, 64)))


def _text(rng: random.Random, values: list[str]) -> bytes:
    """A megabyte of log lines, with a value in every tenth where there are any."""
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 10))) for _ in range(2000)]
    lines = []
    for number in range(10_000):
        secret = rng.choice(values) if values and number % 10 == 0 else ""
        lines.append(f"2024-05-01 {number:05d} INFO {' '.join(rng.choices(words, k=12))} {secret}\n")
    return "".join(lines).encode()[: 1 << 20]


def _scrub(values: list[str], text: bytes) -> float:
    scrubber = Scrubber()
    scrubber.learn(values)
    scrubber.feed(b"build the automaton first")
    started = time.perf_counter()
    for _ in range(MEGABYTES // 4):
        for at in range(0, len(text), 65536):
            scrubber.feed(text[at : at + 65536])
    return (time.perf_counter() - started) / (MEGABYTES // 4)


def _mb_s(text: bytes, once: Callable[[], float]) -> float:
    return len(text) / once() / 1e6


def _piped(values: list[str], text: bytes) -> float:
    """Measured in a process of its own whose terminal is /dev/null, so that ours is not what is measured."""
    report, write = os.pipe()
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        with Capture.start() as capture:
            capture.learn(values)
            started = time.perf_counter()
            with capture.step("bench"):
                _print(text)
            seconds = time.perf_counter() - started
        os.write(write, repr(seconds).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    with os.fdopen(report) as answer:
        return len(text) * MEGABYTES / float(answer.read()) / 1e6


def _print(text: bytes) -> None:
    with subprocess.Popen([sys.executable, "-c", _child(), _file(text)]):
        pass


def _piped_plain(text: bytes) -> float:
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", _child(), _file(text)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        while child.stdout.read(65536):
            pass
    return len(text) * MEGABYTES / (time.perf_counter() - started) / 1e6


def _child() -> str:
    return CHILD.format(MEGABYTES)


def _file(text: bytes) -> str:
    fd = os.memfd_create("bench", 0)
    os.write(fd, text)
    return f"/proc/{os.getpid()}/fd/{fd}"


def _costs(values: list[str], rng: random.Random) -> list[tuple[str, float]]:
    known = Known()
    first = _timed(lambda: (known.add(forms_of(values)[0]), known.coverings(b"x")))
    more = [_timed(lambda: (known.add(forms_of([_value(rng)])[0]), known.coverings(b"x"))) for _ in range(20)]
    large = "".join(rng.choices(string.ascii_letters, k=1 << 20))
    largest = _timed(lambda: (known.add(forms_of([large])[0]), known.coverings(b"x")))
    return [
        (f"learning {VALUES} values, search included", first),
        (f"learning one more with {VALUES} known", statistics.median(more)),
        ("learning one of 1 MiB more", largest),
        *_run_costs(values),
    ]


def _run_costs(values: list[str]) -> list[tuple[str, float]]:
    def empty_run() -> None:
        with Capture.start(terminal=False) as capture:
            capture.learn(["some value"])

    run = statistics.median(_timed(empty_run) for _ in range(10))
    with Capture.start(terminal=False) as capture:
        capture.learn(values)

        def empty_step() -> None:
            with capture.step("empty"):
                pass

        step = statistics.median(_timed(empty_step) for _ in range(200))
        one = statistics.median(_timed(lambda n=n: capture.learn([f"another {n}"])) for n in range(50))
    return [("an empty run", run), ("an empty step", step), ("learn, acknowledged by the masker", one)]


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
