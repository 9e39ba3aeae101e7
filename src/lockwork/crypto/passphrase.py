"""Seal a stream of any length under a passphrase, and open it. Knows bytes; knows nothing of what they are.

Format 1, the only one so far. Argon2id (RFC 9106) makes two keys of the passphrase; AES-256-GCM seals chunks
of 65,536 bytes in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-
Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015):

    sealed   = header (64) ‖ chunk 0 ‖ chunk 1 ‖ … ‖ last chunk
    header   = prelude (32) ‖ HMAC-SHA256(check key, prelude)
    prelude  = "lockwork" (8) ‖ format (1, 0x01) ‖ lanes (1) ‖ passes (2) ‖ memory in KiB (4) ‖ salt (16)
    keys     = Argon2id(passphrase, salt, passes, lanes, memory), 64 bytes: sealing key (32) ‖ check key (32)
    chunk i  = AES-256-GCM(sealing key, nonce i, plaintext i): as long as the plaintext ‖ tag (16)
    nonce i  = i (11) ‖ 0x01 for the last chunk, 0x00 for every other

Numbers are unsigned and big-endian. The passphrase is taken in Unicode's form NFC, as UTF-8; the salt is
random for each file, so no two files share a key, and nonces may count. Every chunk but the last holds 65,536
bytes of plaintext; the last holds fewer or as many, and none only where there are none at all.

The header tells a wrong passphrase from a damaged file and binds the parameters; each chunk is bound to its
place by its number, and the end to being the end. Whoever reads must not use what came of a file before its
last chunk has opened. Parameters are bounded before any memory is asked for.

Changed bytes are a new format with a new number, and this one still opens then. Samples lie beside the
tests, in `vectors/`.
"""

import hmac
import os
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from lockwork.domain.errors import InvalidInput, Unavailable
from lockwork.domain.sensitive import Sensitive

CHUNK_BYTES = 65_536

_MARK = b"lockwork"
_FORMAT = 0x01
_PRELUDE = struct.Struct(">8sBBHI16s")
_CHECK_BYTES = 32
_TAG_BYTES = 16
_SEALED_CHUNK = CHUNK_BYTES + _TAG_BYTES
_MOST_MEMORY = 1024 * 1024
_MOST_PASSES = 16
_MOST_LANES = 16


class Work(NamedTuple):
    """What making a key costs: whoever guesses pays it for each guess."""

    memory: int
    """KiB."""
    passes: int
    lanes: int

    def check(self) -> None:
        """Refuse what no file of ours asks for: a hostile one would take all memory, or hours."""
        most = (_MOST_MEMORY, _MOST_PASSES, _MOST_LANES)
        if any(not 1 <= asked <= limit for asked, limit in zip(self, most, strict=True)):
            raise InvalidInput(f"it asks for more than {_MOST_MEMORY // 1024:,} MiB or {_MOST_PASSES} passes")
        if self.memory < 8 * self.lanes:
            raise InvalidInput("it asks for less memory than Argon2id takes")


WORK = Work(memory=256 * 1024, passes=3, lanes=4)
"""Half a second and 256 MiB: four times the memory of RFC 9106's second recommendation."""


def seal(parts: Iterable[bytes], target: BinaryIO, passphrase: Sensitive, work: Work = WORK) -> int:
    """Write all parts, one after the other, sealed; how many bytes that made.

    No more than a part and a chunk are in memory.
    """
    work.check()
    prelude = _PRELUDE.pack(_MARK, _FORMAT, work.lanes, work.passes, work.memory, os.urandom(16))
    cipher, check = _keys(prelude, passphrase)
    size = target.write(prelude + check)
    for number, (chunk, is_last) in enumerate(_chunks(parts)):
        size += target.write(cipher.encrypt(_nonce(number, is_last), chunk, None))
    return size


def open_sealed(source: BinaryIO, passphrase: Sensitive) -> Iterator[bytes]:
    """The chunks that were sealed, in order; `InvalidInput` where anything is not as it was sealed.

    What it gave is worth nothing until it has ended without a failure.
    """
    cipher = _opened_header(source, passphrase)
    number, sealed = 0, source.read(_SEALED_CHUNK)
    while True:
        following = source.read(_SEALED_CHUNK) if len(sealed) == _SEALED_CHUNK else b""
        yield _opened_chunk(cipher, number, sealed, is_last=not following)
        if not following:
            return
        number, sealed = number + 1, following


def _opened_header(source: BinaryIO, passphrase: Sensitive) -> AESGCM:
    header = source.read(_PRELUDE.size + _CHECK_BYTES)
    if not header.startswith(_MARK):
        raise InvalidInput("it is not a file that Lockwork sealed under a passphrase")
    if len(header) < _PRELUDE.size + _CHECK_BYTES:
        raise InvalidInput("it is cut short: even its header is not whole")
    prelude, check = header[: _PRELUDE.size], header[_PRELUDE.size :]
    if prelude[len(_MARK)] != _FORMAT:
        raise InvalidInput(
            f"it is sealed in format {prelude[len(_MARK)]}, and this Lockwork knows {_FORMAT}",
            hint="if a newer Lockwork wrote it, use that one; else it was changed",
        )
    cipher, wanted = _keys(prelude, passphrase)
    if not hmac.compare_digest(check, wanted):
        raise InvalidInput(
            "the passphrase does not open it",
            hint="a typing mistake, or another file's passphrase; a changed header looks the same",
        )
    return cipher


def _opened_chunk(cipher: AESGCM, number: int, sealed: bytes, *, is_last: bool) -> bytes:
    plaintext = _opened(cipher, _nonce(number, is_last), sealed)
    if plaintext is None and is_last and (not sealed or _opened(cipher, _nonce(number, False), sealed)):
        raise InvalidInput("it is cut short: its end is missing", hint="copy it anew, or take another")
    if plaintext is None or (not plaintext and number):
        raise InvalidInput(
            f"chunk {number + 1} of it was changed, moved, cut or added to",
            hint="copy it anew, or take another",
        )
    return plaintext


def _opened(cipher: AESGCM, nonce: bytes, sealed: bytes) -> bytes | None:
    try:
        return cipher.decrypt(nonce, sealed, None)
    except InvalidTag:
        return None


def _keys(prelude: bytes, passphrase: Sensitive) -> tuple[AESGCM, bytes]:
    """What seals the chunks, and the header's check value."""
    _mark, _format, lanes, passes, memory, salt = _PRELUDE.unpack(prelude)
    Work(memory, passes, lanes).check()
    argon = Argon2id(salt=salt, length=64, iterations=passes, lanes=lanes, memory_cost=memory)
    text = unicodedata.normalize("NFC", passphrase.reveal())
    try:
        keys = argon.derive(text.encode("utf-8", "surrogatepass"))
    except MemoryError:
        raise Unavailable(f"making a key of the passphrase takes {memory // 1024:,} MiB of memory") from None
    return AESGCM(keys[:32]), hmac.digest(keys[32:], prelude, "sha256")


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((is_last,))


def _chunks(parts: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of one size, each with whether it is the last."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        while len(waiting) > CHUNK_BYTES:  # not "or as many": those may be the last
            yield bytes(waiting[:CHUNK_BYTES]), False
            del waiting[:CHUNK_BYTES]
    yield bytes(waiting), True
