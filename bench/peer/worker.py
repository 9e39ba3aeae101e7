"""The side of ZenML in `bench_peer.py`: run by its interpreter, does what it is asked, says how long it took.

One JSON object a line on standard input, `{"do": NAME, "times": N}`; one number of seconds a line back, the
median of N. Everything happens on its embedded store, in the folder that ZENML_CONFIG_PATH names.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

import wide_flavor  # type: ignore[import-not-found]
from zenml.client import Client  # type: ignore[import-not-found]
from zenml.enums import StackComponentType  # type: ignore[import-not-found]
from zenml.stack import Stack  # type: ignore[import-not-found]


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

    def stack(self, many: int) -> None:
        """Make a stack whose tracker has `many` attributes, each a reference."""
        client, tracker = self._client, StackComponentType.EXPERIMENT_TRACKER
        client.create_flavor(source=f"wide_flavor.Wide{many}Flavor", component_type=tracker)
        wide = client.create_stack_component(
            name=f"wide-{many}",
            flavor=f"wide{many}",
            component_type=tracker,
            configuration={f"f{n}": f"{{{{secret-{n}.a}}}}" for n in range(many)},
        )
        default = client.list_stacks(name="default").items[0].components
        parts = {kind: default[kind][0].id for kind in default}
        made = client.create_stack(name=f"wide-{many}", components={**parts, tracker: wide.id})
        self._stack = Stack.from_model(client.get_stack(made.id))
        self._many = many

    def check(self, _: int) -> None:
        self._stack._validate_secrets(raise_exception=True)

    def fill(self, _: int) -> None:
        config = self._stack.experiment_tracker.config
        assert all(getattr(config, f"f{n}") == "b" for n in range(self._many))


def timed(act: Callable[[int], object], numbers: range) -> float:
    taken = []
    for number in numbers:
        start = time.perf_counter()
        act(number)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the library prints is no answer
    peer = Peer()
    for line in sys.stdin:
        asked = json.loads(line)
        numbers = range(asked["times"]) if "times" in asked else range(asked["with"], asked["with"] + 1)
        print(timed(getattr(peer, asked["do"]), numbers), file=answers, flush=True)


if __name__ == "__main__":
    assert len(wide_flavor.SIZES) == 3
    main()
