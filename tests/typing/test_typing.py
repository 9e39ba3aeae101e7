"""What a type checker sees: of users' code against the public names, and of a handler that does not fit."""

import re
import subprocess
import sys
from pathlib import Path

GOOD = """
from lockwork import Client, SecretScope, pipeline, step

client = Client()
client.create_secret("db", values={"username": "admin"}, scope=SecretScope.WORKSPACE)
reveal_type(client.get_secret("db").secret_values["password"])  # R: str
reveal_type(client.get_secret("db").values["password"])  # R: lockwork.domain.sensitive.Sensitive
page = client.list_secrets(name="startswith:db")
reveal_type(page.items)  # R: tuple[lockwork.domain.secrets.SecretInfo, ...]
reveal_type(client.active_stack.experiment_tracker.name)  # R: str | None

@step
def load() -> int:
    return 1

@step(secrets=["openai"], environment={"DSN": "{{db.user}}"})
def train(data: int, alpha: float = 0.1) -> float:
    return data * alpha

@pipeline(secrets={"wandb": "WANDB_"})
def training() -> None:
    train(load(), alpha=0.2)

run = training()
reveal_type(run)  # R: lockwork.domain.runs.Run
"""

BAD = """
from lockwork import Client
from lockwork.domain.secrets import SecretInfo
from lockwork.messages.secrets import CreateSecret, GetSecret
from lockwork.service.context import Context

Client().create_secret("db", values={"port": 5432})  # E: dict-item

def takes_another(ctx: Context, message: GetSecret) -> SecretInfo: raise NotImplementedError
def answers_another(ctx: Context, message: CreateSecret) -> int: raise NotImplementedError

CreateSecret.answered_by(takes_another)  # E: arg-type
CreateSecret.answered_by(answers_another)  # E: arg-type
"""


def complaints(tmp_path: Path, text: str) -> str:
    """What mypy says of a user's file, with Lockwork as it is installed: by its `py.typed`."""
    (tmp_path / "user.py").write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=", "user.py"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout


def marked(text: str, mark: str) -> dict[int, str]:
    """line number → what its comment expects."""
    found = {n: re.search(rf"# {mark}: (.*)", line) for n, line in enumerate(text.splitlines(), 1)}
    return {n: match[1] for n, match in found.items() if match}


def test_users_code_is_typed(tmp_path: Path) -> None:
    """What the README and the guides do passes a strict type checker, with the types that they promise."""
    said = complaints(tmp_path, GOOD)
    assert "error:" not in said
    told = dict(re.findall(r'user\.py:(\d+): note: Revealed type is "(.*)"', said))
    plain = {
        int(n): kind.replace("builtins.", "").replace("Union[str, None]", "str | None")
        for n, kind in told.items()
    }
    assert plain == marked(GOOD, "R")


def test_misfits_are_errors(tmp_path: Path) -> None:
    """A value that is no text, and a handler of another message or answer, are type errors."""
    said = complaints(tmp_path, BAD)
    found = {int(n): code for n, code in re.findall(r"user\.py:(\d+): error: .*\[(.*)\]", said)}
    assert found == marked(BAD, "E")
