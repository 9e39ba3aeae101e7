"""The values of ZenML's secrets, as its database holds them: encoded, or encrypted.

A secret's values are one JSON object of texts. Without an encryption key ZenML keeps it as Base64 of its
UTF-8; with one, as Base64 of nonce (12) ‖ tag (16) ‖ ciphertext by AES-256-GCM, whose key is the SHA-256 of
the encryption key's text (SQLAlchemy-Utils' `AesGcmEngine`). One database may hold both: what was written
before there was a key stays encoded.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import MAX_SECRET_BYTES, checked_value
from lockwork.domain.sensitive import Sensitive

_NONCE, _TAG = 12, 16
_LARGEST = 4 * MAX_SECRET_BYTES  # as JSON escapes and Base64 may swell it


class Unreadable(Exception):
    """What a secret holds cannot be read; its text says why, and quotes nothing."""


class Values:
    """Opens what the database holds."""

    def __init__(self, encryption_key: Sensitive | None = None) -> None:
        text = None if encryption_key is None else encryption_key.reveal()
        self._key = None if text is None else hashlib.sha256(text.encode()).digest()

    def opened(self, stored: str | bytes) -> tuple[dict[str, Sensitive], dict[str, str]]:
        """Key → value, and key → why a value cannot come."""
        raw = _from_base64(stored)
        found = self._decrypted(raw)
        if found is None:
            found = _object(raw)
        if found is None:
            raise Unreadable(self._why_not())
        values, refused = {}, {}
        for key, text in found.items():
            try:
                values[key] = Sensitive(_checked(key, text))
            except InvalidInput as failure:
                refused[key] = failure.message
        return values, refused

    def _decrypted(self, raw: bytes) -> dict[str, Any] | None:
        if self._key is None or len(raw) < _NONCE + _TAG:
            return None
        from cryptography.exceptions import InvalidTag  # lazy: most installations have no key
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce, tag, rest = raw[:_NONCE], raw[_NONCE : _NONCE + _TAG], raw[_NONCE + _TAG :]
        try:
            return _object(AESGCM(self._key).decrypt(nonce, rest + tag, None))
        except InvalidTag:
            return None

    def _why_not(self) -> str:
        if self._key is None:
            return "it seems to be encrypted, and no encryption key is given"
        return "it does not open by this encryption key"


def configuration(stored: str | bytes | None) -> dict[str, Any]:
    """A mapping that ZenML keeps in a column: Base64 of JSON; none where it is null."""
    if not stored:
        return {}
    raw = _from_base64(stored)
    if raw == b"null":
        return {}
    found = _object(raw)
    if found is None:
        raise Unreadable("it is no mapping")
    return found


def _from_base64(stored: str | bytes) -> bytes:
    if len(stored) > _LARGEST:
        raise Unreadable("it is larger than any secret may be")
    try:
        return base64.b64decode(stored, validate=True)
    except (binascii.Error, ValueError):  # they quote nothing, and hold what they were given
        pass
    raise Unreadable("it is not Base64")


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)  # as ZenML reads it: a lone surrogate passes here, and is refused by its key
    except (ValueError, RecursionError):  # it quotes what it was given
        return None
    return found if isinstance(found, dict) else None


def _checked(key: str, text: Any) -> str:
    if text is None:
        raise InvalidInput(f"the value of {key!r} is null")
    return checked_value(key, text)
