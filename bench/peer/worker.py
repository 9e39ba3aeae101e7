"""The side of ZenML in `bench_peer.py`: run by its interpreter, does what it is asked, says how long it took.

One JSON object a line on standard input, `{"do": NAME, "times": N}` or with what the act needs; one number of
seconds a line back, the median. Everything happens on its embedded store, below ZENML_CONFIG_PATH.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import wide_flavor

from zenml.client import Client
from zenml.enums import StackComponentType
from zenml.stack import Stack


class Peer:
    def __init__(self) -> None:
        self._client = Client()
        self._made = 0

    def preload(self, number: int) -> None:
        self._client.create_secret(f"secret-{number}", {"a": "b", "c": "d"})

    def create(self, _: int) -> None:
        self._made += 1
        self._client.create_secret(f"new-{self._made}", {"a": "b", "c": "d"})

    def get(self, number: int) -> None:
        self._client.get_secret(f"secret-{number % 1000}").secret_values  # noqa: B018 - it is what is read

    def list(self, _: int) -> None:
        self._client.list_secrets(size=20)

    def update(self, number: int) -> None:
        self._client.update_secret(f"secret-{number % 1000}", add_or_update_values={"a": "b"})

    def keep(self, name: str, values: dict[str, str]) -> None:
        self._client.create_secret(name, values)

    def stack(self, name: str, configuration: dict[str, str]) -> None:
        """Make a stack whose tracker has these attributes, each a reference."""
        client, tracker, many = self._client, StackComponentType.EXPERIMENT_TRACKER, len(configuration)
        if not client.list_flavors(name=f"wide{many}").items:
            client.create_flavor(source=f"wide_flavor.Wide{many}Flavor", component_type=tracker)
        wide = client.create_stack_component(
            name=name, flavor=f"wide{many}", component_type=tracker, configuration=configuration
        )
        default = client.list_stacks(name="default").items[0].components
        parts = {kind: default[kind][0].id for kind in default}
        made = client.create_stack(name=name, components={**parts, tracker: wide.id})
        self._stack = Stack.from_model(client.get_stack(made.id))
        self._many = many

    def check(self, _: int) -> None:
        self._stack._validate_secrets(raise_exception=True)

    def fill(self, _: int) -> None:
        config = self._stack.experiment_tracker.config
        assert all(getattr(config, f"f{n}") == "b" for n in range(self._many))


def timed(act: Callable[..., object], times: int | None) -> float:
    """Of `act(0)`, `act(1)` …; without `times`, of one call that needs no number."""
    taken = []
    for number in [()] if times is None else [(n,) for n in range(times)]:
        start = time.perf_counter()
        act(*number)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the library prints is no answer
    peer = Peer()
    for line in sys.stdin:
        asked = json.loads(line)
        act = getattr(peer, asked.pop("do"))
        times = asked.pop("times", None)
        print(timed(partial(act, **asked), times), file=answers, flush=True)


if __name__ == "__main__":
    assert len(wide_flavor.SIZES) == 3
    main()
