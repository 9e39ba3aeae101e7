"""Names of ZenML's turned into ours: allowed, apart, the same each time; and references that follow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.domain.references import references_in
from lockwork.domain.secrets import SecretKey, SecretName
from lockwork.moving.from_zenml import names
from lockwork.moving.from_zenml.names import Names, Renamed

ANY = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=200)


@given(st.sets(ANY, max_size=20))
def test_every_name_becomes_one_that_we_take(given_names: set[str]):
    """Whatever ZenML calls it: allowed here, no two alike, and those that can stay do."""
    new = names.given_all(given_names, SecretName.parse, "secret", "x", Names())
    assert len(set(new.values())) == len(given_names)
    for was, now in new.items():
        SecretName.parse(now)
        if names.nearest_name(was, SecretName.parse, "secret") == was:
            assert now == was
    assert new == names.given_all(sorted(given_names, reverse=True), SecretName.parse, "secret", "x", Names())


@given(st.sets(ANY, max_size=20))
def test_every_key_becomes_one_that_we_take(keys: set[str]):
    """As for names."""
    new = names.keys_given(keys)
    assert len(set(new.values())) == len(keys)
    for key in new.values():
        SecretKey.parse(key)


@given(ANY, ANY)
def test_text_without_references_stays_as_it_is(text: str, name: str):
    """Whatever is called what: only what ZenML takes for a reference changes."""
    renamed = Renamed({name: ("other", {"k": "k"})})
    assert "{{" in text or renamed.in_tree({"a": [text]}) == {"a": [text]}


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("{{db prod.pass word}}", "{{db-prod.pass_word}}"),
        ("{{\tdotted.name.key.a }}", "{{dotted-name.key.a}}"),
        ("a {{plain.k}} b {{ plain.k }}", None),
        ("{{\nplain.k }}", "{{plain.k}}"),
        ("{{plain.no-such}}", "{{plain.no-such}}"),
        ("{{gone.k@y}}", "{{gone.k_y}}"),
        ("{{plain}} {{}} {{ . }} ${{ plain.k }} \\{{plain.k}}", None),
        ("{% if x %}{{ loop.index }}{% endif %}", None),
    ],
)
def test_references_are_rewritten(text: str, becomes: str | None):
    """Names with blanks and dots, as they were called; what is no reference stays."""
    renamed = Renamed(
        {
            "db prod": ("db-prod", {"pass word": "pass_word"}),
            "dotted.name": ("dotted-name", {"key.a": "key.a"}),
            "plain": ("plain", {"k": "k"}),
        }
    )
    assert renamed.in_tree([{"x": text}]) == [{"x": text if becomes is None else becomes}]


def test_what_is_rewritten_is_a_reference_of_ours():
    """However the secret was called."""
    renamed = Renamed({"a/b c": ("a-b-c", {"ключ": "_"})})
    (found,) = references_in(renamed.in_tree({"deep": [["{{ a/b c.ключ }}"]]}))
    assert (found.secret, found.key) == ("a-b-c", "_")
