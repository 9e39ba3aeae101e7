"""Tokens and one-time codes: mint one, and what is kept of it.

A token is `lkw_` and 256 random bits in base64url without padding (RFC 4648 §5); a code is `lkc_` and 128.
Only SHA-256 of the text is kept: whoever reads the database finds nothing to come in with, and since the text
is random no slower hash would add anything.
"""

import base64
import os
import re
from typing import NamedTuple

from lockwork.crypto.digests import sha256
from lockwork.domain.sensitive import Sensitive

_TOKEN, _TOKEN_BYTES = "lkw_", 32
_CODE, _CODE_BYTES = "lkc_", 16
_SHAPE = re.compile(r"lk[wc]_[A-Za-z0-9_-]{22,43}")
_TOLD = 8


class Minted(NamedTuple):
    """A text to be shown once, and what is kept of it."""

    text: Sensitive
    hash: str
    begins: str
    """By which its holder knows it again: the prefix and four characters, 24 of its bits."""


def new_token() -> Minted:
    """A token: good until it expires or is revoked."""
    return _minted(_TOKEN, _TOKEN_BYTES)


def new_code() -> Minted:
    """A code: good once."""
    return _minted(_CODE, _CODE_BYTES)


def hash_of(text: Sensitive) -> str:
    """What is kept of it, in hexadecimal. What is no token has a hash that none has."""
    return sha256(text.reveal().encode("utf-8", "surrogatepass")).hex()


def reads_like_one(text: str) -> bool:
    """Whether this could be a token or a code."""
    return _SHAPE.fullmatch(text) is not None


def _minted(prefix: str, size: int) -> Minted:
    text = prefix + base64.urlsafe_b64encode(os.urandom(size)).decode().rstrip("=")
    hidden = Sensitive(text)
    return Minted(hidden, hash_of(hidden), text[:_TOLD])
