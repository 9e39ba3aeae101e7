"""Seal and open bytes under a key and a context. Knows bytes and contexts; knows no names and no SQL.

Format 1, the only one so far. AES-256-GCM (NIST SP 800-38D), a fresh random 96-bit nonce each time:

    sealed = format (1 byte, 0x01) ‖ nonce (12) ‖ ciphertext (as long as the plaintext) ‖ tag (16)

The context is not stored. It goes in as associated data, so what was sealed for one place opens in no
other. Every field but the last is of fixed width and nothing is joined by separators, so two contexts
never give the same bytes:

    value      0x01 ‖ "V" ‖ secret (16) ‖ version (8) ‖ key name (UTF-8, to the end)
    data key   0x01 ‖ "K" ‖ root key id (16) ‖ store (16) ‖ secret (16) ‖ version (8) ‖ namespace (17)
    store key  0x01 ‖ "S" ‖ root key id (16) ‖ store (16) ‖ purpose (16)

secret, store   the 16 bytes of the UUID
version         unsigned, big-endian
namespace       "w" (a workspace) or "u" (a user), then the 16 bytes of its UUID
purpose         1 to 16 of a-z and "-" in ASCII, filled up on the right with zero bytes

A value is sealed with the data key of its version; data keys and store keys with a root key. One key
must seal fewer than 2³² times, for the nonces are random: a data key seals one version's values, and
a root key as many versions as there ever were between two rotations.

Changed bytes are a new format with a new first byte, and this one still opens then. Samples lie beside
the tests, in `vectors/`.
"""

import os
import re
import struct
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lockwork.domain.errors import InvalidInput, Tampered

KEY_BYTES = 32

_FORMAT = 0x01
_NONCE_BYTES = 12
_TAG_BYTES = 16
_ROOT_ID_BYTES = 16
_PURPOSE_BYTES = 16
_VALUE, _DATA_KEY, _STORE_KEY = (bytes((_FORMAT,)) + use for use in (b"V", b"K", b"S"))

# `uuid.UUID` would also take braces, capitals and no hyphens: other text in a row must not open the same.
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMESPACE = re.compile(rf"[wu]:{_UUID.pattern}")
_PURPOSE = re.compile(r"[a-z-]{1,16}")
_VERSION = struct.Struct(">Q")


class ValueContext(NamedTuple):
    """One value: which key of which version of which secret (a UUID as canonical text)."""

    secret: str
    version: int
    key: str

    def associated_data(self) -> bytes:
        """What the seal is bound to, in the format above."""
        return _VALUE + _uuid(self.secret) + _version(self.version) + _key_name(self.key)

    def describe(self) -> str:
        """What a failure calls it."""
        return f"the value of {self.key!r} in version {self.version} of secret {self.secret}"


class KeyContext(NamedTuple):
    """The data key of one version of one secret, as wrapped by one root key in one store and namespace."""

    root: bytes
    store: str
    secret: str
    version: int
    namespace: str
    """`w:<uuid>` of a workspace or `u:<uuid>` of a user."""

    def associated_data(self) -> bytes:
        """What the seal is bound to, in the format above."""
        where = _root(self.root) + _uuid(self.store) + _uuid(self.secret) + _version(self.version)
        return _DATA_KEY + where + _namespace(self.namespace)

    def describe(self) -> str:
        """What a failure calls it."""
        return f"the data key of version {self.version} of secret {self.secret}"


class StoreKeyContext(NamedTuple):
    """A key that the whole store shares, such as the audit trail's, as wrapped by one root key."""

    root: bytes
    store: str
    purpose: str
    """What the key is for: a fixed label such as `audit`."""

    def associated_data(self) -> bytes:
        """What the seal is bound to, in the format above."""
        return _STORE_KEY + _root(self.root) + _uuid(self.store) + _purpose(self.purpose)

    def describe(self) -> str:
        """What a failure calls it."""
        return f"the store's {self.purpose} key"


Context = ValueContext | KeyContext | StoreKeyContext


def new_data_key() -> bytes:
    """A fresh random key for `seal`."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, context: Context, plaintext: bytes) -> bytes:
    """Encrypt for this context alone. Sealing the same twice gives different bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return bytes((_FORMAT,)) + nonce + _cipher(key).encrypt(nonce, plaintext, context.associated_data())


def open_sealed(key: bytes, context: Context, sealed: bytes) -> bytes:
    """What `seal` was given, or `Tampered`: for another key, another context, or changed bytes."""
    _check_frame(context, sealed)
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return _cipher(key).decrypt(nonce, ciphertext, context.associated_data())
    except InvalidTag:
        raise Tampered(f"{context.describe()} does not open: it was changed, moved or damaged") from None


def _check_frame(context: Context, sealed: bytes) -> None:
    # A damaged row can hold anything, whatever the column's type says.
    if not isinstance(sealed, bytes) or not sealed:
        raise Tampered(f"{context.describe()} is empty or no longer bytes")
    if sealed[0] != _FORMAT:  # before the length, which a newer format may well have made shorter
        raise Tampered(
            f"{context.describe()} is in format {sealed[0]}, unknown to this Lockwork: newer, or damaged",
            hint="if a newer Lockwork wrote to this store, use that one; else: lockwork audit verify",
        )
    if len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES:
        raise Tampered(f"{context.describe()} is cut short")


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:  # AESGCM takes 16 and 24 bytes too, and would quietly be AES-128
        raise InvalidInput(f"a sealing key is {KEY_BYTES} bytes")
    return AESGCM(key)


# The fields. They come from rows that someone may have changed, so each is checked here, types included.


def _root(root_id: bytes) -> bytes:
    if not isinstance(root_id, bytes) or len(root_id) != _ROOT_ID_BYTES:
        raise Tampered("a root key's id in the store is damaged")
    return root_id


@lru_cache(maxsize=256)  # a store's and a secret's stand in context after context
def _uuid(text: str) -> bytes:
    if not isinstance(text, str) or not _UUID.fullmatch(text):
        raise Tampered("an id in the store is damaged: it is not a UUID in canonical form")
    return bytes.fromhex(text.replace("-", ""))


def _version(number: int) -> bytes:
    try:
        return _VERSION.pack(number)
    except struct.error:
        raise Tampered("a version in the store is damaged: it is not a whole number from 0 on") from None


@lru_cache(maxsize=256)
def _namespace(text: str) -> bytes:
    if not isinstance(text, str) or not _NAMESPACE.fullmatch(text):
        raise Tampered("a namespace in the store is damaged: it is neither w:UUID nor u:UUID")
    return text[:1].encode("ascii") + _uuid(text[2:])


def _purpose(text: str) -> bytes:
    if not isinstance(text, str) or not _PURPOSE.fullmatch(text):
        raise Tampered("the purpose of a store's key is damaged")
    return text.encode("ascii").ljust(_PURPOSE_BYTES, b"\0")


def _key_name(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except (AttributeError, UnicodeEncodeError):
        raise Tampered("a key's name in the store is damaged: it is not text") from None
