"""What someone may have meant: near misses among names they may see."""

from collections.abc import Iterable, Sequence


def near(word: str, among: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Up to `most` of `among` that look like `word`, nearest first; not those much less like it."""
    from difflib import SequenceMatcher, get_close_matches  # lazy: only failures need it

    by_fold: dict[str, str] = {}
    for name in among:
        by_fold.setdefault(name.casefold().replace("-", "_"), name)
    folded = word.casefold().replace("-", "_")
    found = get_close_matches(folded, list(by_fold), n=most, cutoff=0.6)
    likeness = [SequenceMatcher(None, name, folded).ratio() for name in found]
    return tuple(by_fold[f] for f, like in zip(found, likeness, strict=True) if like > likeness[0] - 0.15)


def did_you_mean(names: Sequence[str]) -> str:
    """What a failure's sentence goes on with: these may be meant. Nothing where there are none."""
    return f"; did you mean {' or '.join(map(repr, names))}?" if names else ""
