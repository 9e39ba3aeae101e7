"""SHA-256 and HMAC-SHA256 (FIPS 180-4, RFC 2104), by the library that seals.

Not by `hashlib` and `hmac`: those load the system's OpenSSL beside the one that is loaded already, and that
costs every command 2 ms and 3 MiB.
"""

from typing import NoReturn

from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.hmac import HMAC

_SHA256 = SHA256()


def sha256(data: bytes) -> bytes:
    """32 bytes that stand for these."""
    one = Hash(_SHA256)
    one.update(data)
    return one.finalize()


class Mac:
    """HMAC-SHA256 under one key, made ready once. It hides the key, and is not pickled and not copied."""

    __slots__ = ("__keyed",)

    def __init__(self, key: bytes) -> None:
        self.__keyed = HMAC(key, _SHA256)

    def of(self, data: bytes) -> bytes:
        """32 bytes that only who has the key can make of these."""
        one = self.__keyed.copy()
        one.update(data)
        return one.finalize()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is not pickled or copied")
