"""Key → text as JSON, YAML and `.env`: read strictly, written so that it reads back byte for byte.

Text in, text out; no file is touched here. What is not quoted is kept as it was written (`0123`, `1.50`,
`yes`), so nothing is ever turned into a number and back. A failure gives the place, and the key where it is a
valid one; it quotes nothing else, and is raised outside the parser's own failure, which holds the text.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from lockwork.domain.errors import InvalidInput
from lockwork.domain.secrets import SecretKey, checked_value

MAX_MAPPING_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"

HOW_GIVEN = 'write "KEY: TEXT" lines or {"KEY": "TEXT"}, or @FILE to read them from a file'
"""The way out of a text that is no mapping, on a command line."""
_KEY_RULE = "a key is 1 to 128 letters, digits, '_', '.' and '-', beginning with a letter or '_'"
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_SURROGATE = re.compile("[\ud800-\udfff]")
# Unquoted these would be folded as line breaks (YAML 1.1) or dropped: better refused than changed.
_NOT_IN_YAML = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_JSON_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_ENV_NEWLINE = re.compile(r"\r\n|\n|\r")


def parse_mapping(text: str, where: str) -> dict[str, str]:
    """Read a JSON or YAML mapping of key → text. `where` names the source in failures."""
    return _flat(_tree(text, where), where)


def parse_groups(text: str, where: str) -> dict[str, dict[str, str]]:
    """Read a JSON or YAML mapping of name → key → text; the names are checked by who uses them."""
    groups = _mapping(_tree(text, where), where)
    return {name: _flat(group, f"{where}: {number}. group") for number, (name, group) in _numbered(groups)}


def parse_env(text: str, where: str) -> dict[str, str]:
    """Read KEY=VALUE lines with quotes, `export` and comments; `$` is an ordinary character."""
    import io  # lazy, as the parser: few commands read such a file

    from dotenv.parser import parse_stream

    check_text(text, where)
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        blank = re.match(r"\s*", binding.original.string)
        line = binding.original.line + len(_ENV_NEWLINE.findall(blank[0] if blank else ""))
        if binding.error or (binding.key is not None and binding.value is None):
            raise InvalidInput(f"{where}: line {line} is not KEY=VALUE", hint="quote values that hold quotes")
        if binding.key is None or binding.value is None:
            continue  # a comment or the blank end
        key = _key(binding.key, where, f"line {line}")
        if key in values:
            raise InvalidInput(f"{where}: line {line} gives key {key!r} again")
        values[key] = checked_value(key, binding.value)
    return values


def write_yaml(values: Mapping[str, str]) -> str:
    """One `key: "text"` a line; every text in double quotes, so that no reader takes it for anything else."""
    lines = [f"{_yaml_key(key)}: {_yaml_text(text)}\n" for key, text in values.items()]
    return _readable("".join(lines) or "{}\n")


def write_json(values: Mapping[str, str]) -> str:
    """A JSON object, indented, in the keys' order."""
    import json  # lazy: only export and -o json need it

    return _readable(json.dumps(values, ensure_ascii=False, indent=2) + "\n")


def write_env(values: Mapping[str, str]) -> str:
    """One KEY='text' a line; a text may span lines. Every valid key and text can be written so."""
    return _readable("".join(f"{key}={_env_text(text)}\n" for key, text in values.items()))


def check_text(text: str, where: str) -> None:
    """Refuse what is too large, or no text, before any parser sees it."""
    if (found := _SURROGATE.search(text)) is not None:
        _refuse(text, found.start(), where, "is a lone surrogate, which is not text")
    if (found := re.search("\x00", text)) is not None:
        _refuse(text, found.start(), where, "is a NUL character, which cannot be stored")
    if (size := len(text.encode())) > MAX_MAPPING_BYTES:
        raise InvalidInput(f"{where}: {size:,} bytes; at most {MAX_MAPPING_BYTES:,} are read")


def _tree(text: str, where: str) -> Tree:
    text = text.removeprefix("\ufeff")
    check_text(text, where)
    if text.lstrip().startswith("{"):
        return _json_tree(text, where)
    return YamlReader(text, where).read()


# --- key → text out of a tree ------------------------------------------------------------------------------


def _flat(tree: Tree, where: str) -> dict[str, str]:
    values = {}
    for number, (word, node) in _numbered(_mapping(tree, where)):
        key = _key(word, where, f"entry {number}")
        if not isinstance(node, str):
            _refuse_kind(key, node, where)
        values[key] = _checked(key, node, where)
    return values


def _mapping(tree: Tree, where: str) -> dict[str, Tree]:
    if not isinstance(tree, dict):
        raise InvalidInput(f"{where}: not a mapping of keys to texts", hint=HOW_GIVEN)
    return tree


def _numbered(mapping: dict[str, Tree]) -> Iterator[tuple[int, tuple[str, Tree]]]:
    return enumerate(mapping.items(), start=1)


def _key(word: str, where: str, place: str) -> str:
    if not _is_key(word):
        raise InvalidInput(f"{where}: {place} has no valid key", hint=_KEY_RULE)
    return word


def _is_key(word: str) -> bool:
    try:
        SecretKey.parse(word)
    except InvalidInput:
        return False
    return True


def _checked(key: str, text: str, where: str) -> str:
    if _SURROGATE.search(text):  # an escape in JSON or YAML can make one
        raise InvalidInput(f"{where}: the value of {key!r} holds a lone surrogate, which is not text")
    return checked_value(key, text)


def _refuse_kind(key: str, node: Tree, where: str) -> NoReturn:
    if node is None:
        hint = 'write "" for the empty text, or "null" in quotes for the word'
        raise InvalidInput(f"{where}: the value of {key!r} is null, not text", hint=hint)
    kind = "a list" if isinstance(node, list) else "a mapping"
    hint = "quote it as a whole to keep it as one text"
    raise InvalidInput(f"{where}: the value of {key!r} is {kind}, not text", hint=hint)


def _named(word: str) -> str:
    return f"key {word!r}" if _is_key(word) else "a key"


def _refuse(text: str, index: int, where: str, what: str, hint: str | None = None) -> NoReturn:
    line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    raise InvalidInput(f"{where}: line {line}, column {column} {what}", hint=hint)


# --- JSON --------------------------------------------------------------------------------------------------


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON before its keys are compared."""


def _json_tree(text: str, where: str) -> Tree:
    """Read JSON; what begins like it but is none may be YAML's `{a: b}`."""
    import json  # lazy: only mappings given as text need it

    _check_json_depth(text, where)
    as_written = json.JSONDecoder(
        parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_Pairs
    )
    loaded: Any = None
    try:
        loaded = as_written.decode(text)
    except json.JSONDecodeError as error:
        problem, index = error.msg, error.pos
    else:
        problem, index = "", 0
    if not problem:
        return _as_tree(loaded, where)
    if problem.startswith("Invalid control character"):  # YAML would fold a line break into a space
        hint = r"write line breaks as \n and tabs as \t"
        _refuse(text, index, where, "is a control character inside a JSON text", hint)
    return YamlReader(text, where).read()


def _check_json_depth(text: str, where: str) -> None:
    """Count brackets beforehand: the decoder would end in a RecursionError."""
    depth = 0
    for match in _JSON_BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            _refuse(text, match.start(), where, f"is nested more than {MAX_DEPTH} deep")


def _as_tree(loaded: Any, where: str) -> Tree:
    if isinstance(loaded, bool):
        return "true" if loaded else "false"
    if isinstance(loaded, _Pairs):
        mapping: dict[str, Tree] = {}
        for word, value in loaded:
            if word in mapping:
                raise InvalidInput(f"{where}: {_named(word)} is given twice")
            mapping[word] = _as_tree(value, where)
        return mapping
    if isinstance(loaded, list):
        return [_as_tree(item, where) for item in loaded]
    assert loaded is None or isinstance(loaded, str)  # noqa: S101 - numbers were kept as text by the decoder
    return loaded


# --- YAML --------------------------------------------------------------------------------------------------


class YamlReader:
    """One YAML document, from its events: no aliases, anchors, tags or merges; scalars as written."""

    def __init__(self, text: str, where: str, *, pure: bool = False) -> None:
        import yaml  # lazy: only mappings given as text need it

        if (found := _NOT_IN_YAML.search(text)) is not None:
            hint = r'write it as an escape in double quotes, such as "\x07" or "\u2028"'
            _refuse(text, found.start(), where, "is a character that YAML does not keep", hint)
        self._yaml, self._where = yaml, where
        loader = yaml.SafeLoader if pure or not yaml.__with_libyaml__ else yaml.CSafeLoader
        self._events: Iterator[Any] = yaml.parse(text, Loader=loader)

    def read(self) -> Tree:
        """The document's tree; more than one document is an error, and none is null."""
        self._next()
        if isinstance(self._next(), self._yaml.StreamEndEvent):
            return None
        tree = self._node(self._next(), depth=0, in_flow=False)
        self._next()
        if not isinstance(last := self._next(), self._yaml.StreamEndEvent):
            self._refuse(last, "begins a second document; one is read")
        return tree

    def _next(self) -> Any:
        try:
            return next(self._events)
        except self._yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            # libyaml may have a limit of its own, and reads ahead: it can meet that before we meet ours.
            is_deep = "nesting" in (error.problem or "")
        except self._yaml.YAMLError:
            mark, is_deep = None, False
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        if is_deep:
            raise InvalidInput(f"{self._where}: nested more than {MAX_DEPTH} deep{place}")
        raise InvalidInput(f"{self._where}: not valid JSON or YAML{place}", hint=HOW_GIVEN)

    def _node(self, event: Any, depth: int, *, in_flow: bool) -> Tree:
        self._check(event, depth)
        if isinstance(event, self._yaml.ScalarEvent):
            return self._scalar(event, in_flow)
        in_flow = in_flow or bool(event.flow_style)
        if isinstance(event, self._yaml.SequenceStartEvent):
            return self._items(depth + 1, in_flow)
        return self._pairs(depth + 1, in_flow)

    def _items(self, depth: int, in_flow: bool) -> list[Tree]:
        items = []
        while not isinstance(event := self._next(), self._yaml.SequenceEndEvent):
            items.append(self._node(event, depth, in_flow=in_flow))
        return items

    def _pairs(self, depth: int, in_flow: bool) -> dict[str, Tree]:
        mapping: dict[str, Tree] = {}
        while not isinstance(event := self._next(), self._yaml.MappingEndEvent):
            self._check(event, depth)
            if not isinstance(event, self._yaml.ScalarEvent):
                self._refuse(event, "is not a plain key")
            word = str(event.value)
            if word == "<<" and self._is_plain(event):
                self._refuse(event, "merges another mapping; write its keys out")
            if word in mapping:
                self._refuse(event, f"gives {_named(word)} twice")
            mapping[word] = self._node(self._next(), depth, in_flow=in_flow)
        return mapping

    def _scalar(self, event: Any, in_flow: bool) -> str | None:
        if not self._is_plain(event):
            return str(event.value)
        if in_flow and '"' in event.value:  # {"a": 1 "b": 2} would be read as one text
            self._refuse(event, "holds a quote inside an unquoted text; is a comma missing?")
        return None if event.value in _NULLS else str(event.value)

    def _check(self, event: Any, depth: int) -> None:
        if isinstance(event, self._yaml.AliasEvent):
            self._refuse(event, "is an alias", "write the value out; quote text that begins with *")
        if event.anchor is not None:
            self._refuse(
                event, "has an anchor", "write the value where it is needed; quote text that begins with &"
            )
        if event.tag is not None:
            self._refuse(event, "has a tag", "values are text without one; quote text that begins with !")
        if depth > MAX_DEPTH:
            self._refuse(event, f"is nested more than {MAX_DEPTH} deep")

    @staticmethod
    def _is_plain(event: Any) -> bool:
        return not event.style  # None from one of PyYAML's two parsers, '' from the other

    def _refuse(self, event: Any, what: str, hint: str | None = None) -> NoReturn:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        raise InvalidInput(f"{self._where}: line {line}, column {column} {what}", hint=hint)


# --- writing -----------------------------------------------------------------------------------------------

_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_TO_ESCAPE = re.compile(rf'["\\\n\r\t]|{_NOT_IN_YAML.pattern}')
_SHORT_ESCAPES = {'"': r"\"", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}


def _readable(written: str) -> str:
    """Refuse what would not be read back: escapes can make megabytes of control characters sixfold."""
    if (size := len(written.encode())) > MAX_MAPPING_BYTES:
        hint = "another format may need less: --format json, yaml or env"
        raise InvalidInput(
            f"written out this is {size:,} bytes; at most {MAX_MAPPING_BYTES:,} are read", hint=hint
        )
    return written


def _yaml_key(key: str) -> str:
    return f'"{key}"' if key.lower() in _YAML_WORDS else key


def _yaml_text(text: str) -> str:
    return f'"{_TO_ESCAPE.sub(lambda match: _escape(match[0]), text)}"'


def _escape(character: str) -> str:
    return _SHORT_ESCAPES.get(character) or f"\\u{ord(character):04x}"  # beyond \uffff nothing needs escaping


def _env_text(text: str) -> str:
    """Quote as a shell would read it too, where there is such a way."""
    if "'" not in text and "\\" not in text:
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\")
    if "$" not in text and "`" not in text:
        return '"' + escaped.replace('"', '\\"') + '"'
    return "'" + escaped.replace("'", "\\'") + "'"
