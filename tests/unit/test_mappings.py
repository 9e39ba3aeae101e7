"""Key → text as JSON, YAML and .env: as written, strictly, and there and back byte for byte."""

import contextlib
import json
import shlex

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.carried import everything_carried

from lockwork.domain.errors import InvalidInput
from lockwork.mappings import (
    MAX_MAPPING_BYTES,
    YamlReader,
    parse_env,
    parse_mapping,
    write_env,
    write_json,
    write_yaml,
)

SECRET = "hunter2hunter2"
LINES = ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"]
CONTROLS = ["\x01", "\x1b", "\x7f", "\x9f", "\ufeff", "\ufffe", "\uffff"]
SYNTAX = [
    "'",
    '"',
    "\\",
    "$",
    "`",
    "#",
    " ",
    "\t",
    ": ",
    "- ",
    "{",
    "}",
    "!",
    "&",
    "*",
    "\\n",
    "\\'",
    "${A}",
    "---\n",
]
WORDS = ["a", "é", "\U0001f511", "null", "yes"]
nasty = st.lists(st.sampled_from([*LINES, *CONTROLS, *SYNTAX, *WORDS]), max_size=12).map("".join)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | nasty
keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}", fullmatch=True) | st.sampled_from(
    ["yes", "Null", "export", "y", "_", "e1", "a.b-c"]
)
mappings = st.dictionaries(keys, texts, max_size=5)


def parse(text: str) -> dict[str, str]:
    return parse_mapping(text, "--values")


# --- there and back


@given(mappings)
def test_yaml_reads_back_as_written(values: dict[str, str]) -> None:
    """What is written as YAML is read back byte for byte, by us with either parser and by any YAML reader."""
    written = write_yaml(values)
    assert parse(written) == values
    assert YamlReader(written, "x").read() == YamlReader(written, "x", pure=True).read() == values
    assert yaml.safe_load(written) == values


@given(mappings)
def test_json_reads_back_as_written(values: dict[str, str]) -> None:
    """What is written as JSON is read back byte for byte."""
    written = write_json(values)
    assert parse(written) == values
    assert parse(json.dumps(values)) == values
    assert list(parse(written)) == list(values)


@given(mappings)
def test_env_reads_back_as_written(values: dict[str, str]) -> None:
    """What is written as KEY=VALUE lines is read back byte for byte, any key and any text."""
    assert parse_env(write_env(values), "--env-file") == values


@pytest.mark.parametrize("text", ["plain", "a b", "it's", 'say "hi"', "$HOME", "a\\b", "two\nlines"])
def test_env_means_the_same_to_a_shell_where_it_can(text: str) -> None:
    """Ordinary texts are quoted so that a shell that reads the file sees the same text."""
    assert shlex.split(write_env({"K": text}), posix=True) == [f"K={text}"]


# --- as written


@pytest.mark.parametrize(
    "word", ["0123", "1.50", "yes", "No", "true", "1e5", "0x1F", "1_000", "2024-01-01", ".inf", "+1"]
)
def test_yaml_scalars_stay_as_written(word: str) -> None:
    """Numbers, dates and booleans in YAML are the text that was written, in block and flow form."""
    assert parse(f"k: {word}") == parse(f"{{k: {word}}}") == {"k": word}


@pytest.mark.parametrize("word", ["1.50", "1e5", "-0", "1E400", "true", "false", "NaN", "9" * 5000])
def test_json_scalars_stay_as_written(word: str) -> None:
    """Numbers and booleans in JSON are the text that was written, however large."""
    assert parse(f'{{"k": {word}}}') == {"k": word}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{}", {}),
        ("{a: b}", {"a": "b"}),
        ('{"a": b, c: "d",}', {"a": "b", "c": "d"}),
        ('{"a": 0123}', {"a": "0123"}),
        ('\n  {"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{"a":\t"\u2028\x7f"}', {"a": "\u2028\x7f"}),
        ("\ufeffa: b", {"a": "b"}),
        ("---\na: b\n...\n", {"a": "b"}),
        ("a: |\n  one\n  two\nb: >-\n  one\n  two\n", {"a": "one\ntwo\n", "b": "one two"}),
        ("a: ''\nb: \"null\"\nc: '~'", {"a": "", "b": "null", "c": "~"}),
        ("yes: no\nnull: x\n", {"yes": "no", "null": "x"}),
        ('a: "&x *y !z <<"', {"a": "&x *y !z <<"}),
    ],
)
def test_json_and_yaml_forms(text: str, values: dict[str, str]) -> None:
    """JSON, YAML in block and in flow form, with a byte order mark or a document start, are all read."""
    assert parse(text) == values


# --- refused


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: null", "'a' is null"),
        ("a:", "'a' is null"),
        ("a: ~", "'a' is null"),
        ('{"a": null}', "'a' is null"),
        ("a: [1]", "'a' is a list"),
        ('{"a": [1]}', "'a' is a list"),
        ("a:\n- 1", "'a' is a list"),
        ("a: {b: c}", "'a' is a mapping"),
        ('{"a": {}}', "'a' is a mapping"),
    ],
)
def test_what_is_no_text_is_refused_by_key(text: str, place: str) -> None:
    """Null, lists and mappings are refused with the key's name and a hint to quote them."""
    with pytest.raises(InvalidInput, match=place) as refused:
        parse(text)
    assert "quote" in (refused.value.hint or "") or '""' in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"a: {SECRET}\na: x", "line 2, column 1 gives key 'a' twice"),
        (f'{{"a": "{SECRET}", "a": "x"}}', "key 'a' is given twice"),
        (f"{{a: {SECRET}, a: x}}", "key 'a' twice"),
        (f'{{"{SECRET} {SECRET}": 1, "{SECRET} {SECRET}": 2}}', "a key is given twice"),
        (f"a: &x {SECRET}", "line 1, column 4 has an anchor"),
        (f"a: &x {SECRET}\nb: *x", "line 1, column 4 has an anchor"),
        ("a: x\nb: *x", "line 2, column 4 is an alias"),
        (f"a: !!str {SECRET}", "line 1, column 4 has a tag"),
        (f"!!map {{a: {SECRET}}}", "has a tag"),
        (f"<<: {{a: {SECRET}}}", "merges"),
        (f"? [{SECRET}]\n: x", "plain key"),
        (f"a: x\n---\nb: {SECRET}", "second document"),
        (f"a: '{SECRET}", "line"),
        (f"a: {SECRET}: x", "line 1"),
        (f"a: {SECRET}\n b: x", "line 2"),
        (f"a: @{SECRET}", "line 1, column 4"),
        (f"a: {SECRET}\x07", "line 1, column 18"),
        (f"a: {SECRET}\u2028", "line 1, column 18"),
        (f"a: {SECRET}\ud800", "line 1, column 18 is a lone surrogate"),
        (f'{{"a": "{SECRET}\\ud800"}}', "'a' holds a lone surrogate"),
        (f'{{"a": "{SECRET}\\u0000"}}', "'a' holds a NUL"),
        (f'a: "{SECRET}\\0"', "'a' holds a NUL"),
        (f"a: {SECRET}\0", "is a NUL"),
        (f'{{"a": "{SECRET}\nx"}}', "line 1, column 22 is a control character"),
        (f'{{"a": {SECRET} "b": 2}}', "line 1"),
        (f'{{"a": 1 "{SECRET}":2}}', "is a comma missing"),
        (f"{SECRET}", "not a mapping"),
        (f"- {SECRET}", "not a mapping"),
        (f'["{SECRET}"]', "not a mapping"),
        ("", "not a mapping"),
        ("# only\n", "not a mapping"),
        (f"a: x\n{SECRET}!{SECRET}: x", "entry 2 has no valid key"),
        (f'{{"{SECRET} {SECRET}": null}}', "entry 1 has no valid key"),
        ('{"a": ' + "[" * 64 + "]" * 64 + "}", "nested more than 64"),
        ("a: " + "[" * 65 + "]" * 65, "nested more than 64"),
        ("\n".join(" " * i + "a:" for i in range(70)), "nested more than 64"),
    ],
)
def test_strictness_gives_the_place_and_quotes_nothing(text: str, place: str) -> None:
    """What a mapping may not hold is refused by line and column or key; nothing hangs on the failure."""
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    assert place in str(refused.value)
    assert SECRET not in "\n".join(everything_carried(refused.value))
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("piece", "count", "place"),
    [
        ("{", 100_000, "nested more than 64"),
        ("[", 100_000, "nested more than 64"),
        ("- ", 100_000, "nested more than 64"),
        ('{"a": ', 100_000, "nested more than 64"),
        ("{a: ", 100_000, "nested more than 64"),
        ("? ", 100_000, "is not a plain key"),
        (f"a: {SECRET}", MAX_MAPPING_BYTES // 10, "bytes; at most"),
    ],
)
def test_endless_nesting_and_size_are_refused_at_once(piece: str, count: int, place: str) -> None:
    """Nesting or size beyond the limit is told as such, quickly, and never as a RecursionError."""
    with pytest.raises(InvalidInput, match=place) as refused:
        parse(piece * count)
    assert SECRET not in "\n".join(everything_carried(refused.value))


@pytest.mark.parametrize("text", ["[" * 60 + "]" * 60, "{a: " * 60 + "x" + "}" * 60])
def test_depth_below_the_limit_is_told_by_what_it_is(text: str) -> None:
    """Nesting within the limit is refused for being no text, not for its depth."""
    with pytest.raises(InvalidInput, match=r"not a mapping|'a' is a mapping"):
        parse(text)


@given(st.text(max_size=40) | nasty | st.text("{}[]:,\"'a-?!&*#|>%@ \n\t\\", max_size=30))
def test_no_text_ends_in_anything_but_a_mapping_or_a_refusal(text: str) -> None:
    """Whatever is given is read or refused in words, by both of YAML's parsers and the .env parser."""
    for read in (parse, lambda t: parse_env(t, "x"), lambda t: YamlReader(t, "x", pure=True).read()):
        with contextlib.suppress(InvalidInput):
            read(text)


# --- .env


def test_env_lines() -> None:
    """Quotes, `export`, comments and spaces are understood; nothing is interpolated."""
    text = (
        "# comment\n\nexport A=1\nB = two words # comment\nC='$A ${B}'\nD=\"x\\ny\"\nE=\nF='two\nlines'\r\n"
        "G=a#b\nH=$A\na.b-c=x\n"
    )
    assert parse_env(text, "x") == {
        "A": "1",
        "B": "two words",
        "C": "$A ${B}",
        "D": "x\ny",
        "E": "",
        "F": "two\nlines",
        "G": "a#b",
        "H": "$A",
        "a.b-c": "x",
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"A=1\n\nA={SECRET}", "line 3 gives key 'A' again"),
        (f"A=1\n{SECRET}", "line 2 is not KEY=VALUE"),
        (f"\n\nexport {SECRET}\n", "line 3 is not KEY=VALUE"),
        (f"A='{SECRET}\n", "line 1 is not"),
        (f'A=1\nB="{SECRET}" x\n', "line 2 is not"),
        (f"={SECRET}", "line 1 is not"),
        (f"A=1\n2{SECRET}=x", "line 2 has no valid key"),
        (f"A={SECRET}\0", "NUL"),
        (f"A={SECRET}\udc80", "lone surrogate"),
    ],
)
def test_bad_env_lines_give_their_number(text: str, place: str) -> None:
    """Bad lines, repeated keys and keys without `=` are errors with the line's number, quoting nothing."""
    with pytest.raises(InvalidInput) as refused:
        parse_env(text, "--env-file x")
    assert place in str(refused.value)
    assert SECRET not in "\n".join(everything_carried(refused.value))


def test_a_full_value_is_read_from_each_form() -> None:
    """A megabyte that is all escapes is read back from every form."""
    values = {"k": "\\" * 512 * 1024 + "'\n" * 256 * 1024}
    assert (
        parse(write_yaml(values)) == parse(write_json(values)) == parse_env(write_env(values), "x") == values
    )


def test_what_could_not_be_read_back_is_not_written() -> None:
    """Where escapes would make the file larger than is read, writing it is refused with the other formats."""
    values = {f"k{i}": "\x01" * 1024 * 1024 for i in range(2)}
    for write in (write_yaml, write_json):
        with pytest.raises(InvalidInput, match="bytes; at most") as refused:
            write(values)
        assert "env" in (refused.value.hint or "")
    assert parse_env(write_env({"k": "\x01"}), "x") == {"k": "\x01"}
