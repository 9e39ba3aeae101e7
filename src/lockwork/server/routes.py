"""The table of `lockwork.wire.routes` as Starlette's routes; beside it what is asked of a server as such."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from lockwork.domain.access import Permission
from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.messages import Message
from lockwork.server.app import Endpoint, Site, body_of, check_set_up, in_thread, on_the_porch, problem
from lockwork.server.auth import shown
from lockwork.server.health import health_routes
from lockwork.server.preconditions import demanding, etag_of
from lockwork.server.reference import reference_routes
from lockwork.service.callers import Shown
from lockwork.wire import routes as table
from lockwork.wire.problems import MEDIA_TYPE
from lockwork.wire.requests import encoded_answer, message_from

Answering = Callable[[Request], Awaitable[Response]]


def routes(site: Site) -> list[BaseRoute]:
    """Every path of the table, the most particular first, and what stands beside."""
    by_path: dict[str, dict[str, Answering]] = {}
    for noun, rows in table.ROUTES.items():
        for row in rows:
            by_path.setdefault(row.path, {})[row.method] = _answering(site, table.message_of(noun, row), row)
    particular = sorted(by_path.items(), key=lambda pair: pair[0].count("{"))
    found: list[BaseRoute] = [*health_routes(site), *reference_routes()]
    found += [Route(path, _by_method(path, rows)) for path, rows in particular]
    for route in found:
        assert isinstance(route, Route)  # noqa: S101 - all of them are made above
        route.methods = None  # a path answers every method itself, also those that it does not have
    return [*found, Route("/{rest:path}", _nothing_here)]


def _by_method(path: str, rows: Mapping[str, Answering]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        request.state.route = path
        if request.method == "OPTIONS":  # which says nothing of other origins: no page of theirs may ask
            return Response(status_code=204, headers={"allow": ", ".join(_methods(rows))})
        method = "GET" if request.method == "HEAD" else request.method
        if method not in rows:
            return _no_such_method(rows)
        return await rows[method](request)

    return endpoint


def _answering(site: Site, message: type[Message[Any]], row: table.Route) -> Answering:
    """What answers one row."""

    async def endpoint(request: Request) -> Response:
        body = await body_of(site, request)
        if_match = request.headers.getlist("if-match")
        aside = on_the_porch if message.permission is Permission.NOBODY else in_thread
        return await aside(
            site, answered, request.path_params, _once(request), body, if_match, shown(request)
        )

    def answered(
        in_path: dict[str, str], query: dict[str, str], body: bytes, if_match: list[str], door: Shown
    ) -> Response:
        if row.message != "SetUp":
            check_set_up(site)
        asked = demanding(message_from(message, in_path, query, body), if_match)
        answer = site.gate.answer(door, asked)
        if isinstance(answer, bytes):
            return Response(answer, row.status, media_type="application/octet-stream")
        return Response(encoded_answer(answer), row.status, etag_of(answer), media_type="application/json")

    return endpoint


def _once(request: Request) -> dict[str, str]:
    """The query, in which nothing stands twice."""
    found: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name in found:
            raise InvalidInput("a parameter stands in the query twice")
        found[name] = text
    return found


def _methods(rows: Iterable[str]) -> list[str]:
    return [*rows, *(["HEAD"] if "GET" in rows else []), "OPTIONS"]


def _no_such_method(rows: Iterable[str]) -> Response:
    methods = ", ".join(_methods(rows))
    told = {
        "type": "urn:lockwork:problem:method-not-allowed",
        "title": "method not allowed",
        "status": 405,
        "detail": f"this address takes {methods}",
    }
    return JSONResponse(told, 405, {"allow": methods}, media_type=MEDIA_TYPE)


async def _nothing_here(request: Request) -> Response:
    return problem(NotFound("address", request.method, hint="the API is described at /openapi.json"))
