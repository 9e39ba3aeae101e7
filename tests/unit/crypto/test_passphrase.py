"""What is sealed under a passphrase opens with it, whole and in order, or says what is wrong with it."""

import hashlib
import hmac
import io
import json
import struct
import traceback
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from lockwork.crypto.passphrase import CHUNK_BYTES, WORK, Work, open_sealed, seal
from lockwork.domain.errors import InvalidInput
from lockwork.domain.sensitive import Sensitive

VECTORS = json.loads((Path(__file__).parent / "vectors" / "passphrase-1.json").read_text())
CHEAP = Work(memory=8, passes=1, lanes=1)
WORDS = "correct horse battery staple"
HEADER, SEALED_CHUNK = 64, CHUNK_BYTES + 16


def sealed(plaintext: bytes, passphrase: str = WORDS, work: Work = CHEAP) -> bytes:
    target = io.BytesIO()
    seal([plaintext], target, Sensitive(passphrase), work)
    return target.getvalue()


def opened(content: bytes, passphrase: str = WORDS) -> bytes:
    return b"".join(open_sealed(io.BytesIO(content), Sensitive(passphrase)))


def written_out(plaintext: bytes, passphrase: str, salt: bytes, work: Work) -> bytes:
    """The bytes as the docstring of `passphrase` specifies them, built without its code."""
    prelude = b"lockwork" + struct.pack(">BBHI", 1, work.lanes, work.passes, work.memory) + salt
    argon = Argon2id(salt=salt, length=64, iterations=work.passes, lanes=work.lanes, memory_cost=work.memory)
    keys = argon.derive(unicodedata.normalize("NFC", passphrase).encode())
    chunks = [plaintext[at : at + 65536] for at in range(0, len(plaintext), 65536)] or [b""]
    body = b""
    for number, chunk in enumerate(chunks):
        nonce = number.to_bytes(11, "big") + (b"\1" if number == len(chunks) - 1 else b"\0")
        body += AESGCM(keys[:32]).encrypt(nonce, chunk, None)
    return prelude + hmac.new(keys[32:], prelude, hashlib.sha256).digest() + body


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_vectors(vector: dict[str, str]) -> None:
    """Every sample in the repository has the bytes that the format says, and opens."""
    plaintext = (bytes.fromhex(vector["repeated"]) * 70_000)[: int(vector["length"])]
    work = Work(*map(int, vector["work"].split()))
    content = written_out(plaintext, vector["passphrase"], bytes.fromhex(vector["salt"]), work)
    assert hashlib.sha256(content).hexdigest() == vector["sha256"]
    assert "sealed" not in vector or content.hex() == vector["sealed"]
    assert opened(content, vector["passphrase"]) == plaintext


@given(
    st.lists(st.integers(0, 2 * CHUNK_BYTES + 1), max_size=4),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
)
def test_what_is_sealed_is_what_opens(lengths: list[int], passphrase: str) -> None:
    """Whatever the lengths of the parts, and whatever form of Unicode the passphrase is typed in."""
    parts = [bytes((n + 1,)) * length for n, length in enumerate(lengths)]
    target = io.BytesIO()
    seal(iter(parts), target, Sensitive(passphrase), CHEAP)
    content = target.getvalue()
    total = sum(lengths)
    assert len(content) == HEADER + total + 16 * max(1, -(-total // CHUNK_BYTES))
    assert opened(content, unicodedata.normalize("NFD", passphrase)) == b"".join(parts)


def test_the_same_sealed_twice_is_not_the_same() -> None:
    """Each file has a salt, and so keys, of its own."""
    first, second = sealed(b"same"), sealed(b"same")
    assert first[HEADER:] != second[HEADER:]


LENGTHS = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES)


@pytest.mark.parametrize("length", LENGTHS)
def test_every_cut_is_told(length: int) -> None:
    """Wherever the end is missing, nothing passes for the whole."""
    content = sealed(b"x" * length)
    edges = {HEADER + n * SEALED_CHUNK + d for n in range(4) for d in (-17, -1, 0, 1, 16)}
    for end in {0, 1, 7, 8, 31, HEADER - 1, len(content) - 1, *edges}:
        if 0 <= end < len(content):
            with pytest.raises(InvalidInput, match=r"cut|not a file that Lockwork"):
                opened(content[:end])


def test_a_file_that_ends_between_two_chunks_is_said_to_be_cut() -> None:
    """Where it is certain that the end is missing, the failure says just that."""
    content = sealed(b"x" * (3 * CHUNK_BYTES))
    for end in (HEADER, HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK):
        with pytest.raises(InvalidInput, match="it is cut short: its end is missing"):
            opened(content[:end])


@pytest.mark.parametrize("place", [*range(HEADER), HEADER, HEADER + CHUNK_BYTES, -SEALED_CHUNK, -17, -1])
def test_a_changed_bit_is_told(place: int) -> None:
    """In the header or in any chunk, of plaintext or of its tag."""
    content = bytearray(sealed(b"x" * (2 * CHUNK_BYTES + 5)))
    content[place] ^= 1
    with pytest.raises(InvalidInput):
        opened(bytes(content))


def _swapped(chunks: list[bytes]) -> list[bytes]:
    return [chunks[1], chunks[0], *chunks[2:]]


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "swapped": _swapped,
    "left out": lambda chunks: [chunks[0], *chunks[2:]],
    "repeated": lambda chunks: [chunks[0], *chunks],
    "last chunk first": lambda chunks: [chunks[-1], *chunks[:-1]],
    "added to": lambda chunks: [*chunks, b"x"],
    "added a chunk": lambda chunks: [*chunks, chunks[0]],
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("length", [3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7])
def test_chunks_stay_in_their_places(change: str, length: int) -> None:
    """Swapped, left out, repeated or added ones do not open, though each is genuine."""
    content = sealed(b"x" * length)
    chunks = [content[at : at + SEALED_CHUNK] for at in range(HEADER, len(content), SEALED_CHUNK)]
    changed = content[:HEADER] + b"".join(CHANGES[change](chunks))
    with pytest.raises(InvalidInput, match="was changed, moved, cut or added to"):
        opened(changed)


def test_chunks_of_another_file_do_not_fit() -> None:
    """Two files under one passphrase have keys of their own."""
    one, other = sealed(b"x" * CHUNK_BYTES), sealed(b"y" * CHUNK_BYTES)
    with pytest.raises(InvalidInput, match="was changed"):
        opened(one[:HEADER] + other[HEADER:])


@pytest.mark.parametrize("wrong", ["Correct horse battery staple", WORDS + " ", "", "\ud800"])
def test_a_wrong_passphrase_is_told_and_not_quoted(wrong: str) -> None:
    """Before anything is opened, and the failure with all its chain holds neither it nor the right one."""
    content = sealed(b"x")
    with pytest.raises(InvalidInput, match="the passphrase does not open it") as caught:
        opened(content, wrong)
    told = "".join(traceback.format_exception(caught.value))
    assert WORDS not in told
    assert not wrong or wrong not in told


HOSTILE = {
    "a terabyte": Work(2**30, 1, 1),
    "four terabytes": Work(2**32 - 1, 1, 1),
    "just too much": Work(1024 * 1024 + 1, 1, 1),
    "passes": Work(8, 65_535, 1),
    "lanes": Work(8 * 255, 1, 255),
    "nothing": Work(0, 0, 0),
    "less than Argon2id takes": Work(15, 1, 2),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_cannot_ask_for_everything(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameters beyond any file of ours are refused before a byte of memory is asked for."""
    work, asked = HOSTILE[name], []
    monkeypatch.setattr("lockwork.crypto.passphrase.Argon2id", lambda **how: asked.append(how))
    prelude = b"lockwork" + struct.pack(">BBHI", 1, work.lanes, work.passes, work.memory) + bytes(16)
    with pytest.raises(InvalidInput, match="it asks for"):
        opened(prelude + bytes(32 + 16))
    assert not asked


def test_ours_is_within_the_bounds() -> None:
    """What this version asks for is expensive to guess against, and not refused when it is opened."""
    WORK.check()
    assert WORK.memory >= 64 * 1024
    assert WORK.passes >= 3


def test_another_format_is_named() -> None:
    """A file of a newer Lockwork is not taken for a damaged one."""
    content = bytearray(sealed(b"x"))
    content[8] = 2
    with pytest.raises(InvalidInput, match="sealed in format 2, and this Lockwork knows 1"):
        opened(bytes(content))


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(200), b"age-encryption.org/v1\n"])
def test_what_was_never_sealed_is_told(content: bytes) -> None:
    """Any other file is called what it is not."""
    with pytest.raises(InvalidInput, match="not a file that Lockwork sealed"):
        opened(content)


def test_size_is_not_bound_by_memory(tmp_path: Path) -> None:
    """Fifty megabytes are sealed and opened in less than five."""
    parts = (bytes(1_000_000) for _ in range(50))
    tracemalloc.start()
    try:
        with open(tmp_path / "file", "wb") as file:
            seal(parts, file, Sensitive(WORDS), CHEAP)
        with open(tmp_path / "file", "rb") as file:
            assert sum(map(len, open_sealed(file, Sensitive(WORDS)))) == 50_000_000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
