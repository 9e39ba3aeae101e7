"""On the command line: what others changed gets one's own secrets only by consent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.printing import lockwork

from lockwork import Client

Talk = Callable[..., tuple[int, str]]
PIPELINE = """
from lockwork import pipeline, step

@step
def train() -> None:
    print("trained")

@pipeline
def training() -> None:
    train()
"""


@pytest.fixture
def file(client: Client, own_home: Path) -> str:
    """A pipeline; and a stack of `default`'s that refers to a secret which anna has for herself."""
    client.create_user("anna")
    client.register_component(
        "store", "local", "artifact_store", environment={"SEND_TO": "evil.example", "KEY": "{{openai.key}}"}
    )
    client.create_stack("team", {"orchestrator": "default", "artifact_store": "store"})
    lockwork("--as", "anna", "secret", "create", "openai", "--key=annas-own-key", "--scope", "user")
    path = own_home / "training.py"
    path.write_text(PIPELINE)
    return str(path)


def test_a_script_is_refused_and_told_the_command(file: str) -> None:
    """Without a terminal the run is refused; the command that it names lets the next one go."""
    run = ["--as", "anna", "pipeline", "run", file, "--stack", "team"]
    said = lockwork(*run, expect=1)
    assert "hint: lockwork --as anna stack trust team" in said
    assert "artifact-store 'store' would get user secret 'openai', and user 'default' changed it last" in said
    assert "would go where you have not agreed" in lockwork(
        "--as", "anna", "stack", "validate", "team", expect=1
    )
    assert "go on without asking" in lockwork("--as", "anna", "stack", "trust", "team", expect=2).replace(
        "goes", "go"
    )
    said = lockwork("--as", "anna", "stack", "trust", "team", "-y")
    assert "environment.KEY gets {{openai.key}} → user anna/openai v1" in said
    assert "evil.example" in said
    assert "annas-own-key" not in said
    assert "trained" in lockwork(*run)
    assert "nothing in stack 'team' waits" in lockwork("--as", "anna", "stack", "trust", "team")


def test_a_terminal_asks_and_goes_on(file: str, talk: Talk) -> None:
    """It shows what would go where and who changed it; after a yes it runs, and the next time unasked."""
    words = ["--as", "anna", "pipeline", "run", file, "--stack", "team"]
    code, screen = talk(words, ("have secrets of your own scope? [y/N]", "no\n"))
    assert code == 1
    assert "changed by user 'default'" in screen
    assert "evil.example" in screen
    code, screen = talk(words, ("have secrets of your own scope? [y/N]", "y\n"))
    assert code == 0, screen
    assert "trained" in screen
    code, screen = talk(words)
    assert code == 0
    assert "[y/N]" not in screen


def test_own_secrets_can_be_left_out(file: str) -> None:
    """`--no-user-secrets` looks in the workspace alone, in run and both validates."""
    for words in (["pipeline", "run", file, "--stack", "team"], ["stack", "validate", "team"]):
        said = lockwork("--as", "anna", *words, "--no-user-secrets", expect=1)
        assert "no secret 'openai'" in said
        assert "trust" not in said
    lockwork("secret", "create", "openai", "--key=the-teams")
    assert "trained" in lockwork(
        "--as", "anna", "pipeline", "run", file, "--stack", "team", "--no-user-secrets"
    )
    lockwork("--as", "anna", "pipeline", "validate", file, "--stack", "team", "--no-user-secrets")


def test_an_import_asks_before_it_meets_ones_own(file: str, own_home: Path, talk: Talk) -> None:
    """A file that somebody sent gets one's own secrets only after a yes: it shows which, and where to."""
    sent = str(own_home / "sent.yaml")
    lockwork("stack", "export", "team", "-f", sent)
    text = Path(sent).read_text().replace("name: store", "name: theirs")
    Path(sent).write_text(text)
    words = ["--as", "anna", "stack", "import", sent, "--name", "mine"]
    said = lockwork(*words, expect=2)
    assert "artifact-store 'theirs', environment.KEY gets {{openai.key}} → user anna/openai v1" in said
    # With nobody to ask it asks nothing, and says which flag lets it.
    assert "error: an import that gets secrets of your own scope ('openai') needs a terminal" in said
    assert "hint: --yes imports it all the same" in said
    assert "[y/N]" not in said
    assert "no stack 'mine'" in lockwork("stack", "describe", "mine", expect=1)
    assert "imported stack 'other'" in lockwork(*words[:-1], "other", "--yes")
    code, screen = talk(words, ("have these secrets of your own scope? [y/N]", "y\n"))
    assert code == 0, screen
    lockwork("--as", "anna", "pipeline", "run", file, "--stack", "mine")
