"""From words to values: options that are free, files, standard input and what users are told about them."""

import io
import os
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carried import everything_carried

from lockwork.cli.arguments import (
    Source,
    attribute_name,
    free_options,
    gather,
    read_assignments,
    read_env_file,
    read_groups,
    read_mapping,
    read_value,
)
from lockwork.cli.commands import FreeCommand
from lockwork.domain.errors import InvalidInput, WrongUsage
from lockwork.domain.secrets import MAX_VALUE_BYTES

KNOWN = {"--values": True, "-v": True, "--env-file": True, "--interactive": False, "-i": False, "--ask": True}
RESERVED = {"--output", "--workspace", "--as"}
SECRET = "hunter2hunter2"


def split(*words: str) -> tuple[list[tuple[str, str]], list[str]]:
    return free_options(words, known=KNOWN, reserved=RESERVED)


def given_in(stdin: bytes = b"", *, strip: bool = False) -> Source:
    return Source(io.BytesIO(stdin), strip=strip)


def test_free_options_stand_on_either_side_of_the_name() -> None:
    """`--KEY=VALUE` is taken from before and after the name; the command's own options are left in order."""
    pairs, rest = split("--user=a", "db", "-v", "@x.json", "--pass=b", "--ask", "token", "-i")
    assert pairs == [("user", "a"), ("pass", "b")]
    assert rest == ["db", "-v", "@x.json", "--ask", "token", "-i"]


@pytest.mark.parametrize(
    ("word", "pair"),
    [
        ("--k=", ("k", "")),
        ("--k=-v", ("k", "-v")),
        ("--k=--values=x", ("k", "--values=x")),
        ("--k=a=b==", ("k", "a=b==")),
        ("--k=line\nline", ("k", "line\nline")),
        ("--a-b=x", ("a-b", "x")),
        ("--a_b=x", ("a_b", "x")),
        ("--a.b=x", ("a.b", "x")),
        ("--_=x", ("_", "x")),
    ],
)
def test_keys_and_values_are_literal(word: str, pair: tuple[str, str]) -> None:
    """A value may start with a dash, hold `=` or be empty; dashes and underscores in keys differ."""
    assert split(word, "db") == ([pair], ["db"])


def test_dashes_and_underscores_are_the_same_in_options() -> None:
    """`--env_file` is the option `--env-file`, with its value in the same word or the next, never a key."""
    assert split("--env_file=a_b", "--env_file", "--k=v", "db") == (
        [],
        ["--env-file=a_b", "--env-file", "--k=v", "db"],
    )


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        (["-v", "--k=v"], ["-v", "--k=v"]),
        (["-iv", "--k=v"], ["-iv", "--k=v"]),
        (["--values", "--k=v"], ["--values", "--k=v"]),
        (["--", "--k=v", "--k"], ["--", "--k=v", "--k"]),
        (["-"], ["-"]),
        (["-v"], ["-v"]),
    ],
)
def test_the_value_of_an_option_is_not_a_key(words: list[str], rest: list[str]) -> None:
    """The word after an option that takes one, and all after `--`, is left to the option parser."""
    assert split(*words) == ([], rest)


@pytest.mark.parametrize(
    "words", [["-i", "--k=v"], ["-vTEXT", "--k=v"], ["-vi", "--k=v"], ["--values=x", "--k=v"]]
)
def test_an_option_that_has_its_value_takes_no_other(words: list[str]) -> None:
    """A flag, or an option with its value attached, does not swallow the free option after it."""
    assert split(*words) == ([("k", "v")], words[:1])


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--k=a", "--k=b"], "'k' is given twice"),
        (["--k"], "--k has no value"),
        (["--k", "v"], "--k has no value"),
        (["--9k=v"], "'9k'"),
        (["--=v"], "''"),
        (["--a b=v"], "'a b'"),
    ],
)
def test_wrong_free_options_are_named(words: list[str], named: str) -> None:
    """A key given twice, without `=`, or breaking the rule is an error that names it and not its value."""
    with pytest.raises(InvalidInput, match=named):
        split("db", *words)


def test_a_misspelt_option_is_guessed() -> None:
    """A free option without a value that looks like one of the command's gets its name as a hint."""
    with pytest.raises(WrongUsage) as refused:
        split("--value", "x")
    assert refused.value.hint == "did you mean --values?"


@pytest.mark.parametrize("word", ["--output=json", "--output", "--workspace=x"])
def test_an_option_of_lockwork_itself_is_never_guessed(word: str) -> None:
    """A word that is also a global option is refused, with the spelling of the option and of the key."""
    with pytest.raises(WrongUsage) as refused:
        split("db", word)
    assert "before the group" in (refused.value.hint or "")
    assert "--values" in (refused.value.hint or "")


def test_attributes_are_the_same_with_dashes_and_underscores() -> None:
    """Attributes are named with underscores however they are typed, and so count as given twice."""
    pairs, _ = free_options(["--tracking-uri=a"], known={}, read_key=attribute_name)
    assert pairs == [("tracking_uri", "a")]
    with pytest.raises(WrongUsage, match="tracking_uri"):
        free_options(["--tracking-uri=a", "--tracking_uri=b"], known={}, read_key=attribute_name)
    with pytest.raises(InvalidInput, match=r"a\.b"):
        attribute_name("a.b")


def test_assignments_are_variables() -> None:
    """`--env K=V` takes what may be a variable, once; a wrong one is refused without quoting it."""
    assert read_assignments(["A=1", "_b=x=y", "C="]) == {"A": "1", "_b": "x=y", "C": ""}
    with pytest.raises(WrongUsage, match="'A' twice"):
        read_assignments(["A=1", "A=2"])
    for word in (SECRET, f"a-b={SECRET}", f"={SECRET}"):
        with pytest.raises(WrongUsage) as refused:
            read_assignments([word])
        assert SECRET not in "\n".join(everything_carried(refused.value))


# --- values


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_can_be_given_in_a_word(text: str) -> None:
    """Any text comes back as it was typed, one that begins with `@` after a second `@`."""
    word = "@" + text if text.startswith("@") else text
    assert read_value("k", word, given_in()) == text


@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_can_be_given_in_a_file(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    """A file or standard input is taken exactly, whatever characters it holds."""
    path = tmp_path_factory.getbasetemp() / "value"
    path.write_bytes(value.encode())
    assert read_value("k", f"@{path}", given_in()) == value
    assert read_value("k", "@-", given_in(value.encode())) == value


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`@~/file` is in the user's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "pw").write_text("x")
    assert read_value("k", "@~/pw", given_in()) == "x"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n"])
def test_a_newline_at_the_end_is_kept_and_told(tmp_path: Path, ending: str) -> None:
    """A trailing newline stays, with a note that names the key and `--strip`; `--strip` drops it."""
    (tmp_path / "pw").write_bytes(b" x " + ending.encode())
    source = given_in()
    assert read_value("pw", f"@{tmp_path}/pw", source) == " x " + ending
    assert len(source.notes) == 1
    assert "'pw'" in source.notes[0]
    assert "--strip" in source.notes[0]
    stripping = given_in(strip=True)
    assert read_value("pw", f"@{tmp_path}/pw", stripping) == " x "
    assert stripping.notes == []


def test_strip_leaves_typed_values_alone() -> None:
    """`--strip` is about files: a newline typed in a word stays and needs no note."""
    source = given_in(strip=True)
    assert read_value("k", "x\n", source) == "x\n"
    assert source.notes == []


def test_a_byte_order_mark_is_told() -> None:
    """A file that begins with a byte order mark is kept exactly, with a note."""
    source = given_in(b"\xef\xbb\xbfx")
    assert read_value("k", "@-", source) == "\ufeffx"
    assert "byte order mark" in source.notes[0]


def test_files_that_cannot_be_values_are_named(tmp_path: Path) -> None:
    """Missing, unreadable, too large or non-UTF-8 files are refused by path, showing no content."""
    (tmp_path / "large").write_bytes(b"x" * (MAX_VALUE_BYTES + 1))
    (tmp_path / "latin").write_bytes(SECRET.encode() + b"\xe9")
    (tmp_path / "nul").write_bytes(SECRET.encode() + b"\0")
    (tmp_path / "folder").mkdir()
    for name in ("missing", "large", "latin", "folder", "nul"):
        with pytest.raises(InvalidInput, match="'k'") as refused:
            read_value("k", f"@{tmp_path}/{name}", given_in())
        assert name in str(refused.value) or name == "nul"
        assert SECRET not in "\n".join(everything_carried(refused.value))


@pytest.mark.parametrize("word", ["@", "@a\0b", "@~no-such-user-at-all/x"])
def test_words_that_are_no_path_are_errors(word: str) -> None:
    """`@` alone, a NUL in a path and an unknown home are errors, not tracebacks."""
    with pytest.raises(InvalidInput, match="'k'"):
        read_value("k", word, given_in())


def test_the_limit_of_a_value_is_kept_to_the_byte(tmp_path: Path) -> None:
    """A value of exactly the limit is read; sizes count UTF-8 bytes."""
    (tmp_path / "full").write_bytes("é".encode() * (MAX_VALUE_BYTES // 2))
    assert len(read_value("k", f"@{tmp_path}/full", given_in())) == MAX_VALUE_BYTES // 2
    with pytest.raises(InvalidInput):
        read_value("k", "é" * (MAX_VALUE_BYTES // 2) + "x", given_in())


def test_an_endless_file_is_not_read_to_its_end() -> None:
    """A file without an end is refused for its size after a limit's worth of it."""
    with pytest.raises(InvalidInput, match="/dev/zero holds more"):
        read_value("k", "@/dev/zero", given_in())


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    """What a shell's `@<(command)` hands over, which has no size, is read to its end."""
    read_end, write_end = os.pipe()
    os.write(write_end, b"piped")
    os.close(write_end)
    try:
        assert read_value("k", f"@/dev/fd/{read_end}", given_in()) == "piped"
    finally:
        os.close(read_end)


def test_standard_input_is_read_once() -> None:
    """A second `@-` in one command is wrong usage, whichever way it is asked for; none at all is an error."""
    for again in (read_value, lambda _, text, source: read_mapping(text, source)):
        source = given_in(b"x")
        read_value("a", "@-", source)
        with pytest.raises(WrongUsage, match="once"):
            again("b", "@-", source)
    with pytest.raises(InvalidInput, match="no standard input"):
        read_value("k", "@-", Source(None))


@pytest.mark.parametrize("text", [f"{SECRET}\ud800", f"{SECRET}\0", f"{SECRET}" * 80_000])
def test_refused_words_show_nothing(text: str) -> None:
    """A value that is no text or too large is refused by key; nothing of it hangs on the failure."""
    with pytest.raises(InvalidInput, match="'k'") as refused:
        read_value("k", text, given_in())
    assert SECRET not in "\n".join(everything_carried(refused.value))


# --- mappings and what wins


def test_mappings_come_from_text_files_and_standard_input(tmp_path: Path) -> None:
    """`--values` takes the mapping itself, `@file` or `@-`; failures name the file."""
    (tmp_path / "v.yaml").write_text("a: 1\n")
    assert read_mapping("a: 1", given_in()) == {"a": "1"}
    assert read_mapping(f"@{tmp_path}/v.yaml", given_in()) == {"a": "1"}
    assert read_mapping("@-", given_in(b'{"a": "1"}')) == {"a": "1"}
    (tmp_path / "v.yaml").write_text("a: 1\na: 2\n")
    with pytest.raises(InvalidInput, match=r"--values @.*v\.yaml: line 2"):
        read_mapping(f"@{tmp_path}/v.yaml", given_in())


def test_groups_are_mappings_by_name(tmp_path: Path) -> None:
    """A file of several secrets is read with the same strictness, one level deeper."""
    (tmp_path / "all.yaml").write_text("db:\n  pw: 0123\napi: {key: x}\n")
    assert read_groups(f"@{tmp_path}/all.yaml", given_in(), "--from-file") == {
        "db": {"pw": "0123"},
        "api": {"key": "x"},
    }
    with pytest.raises(InvalidInput, match=r"2\. group"):
        read_groups("a: {}\nb: text", given_in(), "--from-file")


def test_env_files_come_from_files_and_standard_input(tmp_path: Path) -> None:
    """`--env-file` takes a path, or `-` for standard input; failures name it."""
    (tmp_path / ".env").write_text("A=1\n")
    assert read_env_file(f"{tmp_path}/.env", given_in()) == {"A": "1"}
    assert read_env_file("-", given_in(b"A=1")) == {"A": "1"}
    with pytest.raises(InvalidInput, match=r"--env-file: cannot read .*gone"):
        read_env_file(f"{tmp_path}/gone", given_in())


def test_free_options_win_over_mappings(tmp_path: Path) -> None:
    """`--KEY=VALUE` wins over `--values` and `--env-file`; a key that both of those give is refused."""
    (tmp_path / ".env").write_text("b=env\nc=env\n")
    env_file = str(tmp_path / ".env")
    gathered = gather(
        [("c", "word"), ("a", "word")], given_in(), values="{a: map, d: map}", env_file=env_file
    )
    assert gathered == {"a": "word", "b": "env", "c": "word", "d": "map"}
    with pytest.raises(InvalidInput, match="'b'"):
        gather([], given_in(), values="{b: map}", env_file=env_file)
    assert gather([("b", "word")], given_in(), values="{b: map}", env_file=env_file)["b"] == "word"
    assert gather([], given_in()) == {}


def test_a_command_says_which_options_stand_elsewhere() -> None:
    """Where nothing is reserved, options of `lockwork` itself are keys like all others."""

    @click.command(cls=FreeCommand)
    def keep(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return pairs

    assert isinstance(keep, FreeCommand)
    with pytest.raises(WrongUsage, match="--workspace is also an option"):
        keep.main(["--workspace=w"], standalone_mode=False)
    keep.reserved = frozenset()
    assert keep.main(["--workspace=w"], standalone_mode=False) == [("workspace", "w")]
