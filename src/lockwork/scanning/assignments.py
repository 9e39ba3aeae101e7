"""Plain text under a credential's name: `password = "…"`, `api_key: …`, `TOKEN=…`, `<password>…</password>`.

Many a value under such a name is none: another name, a placeholder, a path, a call. What is called a password
may be any word; what is called a token or a key is one only if it looks random. Nothing here keeps a value.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from detect_secrets.filters import heuristic

from lockwork.domain.plaintext import NAMED, is_named_like_one

_BEFORE = 64  # characters of a name before its telling end
_LEAST, _LEAST_RANDOM = 5, 12
_BITS = 3.0
"""A character, from which on text looks random: a UUID has 3.4, an English word 2.6."""

# Quick: the telling word, and nothing of the name after it. What it is part of is looked at then.
_NAME = re.compile(
    r"(?:passw(?:or)?d|pwd|passphrase|secret|token|credentials?|key|connection_?string|(?-i:(?<=_)PASS))(?!\w)",
    re.IGNORECASE,
)
_NAME_START = re.compile(r"[\w.:-]*\Z")  # `$` would take the end of the line before for a part of it
# Tokens and keys that open nothing; `AWS::IAM::AccessKey` is what a type is called.
_OTHER = re.compile(
    r"::|(?:next|page|continuation|client|request|csrf|xsrf|change|sync|pad|eos|bos|stop|special|public.?key)"
    r"[_-]?(?:token|key)$",
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"""\\?["'`]?\]?                               # the end of a quoted name
    (?: [ \t]*:[ \t]*[\w.\[\], |]{1,40}?(?=\s*=) )? # what a typed language says of it
    (?: [ \t]*(?:=>|:=|={1,3}|:)[ \t]* | > )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"""[a-zA-Z@]{0,2}\\?(["'`])(?P<text>(?:(?!\\?\1)[^\n]){1,1000})\\?\1""")
_BARE = re.compile(r"""(?P<text>[^\s"'`,;(){}\[\]<>]{1,1000})(?=\s*(?:$|[,;<]|\s[#;]|\\n))""", re.MULTILINE)

# Where name and value stand apart: in a pod's environment, an image's, and what curl and git log in with.
_PAIRS = (
    (
        re.compile(r"(?:.*\.)?ya?ml", re.IGNORECASE),
        re.compile(
            r"""^[ \t-]*name:[ \t]*["']?(?P<name>[\w.-]{1,64})["']?[ \t]*\r?\n[ \t]*value:[ \t]*""",
            re.MULTILINE,
        ),
    ),
    (
        re.compile(r"(?:dockerfile|containerfile)(?:\..*)?|.*\.dockerfile", re.IGNORECASE),
        re.compile(r"^[ \t]*ENV[ \t]+(?P<name>\w{1,64})[ \t]+", re.MULTILINE | re.IGNORECASE),
    ),
    (re.compile(r"[._]netrc"), re.compile(r"(?<!\S)(?P<name>password)[ \t]+")),
)
"""Files by their name, and what stands there before a value."""

# Where text without quotes is code, not a value.
_CODE = frozenset(
    {".c", ".cc", ".cpp", ".cs", ".cxx", ".dart", ".ex", ".exs", ".go", ".h", ".hpp", ".ipynb", ".java"}
    | {".jl", ".js", ".json", ".jsx", ".kt", ".kts", ".lua", ".m", ".mjs", ".php", ".pl", ".ps1", ".py"}
    | {".pyi", ".pyx", ".r", ".rb", ".rs", ".scala", ".sol", ".sql", ".swift", ".tf", ".ts", ".tsx", ".vue"}
)
# Where it may be prose, and only what looks random is told.
_PROSE = frozenset({".adoc", ".html", ".log", ".md", ".mdx", ".rst", ".t", ".tex", ".txt"})
_PASS = re.compile(r"_PASS$")  # a variable's: `first_pass` is a round, and so is `RENDER_PASS=shadow`
_ANY_WORD = re.compile(r"(?:passw(?:or)?d|pwd|passphrase)$", re.IGNORECASE)

_PLACEHOLDER = re.compile(
    r"\{.*\}|<.*>|\$[\w({]|%[(\w]|\*{3}|\.{3}|…|x{4}|example|placeholder|redacted|dummy|change.?me|replace"
    r"|your[_\W]|fake|sample|insert[_\W]|todo|foobar|not[_-](?:a|the)[_-]?real|^(?:none|null|true|false|undefined)$",
    re.IGNORECASE,
)
_ORDINARY = """
a access admin api app auth aws azure bearer client config credential credentials data database db default
docker encryption env field file github gitlab google hash header hidden id input key keys login my name
new old pass passphrase passwd password path private public pwd refresh reset root secret secrets service
session signing slack some ssh str string test text the token tokens type user username value variable
"""
_WORDS = frozenset(_ORDINARY.split())
_PLACE = re.compile(r"(?:\.{0,2}|~)/|[a-z][\w+.-]*:|@", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.-]*")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


class Assigned(NamedTuple):
    """Where a name gets a value, and the value, for comparing alone."""

    start: int
    kind: str
    secret: str


def assigned_in(text: str, path: PurePath) -> Iterator[Assigned]:
    """Every name like a credential's that is given plain text."""
    is_code, is_prose = path.suffix.lower() in _CODE, path.suffix.lower() in _PROSE
    for word in _NAME.finditer(text):
        before = text[max(0, word.start() - _BEFORE) : word.start()]
        start = _NAME_START.search(before)
        name = (start[0] if start else "") + word[0]
        sign = _SIGN.match(text, word.end())
        if sign is None or not _is_telling(name):
            continue
        quoted = _QUOTED.match(text, sign.end())
        value = quoted or (None if is_code else _BARE.match(text, sign.end()))
        if value and is_plausible(name, value["text"], any_word=bool(quoted) or not is_prose):
            yield Assigned(word.start(), NAMED, value["text"])
    yield from _paired_in(text, path)


def _paired_in(text: str, path: PurePath) -> Iterator[Assigned]:
    """The same where no sign stands between the two."""
    for pair in (pair for file, pair in _PAIRS if file.fullmatch(path.name)):
        for found in pair.finditer(text):
            name, value = found["name"], _QUOTED.match(text, found.end()) or _BARE.match(text, found.end())
            if value and _is_telling(name) and is_plausible(name, value["text"], any_word=True):
                yield Assigned(value.start(), NAMED, value["text"])


def _is_telling(name: str) -> bool:
    return bool((is_named_like_one(name) or _PASS.search(name)) and not _OTHER.search(name))


def is_plausible(name: str, text: str, *, any_word: bool) -> bool:
    """Whether text under this name may well be a credential; with `any_word` a password may be any word."""
    if len(text) < _LEAST or is_placeholder(text) or _PLACE.match(text):
        return False
    if _IDENTIFIER.fullmatch(text) and is_named_like_one(
        text
    ):  # such as the name of a variable that holds it
        return False
    if all(part.lower() in _WORDS or part.isdigit() for part in _PARTS.findall(text)):
        return False
    if any_word and _ANY_WORD.search(name):
        return not re.search(r"\s", text) or name.lower().endswith("passphrase")
    if any_word and _PASS.search(name):
        return any(c.isdigit() for c in text) and not re.search(r"\s", text)
    return _looks_random(text)


def is_placeholder(text: str) -> bool:
    """Text that stands for a credential that is elsewhere, or shows how one looks."""
    return bool(
        _PLACEHOLDER.search(text)
        or heuristic.is_templated_secret(text)
        or heuristic.is_not_alphanumeric_string(text)
        or heuristic.is_sequential_string(text)
    )


def _looks_random(text: str) -> bool:
    if len(text) < _LEAST_RANDOM or re.search(r"[\s()\[\]]", text) or heuristic.is_potential_uuid(text):
        return False
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text) and _bits(text) >= _BITS


def _bits(text: str) -> float:
    """Shannon's entropy, in bits a character."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)
