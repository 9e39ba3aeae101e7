"""The scrubber against a model that sees all at once, for every way in which a stream can arrive."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockwork.capture.scrubber import Known, Scrubber, scrub

LETTERS = st.binary(min_size=4, max_size=12).map(lambda raw: bytes(b"abc"[byte % 3] for byte in raw))
PATTERNS = st.lists(LETTERS, min_size=1, max_size=5)


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    """Patterns, and a stream made of them, of parts of them and of noise, cut somewhere."""
    patterns = draw(PATTERNS)
    parts = st.sampled_from(patterns).flatmap(
        lambda p: st.tuples(st.integers(0, len(p)), st.integers(0, len(p))).map(
            lambda cut: p[cut[0] : cut[1]]
        )
    )
    pieces = draw(st.lists(st.sampled_from(patterns) | parts | LETTERS | st.binary(max_size=3), max_size=8))
    text = b"".join(pieces)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    return patterns, [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def model(patterns: list[bytes], text: bytes) -> bytes:
    """The rule by the letter: mark what any occurrence covers, then put one mask for each marked run."""
    marked = bytearray(len(text))
    starts = set()
    for pattern in patterns:
        at = text.find(pattern)
        while at >= 0:
            marked[at : at + len(pattern)] = b"\1" * len(pattern)
            starts.add(at)
            at = text.find(pattern, at + 1)
    out = b""
    for at, byte in enumerate(text):
        if not marked[at]:
            out += bytes([byte])
        elif at == 0 or not marked[at - 1]:
            out += b"***"
    return out


def known(*patterns: bytes) -> Known:
    them = Known()
    them.add(patterns)
    return them


def through(them: Known, pieces: list[bytes]) -> bytes:
    scrubber = Scrubber(them)
    return b"".join([*(scrubber.feed(piece) for piece in pieces), scrubber.flush()])


@given(streams())
def test_any_splitting(case: tuple[list[bytes], list[bytes]]) -> None:
    """However a stream is cut, what is covered is masked and every other byte is there, as in the model."""
    patterns, pieces = case
    assert through(known(*patterns), pieces) == model(patterns, b"".join(pieces))


@given(streams(), st.data())
def test_a_reader_who_waits(case: tuple[list[bytes], list[bytes]], data: st.DataObject) -> None:
    """Hurried at any places, all that came is out, and of a value only what came before a hurry shows."""
    patterns, pieces = case
    scrubber, out, came = Scrubber(known(*patterns)), b"", 0
    hurries = []
    for piece in pieces:
        out += scrubber.feed(piece)
        came += len(piece)
        if data.draw(st.booleans()):
            out += scrubber.hurry()
            assert not scrubber.is_withholding
            hurries.append(came)
    out += scrubber.flush()
    assert out == hurried_model(patterns, b"".join(pieces), hurries)


def hurried_model(patterns: list[bytes], text: bytes, hurries: list[int]) -> bytes:
    """As the model above, but what was not whole yet when its bytes were wanted hides none of them."""
    out, was_marked = b"", False
    for at in range(len(text)):
        wanted = next((place for place in hurries if place > at), len(text))
        is_marked = any(
            text.startswith(pattern, start)
            for pattern in patterns
            for start in range(max(0, at - len(pattern) + 1), at + 1)
            if start + len(pattern) <= wanted
        )
        if not is_marked:
            out += text[at : at + 1]
        elif not was_marked:
            out += b"***"
        was_marked = is_marked
    return out


def test_the_rest_of_a_value_is_masked() -> None:
    """A value whose beginning was put out for a reader who waits is masked from there on, and only once."""
    scrubber = Scrubber(known(b"hunter2-pw"))
    shown = scrubber.feed(b"pw: hun") + scrubber.hurry()
    assert (shown, scrubber.held) == (b"pw: hun", 3)
    assert scrubber.feed(b"ter2") == b""
    assert scrubber.feed(b"-pw\n") == b"***\n"


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        ((b"abcd",), b"xabcdyabc"),
        ((b"abcd", b"cdef"), b"-abcdef-"),
        ((b"abcdefgh", b"cdef"), b"abcdefgabcdef"),
        ((b"aaaa",), b"-aaaaaaa-aaa"),
        ((b"abcd", b"efgh"), b"abcdefgh"),
        ((b"abcabd", b"bcab"), b"abcabcabd"),
    ],
)
def test_every_splitting(patterns: tuple[bytes, ...], text: bytes) -> None:
    """All ways of cutting a short stream, several hundred each, give the same bytes."""
    expected = model(list(patterns), text)
    them = known(*patterns)
    for count in range(len(text)):
        for cuts in combinations(range(1, len(text)), count):
            pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
            assert through(them, pieces) == expected


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.binary(min_size=4, max_size=12), max_size=4))
def test_no_over_masking(pieces: list[bytes], patterns: list[bytes]) -> None:
    """Bytes in which no pattern occurs come through unchanged."""
    text = b"".join(pieces)
    absent = [pattern for pattern in patterns if pattern not in text]
    assert through(known(*absent), pieces) == text


def test_only_what_is_undecided_is_held_back() -> None:
    """A prompt or a progress bar shows at once; only an end that may begin a value waits."""
    scrubber = Scrubber(known(b"hunter2!"))
    assert scrubber.feed(b"password: ") == b"password: "
    assert scrubber.feed(b"hunt") == b""
    assert scrubber.feed(b"ing\r") == b"hunting\r"
    assert scrubber.feed(b"hun") == b""
    assert scrubber.flush() == b"hun"


def test_the_mask_comes_as_soon_as_the_value_is_there() -> None:
    """A value whose end may begin another is masked at once, and the second joins it or does not."""
    scrubber = Scrubber(known(b"abcd", b"cdef"))
    assert [scrubber.feed(piece) for piece in (b"abcd", b"ef", b"-")] == [b"***", b"", b"-"]
    assert [scrubber.feed(piece) for piece in (b"abcd", b"e", b"-")] == [b"***", b"", b"e-"]


def test_learning_in_the_middle_of_a_stream() -> None:
    """A value is masked from the moment it is known; what was held back for another is looked at again."""
    scrubber = Scrubber()
    assert scrubber.feed(b"hunter2 ") == b"hunter2 "
    scrubber.learn(["hunter2", "ab"])
    assert scrubber.feed(b"hunter2 hunt") == b"*** "
    scrubber.learn(["hunt1234"])
    assert scrubber.feed(b"1234") == b"***"


def test_streams_do_not_mix() -> None:
    """Scrubbers that share what is known hold back each its own."""
    them = known(b"abcdef")
    one, other = Scrubber(them), Scrubber(them)
    assert (one.feed(b"abc"), other.feed(b"def")) == (b"", b"def")
    assert (one.feed(b"def"), other.flush()) == (b"***", b"")


@pytest.mark.parametrize("size", [1023, 1024, 1025, 2047, 2048, 2049, 5000])
@pytest.mark.parametrize("step", [1, 7, 1000, 10_000])
def test_long_patterns(size: int, step: int) -> None:
    """A pattern that is known in pieces is masked as one, and nothing beside it."""
    value = random.Random(size).randbytes(size)
    text = b"<" + value + b"|" + value + value + b">"
    assert through(known(value), [text[at : at + step] for at in range(0, len(text), step)]) == b"<***|***>"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("value", [b"a" * (1 << 20), b"ab" * (1 << 19), random.Random(1).randbytes(1 << 20)])
def test_the_largest_value(value: bytes) -> None:
    """A value of 1 MiB takes a second or so, not the square of its length, even if it repeats itself."""
    pieces = [value[at : at + 65536] for at in range(0, len(value), 65536)]
    assert through(known(value), [b"<", *pieces, b">"]) == b"<***>"


@pytest.mark.timeout(20)
def test_patterns_that_all_begin_alike() -> None:
    """A thousand tokens with one beginning, as web tokens have, do not make the search slow."""
    tokens = [b"eyJhbGciOiJIUzI1NiIsInR5cCI6" + b"%06d" % n + b"x" * (n % 50) for n in range(1000)]
    text = b" ".join(tokens) * 5
    assert scrub(known(*tokens), text).count(b"***") == 5000 - 4


def test_nothing_shorter_than_four_bytes_is_a_pattern() -> None:
    """A pattern that short would mask half of everything."""
    assert not known(b"abc", b"")
    assert known(b"abcd", b"abc").missing([b"abc", b"abcd", b"abcde"]) == [b"abcde"]
