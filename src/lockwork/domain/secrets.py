"""Secrets as data: names, keys and limits, how an update merges, what may be told of a secret.

`SecretInfo` has no place for values, so listing, checking and describing cannot leak them.
`RevealedSecret` holds them as `Sensitive`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

import msgspec

from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.nearness import near
from lockwork.domain.sensitive import Sensitive

MAX_VALUE_BYTES = 1024 * 1024
MAX_SECRET_BYTES = 4 * 1024 * 1024
MAX_KEYS = 1000
KEPT_VERSIONS = 20
KEPT_DAYS_AFTER_DELETE = 30
MIN_ID_PREFIX = 8

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_SURROGATE = "[\ud800-\udfff]"  # compiled when a value is first stored, and kept by `re`
_UUID = re.compile(r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}")
_ID_PREFIX = rf"[0-9a-f]{{{MIN_ID_PREFIX}}}[0-9a-f-]{{0,28}}"


class SecretScope(StrEnum):
    """Who a secret is for: everyone in its workspace, or its owner alone in every workspace."""

    WORKSPACE = "workspace"
    USER = "user"

    @classmethod
    def parse(cls, text: str) -> Self:
        if not isinstance(text, str):
            raise InvalidInput(f"a scope is text, not {type(text).__name__}")
        try:
            return cls(text)
        except ValueError:
            raise InvalidInput(f"{text!r} is not a scope", hint="a scope is 'workspace' or 'user'") from None


def is_uuid(text: str) -> bool:
    """Whether this reads as a full id, with or without dashes, in either case."""
    return _UUID.fullmatch(text) is not None


def is_id_prefix(text: str) -> bool:
    """Whether this could be the beginning of an id: 8 hex digits or more."""
    return re.fullmatch(_ID_PREFIX, text.lower()) is not None


class SecretName(str):
    """A checked secret name: no dots, so that every secret can be referenced."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        if not isinstance(text, str):
            raise InvalidInput(f"a secret's name is text, not {type(text).__name__}")
        if text.lower() == "name":
            raise InvalidInput(
                "a secret cannot be called 'name'", hint="choose a name that says what it opens, such as 'db'"
            )
        if is_uuid(text):
            raise InvalidInput(f"a secret cannot be called {text!r}: it reads as an id")
        if not _NAME.fullmatch(text):
            raise InvalidInput(
                f"{text!r} is not a secret name",
                hint="1 to 128 letters, digits, '-' and '_', beginning with a letter or digit; no dots",
            )
        return cls(text)


def can_be_called(name: str) -> bool:
    """Whether a secret can have this name."""
    try:
        SecretName.parse(name)
    except InvalidInput:
        return False
    return True


class SecretKey(str):
    """A checked key: the name of one value inside a secret."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        if not isinstance(text, str):
            raise InvalidInput(f"a key is text, not {type(text).__name__}")
        if not _KEY.fullmatch(text):
            raise InvalidInput(
                f"{text!r} is not a key",
                hint="1 to 128 letters, digits, '_', '.' and '-', beginning with a letter or '_'",
            )
        return cls(text)


def checked_value(key: str, text: object) -> str:
    """`text` if it may be stored under `key`; the failure names the key and never the text."""
    if not isinstance(text, str):
        raise InvalidInput(
            f"the value of {key!r} is {type(text).__name__}, not text",
            hint="give it as text, exactly as it should be read back",
        )
    if "\x00" in text:
        raise InvalidInput(f"the value of {key!r} holds a NUL character, which cannot be stored")
    if re.search(_SURROGATE, text):  # looked for, as the encoder's own failure would carry the value along
        raise InvalidInput(f"the value of {key!r} holds a lone surrogate, which is not text")
    size = len(text.encode())
    if size > MAX_VALUE_BYTES:
        raise InvalidInput(f"the value of {key!r} is {size:,} bytes; at most {MAX_VALUE_BYTES:,} are kept")
    return text


def checked_values(values: Mapping[str, object]) -> dict[str, Sensitive]:
    """All of `values`, each key and value checked and hidden. Failures name keys, never values."""
    if not isinstance(values, Mapping):
        raise InvalidInput(f"values are a mapping of key to text, not {type(values).__name__}")
    return {SecretKey.parse(key): Sensitive(checked_value(key, text)) for key, text in values.items()}


def check_whole(values: Mapping[str, Sensitive]) -> None:
    """Refuse a secret that is empty, has too many keys or is too large as a whole."""
    if not values:
        raise InvalidInput(
            "a secret needs at least one key", hint="give one as --KEY=VALUE, --values, --ask KEY or -i"
        )
    if len(values) > MAX_KEYS:
        raise InvalidInput(f"{len(values):,} keys are too many for one secret; at most {MAX_KEYS:,} are kept")
    if (size := size_of(values)) > MAX_SECRET_BYTES:
        raise InvalidInput(f"the secret is {size:,} bytes in all; at most {MAX_SECRET_BYTES:,} are kept")


def size_of(values: Mapping[str, Sensitive]) -> int:
    """Bytes of UTF-8 in all the values."""
    return sum(len(value.reveal().encode()) for value in values.values())


def merged(
    name: str, present: Mapping[str, Sensitive], set_: Mapping[str, Sensitive], remove: Iterable[str]
) -> dict[str, Sensitive]:
    """`present` with the keys of `set_` set and those of `remove` gone; the others stay."""
    check_merge(name, present, set_, remove)
    gone = set(remove)
    return {key: value for key, value in {**present, **set_}.items() if key not in gone}


def check_merge(name: str, present: Iterable[str], set_: Iterable[str], remove: Iterable[str]) -> None:
    """Refuse to set and remove one key at once, and to remove what is not there."""
    present, remove = list(present), list(remove)
    if both := sorted(set(set_) & set(remove)):
        raise InvalidInput(f"{_keys(both)} cannot be both set and removed in one call")
    for key in remove:
        if key not in present:
            raise missing_key(name, key, present)


def missing_key(name: str, key: str, present: Iterable[str]) -> NotFound:
    """The failure for a key that a secret does not have: which keys there are, and the near miss."""
    present = sorted(present)
    return NotFound(
        "key", key, near=near(key, present), hint=f"secret {name!r} has the keys: {', '.join(present)}"
    )


def _keys(names: Sequence[str]) -> str:
    return f"key {names[0]!r}" if len(names) == 1 else f"keys {', '.join(repr(n) for n in names)}"


class SecretInfo(msgspec.Struct, frozen=True, kw_only=True):
    """All that may be told of a secret without the right to read its values."""

    id: str
    name: str
    scope: SecretScope
    workspace: str | None
    """The workspace's name; None for a user's own secret."""
    owner: str
    keys: tuple[str, ...]
    version: int
    created: datetime
    updated: datetime
    deleted: datetime | None = None
    notes: tuple[str, ...] = ()
    """What its caller should be told now, such as that it hides another secret."""

    def __str__(self) -> str:
        return f"{self.scope} secret {self.name!r}"


class RevealedSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret with its values: made only for a caller who may read them, and recorded in the audit trail."""

    info: SecretInfo
    values: dict[str, Sensitive]
    """key → value that hides itself when printed."""

    @property
    def secret_values(self) -> dict[str, str]:
        """key → value as plain text. Whoever calls this has the values in the clear."""
        return {key: value.reveal() for key, value in self.values.items()}

    @property
    def id(self) -> str:
        return self.info.id

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def scope(self) -> SecretScope:
        return self.info.scope

    @property
    def workspace(self) -> str | None:
        return self.info.workspace

    @property
    def owner(self) -> str:
        return self.info.owner

    @property
    def keys(self) -> tuple[str, ...]:
        return self.info.keys

    @property
    def version(self) -> int:
        return self.info.version

    @property
    def created(self) -> datetime:
        return self.info.created

    @property
    def updated(self) -> datetime:
        return self.info.updated


class SecretVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a secret: its number, date, author and key names; never its values."""

    version: int
    created: datetime
    by: str
    keys: tuple[str, ...]
    """Empty for versions from before a change of scope: what was private stays private."""
    changed: tuple[str, ...] | None = None
    """Of the keys that the version before had too, those with another value; None where it is not known."""
    state: str
    """`current`, `kept`, `destroyed`, or `out of scope` (from before a change of scope)."""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One place that refers to a secret."""

    kind: str
    """A component's type with dashes, `stack` or `run`."""
    name: str
    path: str = ""
    """The attribute, such as `tracking_password` or `tags.owner[2]`."""
    key: str | None = None
    """None where the secret is named as a whole."""
    workspace: str | None = None
    when: datetime | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}" + (f" ({self.path})" if self.path else "")


class SecretUsage(msgspec.Struct, frozen=True, kw_only=True):
    """Who refers to a secret, which last runs used it, and who last read it."""

    secret: SecretInfo
    uses: tuple[Use, ...]
    last_read: datetime | None = None
    last_read_by: str | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Step by step, where a reference was looked for; no value, and no right to read one needed."""

    text: str
    found: bool
    steps: tuple[str, ...]
    fix: str | None = None


def from_epoch(microseconds: int) -> datetime:
    """A stored time (microseconds since 1970, UTC) as an aware datetime."""
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
