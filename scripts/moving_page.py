"""The page `docs/moving-from-zenml.md`: the way over in prose, and the tables of the drop-in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zenml import table

OPENING = """
`lockwork-zenml` brings the command `zenml` and the package `zenml` as thin names over Lockwork, for
scripts, notebooks and tests that were written against ZenML's secrets (0.5x, and the `private` spellings of
0.9x). What you have keeps running, on an embedded store, with no server to start; `lockwork` and `from
lockwork import …` work on the same secrets, stacks and runs, so that you can move file by file, or never.

## The way over

### 1. Install

```console
$ pip uninstall -y zenml
$ pip install lockwork-zenml
```

The two own the same package. Where both are installed, importing `zenml` fails at once and says so:

```
error: both 'zenml' and 'lockwork-zenml' are installed and own the same package.
hint: pip uninstall -y zenml lockwork-zenml && pip install lockwork-zenml
```

Should the real one have been installed last, its files are the ones that answer: `zenml version` tells
which it is. Extras are Lockwork's: `pip install 'lockwork[mlflow]'`, `'lockwork[s3]'`.

### 2. Begin

```console
$ zenml init
$ zenml status
```

There is nothing to start: a fresh store has the stack `default`, active. `zenml up`, `zenml integration
install` and the like are taken, say what they are here, and end with 0, so that a setup script goes on.

### 3. Bring what you have

```console
$ lockwork import zenml --help
```

`lockwork import zenml` takes over secrets, components and stacks from ZenML's own database, which it only
reads. Ask it for a dry run first: it lists all that would come, and under which name. Then run it in
earnest; it compares every value afterwards. It needs the database, not an installed ZenML.

### 4. Run

```python
from zenml import pipeline, step
from zenml.client import Client

@step(experiment_tracker=Client().active_stack.experiment_tracker.name)
def train(alpha: float) -> float:
    token = Client().get_secret("huggingface").secret_values["token"]
    return 2 * alpha  # where you would train, logged in by the token

@pipeline(enable_cache=False)
def training() -> None:
    train(0.1)

if __name__ == "__main__":
    run = training()
    print(run.status, run.steps["train"].output.load())
```

Before the first step, every secret and key that the stack refers to is checked, in one request; what is
missing is told together, with the command that mends it (`zenml stack register-secrets`). While steps run,
values are masked in what they print.

### 5. And on

Each name here has its own in Lockwork, with more to it: `lockwork secret --help`, [the Python
names](python.md), [the command line](cli.md). `Client().lockwork` is Lockwork's own Client.
"""


def moving_page(made: str) -> str:
    """The whole page; `made` says that nobody should edit it."""
    return "\n".join(
        [
            f"# Moving from ZenML\n\n{made}",
            OPENING,
            "## What runs\n",
            *rows(("", ""), table.RUNS),
            "\n## Accepted, with a notice\n",
            "Taken without effect: one line on stderr says so, once in a process.\n",
            *rows(("", "instead"), [(f"`{what}`", said) for what, said in table.ACCEPTED.items()]),
            "\n## Refused\n",
            "Said at once: a failure of Lockwork's in Python, exit 1 on the command line, and a hint.\n",
            *rows(("", "why", "what does its work"), [(f"`{w}`", *row) for w, row in table.REFUSED.items()]),
            "\n## Different on purpose\n",
            *rows(("", "ZenML", "here"), table.DIFFERENCES),
        ]
    )


def rows(head: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    """A table, a line a row."""
    lines = [head, ["---"] * len(head), *body]
    return [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines]
