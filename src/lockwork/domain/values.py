"""What references stand for, once it was read. Short-lived: whoever holds it holds values in the clear."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from lockwork.domain import references
from lockwork.domain.errors import NotFound
from lockwork.domain.references import Reference

T = TypeVar("T")


class Values:
    """Secret → key → text, of those that were asked for."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    def __iter__(self) -> Iterator[str]:
        """Every text, for who masks them."""
        return (text for keys in self._texts.values() for text in keys.values())

    def named(self) -> Iterator[tuple[Reference, str]]:
        """Every text with the reference that stands for it."""
        for secret, keys in self._texts.items():
            yield from ((Reference(secret, key), text) for key, text in keys.items())

    def fill(self, tree: T) -> T:
        """A copy with every reference replaced by its value."""
        return references.fill(tree, self._look_up)

    def whole(self, secret: str) -> Mapping[str, str]:
        """Every key of a secret that was asked for as a whole."""
        return self._texts[secret]

    def _look_up(self, reference: Reference) -> str:
        keys = self._texts.get(reference.secret, {})
        if reference.key not in keys:
            hint = f"lockwork secret update {reference.secret} --ask {reference.key}"
            raise NotFound("value for", str(reference), hint=hint)
        return keys[reference.key]
