"""Every encoding that the contract lists is among a value's forms: the encoders themselves are asked."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.capture.forms import forms_of, unmasked
from lockwork.capture.scrubber import Known, scrub

# What values look like, and what encoders treat in a special way.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=24)
AWKWARD = st.text(st.sampled_from("aZ09+/=?&%# '\"\\\n\r\t~éß→😀-_"), min_size=4, max_size=24)
VALUES = TEXT | AWKWARD


def masked(value: str, text: bytes) -> bytes:
    known = Known()
    known.add(forms_of([value]))
    return scrub(known, text)


@given(VALUES)
def test_plain(value: str) -> None:
    """The value itself is masked as one."""
    assert masked(value, value.encode()) == b"***"


@given(VALUES, st.binary(max_size=5), st.binary(max_size=5), st.booleans())
def test_base64_at_every_alignment(value: str, before: bytes, after: bytes, url_safe: bool) -> None:
    """Inside of anything encoded as base64, the characters that the value alone decides are gone."""
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    raw = value.encode()
    encoded = encode(before + raw + after)
    first, last = -(-8 * len(before) // 6), 8 * (len(before) + len(raw)) // 6
    assert encoded[first:last] not in masked(value, encoded)
    assert b"***" in masked(value, encoded)


@given(VALUES, st.sampled_from(["", "/"]), st.sampled_from([quote, quote_plus]), st.booleans())
def test_url_quoted(value: str, safe: str, quoting: Callable[..., str], lower: bool) -> None:
    """Quoted for a URL, with spaces as %20 or +, with slashes or without, in upper or lower hexadecimal."""
    quoted = quoting(value, safe=safe)
    if lower:
        first, *escapes = quoted.split("%")
        quoted = "%".join([first, *(escape[:2].lower() + escape[2:] for escape in escapes)])
    assert masked(value, quoted.encode()) == b"***"


@given(VALUES)
def test_in_a_query(value: str) -> None:
    """What urlencode makes of it, other parameters around it staying readable."""
    query = urlencode([("user", "§"), ("pw", value), ("x", "§")]).encode()
    assert masked(value, query) == b"user=%C2%A7&pw=***&x=%C2%A7"


@given(VALUES, st.booleans())
def test_json(value: str, ascii_only: bool) -> None:
    """Escaped as in JSON text, whether characters beyond ASCII are escaped or not."""
    assert masked(value, json.dumps({"§": value}, ensure_ascii=ascii_only).encode()).endswith(b': "***"}')


@given(VALUES)
def test_repr(value: str) -> None:
    """As repr shows it and its bytes, alone and inside of a text with both kinds of quotes."""
    quoted = repr(value)
    assert masked(value, quoted.encode()) == f"{quoted[0]}***{quoted[-1]}".encode()
    assert masked(value, repr(f"'<{value}>\"").encode()) == b"'\\'<***>\"'"
    assert b"***" in masked(value, repr(value.encode()).encode())
    assert masked(value, repr(b"<'" + value.encode() + b'">').encode()) == b"b'<\\'***\">'"


@given(VALUES)
def test_where_only_ascii_is_taken(value: str) -> None:
    """As Python writes it to a stream that takes ASCII alone, as it is and by its repr."""
    for written in (value, ascii(value), ascii(f"'<{value}>\"")):
        assert b"***" in masked(value, written.encode("ascii", "backslashreplace"))
    assert masked("ünïcödé", ascii("ünïcödé").encode()) == b"'***'"


PEM = (
    "-----BEGIN KEY-----\n"
    + "\n".join(base64.b64encode(bytes([n]) * 48).decode() for n in range(5))
    + "\nend\n"
)


@pytest.mark.parametrize("line", PEM.split("\n")[:-2])
def test_lines(line: str) -> None:
    """Each line of eight characters or more of a multi-line value is masked on its own."""
    assert masked(PEM, f"<{line}>".encode()) == b"<***>"


def test_short_lines() -> None:
    """A line under eight characters is not masked on its own: it could be anything."""
    assert masked(PEM, b"the end\n") == b"the end\n"
    assert masked("1234567\n12345678", b"1234567 12345678") == b"1234567 ***"


def test_blank_lines() -> None:
    """Indentation is not a secret, and an indented line is masked with and without it."""
    assert masked("{\n        \n    password: x\n}", b"            ;") == b"            ;"
    assert masked("{\n    password: x\n}", b"    password: x;password: x") == b"***;***"


@pytest.mark.parametrize(("value", "printed"), [(PEM, PEM.replace("\n", "\r\n")), ("ab\r\ncd", "ab\ncd")])
def test_line_ends(value: str, printed: str) -> None:
    """A value is masked with either kind of line end, whichever it was stored with."""
    assert masked(value, f"<{printed}>".encode()) == b"<***>"


@pytest.mark.parametrize("value", ["ab\ncd", "ab\r\ncd", "a\nb\r\nc"])
def test_on_a_terminal(value: str) -> None:
    """A terminal puts a carriage return before each newline, also where there is one: that is masked too."""
    assert masked(value, value.encode().replace(b"\n", b"\r\n")) == b"***"


def test_newline_at_the_end() -> None:
    """A value that was stored with the newline of its file is masked where a program has stripped it."""
    assert masked("abc123\n", b"<abc123>") == b"<***>"
    assert masked("abc123\n", base64.b64encode(b"abc123")) == b"***"


@pytest.mark.parametrize("width", [64, 76])
def test_base64_in_rows(width: int) -> None:
    """What base64 tools print of a long value, broken into rows, shows no row of it."""
    encoded = base64.b64encode(bytes(range(1, 128)) * 2)
    value = (bytes(range(1, 128)) * 2).decode()
    rows = b"\n".join(encoded[at : at + width] for at in range(0, len(encoded), width))
    assert set(masked(value, rows)) <= set(b"*\n=") | set(encoded[-4:])


@given(st.lists(st.text("ab", max_size=6), max_size=6))
def test_too_short(values: list[str]) -> None:
    """Values under four characters have no form and are told of by name alone; empty ones mean nothing."""
    told = unmasked((f"name {n}", value) for n, value in enumerate(values))
    assert [line.split(" has")[0] for line in told] == [
        f"the value of name {n}" for n, value in enumerate(values) if 0 < len(value) < 4
    ]
    assert bool(forms_of(values)) == any(len(value) >= 4 for value in values)


def test_characters_count_and_not_bytes() -> None:
    """Three characters are too short, however many bytes they take."""
    assert forms_of(["日本語"]) == set()
    assert len(unmasked([("one", "日本語"), ("one", "ab")])) == 1
