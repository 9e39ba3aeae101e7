"""A store of 100,000 secrets beside one of 1,000, in the same run: who asks by name must not feel it.

Limit: twice. The questions are the same on both sides; they take turns, five rounds each, and the medians are
shown. Filling the large store takes about a minute.
"""

import statistics
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from bench.timing import median_seconds

from lockwork.client.api import Client
from lockwork.domain.checks import Need, Where
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.secrets import CreateSecrets, Fresh
from lockwork.testing import temporary_store

SMALL, LARGE = 1_000, 100_000
ROUNDS = 5
WHERE = Where(kind="bench", name="bench", path="attribute")


def filled(stack: ExitStack, many: int) -> Client:
    client = stack.enter_context(temporary_store())
    values = {"a": Sensitive("b"), "c": Sensitive("d")}
    for first in range(0, many, 1000):
        fresh = tuple(Fresh(name=f"secret-{n:06}", values=values) for n in range(first, first + 1000))
        client.send(CreateSecrets(workspace=client.workspace, secrets=fresh))
    return client


def questions(size: int) -> Mapping[str, tuple[Callable[[Client, int], object], int]]:
    """Each question and how often it is asked a round; the names lie all over a store of `size`."""
    names = [f"secret-{number:06}" for number in range(0, size, size // SMALL)]
    needs = [Need(secret=name, key="a", where=WHERE) for name in names]
    return {
        "get by name, audited": (lambda client, n: client.get_secret(names[n]), 200),
        "describe": (lambda client, n: client.describe_secret(names[n]), 200),
        "a page of the list": (lambda client, _: client.list_secrets(size=20), 100),
        "page 40 of the list": (lambda client, _: client.list_secrets(size=20, page=40), 50),
        "a page, newest change first": (
            lambda client, _: client.list_secrets(size=20, sort_by="desc:updated"),
            100,
        ),
        "check 1,000 references": (lambda client, _: client.check_references(needs), 10),
    }


def main() -> None:
    print(f"{'what':<32} {SMALL:>10,} {LARGE:>15,} {'ratio':>9}   limit 2.0")
    with ExitStack() as stack:
        small, large = filled(stack, SMALL), filled(stack, LARGE)
        ours, theirs = questions(SMALL), questions(LARGE)
        for what in ours:
            taken: dict[Client, list[float]] = {small: [], large: []}
            for _ in range(ROUNDS):
                for client, (ask, times) in ((small, ours[what]), (large, theirs[what])):
                    taken[client].append(median_seconds(lambda n, c=client, a=ask: a(c, n), times))
            here, there = (statistics.median(taken[client]) * 1e3 for client in (small, large))
            print(f"{what:<32} {here:>7.2f} ms {there:>12.2f} ms {there / here:>9.2f}", flush=True)


if __name__ == "__main__":
    main()
