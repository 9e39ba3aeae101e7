"""What `-i` asks, question by question as ZenML does: scripts that drive a terminal answer in that order.

The words are Lockwork's, with the parts that such scripts wait for.
"""

from collections.abc import Collection

from lockwork.cli import terminal
from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretKey, checked_value


def for_new(given: Collection[str], _present: Collection[str]) -> dict[str, str]:
    """A key, its value, and whether there is another, until there is none."""
    found: dict[str, str] = {}
    while True:
        key = _key("secret key")
        if key in found or key in given:
            terminal.warning(f"{key!r} is given already: `zenml secret update` changes it later")
        else:
            found[key] = _hidden(key, f"secret value for the key [{key}] (not shown)")
        if not _yes("add another key-value pair to this secret?"):
            return found


def for_present(given: Collection[str], present: Collection[str]) -> dict[str, str]:
    """Whether to change each key that is there, then whether there are new ones, until there is none."""
    found: dict[str, str] = {}
    for key in present:
        if key in given or not _yes(f"update key {key!r}? (enter skips)", default=False):
            continue
        if text := _hidden(key, f"new secret value for the key {key!r} (not shown)"):
            found[key] = text
    while _yes("add a new key:value pair?"):
        key = _key("new key name")
        found[key] = _hidden(key, f"new secret value for the key {key!r} (not shown)")
    return found


def _key(prompt: str) -> str:
    return terminal.ask_line(f"{prompt}: ", lambda text: SecretKey.parse(text.strip()))


def _hidden(key: str, prompt: str) -> str:
    return terminal.ask_hidden(f"{prompt}: ", lambda text: checked_value(key, text))


def _yes(question: str, *, default: bool | None = None) -> bool:
    """`y` or `n`; anything else is asked again, and nothing at all where it has no default."""

    def check(text: str) -> bool:
        answer = text.strip().lower()
        if not answer and default is not None:
            return default
        if answer not in ("y", "n"):
            raise InvalidInput("the answer is y or n")
        return answer == "y"

    return terminal.ask_line(f"{question} [y/n]: ", check)
