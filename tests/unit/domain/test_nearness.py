"""Near misses: what is offered for a word that nothing is called."""

import pytest

from lockwork.domain.nearness import near


@pytest.mark.parametrize(
    ("word", "among", "told"),
    [
        ("prod_eu", ["prod-us", "prod-eu", "dev"], ("prod-eu", "prod-us")),
        ("orchestrater", ["orchestrator", "restore", "registry"], ("orchestrator",)),
        ("DB", ["db", "dx"], ("db",)),
        ("nothing-like-it", ["db", "prod"], ()),
        ("anything", [], ()),
    ],
)
def test_what_is_offered_looks_like_the_word(word: str, among: list[str], told: tuple[str, ...]) -> None:
    """The nearest come first, whatever their case and dashes; what is much less like the word is left out."""
    assert near(word, among) == told
