"""What reads texts, trees and bytes from outside fails in ways of its own, whatever they are."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.texts import SECRET, Texts
from tests.fuzz.words import KEYS, NAMES

from lockwork.cli.stack_files import read_stack
from lockwork.crypto import envelope, passphrase
from lockwork.crypto.keyring import Keyring, RootKey, parse_root_id
from lockwork.domain import references
from lockwork.domain.errors import InvalidInput, LockworkError, NotFound, RootKeyUnusable, Tampered
from lockwork.domain.sensitive import Sensitive
from lockwork.mappings import parse_env, parse_groups, parse_mapping

seeds = st.integers(0, 2**64)
WHERE = envelope.ValueContext(str(UUID(int=7)), 1, "password")
SEALED = envelope.seal(b"k" * 32, WHERE, SECRET.encode())


def refusal(act: Callable[[], object], *kinds: type[LockworkError]) -> str:
    """All that a refusal of these kinds says and carries; nothing where there is none."""
    try:
        act()
    except kinds as failure:
        return _told(failure)
    return ""


def _told(failure: BaseException | None) -> str:
    return "" if failure is None else f"{failure!s}{failure.args!r}{_told(failure.__context__)}"


# ---- texts ----


@pytest.mark.parametrize(
    ("parse", "make"),
    [
        (parse_mapping, lambda texts: texts.json_mapping(KEYS)),
        (parse_mapping, lambda texts: texts.yaml_mapping(KEYS)),
        (parse_env, lambda texts: texts.env_lines(KEYS)),
        (parse_groups, lambda texts: texts.groups(NAMES["secret"], KEYS)),
        (read_stack, lambda texts: texts.groups(("format", "stack", "components", "secrets"), KEYS)),
    ],
    ids=["json", "yaml", "env", "groups", "stack"],
)
@given(seed=seeds)
def test_no_text_gets_through(
    parse: Callable[[str, str], Any], make: Callable[[Texts], str], seed: int
) -> None:
    """A text is read, or refused in words that quote none of its values."""
    texts = Texts(Random(seed))
    text = make(texts)
    if texts.maybe(0.5):
        text = texts.spoilt(text)
    assert SECRET.strip("+") not in refusal(lambda: parse(text, "the text"), InvalidInput)


# ---- trees ----

odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=4), st.just(...), seeds.map(str)
)
leaves = st.one_of(odd, seeds.map(lambda seed: Texts(Random(seed)).nasty()))
keys = st.one_of(leaves, st.tuples(st.integers()))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner), st.dictionaries(keys, inner)),
    max_leaves=20,
)


def deep(tree: Any, depth: int) -> Any:
    for _ in range(depth):
        tree = {"a": [tree]}
    return tree


def own(_tree: Any, _depth: int) -> Any:
    holds_itself: list[Any] = ["{{db.password}}"]
    holds_itself.append({"x": holds_itself})
    return holds_itself


@given(tree=trees, depth=st.sampled_from([0, 1, 31, 32, 33, 2000]), make=st.sampled_from([deep, deep, own]))
def test_no_tree_gets_through(tree: Any, depth: int, make: Callable[[Any, int], Any]) -> None:
    """Whatever a configuration holds, and however deep: each function answers, or refuses it."""
    whole = make(tree, depth)
    for act in (
        lambda: list(references.texts(whole)),
        lambda: list(references.find(whole)),
        lambda: list(references.suspects(whole)),
        lambda: references.references_in(whole),
        lambda: references.fill(whole, lambda reference: SECRET),
        lambda: references.fill(whole, {}),
        lambda: references.rename(whole, "db", "other"),
        lambda: references.replaced(whole, {"a": "x"}),
    ):
        assert SECRET not in refusal(act, InvalidInput, NotFound)


@given(seeds.map(lambda seed: Texts(Random(seed)).nasty()))
def test_no_reference_gets_through(text: str) -> None:
    """What is no reference is refused as such."""
    assert refusal(lambda: references.Reference.parse(text), InvalidInput) or references.has_reference(text)


# ---- bytes ----


@given(
    sealed=st.one_of(
        st.binary(), st.integers(0, len(SEALED)).map(lambda at: SEALED[:at] + b"\xff" + SEALED[at:])
    )
)
def test_no_sealed_bytes_get_through(sealed: bytes) -> None:
    """Bytes that nobody sealed so do not open."""
    with pytest.raises(Tampered):
        envelope.open_sealed(b"k" * 32, WHERE, sealed)


@given(key=st.binary().filter(lambda key: len(key) != 32))
def test_no_other_key_gets_through(key: bytes) -> None:
    """A key of another length is refused."""
    with pytest.raises(InvalidInput):
        envelope.open_sealed(key, WHERE, SEALED)


def sealed_file() -> bytes:
    target = BytesIO()
    work = passphrase.Work(memory=8 * 1024, passes=1, lanes=1)
    passphrase.seal([SECRET.encode()], target, Sensitive("correct horse"), work)
    return target.getvalue()


FILE = sealed_file()
HEADER = 64


@given(
    changed=st.one_of(
        st.binary(),
        st.integers(0, len(FILE) - 1).map(lambda at: FILE[:at]),
        st.tuples(st.integers(HEADER, len(FILE) - 1), st.binary(min_size=1)).map(
            lambda change: FILE[: change[0]] + change[1] + FILE[change[0] :]
        ),
    )
)
def test_no_sealed_file_gets_through(changed: bytes) -> None:
    """A file that was cut, lengthened or never sealed is refused."""
    with pytest.raises(InvalidInput):
        list(passphrase.open_sealed(BytesIO(changed), Sensitive("correct horse")))


@given(seed=seeds)
def test_no_keyring_gets_through(seed: int) -> None:
    """What is no root key is refused and not quoted; nor is one that stands beside it."""
    texts, key = Texts(Random(seed)), RootKey.generate().reveal()
    text = texts.one(
        texts.nasty(), texts.planted(), key + texts.nasty(2), texts.spoilt(key), "", f"{key} {texts.word()}"
    )
    said = refusal(lambda: Keyring.from_text(text, "the variable"), RootKeyUnusable)
    assert SECRET.strip("+") not in said
    assert key not in said


@given(seeds.map(lambda seed: Texts(Random(seed)).nasty()))
def test_no_root_id_gets_through(text: str) -> None:
    """What is no root key's id is a failure of ours."""
    with pytest.raises(LockworkError):
        parse_root_id(text)
