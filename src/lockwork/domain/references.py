r"""What `{{name.key}}` means in a configuration: parse it, find it in any tree, fill it, rename it.

    reference = "{{" ws* name "." key ws* "}}"        ws = space or tab
    name      = [A-Za-z0-9] [A-Za-z0-9_-]{0,127}      so the first dot ends it
    key       = [A-Za-z_] [A-Za-z0-9_.-]{0,127}       and keys may hold dots

Text is read from left to right, once. `\{{` is a literal `{{`: a backslash directly before `{{` always
escapes it, however many stand before that one, and filling drops it. `${{` is text as it stands. All else
that does not match the grammar is plain text: `{{{a.b}}}` is a reference between two braces. A tree is
mappings, lists and tuples down to text; the keys of mappings, and leaves that are not text, are left alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, cast

import msgspec

from lockwork.domain.errors import InvalidInput, NotFound

MAX_DEPTH = 64  # also what ends a tree that holds itself

_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}"
_KEY = r"[A-Za-z_][A-Za-z0-9_.-]{0,127}"
_REFERENCE = rf"\{{\{{[ \t]*+(?P<name>{_NAME})\.(?P<key>{_KEY})[ \t]*+\}}\}}"
# What opens no reference is matched first, so that `${{{a.b}}}` and `\{{{a.b}}}` hold none.
_TOKEN = re.compile(rf"\\\{{\{{|\$\{{\{{|{_REFERENCE}")
# Compiled when it is first used, as few commands look for attempts; `re` keeps it then.
_ATTEMPT = (
    rf"\\\{{\{{|\$\{{\{{|{_REFERENCE}"
    r"|\{\{(?P<inside>[\w.:/\s-]{1,300})\}\}"
    rf"|\{{\{{[ \t]*+(?P<unclosed>{_NAME}\.{_KEY})"
)
_MEANT = re.compile(rf"\s*(?P<name>{_NAME})(?:\s*[.:/]\s*|\s+)(?P<key>{_KEY})\s*")
_MEANT_BARE = re.compile(rf"(?P<name>{_NAME})\.(?P<key>{_KEY})")
_PLAIN_STEP = re.compile(r"[\w-]+")

_NAME_RULE = "a secret's name is 1 to 128 letters, digits, '-' and '_', and begins with a letter or digit"
_KEY_RULE = "a key is 1 to 128 letters, digits, '_', '-' and '.', and begins with a letter or '_'"
_FORM = "a reference is written {{name.key}}"

T = TypeVar("T")


class Reference(msgspec.Struct, frozen=True, order=True):
    """Stands for one value of a secret; never holds it."""

    secret: str
    key: str

    def __str__(self) -> str:
        return f"{{{{{self.secret}.{self.key}}}}}"

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read text that is exactly one reference; else InvalidInput says what is wrong with it."""
        match = _TOKEN.fullmatch(text)
        if match is None or match["name"] is None:
            raise InvalidInput(f"not a reference: {_why_not(text)}", hint=_FORM)
        return _of(match)


class Found(msgspec.Struct, frozen=True):
    """A reference and where it stands: `tags.owner[2].dsn`."""

    path: str
    reference: Reference


class Suspect(msgspec.Struct, frozen=True):
    """Plain text that looks like an attempt at a reference, and why it is none."""

    path: str
    text: str
    why: str
    meant: Reference | None = None
    """What it says with the grammar's dot and braces, where it says a name and a key at all."""


def texts(node: object, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text of a tree with its place: `tags.owner[2].dsn`."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        _check_depth(depth, path)
        for key, value in node.items():
            yield from texts(value, path + _step(key, first=not path), depth + 1)
    elif isinstance(node, (list, tuple)):
        _check_depth(depth, path)
        for index, value in enumerate(node):
            yield from texts(value, f"{path}[{index}]", depth + 1)


def find(tree: object) -> Iterator[Found]:
    """Every reference of a tree with its place, in order, repeated ones too."""
    for path, text in texts(tree):
        for match in _matches(text):
            yield Found(path, _of(match))


def references_in(tree: object) -> tuple[Reference, ...]:
    """The references of a tree, each once, in the order of their first use."""
    return tuple(dict.fromkeys(_of(match) for _, text in texts(tree) for match in _matches(text)))


def has_reference(text: str) -> bool:
    """Does the text hold at least one reference?"""
    return any(True for _ in _matches(text))


def pieces(text: str) -> Iterator[str | Reference]:
    """The text in order: what stands for a value as a reference, all else as it is written."""
    end = 0
    for match in _matches(text):
        if match.start() > end:
            yield text[end : match.start()]
        yield _of(match)
        end = match.end()
    if end < len(text):
        yield text[end:]


def suspects(tree: object) -> Iterator[Suspect]:
    """Every place of a tree that looks like an attempt at a reference and is plain text."""
    for path, text in texts(tree):
        for match in re.finditer(_ATTEMPT, text) if "{{" in text else ():
            if match["inside"] and any(c.isalnum() or c == "_" for c in match["inside"]):
                meant = _MEANT.fullmatch(match["inside"])
                yield Suspect(path, match[0], _why_not_inside(match["inside"]), meant and _of(meant))
            elif match["unclosed"]:
                why = "only spaces or tabs, then }}, may follow the key"
                yield Suspect(path, match[0], why, Reference(*match["unclosed"].split(".", 1)))


def meant_by(text: str) -> Reference | None:
    """The first reference that a text holds or seems to mean; `name.key` without braces, too."""
    found = _MEANT_BARE.fullmatch(text) or next(_matches(text), None)
    if found is not None:
        return _of(found)
    return next((one.meant for one in suspects(text) if one.meant), None)


def fill(tree: T, values: Callable[[Reference], str] | Mapping[Reference, str]) -> T:
    r"""A copy with every reference replaced by its value, and `\{{` by `{{`.

    One pass: what a value holds is never looked at again. A mapping that lacks a reference raises NotFound.
    """
    look_up = values if callable(values) else _looking_in(values)

    def replace(match: re.Match[str]) -> str:
        if match["name"] is not None:
            return look_up(_of(match))
        return "{{" if match[0].startswith("\\") else match[0]

    return cast("T", _mapped(tree, lambda text: _TOKEN.sub(replace, text)))


def rename(tree: T, old: str, new: str) -> T:
    """A copy whose references to secret `old` name `new`; all else stays byte for byte."""
    if not re.fullmatch(_NAME, new):
        raise InvalidInput(f"a reference cannot name this secret: {_NAME_RULE}")

    def replace(match: re.Match[str]) -> str:
        if match["name"] != old:
            return match[0]
        start, end = (place - match.start() for place in match.span("name"))
        return match[0][:start] + new + match[0][end:]

    return cast("T", _mapped(tree, lambda text: _TOKEN.sub(replace, text)))


def replaced(tree: T, by_place: Mapping[str, str]) -> T:
    """A copy with other texts at these places, which are named as `texts` names them."""
    return cast("T", _replaced(tree, by_place, "", 0))


def _of(match: re.Match[str]) -> Reference:
    return Reference(match["name"], match["key"])


def _matches(text: str) -> Iterator[re.Match[str]]:
    if "{{" in text:
        yield from (match for match in _TOKEN.finditer(text) if match["name"] is not None)


def _looking_in(values: Mapping[Reference, str]) -> Callable[[Reference], str]:
    def look_up(reference: Reference) -> str:
        if reference not in values:
            raise NotFound("value for", str(reference))
        return values[reference]

    return look_up


def _mapped(node: object, change: Callable[[str], str], depth: int = 0) -> object:
    if isinstance(node, str):
        return change(node) if "{{" in node else node
    if isinstance(node, Mapping):
        _check_depth(depth)
        return {key: _mapped(value, change, depth + 1) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        _check_depth(depth)
        items = [_mapped(value, change, depth + 1) for value in node]
        return tuple(items) if isinstance(node, tuple) else items
    return node


def _replaced(node: object, by_place: Mapping[str, str], path: str, depth: int) -> object:
    if isinstance(node, str):
        return by_place.get(path, node)
    if isinstance(node, Mapping):
        _check_depth(depth, path)
        steps = ((key, path + _step(key, first=not path)) for key in node)
        return {key: _replaced(node[key], by_place, step, depth + 1) for key, step in steps}
    if isinstance(node, (list, tuple)):
        _check_depth(depth, path)
        items = [_replaced(value, by_place, f"{path}[{n}]", depth + 1) for n, value in enumerate(node)]
        return tuple(items) if isinstance(node, tuple) else items
    return node


def _check_depth(depth: int, path: str = "") -> None:
    if depth >= MAX_DEPTH:
        where = f" below {path[:60]}…" if path else ""
        raise InvalidInput(f"a configuration is nested at most {MAX_DEPTH} deep{where}")


def _step(key: object, *, first: bool) -> str:
    if isinstance(key, str) and _PLAIN_STEP.fullmatch(key):
        return key if first else f".{key}"
    return f"[{key!r}]"


def _why_not(text: str) -> str:
    """Say why a whole text is not exactly one reference."""
    if text.startswith("\\{{"):
        return "a backslash before {{ makes it plain text"
    if text.startswith("${{"):
        return "${{ is plain text, an expression of GitHub's"
    if has_reference(text):
        return "there is text around it"
    if not text.startswith("{{"):
        return "it does not begin with {{"
    if not text.endswith("}}") or len(text) < len("{{}}"):
        return "it does not end with }}"
    return _why_not_inside(text[2:-2])


def _why_not_inside(inside: str) -> str:
    """Say why what stands between `{{` and `}}` is not `name.key`."""
    trimmed = inside.strip(" \t")
    name, dot, key = trimmed.partition(".")
    if not trimmed:
        return "there is nothing between the braces"
    if trimmed != trimmed.strip():
        return "only spaces and tabs may stand beside the name and the key, no line break"
    if not dot:
        return "it names no key: after the secret's name come a dot and a key"
    if not name:
        return "no secret's name stands before the dot"
    if not key:
        return "no key stands after the dot"
    if name != name.rstrip() or key != key.lstrip():
        return "no space may stand beside the dot"
    if not re.fullmatch(_NAME, name):
        return _NAME_RULE
    return _KEY_RULE
