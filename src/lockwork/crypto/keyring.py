"""Root keys: load them, find one by id, wrap and unwrap other keys with it. Knows no database.

A root key is 32 random bytes, written `lwk1_` + base64url without padding (43 characters). Its id is the
first 16 bytes of HMAC-SHA256(key, "lockwork root key id 1"): it tells nothing of the key, the database
keeps it, and a key whose id is not the one asked for is found out before anything is read or written.

A keyring file has one key a line; `#` starts a comment and blank lines are allowed.
"""

import base64
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn, Self

from lockwork.crypto import envelope, keyring_file
from lockwork.crypto.digests import Mac
from lockwork.crypto.envelope import KeyContext, StoreKeyContext
from lockwork.domain.errors import InvalidInput, Refused, RootKeyUnusable, Tampered

TEXT_SOURCE = "LOCKWORK_ROOT_KEY"
FILE_SOURCE = "LOCKWORK_ROOT_KEY_FILE"

_PREFIX = "lwk1_"
_TEXT = re.compile(_PREFIX + r"[A-Za-z0-9_-]{43}")
_ID_TEXT = re.compile(r"[0-9a-f]{32}")
_ID_LABEL = b"lockwork root key id 1"
_ID_BYTES = 16

_SHAPE = f"a root key is {_PREFIX} and 43 characters; a passphrase cannot stand in for one"
_PLACES = (
    f"bring the key back in {TEXT_SOURCE} (several: separated by commas), in the file that {FILE_SOURCE} "
    "names, or as a line of the keyring file beside the database"
)
_HEADING = (
    "# Lockwork root keys, one a line. Whoever has these and the database can read every value.\n"
    "# Nothing opens without them: keep a copy elsewhere.\n"
)


def parse_root_id(text: str) -> bytes:
    """The id of a root key from its text, 32 hexadecimal digits."""
    if not isinstance(text, str) or not _ID_TEXT.fullmatch(text):
        raise InvalidInput("the id of a root key is 32 hexadecimal digits", hint="lockwork key list")
    return bytes.fromhex(text)


class RootKey:
    """One root key. It hides itself: `.reveal()` is the only way out; it is not pickled and not copied."""

    __slots__ = ("__key", "id")

    id: bytes
    """16 bytes that name the key and check it, and tell nothing of it."""

    def __init__(self, key: bytes) -> None:
        if len(key) != envelope.KEY_BYTES:
            raise RootKeyUnusable(f"a root key is {envelope.KEY_BYTES} bytes")
        self.__key = bytes(key)
        self.id = Mac(self.__key).of(_ID_LABEL)[:_ID_BYTES]

    @classmethod
    def generate(cls) -> Self:
        """A fresh random one."""
        return cls(os.urandom(envelope.KEY_BYTES))

    @classmethod
    def parse(cls, text: str, *, where: str = "what was given") -> Self:
        """Read the text form, strictly. A refusal names `where` and quotes nothing."""
        key = _decode(text)
        if key is None:
            raise RootKeyUnusable(f"{where} is not a root key", hint=_SHAPE)
        return cls(key)

    @property
    def id_text(self) -> str:
        """The id as 32 hexadecimal digits."""
        return self.id.hex()

    def reveal(self) -> str:
        """The text form of the key itself."""
        return _encode(self.__key)

    def wrap(self, context: KeyContext | StoreKeyContext, key: bytes) -> bytes:
        """Seal another key for a context that names this root key."""
        if context.root != self.id:  # what it made would be looked for under another root key, and lost
            raise InvalidInput(f"the context names another root key than {self.id_text}")
        if len(key) != envelope.KEY_BYTES:
            raise InvalidInput(f"a wrapped key is {envelope.KEY_BYTES} bytes")
        return envelope.seal(self.__key, context, key)

    def unwrap(self, context: KeyContext | StoreKeyContext, wrapped: bytes) -> bytes:
        """The key that `wrap` was given, or `Tampered`."""
        return envelope.open_sealed(self.__key, context, wrapped)

    def __repr__(self) -> str:
        return f"RootKey(***, id={self.id_text})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RootKey):
            return NotImplemented
        from hmac import compare_digest  # lazy: see `digests` for what it costs

        return compare_digest(self.__key, other.__key)

    def __hash__(self) -> int:
        return hash((RootKey, self.id))

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a root key is not pickled or copied; load the keyring again instead")


class Keyring:
    """The root keys that are at hand, from one place. Which of them is active, the database says."""

    def __init__(self, keys: Iterable[RootKey], source: str, *, path: Path | None = None) -> None:
        self._keys = {key.id: key for key in keys}
        self.source = source
        self.path = path
        """The file that they lie in; None where they came as text."""
        if not self._keys:
            raise RootKeyUnusable(f"{source} holds no root key", hint=_SHAPE)

    @classmethod
    def load(cls, *, text: str | None, file: Path | None, beside: Path) -> Self:
        """From LOCKWORK_ROOT_KEY's `text`, else the `file` of LOCKWORK_ROOT_KEY_FILE, else `beside`.

        Only the first that is set is looked at: a bad key there is an error, never a reason to go on.
        """
        if text is not None:
            return cls.from_text(text, TEXT_SOURCE)
        return cls.from_file(beside if file is None else file)

    @classmethod
    def from_text(cls, text: str, source: str) -> Self:
        """One or several keys, separated by whitespace or commas; failures call the place `source`."""
        words = text.replace(",", " ").split()
        keys = (RootKey.parse(word, where=f"word {n} of {source}") for n, word in enumerate(words, 1))
        return cls(keys, source)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Every key of a keyring file, which only its owner may be able to read."""
        return cls(_keys_in(keyring_file.read(path), path), str(path), path=path)

    @classmethod
    def create_file(cls, path: Path, *, now: float | None = None) -> Self:
        """A new file with one new key. One that exists is never touched: `AlreadyExists`."""
        key = RootKey.generate()
        keyring_file.create(path, _HEADING + _line(key, now))
        return cls((key,), str(path), path=path)

    @property
    def first(self) -> RootKey:
        """The key that stands first: the one for a new store to make active."""
        return next(iter(self))

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The ids of the keys that are here, in their order."""
        return tuple(self._keys)

    def __iter__(self) -> Iterator[RootKey]:
        return iter(self._keys.values())

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, root_id: bytes) -> bool:
        return root_id in self._keys

    def __getitem__(self, root_id: bytes) -> RootKey:
        """The key of this id, or `RootKeyUnusable`, which tells what is here and where it could come from."""
        if not isinstance(root_id, bytes) or len(root_id) != _ID_BYTES:  # it comes from a row
            raise Tampered("a root key's id in the store is damaged")
        if root_id not in self._keys:
            self.look_again()
        if root_id not in self._keys:
            here = ", ".join(key.id_text for key in self)
            raise RootKeyUnusable(
                f"root key {root_id.hex()} is needed, and {self.source} holds only {here}", hint=_PLACES
            )
        return self._keys[root_id]

    def wrap(self, context: KeyContext | StoreKeyContext, key: bytes) -> bytes:
        """Seal another key under the root key that the context names."""
        return self[context.root].wrap(context, key)

    def unwrap(self, context: KeyContext | StoreKeyContext, wrapped: bytes) -> bytes:
        """The key that `wrap` was given, or `Tampered`."""
        return self[context.root].unwrap(context, wrapped)

    def rewrap(self, context: KeyContext | StoreKeyContext, wrapped: bytes, *, under: bytes) -> bytes:
        """The same key for the same place, wrapped by the root key with the id `under`."""
        return self.wrap(context._replace(root=under), self.unwrap(context, wrapped))

    def add(self, *, now: float | None = None) -> RootKey:
        """A new key, in the file for good when this returns. The others stay, whatever happens."""
        fresh = RootKey.generate()
        self._edit(lambda text: text + ("" if text.endswith("\n") else "\n") + _line(fresh, now))
        return fresh

    def remove(self, root_id: bytes) -> None:
        """Take a key out of the file. That nothing is wrapped by it any more is for the caller to know."""
        self[root_id]

        def without_it(text: str) -> str:
            rest = _without(root_id, text)
            if not any(map(_key_text, rest.splitlines())):
                raise Refused(f"{self.source} has no other root key", hint="lockwork key add")
            return rest

        self._edit(without_it)

    def look_again(self) -> None:
        """Somebody may have added a key since the file was read, or taken one away."""
        if self.path is not None:
            self._keys = {key.id: key for key in _keys_in(keyring_file.read(self.path), self.path)}

    def _edit(self, change: Callable[[str], str]) -> None:
        path = self.path
        if path is None:
            raise Refused(
                f"the root keys come from {self.source}, which only you can change",
                hint=f"change {self.source} itself, or keep the keys in a file and name it in {FILE_SOURCE}",
            )

        def change_keys(text: str) -> str:
            _keys_in(text, path)  # somebody else may have spoilt the file since it was read
            return change(text)

        self._keys = {key.id: key for key in _keys_in(keyring_file.edit(path, change_keys), path)}

    def __repr__(self) -> str:
        return f"Keyring({self.source!r}, {', '.join(map(repr, self))})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a keyring is not pickled or copied; load it again instead")


def _encode(key: bytes) -> str:
    return _PREFIX + base64.urlsafe_b64encode(key).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes | None:
    """The key, or None. It raises nothing: an exception of a decoder would carry the text along."""
    if not isinstance(text, str) or not _TEXT.fullmatch(text):
        return None
    key = base64.urlsafe_b64decode(text.removeprefix(_PREFIX) + "=")
    return key if _encode(key) == text else None  # the last character has two bits that nothing would read


def _line(key: RootKey, now: float | None) -> str:
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    return f"{key.reveal()}  # created {made}\n"


def _key_text(line: str) -> str:
    return line.partition("#")[0].strip()


def _keys_in(text: str, path: Path) -> list[RootKey]:
    lines = ((n, _key_text(line)) for n, line in enumerate(text.splitlines(), 1))
    return [RootKey.parse(found, where=f"line {n} of {path}") for n, found in lines if found]


def _without(root_id: bytes, text: str) -> str:
    def is_other(line: str) -> bool:
        found = _key_text(line)
        return not found or RootKey.parse(found).id != root_id

    return "".join(line for line in text.splitlines(keepends=True) if is_other(line))
