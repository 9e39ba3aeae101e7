"""What someone may have meant: near misses among names they may see."""

from collections.abc import Iterable


def near(word: str, among: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Up to `most` of `among` that look like `word`, nearest first."""
    from difflib import get_close_matches  # lazy: only failures need it

    by_fold: dict[str, str] = {}
    for name in among:
        by_fold.setdefault(name.casefold().replace("-", "_"), name)
    found = get_close_matches(word.casefold().replace("-", "_"), list(by_fold), n=most, cutoff=0.6)
    return tuple(by_fold[f] for f in found)
