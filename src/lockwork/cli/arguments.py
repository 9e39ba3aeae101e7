"""Turn the words of a command line into values: `--KEY=VALUE`, `@file`, mappings and `.env` files.

Parses and reads files; prints nothing and asks nothing. What users should be told is left in `Source.notes`.
"""

import itertools
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from lockwork.domain import ways_out
from lockwork.domain.errors import InvalidInput, WrongUsage
from lockwork.domain.nearness import near
from lockwork.domain.secrets import MAX_VALUE_BYTES, SecretKey, checked_value
from lockwork.mappings import MAX_MAPPING_BYTES, parse_env, parse_groups, parse_mapping

_NAME = re.compile(r"(?!-).{0,128}")  # as somebody may mean one
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_AT_IS_A_FILE = "@PATH reads a file; a value that begins with @ is written @@…"
_BEHIND_ITS_KEY = "a value stands in one word with its key: --KEY=VALUE, or --KEY=@FILE"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Source:
    """What the words of one command read from: files, and standard input at most once."""

    def __init__(self, stdin: BinaryIO | None, *, strip: bool = False) -> None:
        self.notes: list[str] = []
        self.strip = strip
        self._stdin = stdin
        self._is_read = False

    def read(self, path: str, limit: int, what: str, hint: str | None = None) -> str:
        """The file's text, exactly; `-` is standard input. Never more than the limit is read."""
        name = "standard input" if path == "-" else path
        raw = self._from_stdin(limit, what) if path == "-" else _from_file(path, limit, what, hint)
        if len(raw) > limit:
            raise InvalidInput(f"{what}: {name} holds more than {limit:,} bytes")
        text, bad_byte = _decoded(raw)
        if text is None:
            encode = "only text can be kept and filled; encode other data first, for example with base64"
            raise InvalidInput(f"{what}: {name} is not UTF-8 (at byte {bad_byte:,})", hint=encode)
        return text

    def _from_stdin(self, limit: int, what: str) -> bytes:
        if self._stdin is None:
            raise InvalidInput(f"{what}: there is no standard input to read")
        if self._is_read:
            raise WrongUsage(
                f"{what}: standard input can be read once in a command", hint="use a file for the other"
            )
        self._is_read = True
        return self._stdin.read(limit + 1)


def _from_file(path: str, limit: int, what: str, hint: str | None) -> bytes:
    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        reason = ways_out.reason(error)
    except (ValueError, RuntimeError):  # a NUL in the path; a home folder that is not known
        reason = "it is not a path of a file"
    raise InvalidInput(f"{what}: cannot read {path!r}: {reason}", hint=hint)


def _decoded(raw: bytes) -> tuple[str | None, int]:
    """The text, or None and where it breaks: the decoder's own failure would carry the bytes."""
    try:
        return raw.decode(), 0
    except UnicodeDecodeError as error:
        return None, error.start


# --- words -------------------------------------------------------------------------------------------------


def free_options(
    args: Sequence[str],
    *,
    known: Mapping[str, bool],
    reserved: Collection[str] = (),
    read_key: Callable[[str], str] = SecretKey.parse,
    other_way: str = "through --values",
) -> tuple[list[tuple[str, str]], list[str]]:
    """Split the words after a command into its `--KEY=VALUE` pairs and the rest, for the option parser.

    `known` has the option words of this command (`--values`, `-v`) and whether each takes a value, which may
    be the next word. `reserved` are options that stand elsewhere (`--output`): never guessed, refused with
    both spellings. Dashes and underscores are the same in options; `read_key` says what they are in keys.
    """
    pairs: dict[str, str] = {}
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            rest.extend([word, *words])
        elif _is_option(word, known):
            rest.append(_spelled(word) if word.startswith("--") else word)
            rest.extend(itertools.islice(words, int(_takes_next(word, known))))
        elif not word.startswith("--"):
            rest.append(word)
        else:
            name, _, text = word[2:].partition("=")
            if not _NAME.fullmatch(name):  # not quoted: the value may be one that begins with -----BEGIN
                raise WrongUsage("a word that begins with -- is not --KEY=VALUE", hint=_BEHIND_ITS_KEY)
            _check_free(word, known, reserved, other_way)
            key = read_key(name)
            if key in pairs:
                raise WrongUsage(f"{key!r} is given twice")
            pairs[key] = text
    return list(pairs.items()), rest


def attribute_name(word: str) -> str:
    """The attribute that `tracking-uri` or `tracking_uri` means."""
    name = word.replace("-", "_")
    if not _ATTRIBUTE.fullmatch(name):
        raise InvalidInput(f"{word!r} is not an attribute's name", hint="letters, digits, '_' and '-'")
    return name


def read_assignments(words: Sequence[str], option: str = "--env") -> dict[str, str]:
    """The `K=V` words of a repeated option, as environment variables."""
    variables: dict[str, str] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not _VARIABLE.fullmatch(name):
            # Not quoted: without a name before the first '=' the word may be the value.
            text = f"{option} takes NAME=VALUE, with a name of letters, digits and '_'"
            raise WrongUsage(text, hint=_with_a_name(option, word))
        if name in variables:
            raise WrongUsage(f"{option} gives {name!r} twice")
        variables[name] = text
    return variables


def _with_a_name(option: str, word: str) -> str | None:
    """The same reference with a variable's name before it; a reference is names, and can be quoted."""
    # lazy: only who is refused needs them
    from lockwork.domain.plans import variable_of
    from lockwork.domain.references import references_in

    found = references_in(word)
    return f"{option} {variable_of(found[0])}='{found[0]}'" if found else None


def _spelled(word: str) -> str:
    """A long option as the option parser knows it, its value untouched."""
    name, equals, text = word[2:].partition("=")
    return "--" + name.replace("_", "-") + equals + text


def _is_option(word: str, known: Collection[str]) -> bool:
    if word.startswith("--"):
        return _spelled(word).partition("=")[0] in known
    return len(word) > 1 and word.startswith("-")


def _takes_next(word: str, known: Mapping[str, bool]) -> bool:
    if word.startswith("--"):
        return "=" not in word and known[_spelled(word)]
    if word in known:
        return known[word]
    # -iv VALUE: the first that takes a value takes the rest
    for place, letter in enumerate(word[1:], start=1):
        if known.get(f"-{letter}", False):
            return place == len(word) - 1
    return False


def _check_free(word: str, known: Collection[str], reserved: Collection[str], other_way: str) -> None:
    option, equals, _ = _spelled(word).partition("=")
    if option in reserved:
        hint = f"as an option: lockwork {option} … GROUP COMMAND, before the group; as a key: {other_way}"
        raise WrongUsage(
            f"{option} is also an option of lockwork itself, so it is not guessed here", hint=hint
        )
    if not equals:
        guess = next(iter(near(option, [name for name in known if name.startswith("--")], 1)), None)
        hint = f"did you mean {guess}?" if guess else f"write {word}=VALUE; {word}= gives the empty text"
        raise WrongUsage(f"{word} has no value", hint=hint)


# --- values ------------------------------------------------------------------------------------------------


def read_value(key: str, text: str, source: Source) -> str:
    """What a word stands for: `@path` a file, `@-` standard input, `@@x` the text `@x`, else itself."""
    if not text.startswith("@") or text.startswith("@@"):
        return checked_value(key, text.removeprefix("@"))
    path = text[1:]
    if not path:
        raise InvalidInput(f"the value of {key!r}: @ names no file", hint=_AT_IS_A_FILE)
    value = source.read(path, MAX_VALUE_BYTES, f"the value of {key!r}", _AT_IS_A_FILE)
    if source.strip:
        value = value.rstrip("\r\n")
    whence = "standard input" if path == "-" else path
    if value.endswith(("\n", "\r")):
        source.notes.append(f"the value of {key!r} ends in a newline, as {whence} does; --strip drops it")
    if value.startswith("\ufeff"):
        source.notes.append(f"the value of {key!r} begins with a byte order mark, as {whence} does")
    return checked_value(key, value)


def read_mapping(text: str, source: Source, option: str = "--values") -> dict[str, str]:
    """Key → text from JSON or YAML, given as text, `@path` or `@-`. It may be empty."""
    return parse_mapping(*_content(text, source, option))


def read_groups(text: str, source: Source, option: str) -> dict[str, dict[str, str]]:
    """Secret → key → text, as `read_mapping` reads one secret's."""
    return parse_groups(*_content(text, source, option))


def read_env_file(path: str, source: Source, option: str = "--env-file") -> dict[str, str]:
    """Key → text from KEY=VALUE lines; `-` is standard input."""
    return parse_env(source.read(path, MAX_MAPPING_BYTES, option), f"{option} {path}")


def gather(
    pairs: Sequence[tuple[str, str]],
    source: Source,
    *,
    values: str | None = None,
    env_file: str | None = None,
) -> dict[str, str]:
    """All that one command is to store: `--KEY=VALUE` wins over both, which may not both give a key."""
    given = {key: read_value(key, text, source) for key, text in pairs}
    mapping = {} if values is None else read_mapping(values, source)
    lines = {} if env_file is None else read_env_file(env_file, source)
    for key in mapping:
        if key in lines and key not in given:
            raise InvalidInput(
                f"{key!r} is given by --values and by --env-file", hint=f"--{key}=… wins over both"
            )
    return {**mapping, **lines, **given}


def _content(text: str, source: Source, option: str) -> tuple[str, str]:
    """A mapping's text, and what to call it in failures."""
    if not text.startswith("@"):
        return text, option
    return source.read(text[1:], MAX_MAPPING_BYTES, option), f"{option} {text}"
