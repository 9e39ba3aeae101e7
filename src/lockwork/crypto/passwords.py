"""Passwords: what is kept of one, and whether one is right. Slow on purpose, and bounded.

Argon2id (RFC 9106) as a PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, so that its parameters can
grow and what was kept before still opens. Each takes 19 MiB for its time (OWASP's Password Storage Cheat
Sheet): not more than `AT_ONCE` run at a time in a process, the others wait.
"""

import base64
import os
import threading
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from lockwork.domain.errors import InvalidInput
from lockwork.domain.sensitive import Sensitive

MIN_CHARACTERS = 10
MAX_BYTES = 1024
AT_ONCE = 2
_PASSES, _LANES, _MEMORY = 2, 1, 19 * 1024
_SALT, _LENGTH = 16, 32
_turns = threading.BoundedSemaphore(AT_ONCE)


def checked_password(password: Sensitive) -> Sensitive:
    """The password, if it may be one; a refusal says nothing of it."""
    text = _normal(password)
    if len(text) > MAX_BYTES:
        raise InvalidInput(f"a password is at most {MAX_BYTES:,} bytes")
    if len(text.decode()) < MIN_CHARACTERS:
        raise InvalidInput(f"a password has at least {MIN_CHARACTERS} characters")
    return password


def kept(password: Sensitive, *, cheap: bool = False) -> str:
    """What is kept of a password. `cheap`: for tests, whose passwords protect nothing."""
    passes, memory = (1, 64) if cheap else (_PASSES, _MEMORY)
    salt = os.urandom(_SALT)
    with _turns:
        made = _argon2(salt, passes, _LANES, memory, _LENGTH).derive(_normal(password))
    return f"$argon2id$v=19$m={memory},t={passes},p={_LANES}${_text(salt)}${_text(made)}"


def is_right(password: Sensitive, kept_text: str) -> bool:
    """Whether this is the password of which that is kept; as slow whichever it is."""
    _, _, _, parameters, salt, made = kept_text.split("$")
    numbers = dict(part.split("=") for part in parameters.split(","))
    expected = _bytes(made)
    kdf = _argon2(_bytes(salt), int(numbers["t"]), int(numbers["p"]), int(numbers["m"]), len(expected))
    with _turns:
        try:
            kdf.verify(_normal(password), expected)
        except InvalidKey:
            return False
    return True


def _argon2(salt: bytes, passes: int, lanes: int, memory: int, length: int) -> Argon2id:
    return Argon2id(salt=salt, length=length, iterations=passes, lanes=lanes, memory_cost=memory)


def _normal(password: Sensitive) -> bytes:
    """One spelling for what looks the same, however a keyboard writes it."""
    try:
        return unicodedata.normalize("NFC", password.reveal()).encode()
    except UnicodeEncodeError:
        pass
    raise InvalidInput("the password holds a lone surrogate, which is not text")


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
