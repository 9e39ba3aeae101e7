"""The description of the API as people read it: lists of verbs and of types, each with its fields.

Made from the document of `openapi`, so that a page says what `/openapi.json` says.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lockwork.wire.openapi import PROBLEM, document, needs, verbs

Schema = dict[str, Any]


class Field(NamedTuple):
    """One part of a question or of a type."""

    name: str
    where: str
    """`path`, `query`, `header` or `body`; of a type's field nothing."""
    type: str
    note: str
    """Whether it must be there, or what it is when it is not."""


class Verb(NamedTuple):
    """One question."""

    noun: str
    name: str
    method: str
    path: str
    about: str
    needs: str
    fields: tuple[Field, ...]
    status: int
    answer: str
    failures: tuple[int, ...]


class Type(NamedTuple):
    """What rides in questions and answers."""

    name: str
    about: str
    words: tuple[str, ...]
    """Of a text that is one of a few."""
    fields: tuple[Field, ...]


def outline() -> tuple[tuple[Verb, ...], tuple[Type, ...]]:
    """Every verb in the order of the route table; every type by its name."""
    whole = document()
    schemas = whole["components"]["schemas"]
    asked = {verb.message.__name__ for verb in verbs()}
    types = sorted(name for name in schemas if name not in asked and name != PROBLEM)
    return tuple(_verbs(whole["paths"], schemas)), tuple(_type(name, schemas[name]) for name in types)


def _verbs(paths: Schema, schemas: Schema) -> Iterator[Verb]:
    for verb in verbs():
        route, name = verb.shape.route, verb.message.__name__
        told = paths[route.path][route.method.lower()]
        fields = [_parameter(each) for each in told["parameters"]]
        fields += _fields(schemas[name], "body") if "requestBody" in told else []
        statuses = sorted(map(int, told["responses"]))
        statuses.remove(route.status)
        content = told["responses"][str(route.status)]["content"]
        answer = _words(content["application/json"]["schema"]) if "application/json" in content else "bytes"
        yield Verb(
            verb.noun, name, route.method, route.path, verb.about, needs(verb.message), tuple(fields),
            route.status, answer, tuple(statuses),
        )  # fmt: skip


def _type(name: str, schema: Schema) -> Type:
    words = tuple(str(word) for word in schema.get("enum", ()))
    return Type(name, schema.get("description", ""), words, tuple(_fields(schema, "")))


def _parameter(told: Schema) -> Field:
    note = "required" if told.get("required") else _default(told["schema"])
    said = told.get("description", "")
    if told["name"] == "filters":
        return Field("any field", "query", "text", said)
    return Field(told["name"], told["in"], _words(told["schema"]), ". ".join(filter(None, (note, said))))


def _fields(schema: Schema, where: str) -> list[Field]:
    needed = schema.get("required", ())
    return [
        Field(name, where, _words(each), "required" if name in needed and where else _default(each))
        for name, each in schema.get("properties", {}).items()
    ]


def _default(schema: Schema) -> str:
    default = schema.get("default")
    return "" if default in (None, "", [], {}) else f"default `{str(default).lower()}`"


def _words(schema: Schema) -> str:
    """A type in a few words."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f"Page of {name[5:-1]}" if name.startswith("Page_") else name
    if "anyOf" in schema:
        return " or ".join(_words(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{word}`" for word in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_words(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"mapping of {_words(schema['additionalProperties'])}"
    if kind == "string":
        return {"password": "secret text"}.get(str(schema.get("format")), _encoded(schema))
    return {"null": "null", "integer": "number", "boolean": "true or false"}.get(
        str(kind), str(kind or "any")
    )


def _encoded(schema: Schema) -> str:
    return "base64 text" if schema.get("contentEncoding") == "base64" else "text"
