"""`writing.py SEED ROUND`: changes the store of LOCKWORK_HOME at random until it is killed.

Each change is announced by a line of JSON before it is tried, and by the line `done` once it has returned.
"""

import json
import os
import random
import sys
from collections.abc import Callable

from running import running

from lockwork import Client

told = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what steps print
client = Client()
choose = random.Random(f"{sys.argv[1]} {sys.argv[2]}")


def create(name: str, values: dict[str, str]) -> None:
    client.create_secret(name, values)


def update(name: str, values: dict[str, str]) -> None:
    client.update_secret(name, add_or_update_values=values)


def rename(name: str, other: str) -> None:
    client.update_secret(name, new_name=other)


def delete(name: str) -> None:
    client.delete_secret(name)


def purge(name: str) -> None:
    client.delete_secret(name, purge=True)


def register(name: str, uri: str) -> None:
    client.register_component(name, "mlflow", "experiment-tracker", {"tracking_uri": uri})


def run(_number: int) -> None:
    running()


ACTS: dict[str, Callable[..., None]] = {
    act.__name__: act for act in (create, update, rename, delete, purge, register, run)
}


def next_act(names: list[str], number: int) -> tuple[str, list[object]]:
    """What to do to a store that holds these secrets."""
    fresh = f"r{sys.argv[2]}-{number}"
    values = {
        f"k{n}": choose.choice(["", "x", "größer\n" * 500]) + fresh for n in range(choose.randint(1, 30))
    }
    name = choose.choice(names) if names else ""
    kind = choose.choices([*ACTS], [4, 8, 2, 1, 1, 2, 0.3])[0] if names else "create"
    return kind, {
        "create": [fresh, values],
        "update": [name, values],
        "rename": [name, fresh],
        "register": [fresh, f"https://{fresh}.example"],
        "run": [number],
    }.get(kind, [name])


for number in range(10_000):
    kind, arguments = next_act([info.name for info in client.list_secrets(size=1000)], number)
    print(json.dumps([kind, *arguments]), file=told, flush=True)
    ACTS[kind](*arguments)
    print("done", file=told, flush=True)
