"""The forms that a value takes in what programs print. Pure; knows text and bytes, no streams.

Masking guards against accidents, not against code that wants to leak: an encoding that is not here is not
covered.
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST_VALUE = 4  # characters: a shorter one would turn half of a log into asterisks
SHORTEST_LINE = 8
_ROWS = (64, 76)  # where `openssl base64`, and `base64` and Python's encodebytes, break their lines
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_ESCAPED_BYTE = re.compile(rb"%[0-9A-F]{2}")


def forms_of(values: Iterable[str]) -> set[bytes]:
    """Every form of every value that is long enough to be masked."""
    return {form for value in values if len(value) >= SHORTEST_VALUE for form in _forms(value)}


def unmasked(named: Iterable[tuple[object, str]]) -> list[str]:
    """A sentence for each of these, name and value, too short to be masked; empty ones tell nothing."""
    names = [str(name) for name, value in named if 0 < len(value) < SHORTEST_VALUE]
    return [
        f"the value of {name} has fewer than {SHORTEST_VALUE} characters: it is in use and not masked"
        for name in dict.fromkeys(names)
    ]


def _forms(value: str) -> Iterator[bytes]:
    for whole in _wholes(value):
        yield from _escaped(whole)
        yield from _base64(_utf8(whole))
    for line in _lines(value):
        yield from _escaped(line)


def _wholes(value: str) -> set[str]:
    """The value as it is, with either line end, as a terminal turns it, and without the newline that many a
    reader strips."""
    unix = value.replace("\r\n", "\n")
    wholes = {value, unix, *(text.replace("\n", "\r\n") for text in (value, unix)), value.rstrip("\r\n")}
    return {whole for whole in wholes if len(whole) >= SHORTEST_VALUE}


def _lines(value: str) -> set[str]:
    """The lines of a multi-line value that are long enough to mean something, also without indentation."""
    lines = value.replace("\r", "\n").split("\n")
    if len(lines) == 1:
        return set()
    return {
        form for line in lines for form in (line, line.strip()) if len(form) >= SHORTEST_LINE and line.strip()
    }


def _escaped(text: str) -> Iterator[bytes]:
    yield from (_utf8(text), _in_ascii(text))
    for ascii_only in (True, False):
        yield _utf8(json.dumps(text, ensure_ascii=ascii_only)[1:-1])
    yield from _reprs(text)
    yield from _url_quoted(_utf8(text))


def _reprs(text: str) -> Iterator[bytes]:
    """What `repr` puts between its quotes, of the text and of its bytes, for either kind of quotes."""
    for both_quotes in (repr(text + "'\""), repr(_utf8(text) + b"'\"")[1:]):
        # With both quotes inside, repr takes ' around and escapes ' within.
        single = both_quotes[1 : -len("\\'\"'")]
        for quoted in (single, single.replace("\\'", "'")):
            yield from (_utf8(quoted), _in_ascii(quoted))


def _url_quoted(raw: bytes) -> Iterator[bytes]:
    for quoted in (quote(raw), quote(raw, safe=""), quote_plus(raw), quote_plus(raw, safe="/")):
        upper = quoted.encode()
        yield upper
        yield _ESCAPED_BYTE.sub(lambda byte: byte[0].lower(), upper)


def _base64(raw: bytes) -> Iterator[bytes]:
    """At each alignment the characters that the value alone decides, whatever stands before and after it."""
    for before in range(3):
        first, last = -(-8 * before // 6), 8 * (before + len(raw)) // 6
        decided = b64encode(bytes(before) + raw)[first:last]
        yield decided
        yield decided.translate(_URL_SAFE)
        if not before:
            yield from _rows_of(decided)


def _rows_of(encoded: bytes) -> Iterator[bytes]:
    for width in _ROWS:
        if len(encoded) > width:
            rows = (encoded[at : at + width] for at in range(0, len(encoded), width))
            yield from (row for row in rows if len(row) >= SHORTEST_LINE)


def _in_ascii(text: str) -> bytes:
    """As Python writes to a stream that takes ASCII alone, such as standard error in an old locale."""
    return text.encode("ascii", "backslashreplace")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
