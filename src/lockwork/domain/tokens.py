"""Tokens and one-time codes as data. What opens a door rides as `Sensitive`, and is told once."""

from datetime import datetime
from enum import StrEnum

import msgspec

from lockwork.domain.access import Limits
from lockwork.domain.sensitive import Sensitive


class TokenKind(StrEnum):
    LOGIN = "login"
    """Made by a password, for one machine."""
    SESSION = "session"
    """Made by a password, for one browser: it also ends when nothing is asked for a while."""
    API = "api"
    """Made for a program."""


OF_PASSWORDS = (TokenKind.LOGIN, TokenKind.SESSION)
"""Those that a password made, and that end with it."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """All that may be told of a token once it was shown."""

    id: str
    name: str
    kind: TokenKind
    owner: str
    begins: str
    """Its first characters, by which its holder knows it again."""
    limits: Limits
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    last_used: datetime | None = None
    """To the minute."""
    notes: tuple[str, ...] = ()


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token just made, and the text that it is: told this once."""

    token: Token
    text: Sensitive


class NewCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code just made, good once and until then: to be invited, to set a new password."""

    user: str
    text: Sensitive
    expires: datetime
    notes: tuple[str, ...] = ()
