"""The API as OpenAPI 3.1 describes one, made from the route table and the messages: no second list to keep.

`document` is what `/openapi.json` answers; the page at `/docs` and docs/api.md are made from it too.
"""

import inspect
from functools import cache
from typing import Any, NamedTuple

import msgspec

from lockwork.domain.access import GRANTED, Permission, Role
from lockwork.domain.sensitive import Sensitive
from lockwork.messages import Effect, Listing, Message
from lockwork.wire import problems, routes
from lockwork.wire.requests import Shape, answer_type, shape_of

Schema = dict[str, Any]

BEARER = "token"
PROBLEM = "ProblemDetails"
_REF = "#/components/schemas/"
_ALWAYS = (400, 413, 421, 500, 503)
_WORDS = {
    404: "not found, or not to be seen by who asks: the two are told alike",
    405: "this address takes other methods",
    415: "the body is not declared as JSON",
}


class Verb(NamedTuple):
    """A message, and how it is asked."""

    noun: str
    message: type[Message[Any]]
    shape: Shape

    @property
    def takes_version(self) -> bool:
        """Whether a change may demand the version that was read."""
        return "if_version" in self.shape.beside

    @property
    def is_change(self) -> bool:
        return self.message.effect is Effect.CHANGE

    @property
    def has_listing(self) -> bool:
        return "listing" in self.shape.beside

    @property
    def answers_bytes(self) -> bool:
        return answer_type(self.message) is bytes

    @property
    def answers_version(self) -> bool:
        """Whether the answer is one thing that has a version."""
        return "version" in getattr(answer_type(self.message), "__struct_fields__", ())

    @property
    def about(self) -> str:
        """What it does, in the words of its message; a message without any inherits none."""
        return inspect.cleandoc(self.message.__dict__.get("__doc__") or "")


@cache
def verbs() -> tuple[Verb, ...]:
    """Every row of the route table, in its order."""
    return tuple(
        Verb(noun, message, shape_of(message))
        for noun, rows in routes.ROUTES.items()
        for message in (routes.message_of(noun, row) for row in rows)
    )


def needs(message: type[Message[Any]]) -> str:
    """Who may ask it, in words."""
    permission = message.permission
    own = ", or for secrets of one's own scope" if message.is_about_secrets else ""
    if permission is Permission.NOBODY:
        return "no token"
    if permission is Permission.ANYONE:
        return "any token that is good"
    if permission is Permission.ADMINISTER_STORE:
        return "an admin of the server"
    if permission is Permission.OWN_STORE:
        return "the owner of the host: never over HTTP"
    roles = [role.value for role in Role if permission in GRANTED[role] and role is not Role.OWNER]
    return f"`{permission}`: {', '.join(roles)}{own}"


@cache
def document() -> Schema:
    """The whole description."""
    schemas, answers = _schemas()
    paths: dict[str, Schema] = {}
    for verb in verbs():
        route = verb.shape.route
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(verb, schemas, answers)
    bodies = {v.message.__name__ for v in verbs()}
    kept = {name: schema for name, schema in schemas.items() if name not in bodies and name != "Listing"}
    kept |= {v.message.__name__: _body(v, schemas) for v in verbs() if v.shape.has_body and v.shape.beside}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lockwork",
            "version": "1",
            "description": "Keeps the secrets of machine-learning pipelines. Times are RFC 3339 in UTC; what"
            " is not known is refused; failures are problem details (RFC 9457).",
        },
        "tags": [{"name": noun} for noun in routes.ROUTES],
        "paths": paths,
        "components": {
            "schemas": {**kept, PROBLEM: _problem()},
            "securitySchemes": {
                BEARER: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "a token, `lkw_…`, of a log-in or of `lockwork token create`",
                }
            },
        },
    }


# ---- what is asked ----


def _operation(verb: Verb, schemas: Schema, answers: dict[str, Schema]) -> Schema:
    told: Schema = {
        "operationId": verb.message.__name__,
        "tags": [verb.noun],
        "summary": verb.message.action,
        "description": "\n\n".join(filter(None, (verb.about, f"Needs {needs(verb.message)}."))),
        "x-lockwork-permission": str(verb.message.permission.value),
        "x-lockwork-effect": verb.message.effect.value,
        "security": [] if verb.message.permission is Permission.NOBODY else [{BEARER: []}],
        "parameters": list(_parameters(verb, schemas)),
        "responses": _responses(verb, answers),
    }
    if verb.shape.has_body and verb.shape.beside:
        content = {"application/json": {"schema": {"$ref": _REF + verb.message.__name__}}}
        needed = bool(_body(verb, schemas)["required"])
        told["requestBody"] = {"required": needed, "content": content}
    return told


def _parameters(verb: Verb, schemas: Schema) -> list[Schema]:
    properties = schemas[verb.message.__name__]["properties"]
    needed = schemas[verb.message.__name__].get("required", ())
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"minLength": 1, **properties[name]}}
        if "$ref" not in properties[name]
        else {"name": name, "in": "path", "required": True, "schema": properties[name]}
        for name in verb.shape.in_path
    ]
    if not verb.shape.has_body:
        found += [
            {"name": name, "in": "query", "required": name in needed, "schema": _in_query(properties[name])}
            for name in verb.shape.beside
            if name != "listing"
        ]
    if verb.has_listing:
        found += _listing(verb)
    if verb.takes_version:
        found.append(
            _header("If-Match", r'^"[0-9]{1,18}"$', "The version that was read, as its `ETag` told it."
                    " Says the same as `if_version`; a mismatch is 412.")
        )  # fmt: skip
    if verb.is_change:
        found.append(
            _header("Idempotency-Key", "^[!-~]{1,128}$", "Asked again with the same key within 24 hours,"
                    " the change is answered as before and not done again.")
        )  # fmt: skip
    return found


def _in_query(schema: Schema) -> Schema:
    """A parameter that may be left out is not null: it is not there."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: told for name, told in schema.items() if name not in ("anyOf", "default")}
    default = {} if schema.get("default") is None else {"default": schema["default"]}
    return {**rest, **kinds[0], **default} if len(kinds) == 1 else schema


def _listing(verb: Verb) -> list[Schema]:
    usual = next(f for f in msgspec.structs.fields(verb.message) if f.name == "listing").default
    assert isinstance(usual, Listing)  # noqa: S101 - of every message that has one
    filters = {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 8}
    return [
        {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}},
        {"name": "size", "in": "query",
         "schema": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": usual.size}},
        {"name": "sort_by", "in": "query", "schema": {"type": "string", "default": usual.sort_by},
         "description": "`asc:FIELD` or `desc:FIELD`"},
        {"name": "any", "in": "query", "schema": {"type": "boolean", "default": False},
         "description": "Join filters by or."},
        {"name": "filters", "in": "query", "style": "form", "explode": True, "schema": filters,
         "description": "A parameter for each field: a value, or `contains:`, `startswith:`, `endswith:`,"
         " `gt:`, `gte:`, `lt:`, `lte:` and a value."},
    ]  # fmt: skip


def _header(name: str, pattern: str, words: str) -> Schema:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": words}


def _body(verb: Verb, schemas: Schema) -> Schema:
    """The fields that are not in the path."""
    whole = schemas[verb.message.__name__]
    return {
        "title": whole["title"],
        "type": "object",
        "properties": {name: whole["properties"][name] for name in verb.shape.beside},
        "required": [name for name in whole.get("required", ()) if name in verb.shape.beside],
        "additionalProperties": False,
    }


# ---- what is answered ----


def _responses(verb: Verb, answers: dict[str, Schema]) -> Schema:
    headers: Schema = {"X-Request-Id": {"schema": {"type": "string"}}}
    if verb.answers_version:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "The version, quoted."}
    if verb.answers_bytes:
        content: Schema = {"application/octet-stream": {}}
    else:
        content = {"application/json": {"schema": answers[verb.message.__name__]}}
    good = {"description": "done", "headers": headers, "content": content}
    return {str(verb.shape.route.status): good, **{str(s): _failure(s) for s in _statuses(verb)}}


def _statuses(verb: Verb) -> list[int]:
    found = {*_ALWAYS}
    if verb.message.permission is Permission.NOBODY:
        found |= {401, 409, 429}
    else:
        found |= {401, 403, 404}
    if verb.shape.has_body:
        found |= {415}
    if verb.message.effect is not Effect.READ or verb.shape.has_body:
        found |= {409}
    if "prefix" in verb.shape.beside or "run" in verb.shape.in_path:
        found |= {409}  # a beginning may mean several
    if "after" in verb.shape.beside:
        found |= {409}  # what it is to follow may be gone
    if verb.takes_version:
        found |= {412}
    if verb.is_change:
        found |= {422}
    return sorted(found)


def _failure(status: int) -> Schema:
    words = _WORDS.get(status) or " or ".join(k.word for k in problems.KINDS if k.status == status)
    schema = {"$ref": _REF + PROBLEM}
    return {"description": words, "content": {problems.MEDIA_TYPE: {"schema": schema}}}


def _problem() -> Schema:
    text = {"type": "string"}
    return {
        "title": PROBLEM,
        "description": "A failure (RFC 9457): `type` says which; `detail` and `hint` are for people.",
        "type": "object",
        "properties": {
            "type": {"enum": problems.types()},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "hint": text,
            **{name: {} for kind in problems.KINDS for name in kind.fields},
        },
        "required": ["type", "title", "status", "detail"],
    }


# ---- types ----


@cache
def _schemas() -> tuple[Schema, dict[str, Schema]]:
    """All that is named, and the answer of each message."""
    asked = [verb.message for verb in verbs()]
    answers = [answer_type(message) for message in asked]
    told, named = msgspec.json.schema_components(
        [*asked, *answers], schema_hook=_of_our_own, ref_template=_REF + "{name}"
    )
    for schema in named.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return named, {m.__name__: told[len(asked) + n] for n, m in enumerate(asked)}


def _of_our_own(kind: type[Any]) -> Schema:
    if issubclass(kind, Sensitive):
        return {"type": "string", "format": "password"}
    if issubclass(kind, str):
        return {"type": "string"}
    raise NotImplementedError(f"a {kind.__name__} does not go over a wire")
