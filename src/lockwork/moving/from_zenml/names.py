"""What things of ZenML's are called here: its names where our rules take them, else what is nearest to them.

The same installation always gives the same names, whatever is in the store already: so an import that was
interrupted goes on where it was.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from lockwork.domain.errors import InvalidInput
from lockwork.domain.references import Reference, references_in
from lockwork.domain.secrets import SecretKey, SecretName

T = TypeVar("T")

_LONGEST = 128
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9_.-]+")
# What ZenML takes for a reference, wherever it stands: its keys may hold anything but blanks and braces.
_REFERENCE = re.compile(r"(?<![\\$])\{\{\s*(?P<name>[^\s{}.]+)\.(?P<rest>[^\s{}]+)\s*\}\}")
_LOOSE = re.compile(r"(?<![\\$])\{\{\s*(?P<inside>[^{}]+?)\s*\}\}")


def nearest_name(name: str, parse: Callable[[str], str], kind: str) -> str:
    """`name` if it may be kept, else one that may and looks like it."""
    for candidate in (name, _NOT_IN_NAMES.sub("-", name).strip("-_")[:_LONGEST], f"{kind}-{name}"):
        if _is_allowed(candidate, parse):
            return candidate
    return f"{kind}-{_NOT_IN_NAMES.sub('-', name).strip('-_')}"[:_LONGEST].rstrip("-")


def nearest_key(key: str) -> str:
    """`key` if it may be kept, else one that may and looks like it."""
    if _is_allowed(key, SecretKey.parse):
        return key
    cleaned = _NOT_IN_KEYS.sub("_", key)
    return (cleaned if cleaned[:1].isalpha() or cleaned[:1] == "_" else f"_{cleaned}")[:_LONGEST]


def _is_allowed(text: str, parse: Callable[[str], str]) -> bool:
    try:
        parse(text)
    except InvalidInput:
        return False
    return True


class Names:
    """Names that are free: each is given away once in each of its namespaces."""

    def __init__(self) -> None:
        self._taken: dict[object, set[str]] = {}

    def give(self, candidates: Iterable[str], namespaces: Collection[object]) -> str:
        """The first candidate that is free in all of them; numbers follow the last."""
        last = ""
        for last in candidates:
            if self._is_free(last, namespaces):
                return self._given(last, namespaces)
        number = 2
        while not self._is_free(numbered := f"{last[: _LONGEST - 8]}-{number}", namespaces):
            number += 1
        return self._given(numbered, namespaces)

    def _is_free(self, name: str, namespaces: Collection[object]) -> bool:
        return not any(name in self._taken.get(namespace, ()) for namespace in namespaces)

    def _given(self, name: str, namespaces: Collection[object]) -> str:
        for namespace in namespaces:
            self._taken.setdefault(namespace, set()).add(name)
        return name


def given_all(
    names: Iterable[str], parse: Callable[[str], str], kind: str, namespace: object, free: Names
) -> dict[str, str]:
    """Old name → new one. Those that stay as they are come first, so that none is pushed aside."""
    new = {name: nearest_name(name, parse, kind) for name in names}
    in_turn = sorted(new, key=lambda name: (new[name] != name, name))
    return {name: free.give([new[name]], [namespace]) for name in in_turn}


def keys_given(keys: Iterable[str]) -> dict[str, str]:
    """Old key → new one, of one secret."""
    free, every = Names(), sorted(set(keys), key=lambda key: (nearest_key(key) != key, key))
    return {key: free.give([nearest_key(key)], ["keys"]) for key in every}


class Renamed:
    """What one workspace's references mean now. `secrets`: old name → (new name, old key → new key)."""

    def __init__(self, secrets: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
        self._secrets = secrets

    def name(self, old: str) -> str:
        """A secret's name, where an attribute names it as a whole."""
        return (
            self._secrets[old][0] if old in self._secrets else nearest_name(old, SecretName.parse, "secret")
        )

    def in_tree(self, tree: T) -> T:
        """A copy in which every reference, at any depth, names what it named before."""
        return _mapped(tree, self._rewritten)  # type: ignore[no-any-return]  # the same kind of tree

    def _rewritten(self, text: str) -> str:
        return _LOOSE.sub(self._reference, text) if "{{" in text else text

    def _reference(self, match: re.Match[str]) -> str:
        found = self._known(match["inside"])
        if found is None:
            strict = _REFERENCE.fullmatch(match[0])
            if strict is None:
                return match[0]
            found = Reference(
                nearest_name(strict["name"], SecretName.parse, "secret"), nearest_key(strict["rest"])
            )
        return match[0] if references_in(match[0]) == (found,) else str(found)

    def _known(self, inside: str) -> Reference | None:
        """ZenML ends a name at the first dot; a dotted one can only have been meant otherwise."""
        for place in (n for n, letter in enumerate(inside) if letter == "."):
            name, key = inside[:place], inside[place + 1 :]
            if name in self._secrets and key in self._secrets[name][1]:
                return Reference(self._secrets[name][0], self._secrets[name][1][key])
        name, _, key = inside.partition(".")
        if key and name in self._secrets and " " not in inside:
            return Reference(self._secrets[name][0], nearest_key(key))
        return None


def _mapped(node: Any, change: Callable[[str], str]) -> Any:
    if isinstance(node, str):
        return change(node)
    if isinstance(node, Mapping):
        return {key: _mapped(value, change) for key, value in node.items()}
    if isinstance(node, list):
        return [_mapped(value, change) for value in node]
    return node
