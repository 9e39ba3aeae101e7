"""The table of `lockwork.wire.routes` as Starlette's routes; beside it what is asked of a server as such."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from lockwork.domain.errors import InvalidInput, NotFound
from lockwork.messages import Message
from lockwork.server.app import Endpoint, Site, body_of, check_set_up, in_thread, problem
from lockwork.server.auth import shown
from lockwork.server.health import health_routes
from lockwork.service.callers import Shown
from lockwork.wire import routes as table
from lockwork.wire.requests import encoded_answer, message_from


def routes(site: Site) -> list[BaseRoute]:
    """Every row, the most particular path first, and what stands beside."""
    rows = [(noun, row) for noun, some in table.ROUTES.items() for row in some]
    rows.sort(key=lambda pair: pair[1].path.count("{"))
    found: list[BaseRoute] = [*health_routes(site)]
    found += [
        Route(row.path, _answering(site, table.message_of(noun, row), row), methods=[row.method])
        for noun, row in rows
    ]
    found.append(Route("/{rest:path}", _nothing_here, methods=None))
    return found


def _answering(site: Site, message: type[Message[Any]], row: table.Route) -> Endpoint:
    """What answers one row."""

    async def endpoint(request: Request) -> Response:
        request.state.route = row.path
        if row.message != "SetUp":
            check_set_up(site)
        body = await body_of(request)
        query = _once(request)
        return await in_thread(site, answered, request.path_params, query, body, shown(request))

    def answered(in_path: dict[str, str], query: dict[str, str], body: bytes, door: Shown) -> Response:
        asked = message_from(message, in_path, query, body)
        answer = site.gate.answer(door, asked)
        if isinstance(answer, bytes):
            return Response(answer, row.status, media_type="application/octet-stream")
        return Response(encoded_answer(answer), row.status, media_type="application/json")

    return endpoint


def _once(request: Request) -> dict[str, str]:
    """The query, in which nothing stands twice."""
    found: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name in found:
            raise InvalidInput("a parameter stands in the query twice")
        found[name] = text
    return found


async def _nothing_here(request: Request) -> Response:
    return problem(NotFound("address", request.method, hint="the API is described at /openapi.json"))
