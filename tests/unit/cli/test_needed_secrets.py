"""Values of many secrets at once, from variables and files: each comes to its own secret and key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.cli.needed_secrets import from_groups, from_variables, skeleton
from lockwork.domain.checks import Where
from lockwork.domain.errors import InvalidInput
from lockwork.domain.wants import Want, still_missing, variable

HERE = (Where(kind="alerter", name="ops", path="webhook_url"),)

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,6}", fullmatch=True)
keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,6}", fullmatch=True)


def own_variable(pair: tuple[str, str]) -> str:
    return variable(*pair)


wanted = st.lists(st.tuples(names, keys), unique_by=own_variable, max_size=8)


@given(wanted, st.text(st.characters(exclude_characters="\0\n\r#'\"\\$` ", codec="utf-8"), min_size=1))
def test_what_is_printed_is_taken_back(pairs: list[tuple[str, str]], text: str) -> None:
    """The skeleton's variables, filled, give each wanted value under its own secret and key."""
    wants = [Want(secret, key, HERE, is_there=False) for secret, key in pairs]
    lines = [line for line in skeleton(wants) if not line.startswith("#")]
    values = from_variables(wants, {line.removesuffix("="): f"{text}{n}" for n, line in enumerate(lines)})
    assert still_missing(wants, values) == []
    assert {(s, k): v for s, group in values.items() for k, v in group.items()} == {
        pair: f"{text}{n}" for n, pair in enumerate(pairs)
    }


def test_two_needs_with_one_variable_are_an_error() -> None:
    """They cannot be told apart: both are named, wherever variables are printed or read."""
    wants = [Want("my-db", "a.b", HERE, is_there=False), Want("my_db", "A_B", HERE, is_there=True)]
    for attempt in (lambda: list(skeleton(wants)), lambda: from_variables(wants, {})):
        with pytest.raises(InvalidInput, match=r"{{my-db.a.b}} and {{my_db.A_B}} would both be LOCKWORK"):
            attempt()


def test_a_whole_secret_takes_what_no_reference_claims() -> None:
    """A declared secret's variables end as its keys are called; what a reference names goes to that key."""
    wants = [Want("openai", None, HERE, is_there=False), Want("openai", "api-key", HERE, is_there=False)]
    variables = {"LOCKWORK_SECRET_OPENAI__API_KEY": "1", "LOCKWORK_SECRET_OPENAI__ORG": "2"}
    assert from_variables(wants, variables) == {"openai": {"api-key": "1", "ORG": "2"}}


def test_a_variable_of_two_whole_secrets_is_an_error() -> None:
    """Where a variable could be for either of two declared secrets, neither is guessed."""
    wants = [Want("a", None, HERE, is_there=False), Want("a__b", None, HERE, is_there=False)]
    with pytest.raises(InvalidInput, match="could be for 'a' or 'a__b'"):
        from_variables(wants, {"LOCKWORK_SECRET_A__B__C": "x"})


def test_a_file_gives_only_what_is_wanted() -> None:
    """Of a file, wanted values are taken, a declared secret's all; the rest is told, by name."""
    wants = [Want("a", "k", HERE, is_there=True), Want("b", None, HERE, is_there=False)]
    values, notes = from_groups(wants, {"a": {"k": "1", "l": "2"}, "b": {"x": "3"}, "c": {"y": "4"}})
    assert values == {"a": {"k": "1"}, "b": {"x": "3"}}
    assert [note.split()[2] for note in notes] == ["a.l", "c.y"]
