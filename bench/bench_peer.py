"""Beside ZenML 0.98.0, in the same run: whole processes, and calls in process, on embedded stores.

    make bench                     installs the peer into .venv-peer first
    python -m bench.bench_peer --peer PYTHON     an interpreter that has zenml

Both sides hold 1,000 secrets of two keys. Ours and theirs take turns, three rounds each; shown are the
medians and their ratio, beside the ratio that we want. Ours wait until all is on disk, audit record included.
References are "wide", 1,000 to as many secrets, or "deep", 1,000 to 100 secrets of ten keys: ours pays for
each secret, ZenML for each reference.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.timing import median_seconds

from lockwork.client.api import Client
from lockwork.domain.checks import Found
from lockwork.domain.errors import AlreadyExists
from lockwork.domain.stacks import Stack, needs_of_stack
from lockwork.pipelines.resolver import Resolver
from lockwork.testing import temporary_store

HERE = Path(__file__).resolve().parent
LOCKWORK = str(Path(sys.executable).parent / "lockwork")
ROUNDS = 3
SECRETS = 1000


class Figure(NamedTuple):
    """Seconds, and the memory of a whole process at its highest, in MiB."""

    seconds: float
    memory: float = 0.0


# ---- whole processes ----


# Linux counts a parent's memory as its child's until the child becomes another program: the parent is small.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), file=sys.stderr)
"""


def process(arguments: list[str], environment: dict[str, str]) -> Figure:
    launched = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCHER, *arguments],
        check=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    seconds, memory, code = launched.stderr.splitlines()[-1].split()
    if code != "0":
        raise SystemExit(f"{' '.join(arguments)} ended with {code}")
    return Figure(float(seconds), float(memory))


def processes(peer: Path, theirs: dict[str, str]) -> None:
    # As installed: with compiled modules, which the runs that do not count leave behind.
    ours = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    one_step = str(HERE / "peer" / "one_step.py")
    zenml = str(peer.parent / "zenml")
    imported = "from {} import pipeline, step; from {} import Client"
    for what, mine, other, wanted in (
        ("secret get", [LOCKWORK, "secret", "get", "secret-7"], [zenml, "secret", "get", "secret-7"], 30),
        ("secret list", [LOCKWORK, "secret", "list"], [zenml, "secret", "list"], 30),
        (
            "import",
            [sys.executable, "-c", imported.format("lockwork", "lockwork")],
            [str(peer), "-c", imported.format("zenml", "zenml.client")],
            30,
        ),
        ("a one-step pipeline", [sys.executable, one_step, "lockwork"], [str(peer), one_step, "zenml"], 25),
    ):
        process(mine, ours)
        process(other, theirs)
        pairs = [
            (median([process(mine, ours) for _ in range(7)]), process(other, theirs)) for _ in range(ROUNDS)
        ]
        here, there = median([mine for mine, _ in pairs]), median([other for _, other in pairs])
        show(f"{what}, whole process", here.seconds, there.seconds, wanted)
        print(f"{'  its memory':<40} {here.memory:>9.1f} MiB {there.memory:>8.1f} MiB"
              f" {there.memory / here.memory:>9.1f}    wanted 5")  # fmt: skip


def median(figures: list[Figure]) -> Figure:
    return Figure(statistics.median(f.seconds for f in figures), statistics.median(f.memory for f in figures))


# ---- in process ----


class Peer:
    """ZenML in a process of its own, asked over a pipe, timed by itself."""

    def __init__(self, python: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [str(python), str(HERE / "peer" / "worker.py")],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, **asked: object) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"the peer ended when asked to {asked}")
        return float(answer)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def calls(client: Client, peer: Peer) -> None:
    commit = durable_commit()
    made = iter(range(1_000_000))
    for what, ask, act, wanted in (
        ("list 20", "list", lambda _: client.list_secrets(size=20), 20),
        ("get by name, audited", "get", lambda n: client.get_secret(f"secret-{n}").secret_values, 6),
        ("create", "create", lambda _: client.create_secret(f"new-{next(made)}", {"a": "b", "c": "d"}), 6),
        (
            "update",
            "update",
            lambda n: client.update_secret(f"secret-{n}", add_or_update_values={"a": "b"}),
            6,
        ),
    ):
        pairs = [(median_seconds(act, 200), peer.ask(do=ask, times=50)) for _ in range(ROUNDS)]
        here, there = (statistics.median(side) for side in zip(*pairs, strict=True))
        beside = (
            "" if ask == "list" else f"; or {(commit + 0.0005) * 1e3:.2f} ms: a durable commit and 0.5 ms"
        )
        show(what, here, there, wanted, beside)


def durable_commit() -> float:
    """Seconds for one row, by the bare driver with the same settings, on the same disk."""
    with tempfile.TemporaryDirectory(dir=os.environ["LOCKWORK_HOME"]) as folder:
        bare = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        bare.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (k PRIMARY KEY, v)"
        )
        seconds = median_seconds(lambda n: bare.execute("INSERT INTO t VALUES (?, ?)", (n, "x" * 64)), 300)
        bare.close()
    return seconds


def checks(client: Client, peer: Peer) -> None:
    for shape, keys in (("wide", ["a"]), ("deep", [f"k{n}" for n in range(10)])):
        for many, faster_check, faster_fill in ((10, 0, 0), (100, 0, 0), (1000, 500, 200)):
            name = f"{shape}-{many}"
            wanted = [(f"{shape}-{n}", key) for n in range(many // len(keys)) for key in keys]
            for secret in dict(wanted):
                if_missing(client, peer, secret, keys)
            configuration = {f"f{n}": f"{{{{{s}.{k}}}}}" for n, (s, k) in enumerate(wanted)}
            client.register_component(
                name, "default", "container-registry", {"uri": "registry.example"}, environment=configuration
            )
            parts = {"orchestrator": "default", "artifact-store": "default", "container-registry": name}
            stack = client.create_stack(name, parts)
            settled = check(client, stack)
            peer.ask(do="stack", name=name, configuration=configuration)
            compare(
                f"check {many} references, {shape}",
                partial(check, client, stack),
                peer,
                "check",
                faster_check,
            )
            filled = partial(fill, client, settled, configuration)
            compare(f"fill {many} references, {shape}", filled, peer, "fill", faster_fill)


def if_missing(client: Client, peer: Peer, secret: str, keys: list[str]) -> None:
    values = dict.fromkeys(keys, "b")
    with suppress(AlreadyExists):
        client.create_secret(secret, values)
        peer.ask(do="keep", name=secret, values=values)


def compare(what: str, act: Callable[[], object], peer: Peer, ask: str, wanted: float) -> None:
    act()
    pairs = [(median_seconds(lambda _: act(), 10), peer.ask(do=ask, times=1)) for _ in range(ROUNDS)]
    here, there = (statistics.median(side) for side in zip(*pairs, strict=True))
    show(what, here, there, wanted)


def check(client: Client, stack: Stack) -> Sequence[Found]:
    """What the stack refers to, and one question; the peer, too, holds its stack already."""
    report = client.check_references(needs_of_stack(stack), stack=stack.name)
    assert report.ok
    return report.found


def fill(client: Client, settled: Sequence[Found], configuration: dict[str, str]) -> None:
    """What a step does with what its run was settled on: one read of all values, then a filled copy."""
    values = Resolver(client, None, settled, NoMask()).values([configuration])
    assert all(text == "b" for text in values.fill(configuration).values())


class NoMask:
    """What is read here is printed nowhere; bench_masking.py measures that."""

    def tell_unmasked(self, *_: object) -> None:
        """Nothing to do."""

    def learn(self, values: Iterable[str]) -> None:
        """Nothing to do."""


def show(what: str, here: float, there: float, wanted: float, beside: str = "") -> None:
    asked = f"    wanted {wanted:g}{beside}" if wanted else ""
    print(
        f"{what:<40} {here * 1e3:>9.2f} ms  {there * 1e3:>8.0f} ms  {there / here:>9.1f}{asked}", flush=True
    )


# ---- both sides ----


@contextmanager
def peer_environment() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="bench-peer-") as folder:
        foreign = ("LOCKWORK_", "ZENML_", "PYTHONDONTWRITEBYTECODE")
        yield {name: text for name, text in os.environ.items() if not name.startswith(foreign)} | {
            "ZENML_CONFIG_PATH": folder,
            "ZENML_ANALYTICS_OPT_IN": "false",
            "AUTO_OPEN_DASHBOARD": "false",
            "ZENML_LOGGING_VERBOSITY": "ERROR",
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", type=Path, default=HERE.parent / ".venv-peer/bin/python")
    python = parser.parse_args().peer
    print(f"{'what':<40} {'here':>12}  {'ZenML':>11}  {'faster by':>9}")
    with temporary_store() as client, peer_environment() as theirs:
        for number in range(SECRETS):
            client.create_secret(f"secret-{number}", {"a": "b", "c": "d"})
        peer = Peer(python, theirs)
        try:
            peer.ask(do="preload", times=SECRETS)
            processes(python, theirs)
            calls(client, peer)
            checks(client, peer)
        finally:
            peer.close()


if __name__ == "__main__":
    main()
