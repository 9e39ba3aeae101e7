"""A message as a request, and a request as its message.

The answer's type is read from the class: `CreateSecret` is a `Message[SecretInfo]`. A listing rides in the
query as `page`, `size`, `sort_by`, `any` and a parameter for each filter. Unknown fields are refused.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_origin
from urllib.parse import quote, unquote, urlencode

import msgspec

from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Listing, Message, converted, of_our_own
from lockwork.wire.routes import Route, route_of

R = TypeVar("R")
M = TypeVar("M", bound=Message[Any])

_FIELD = re.compile(r"\{(\w+)\}")
_TOO_DEEP = "the body is nested too deeply"
DEEPEST = 64
"""Objects and lists inside each other, as wherever mappings are read."""
_LISTING = tuple(name for name in Listing.__struct_fields__ if name != "filters")


class Request(NamedTuple):
    """What goes over the wire, but for where to and from whom."""

    method: str
    path: str
    """With everything in it quoted, and the query."""
    body: bytes | None


class Shape(NamedTuple):
    """Where the fields of a message ride."""

    route: Route
    in_path: tuple[str, ...]
    beside: tuple[str, ...]
    """In the query, or in the body."""

    @property
    def has_body(self) -> bool:
        return self.route.method != "GET"


@cache
def shape_of(message: type[Message[Any]]) -> Shape:
    """Where the fields of this message ride."""
    route = route_of(message)
    in_path = tuple(_FIELD.findall(route.path))
    beside = tuple(name for name in message.__struct_fields__ if name not in in_path)
    return Shape(route, in_path, beside)


# ---- the asking side ----


def request_of(message: Message[Any]) -> Request:
    """The request that asks it. Fields that are as they are by default do not ride."""
    try:
        return _request(message, shape_of(type(message)))
    except UnicodeEncodeError:
        pass
    raise InvalidInput("what was given holds a lone surrogate, which is not text")


def _request(message: Message[Any], shape: Shape) -> Request:
    for name in shape.in_path:
        if not getattr(message, name):
            raise NotFound(name, "", hint=f"{name!r} is empty")
    path = _FIELD.sub(lambda found: _quoted(getattr(message, found[1])), shape.route.path)
    beside = {name: getattr(message, name) for name in shape.beside}
    for name, default in _defaults(type(message)).items():
        if name in beside and beside[name] == default:
            del beside[name]
    if not shape.has_body:
        query = urlencode(_flat(beside))
        return Request(shape.route.method, f"{path}?{query}" if query else path, None)
    return Request(shape.route.method, path, msgspec.json.encode(beside, enc_hook=revealed))


def _quoted(value: object) -> str:
    text = quote(str(value), safe="")
    # Dots alone are taken for a way up by who passes the request on; nothing at all, for no name.
    return text.replace(".", "%2E") if not text.strip(".") else text


def _flat(beside: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in beside.items():
        if isinstance(value, Listing):
            flat |= _flat({word: getattr(value, word) for word in _LISTING})
            flat |= _flat({word.replace("-", "_"): text for word, text in value.filters.items()})
        elif value is not None:
            _check_text(name, str(value))
            flat[name] = ("false", "true")[value] if isinstance(value, bool) else str(value)
    return flat


def _check_text(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"{name!r} holds a lone surrogate, which is not text") from None


@cache
def _defaults(message: type[Message[Any]]) -> dict[str, Any]:
    return {
        field.name: field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        for field in msgspec.structs.fields(message)
        if not field.required
    }


# ---- the answering side ----


def message_from(message: type[M], in_path: Mapping[str, str], query: Mapping[str, str], body: bytes) -> M:
    """The message that a request asks. `in_path` is still quoted. Failures name fields and quote nothing."""
    shape = shape_of(message)
    fields: dict[str, Any] = {}
    if shape.has_body:
        if query:
            raise InvalidInput("the query is not looked at here", hint="give it as a field of the JSON body")
        fields = _object(body)
        _check_known(fields, shape.beside)
    else:
        fields = _from_query(message, shape, query)
    fields |= {name: _unquoted(in_path[name]) for name in shape.in_path}
    return converted(fields, message, hidden, strict=shape.has_body)


def _unquoted(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise InvalidInput("the path is not UTF-8") from None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body or b"{}")
        is_flat = not body or _is_flat(body, found)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = "the body is not JSON"
    except RecursionError:
        problem = _TOO_DEEP
    except _Twice:
        problem = "a field stands twice in the body, or in an object in it"
    else:
        if isinstance(found, dict) and is_flat:
            return found
        problem = "the body is not a JSON object" if is_flat else _TOO_DEEP
    raise InvalidInput(problem)  # out here: the parser's own failure may quote it


class _Twice(ValueError):
    """A field stands twice."""


def _is_flat(body: bytes, found: object) -> bool:
    """Whether it is nested no further than it may be; `_Twice` where the last of two fields would win."""
    import json  # lazy: who asks does not need it

    json.loads(body, object_pairs_hook=_once, parse_int=len, parse_float=len)  # numbers are not looked at
    return body.count(b"[") + body.count(b"{") <= DEEPEST or _is_within(found, DEEPEST)


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _Twice


def _is_within(found: object, depth: int) -> bool:
    if not isinstance(found, dict | list):
        return True
    parts = found.values() if isinstance(found, dict) else found
    return depth > 0 and all(_is_within(part, depth - 1) for part in parts)


def _check_known(fields: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in fields:
        if name not in known:
            raise InvalidInput(
                "the body has a field that is not known here",
                hint=f"it may have: {', '.join(known)}" if known else "it has no fields",
            )


def _from_query(message: type[Message[Any]], shape: Shape, query: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: text for name, text in query.items() if name in shape.beside and name != "listing"
    }
    rest = {name: text for name, text in query.items() if name not in fields}
    if "listing" in shape.beside:
        usual = msgspec.structs.asdict(_defaults(message)["listing"])
        given = {name: rest.pop(name) for name in _LISTING if name in rest}
        fields["listing"] = {**usual, **given, "filters": rest}
    elif rest:
        raise InvalidInput(
            "the query has a parameter that is not known here",
            hint=f"it may have: {', '.join(shape.beside)}" if shape.beside else "it has no parameters",
        )
    return fields


# ---- answers ----


@cache
def answer_type(message: type[Message[R]]) -> type[R]:
    """What answers it."""
    for base in message.__orig_bases__:  # type: ignore[attr-defined]  # what Generic leaves on each class
        origin = get_origin(base)
        if isinstance(origin, type) and issubclass(origin, Message):
            return cast("type[R]", get_args(base)[0])
    raise TypeError(f"{message.__name__} does not say what answers it")


def encoded_answer(answer: object) -> bytes:
    """An answer's JSON. Values ride in it: only over the wire, only to who asked."""
    return msgspec.json.encode(answer, enc_hook=revealed)


def answer_from(message: Message[R], body: bytes) -> R:
    """The answer in a response; plain bytes, such as a log, ride as they are."""
    kind = answer_type(type(message))
    if kind is bytes:
        return cast("R", body)
    answer: R = msgspec.json.decode(body, type=kind, dec_hook=hidden)
    return answer


def revealed(thing: object) -> str:
    """For the encoder: values that hide themselves, and names, which are a kind of str."""
    if isinstance(thing, Sensitive):
        return thing.reveal()
    if isinstance(thing, str):
        return str(thing)
    raise TypeError(f"a {type(thing).__name__} does not go over a wire")


def hidden(kind: type[Any], value: object) -> Any:
    """For the decoder: text that hides itself from here on."""
    return Sensitive(value) if kind is Sensitive and isinstance(value, str) else of_our_own(kind, value)
