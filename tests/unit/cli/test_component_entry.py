"""The words of a component's command: attributes joined with their values, and the type it is about."""

from __future__ import annotations

import click
import pytest

from lockwork.cli.component_entry import TypeGroup, joined, type_of
from lockwork.domain.errors import WrongUsage
from lockwork.domain.stacks import ComponentType

SECRET = "hunter2-hunter2"
OPTIONS = {"--flavor": True, "-f": True, "--plaintext": False, "--secret": True}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("x --tracking-uri http://h", "x --tracking-uri=http://h"),
        ("--tracking_uri http://h?a=b x", "--tracking_uri=http://h?a=b x"),
        ("--tracking-uri=a x", "--tracking-uri=a x"),
        ("-f mlflow --tracking-uri a", "-f mlflow --tracking-uri=a"),
        ("--flavor mlflow x --plaintext", "--flavor mlflow x --plaintext"),
        # what follows --secret is its value, whatever it reads like
        ("--secret --tracking-uri a", "--secret --tracking-uri a"),
        ("x -- --tracking-uri a", "x -- --tracking-uri a"),
        ("x --tracking-uri @-", "x --tracking-uri=@-"),
    ],
)
def test_a_value_may_be_the_next_word(words: str, expected: str) -> None:
    """`--ATTR VALUE` is `--ATTR=VALUE` for attributes; options, and what follows `--`, are left alone."""
    assert joined(words.split(), OPTIONS, ComponentType.EXPERIMENT_TRACKER) == expected.split()


def test_the_empty_word_is_a_value() -> None:
    """An empty word sets the empty text."""
    assert joined(["--tracking-uri", ""], {}, ComponentType.EXPERIMENT_TRACKER) == ["--tracking-uri="]


@pytest.mark.parametrize(
    "words",
    [
        ["--tracking-uri"],
        ["--tracking-uri", "--plaintext"],
        ["--tracking-uri", "-x"],
        ["--tracking-insecure-tls", "mlflow"],  # this could be the name
        ["--trackin-uri", SECRET],
    ],
)
def test_what_could_mean_something_else_is_refused(words: list[str]) -> None:
    """No value, one that begins like an option, a switch's, an unknown word's: refused, and never quoted."""
    with pytest.raises(WrongUsage) as caught:
        joined(words, OPTIONS, ComponentType.EXPERIMENT_TRACKER)
    assert SECRET not in f"{caught.value} {caught.value.hint}"


def test_a_command_may_know_its_type_by_itself() -> None:
    """Run without its group, the type that it bears counts; inside a group, its own goes first."""
    alone = click.Command("list")
    alone.type = ComponentType.ALERTER  # type: ignore[attr-defined]  # as those that are run alone bear it
    group = click.Context(TypeGroup(ComponentType.ORCHESTRATOR, [alone]))
    assert type_of(click.Context(alone)) is ComponentType.ALERTER
    assert type_of(click.Context(alone, parent=group)) is ComponentType.ALERTER
    assert type_of(click.Context(click.Command("list"), parent=group)) is ComponentType.ORCHESTRATOR
