"""What is told once after a change, on the page that follows: never a text that others wrote.

A cookie carries its word from the change to that page, and with it the page's path: what another tab loads in
between tells nothing, nor does an address that somebody pasted.
"""

import re
from urllib.parse import quote, unquote

NOTES = {
    "created": "Created.",
    "updated": "Saved.",
    "renamed": "Renamed.",
    "moved": "Moved to another scope, as a new version.",
    "restored": "Restored, as a new version.",
    "destroyed": "Destroyed for good.",
    "undeleted": "Brought back.",
    "purged": "Purged: it is in no file of the store any more.",
    "removed": "Removed.",
    "registered": "Registered.",
    "kept-as-secret": "Saved. What was typed in the clear is kept as a secret; its reference stands here.",
    "secrets-registered": "Stored. What the stack still lacks, if anything, is told below.",
    "trusted": "Accepted as it is now.",
    "revoked": "Revoked: it opens nothing any more.",
    "invited": "Invited.",
    "kept-out": "Kept out: no token of theirs opens anything any more.",
    "let-in": "They may come in again.",
    "half-rotated": "Moved a part of the versions. Go on until none is left.",
    "password-changed": "Your password is changed. Other log-ins have ended.",
    "session-ended": "Your session has ended. Log in to go on where you were.",
    "code-printed": "A code stands where the command runs, good once and for a minute.",
    "logged-out": "You are logged out.",
    "logged-out-everywhere": "You are logged out everywhere.",
    "key-added": "A new root key waits to be made active.",
    "rotated": "The root key is exchanged.",
}


def is_warning(text: str) -> bool:
    """Whether it tells of what nobody did."""
    return text == NOTES["session-ended"]


def kept(word: str, path: str) -> str:
    """The note of that word, for the page at that path, as a cookie carries it."""
    return f"{word}.{quote(_page(path), safe='')}"


def told(cookie: str, path: str) -> str:
    """What the cookie has to say on that page; nothing where it is for another."""
    word, _, page = cookie.partition(".")
    return NOTES.get(word, "") if page and unquote(page) == _page(path) else ""


def _page(path: str) -> str:
    """Browsers quote an address in their own way, and what follows the path chooses what a page shows."""
    return unquote(re.split("[?#]", path)[0])
