"""Sealed bytes open for the key and the context they were sealed for, and for nothing else."""

import json
import struct
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given
from hypothesis import strategies as st

from lockwork.crypto.envelope import (
    Context,
    KeyContext,
    StoreKeyContext,
    ValueContext,
    new_data_key,
    open_sealed,
    seal,
)
from lockwork.domain.errors import InvalidInput, Tampered

VECTORS = json.loads((Path(__file__).parent / "vectors" / "format-1.json").read_text())
KEY = bytes(range(32))
SECRET = "11111111-2222-4333-8444-555555555555"
STORE = "99999999-aaaa-4bbb-8ccc-dddddddddddd"
SAMPLES: list[Context] = [
    ValueContext(SECRET, 3, "password"),
    KeyContext(b"R" * 16, STORE, SECRET, 3, f"w:{STORE}"),
    StoreKeyContext(b"R" * 16, STORE, "audit"),
]

uuids = st.uuids().map(str)
versions = st.integers(0, 2**64 - 1)
roots = st.binary(min_size=16, max_size=16)
namespaces = st.builds(lambda kind, uuid: f"{kind}:{uuid}", st.sampled_from("wu"), uuids)
key_names = st.text(st.characters(exclude_categories=["Cs"]))
purposes = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=16)
contexts = st.one_of(
    st.builds(ValueContext, uuids, versions, key_names),
    st.builds(KeyContext, roots, uuids, uuids, versions, namespaces),
    st.builds(StoreKeyContext, roots, uuids, purposes),
)


def written_out(kind: str, fields: dict[str, str]) -> bytes:
    """The associated data as the docstring of `envelope` specifies it, built without its code."""
    if kind == "value":
        secret, version = UUID(fields["secret"]).bytes, struct.pack(">Q", int(fields["version"]))
        return b"\x01V" + secret + version + fields["key"].encode()
    held_by = bytes.fromhex(fields["root"]) + UUID(fields["store"]).bytes
    if kind == "store key":
        return b"\x01S" + held_by + struct.pack("16s", fields["purpose"].encode())
    secret, version = UUID(fields["secret"]).bytes, struct.pack(">Q", int(fields["version"]))
    letter, uuid = fields["namespace"].split(":")
    return b"\x01K" + held_by + secret + version + letter.encode() + UUID(uuid).bytes


def context_of(kind: str, fields: dict[str, str]) -> Context:
    if kind == "value":
        return ValueContext(fields["secret"], int(fields["version"]), fields["key"])
    root = bytes.fromhex(fields["root"])
    if kind == "store key":
        return StoreKeyContext(root, fields["store"], fields["purpose"])
    return KeyContext(root, fields["store"], fields["secret"], int(fields["version"]), fields["namespace"])


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda v: v["name"])
def test_a_vector_opens(vector):
    """What was sealed in format 1 opens for ever."""
    context = context_of(vector["kind"], vector["context"])
    opened = open_sealed(bytes.fromhex(vector["key"]), context, bytes.fromhex(vector["sealed"]))
    assert opened == bytes.fromhex(vector["plaintext"])


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda v: v["name"])
def test_a_vector_is_what_the_written_format_says(vector):
    """A vector can be rebuilt from the specification alone."""
    key, nonce, plaintext = (bytes.fromhex(vector[part]) for part in ("key", "nonce", "plaintext"))
    data = written_out(vector["kind"], vector["context"])
    assert data.hex() == vector["associated_data"]
    assert (b"\x01" + nonce + AESGCM(key).encrypt(nonce, plaintext, data)).hex() == vector["sealed"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda v: v["name"])
def test_seal_writes_the_written_format(vector):
    """What `seal` writes today opens by the specification alone: it has not drifted along with its reader."""
    key, plaintext = bytes.fromhex(vector["key"]), bytes.fromhex(vector["plaintext"])
    sealed = seal(key, context_of(vector["kind"], vector["context"]), plaintext)
    data = written_out(vector["kind"], vector["context"])
    assert sealed[0] == 1
    assert AESGCM(key).decrypt(sealed[1:13], sealed[13:], data) == plaintext


@given(contexts, st.binary(max_size=2000))
def test_any_bytes_come_back(context, plaintext):
    """Any bytes, none included, come back as they were, 29 bytes longer while sealed."""
    key = new_data_key()
    sealed = seal(key, context, plaintext)
    assert len(sealed) == len(plaintext) + 29
    assert open_sealed(key, context, sealed) == plaintext


@given(contexts, st.binary(max_size=200), st.data())
def test_any_changed_byte_is_found(context, plaintext, data):
    """No byte of what is stored can be changed: format, nonce, ciphertext or tag."""
    sealed = bytearray(seal(KEY, context, plaintext))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered):
        open_sealed(KEY, context, bytes(sealed))


@given(st.binary(max_size=100), st.data())
def test_cut_or_lengthened_bytes_are_found(plaintext, data):
    """What is stored can neither lose nor gain bytes at its end."""
    sealed = seal(KEY, SAMPLES[0], plaintext)
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    longer = sealed + data.draw(st.binary(min_size=1, max_size=40))
    for changed in (cut, longer):
        with pytest.raises(Tampered):
            open_sealed(KEY, SAMPLES[0], changed)


@given(contexts, contexts)
def test_another_context_does_not_open(one, other):
    """What is sealed for one place opens at no other, whatever the two kinds of place are."""
    assume(tuple(one) != tuple(other) or type(one) is not type(other))
    with pytest.raises(Tampered):
        open_sealed(KEY, other, seal(KEY, one, b"x"))


OTHERS: dict[str, list[object]] = {
    "secret": [STORE],
    "store": [SECRET],
    "version": [0, 2, 4, 3 << 8, 3 + 2**32],
    "key": ["", "passwor", "password ", "Password", "password\0", "p\u0430ssword"],
    "root": [b"r" + b"R" * 15],
    "namespace": [f"u:{STORE}", f"w:{SECRET}"],
    "purpose": ["audi", "audit-", "a"],
}


@pytest.mark.parametrize(
    ("context", "field", "other"),
    [(c, field, other) for c in SAMPLES for field in c._fields for other in OTHERS[field]],
)
def test_each_field_counts(context, field, other):
    """Each field of a context, changed alone, keeps the seal shut."""
    sealed = seal(KEY, context, b"x")
    with pytest.raises(Tampered):
        open_sealed(KEY, context._replace(**{field: other}), sealed)


DAMAGED: dict[str, list[object]] = {
    "secret": [
        "",
        None,
        b"x",
        SECRET.upper().replace("1", "A"),
        f"{{{SECRET}}}",
        SECRET.replace("-", ""),
        SECRET + "\n",
    ],
    "store": ["", None, STORE.upper(), f"urn:uuid:{STORE}"],
    "version": [-1, 2**64, "3", 3.0, None],
    "key": [None, b"password", "\ud800"],
    "root": [b"", b"R" * 15, b"R" * 17, "R" * 16, None],
    "namespace": ["", None, STORE, f"x:{STORE}", f"w{STORE}", f"w:{STORE.upper()}", f"w:{STORE} "],
    "purpose": ["", None, "a" * 17, "audit\0", "Audit", "\u0430udit"],
}


@pytest.mark.parametrize(
    ("context", "field", "damaged"),
    [(c, field, damaged) for c in SAMPLES for field in c._fields for damaged in DAMAGED[field]],
)
def test_a_damaged_field_is_a_failure_of_ours(context, field, damaged):
    """A field that no store of ours would hold is `Tampered`, never a Python error."""
    sealed = seal(KEY, context, b"x")
    context = context._replace(**{field: damaged})
    with pytest.raises(Tampered):
        open_sealed(KEY, context, sealed)
    with pytest.raises(Tampered):
        seal(KEY, context, b"x")


@pytest.mark.parametrize("context", SAMPLES, ids=lambda c: type(c).__name__)
def test_another_key_does_not_open(context):
    """The right context under a wrong key is `Tampered`."""
    with pytest.raises(Tampered):
        open_sealed(new_data_key(), context, seal(KEY, context, b"x"))


@pytest.mark.parametrize("first", [0, 2, 255])
def test_an_unknown_format_says_so(first):
    """A first byte that this version does not know reads as a newer format or damage, however short."""
    for rest in (b"", b"short", seal(KEY, SAMPLES[0], b"x")[1:]):
        with pytest.raises(Tampered, match=f"in format {first}, unknown to this Lockwork: newer, or damaged"):
            open_sealed(KEY, SAMPLES[0], bytes((first,)) + rest)


@pytest.mark.parametrize("stored", [b"", None, "text", 5])
def test_what_is_not_bytes_any_more_says_so(stored):
    """A column that holds nothing, text or a number is `Tampered`."""
    with pytest.raises(Tampered, match="empty or no longer bytes"):
        open_sealed(KEY, SAMPLES[0], stored)


def test_a_failure_names_the_place_and_shows_nothing():
    """A failure says which value it was and has no key, no plaintext and no cause in it."""
    sealed = seal(KEY, SAMPLES[0], b"hunter2-hunter2")
    with pytest.raises(Tampered) as failure:
        open_sealed(new_data_key(), SAMPLES[0], sealed)
    assert str(failure.value) == (
        f"the value of 'password' in version 3 of secret {SECRET} does not open: "
        "it was changed, moved or damaged"
    )
    assert failure.value.hint == "lockwork audit verify"
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_only_256_bit_keys_seal(length):
    """A shorter key, which AES would take, is refused: nothing is ever sealed with less."""
    with pytest.raises(InvalidInput, match="32 bytes"):
        seal(b"k" * length, SAMPLES[0], b"x")
    with pytest.raises(InvalidInput, match="32 bytes"):
        open_sealed(b"k" * length, SAMPLES[0], seal(KEY, SAMPLES[0], b"x"))


def test_nothing_is_sealed_the_same_twice():
    """Equal values look different when sealed, and so do data keys: nonces and keys are fresh."""
    assert len({seal(KEY, SAMPLES[0], b"x")[1:13] for _ in range(500)}) == 500
    assert len({new_data_key() for _ in range(500)}) == 500


def test_importing_brings_no_more_than_is_needed():
    """The room imports no more of `cryptography` than AESGCM, SHA-256 and HMAC: `secret get` stays quick."""
    listed = "import sys; print(*sorted(m for m in sys.modules if m.startswith('cryptography')))"
    aes = "from cryptography.hazmat.primitives.ciphers.aead import AESGCM; "
    aes += "from cryptography.hazmat.primitives import hashes, hmac; "
    ours = "from lockwork.crypto import envelope, keyring; "
    needed, brought = (
        subprocess.run(
            [sys.executable, "-c", way + listed], capture_output=True, text=True, check=True
        ).stdout
        for way in (aes, ours)
    )
    assert brought == needed
