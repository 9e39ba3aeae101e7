"""What answers each path: the table of `lockwork.wire.routes`, and what is asked of a server as such."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lockwork.domain.access import Permission
from lockwork.domain.errors import InvalidInput, LockworkError, NotFound, NotLoggedIn
from lockwork.messages import Message
from lockwork.server.app import Site, body_of, check_set_up, problem
from lockwork.server.auth import shown
from lockwork.server.health import health
from lockwork.server.pages import nothing_here, pages
from lockwork.server.paths import Answering, Paths
from lockwork.server.preconditions import demanding, etag_of
from lockwork.server.reference import reference
from lockwork.server.together import Together
from lockwork.service.callers import Shown
from lockwork.wire import routes as table
from lockwork.wire.problems import MEDIA_TYPE
from lockwork.wire.requests import encoded_answer, message_from


def paths(site: Site) -> Paths:
    """All that this server answers: the table, and what stands beside it."""
    found = pages(site, site.dashboard) | ({} if site.is_own else _for_programs(site))
    for methods in found.values():
        methods.update(_beside(list(methods)))
    return Paths(found, nothing_here(site, site.dashboard, _nothing_here))


def _for_programs(site: Site) -> dict[str, dict[str, Answering]]:
    found: dict[str, dict[str, Answering]] = {
        path: {"GET": answering} for path, answering in {**health(site), **reference()}.items()
    }
    for noun, rows in table.ROUTES.items():
        for row in rows:
            found.setdefault(row.path, {})[row.method] = _answering(site, table.message_of(noun, row), row)
    return found


def _beside(methods: list[str]) -> dict[str, Answering]:
    """What a path says of its methods, and to those that it does not have."""
    allowed = ", ".join([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"])

    async def told(_: Request) -> Response:  # it says nothing of other origins: no page of theirs may ask
        return Response(status_code=204, headers={"allow": allowed})

    async def refused(_: Request) -> Response:
        told = {
            "type": "urn:lockwork:problem:method-not-allowed",
            "title": "method not allowed",
            "status": 405,
            "detail": f"this address takes {allowed}",
        }
        return JSONResponse(told, 405, {"allow": allowed}, media_type=MEDIA_TYPE)

    return {"OPTIONS": told, "": refused}


class _Asked(NamedTuple):
    """A request for a row of the table, as it came."""

    in_path: dict[str, str]
    query: dict[str, str]
    body: bytes
    if_match: list[str]
    door: Shown


def _answering(site: Site, message: type[Message[Any]], row: table.Route) -> Answering:
    """What answers one row."""

    async def endpoint(request: Request) -> Response:
        body = await body_of(site, request)
        if_match = request.headers.getlist("if-match")
        asked = _Asked(request.path_params, _once(request), body, if_match, shown(request))
        if message.permission is Permission.NOBODY:
            return await site.porch.run(answered, asked)
        if together is None:
            return await site.asked(asked.door, answered, asked)
        await site.admit(asked.door)
        found = await together.answer(asked)
        if found is None or isinstance(found, NotLoggedIn):  # who is no more known is a stranger again
            return await site.asked(asked.door, answered, asked)
        if isinstance(found, LockworkError):
            raise found
        return found

    def answered(asked: _Asked) -> Response:
        return told(site.gate.answer(asked.door, meant(asked)))

    def answered_together(those: Sequence[_Asked]) -> list[Response | LockworkError | None]:
        clear = {n: asked for n, one in enumerate(those) if (asked := meant_if_clear(one))}
        found: dict[int, Response | LockworkError | None] = {}
        for n, answer in zip(clear, site.gate.answer_together(list(clear.values())), strict=True):
            found[n] = answer if answer is None or isinstance(answer, LockworkError) else told(answer)
        return [found.get(n) for n in range(len(those))]

    def meant_if_clear(asked: _Asked) -> tuple[Shown, Message[Any]] | None:
        with suppress(LockworkError):
            return asked.door, meant(asked)
        return None

    def meant(asked: _Asked) -> Message[Any]:
        if row.message != "SetUp":
            check_set_up(site)
        return demanding(message_from(message, asked.in_path, asked.query, asked.body), asked.if_match)

    def told(answer: object) -> Response:
        if isinstance(answer, bytes):
            return Response(answer, row.status, media_type="application/octet-stream")
        return Response(encoded_answer(answer), row.status, etag_of(answer), media_type="application/json")

    together = Together(answered_together, site.lanes) if message.is_brief else None
    return endpoint


def _once(request: Request) -> dict[str, str]:
    """The query, in which nothing stands twice."""
    found: dict[str, str] = {}
    if not request.scope["query_string"]:
        return found
    for name, text in request.query_params.multi_items():
        if name in found:
            raise InvalidInput("a parameter stands in the query twice")
        found[name] = text
    return found


async def _nothing_here(request: Request) -> Response:
    return problem(NotFound("address", request.method, hint="the API is described at /openapi.json"))
