"""`-i` on a real terminal, answered in the order in which ZenML asks."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.cli.conftest import Terminal

from zenml.client import Client

SECRET = "hunter2-hunter2"
ZENML = (str(Path(sys.executable).with_name("zenml")),)
Answers = tuple[str, str]


def talk(words: str, *answers: Answers) -> tuple[int, str]:
    """The exit code and the screen of a command that is asked these questions."""
    terminal = Terminal(*words.split(), program=ZENML)
    for question, text in answers:
        terminal.answer(question, f"{text}\n")
    return terminal.end(), terminal.screen


def test_create_asks_for_pairs_until_there_is_no_other(client: Client):
    """After each pair it asks whether there is another: `y` and `n` answer that, and are no values."""
    code, screen = talk(
        "secret create db -i",
        ("secret key", "password"),
        ("secret value for the key [password]", SECRET),
        ("add another key-value pair to this secret? [y/n]", "y"),
        ("secret key", "empty"),
        ("secret value for the key [empty]", ""),
        ("add another key-value pair", "n"),
    )
    assert code == 0, screen
    assert SECRET not in screen
    assert client.get_secret("db").secret_values == {"password": SECRET, "empty": ""}


def test_create_asks_again_for_what_is_wrong(client: Client):
    """A wrong key, no answer and another word than y or n are told; a key given before is passed over."""
    code, screen = talk(
        "secret create db -i --user=anna",
        ("secret key", "1st"),
        ("secret key", "user"),
        ("add another", ""),
        ("add another", "maybe"),
        ("add another", "Y"),
        ("secret key", "password"),
        ("secret value", SECRET),
        ("add another", "n"),
    )
    assert code == 0, screen
    assert "'1st' is not a key" in screen
    assert "'user' is given already" in screen
    assert screen.count("the answer is y or n") == 2
    assert client.get_secret("db").secret_values == {"user": "anna", "password": SECRET}


def test_update_asks_about_each_key_and_then_for_new_ones(client: Client):
    """Enter skips a key, `y` asks for its value, which is kept by an empty one; new pairs follow."""
    client.create_secret("db", {"a": "1", "b": "2", "c": "3"})
    code, screen = talk(
        "secret update db -i",
        ("update key 'a'?", ""),
        ("update key 'b'?", "y"),
        ("new secret value for the key 'b'", SECRET),
        ("update key 'c'?", "y"),
        ("new secret value for the key 'c'", ""),
        ("add a new key:value pair?", "y"),
        ("new key name", "d"),
        ("new secret value for the key 'd'", "4"),
        ("add a new key:value pair?", "n"),
    )
    assert code == 0, screen
    assert SECRET not in screen
    assert client.get_secret("db").secret_values == {"a": "1", "b": SECRET, "c": "3", "d": "4"}
