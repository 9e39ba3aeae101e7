"""The embedded store: whole processes and calls in process, each beside its limit in the same run.

Processes stand beside `python -c pass`. Writes and reveals stand beside one durable commit of one row by the
bare driver, on the same disk and with the same settings: nothing that promises durability can be quicker.
Reads stand beside one indexed SELECT by the bare driver. Medians; run it several times.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.timing import median_seconds

from lockwork.client.api import Client
from lockwork.domain.checks import Need, Where
from lockwork.messages.secrets import Wanted
from lockwork.testing import temporary_store

COMMAND = str(Path(sys.executable).parent / "lockwork")


def median_ms(act: Callable[[int], object], times: int) -> float:
    """Of `act(0)`, `act(1)` …, after three calls that do not count."""
    return median_seconds(act, times, before=3) * 1000


def show(what: str, here: float, beside: str, limit: float) -> None:
    print(f"{what:<42} {here:>9.2f} ms   {beside:<28} {limit:>8.2f} ms   {here / limit:>7.1f}")


def process_ms(*arguments: str) -> float:
    # As installed: with compiled modules, which the calls that do not count leave behind.
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run(_: int) -> None:
        subprocess.run(
            arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )

    return median_ms(run, 15)


def processes() -> None:
    bare = process_ms(sys.executable, "-c", "pass")
    for what, arguments in {
        "lockwork --help": (COMMAND, "--help"),
        "lockwork secret get NAME": (COMMAND, "secret", "get", "secret-7"),
        "lockwork secret list": (COMMAND, "secret", "list"),
        "from lockwork import Client, step, pipeline": (
            sys.executable, "-c", "from lockwork import Client, step, pipeline",
        ),
    }.items():  # fmt: skip
        show(what, process_ms(*arguments), "python -c pass", bare)


def limits() -> tuple[float, float]:
    """Milliseconds of one durable commit, and of one indexed SELECT, by the bare driver."""
    with tempfile.TemporaryDirectory(dir=os.environ["LOCKWORK_HOME"]) as folder:
        bare = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        bare.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (k PRIMARY KEY, v)"
        )
        commit = median_ms(lambda n: bare.execute("INSERT INTO t VALUES (?, ?)", (n, "x" * 64)), 300)
        select = median_ms(lambda n: bare.execute("SELECT v FROM t WHERE k = ?", (n,)).fetchall(), 300)
        bare.close()
    return commit, select


def calls(client: Client) -> None:
    commit, select = limits()
    for what, act, times in (
        ("create", lambda n: client.create_secret(f"new-{n}", {"a": "b", "c": "d"}), 200),
        ("get by name, audited", lambda n: client.get_secret(f"secret-{n}"), 200),
        (
            "update one key",
            lambda n: client.update_secret(f"secret-{n}", add_or_update_values={"a": str(n)}),
            200,
        ),
        ("delete", lambda n: client.delete_secret(f"new-{n}"), 200),
    ):
        show(what, median_ms(act, times), "one durable commit", commit)
    show("describe", median_ms(lambda n: client.describe_secret(f"secret-{n}"), 200), "one SELECT", select)
    show("list 20", median_ms(lambda _: client.list_secrets(), 100), "one SELECT", select)


def references(client: Client) -> None:
    where = Where(kind="bench", name="bench", path="attribute")
    alone = median_ms(lambda _: client.check_references([Need(secret="secret-7", key="a", where=where)]), 50)
    for many in (10, 100, 1000):
        needs = [Need(secret=f"secret-{n}", key="a", where=where) for n in range(many)]
        taken = median_ms(lambda _, needs=needs: client.check_references(needs), 20)
        show(f"check {many} references", taken, "check 1", alone)
    ids = [
        Wanted(id=s.id, version=s.version) for s in client.list_secrets(size=1000, name="startswith:secret-")
    ]
    one = median_ms(lambda n: client.reveal_secrets([ids[n]]), 50)
    show("read 1,000 secrets", median_ms(lambda _: client.reveal_secrets(ids), 5), "read 1", one)


def main() -> None:
    print(f"{'what':<42} {'here':>12}   {'beside':<28} {'':>11}   {'ratio':>7}")
    with temporary_store() as client:
        for number in range(1000):
            client.create_secret(f"secret-{number}", {"a": "b", "c": "d"})
        processes()
        calls(client)
        references(client)


if __name__ == "__main__":
    main()
