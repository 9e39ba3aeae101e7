"""What answers each path: the table of `lockwork.wire.routes`, and what is asked of a server as such."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
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

_PATH = 200
"""Characters that are told of an address that is none."""


def paths(site: Site) -> Paths:
    """All that this server answers: the table, and what stands beside it."""
    found = pages(site, site.dashboard) | ({} if site.is_own else _for_programs(site))
    for methods in found.values():
        methods.update(_beside(list(methods)))
    hint = "it is for its owner's browser alone" if site.is_own else "the API is described at /openapi.json"
    return Paths(found, nothing_here(site, site.dashboard, partial(_nothing_here, hint)))


def _for_programs(site: Site) -> dict[str, dict[str, Answering]]:
    found: dict[str, dict[str, Answering]] = {
        path: {"GET": answering} for path, answering in {**health(site), **reference()}.items()
    }
    for noun, rows in table.ROUTES.items():
        for row in rows:
            found.setdefault(row.path, {})[row.method] = _Row(site, table.message_of(noun, row), row)
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


class _Row:
    """What answers one row of the table."""

    def __init__(self, site: Site, message: type[Message[Any]], row: table.Route) -> None:
        self._site, self._message, self._row = site, message, row
        self._together = Together(self._answered_together, site.lanes) if message.is_brief else None

    async def __call__(self, request: Request) -> Response:
        body = await body_of(self._site, request)
        if_match = request.headers.getlist("if-match")
        asked = _Asked(request.path_params, _once(request), body, if_match, shown(request))
        if self._message.permission is Permission.NOBODY:
            return await self._site.porch.run(self._answered, asked)
        if self._together is None:
            return await self._site.asked(asked.door, self._answered, asked)
        await self._site.admit(asked.door)
        found = await self._together.answer(asked)
        if found is None or isinstance(found, NotLoggedIn):  # who is no more known is a stranger again
            return await self._site.asked(asked.door, self._answered, asked)
        if isinstance(found, LockworkError):
            raise found
        return found

    def _answered(self, asked: _Asked) -> Response:
        return self._told(self._site.gate.answer(asked.door, self._meant(asked)))

    def _answered_together(self, those: Sequence[_Asked]) -> list[Response | LockworkError | None]:
        clear = {n: asked for n, one in enumerate(those) if (asked := self._meant_if_clear(one))}
        answers = dict(zip(clear, self._site.gate.answer_together(list(clear.values())), strict=True))
        return [
            answer if answer is None or isinstance(answer, LockworkError) else self._told(answer)
            for answer in map(answers.get, range(len(those)))
        ]

    def _meant_if_clear(self, asked: _Asked) -> tuple[Shown, Message[Any]] | None:
        with suppress(LockworkError):
            return asked.door, self._meant(asked)
        return None

    def _meant(self, asked: _Asked) -> Message[Any]:
        if self._row.message != "SetUp":
            check_set_up(self._site)
        message = message_from(self._message, asked.in_path, asked.query, asked.body)
        return demanding(message, asked.if_match)

    def _told(self, answer: object) -> Response:
        if isinstance(answer, bytes):
            return Response(answer, self._row.status, media_type="application/octet-stream")
        headers, body = etag_of(answer), encoded_answer(answer)
        return Response(body, self._row.status, headers, media_type="application/json")


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


async def _nothing_here(hint: str, request: Request) -> Response:
    return problem(NotFound("address", request.scope["path"][:_PATH], hint=hint))
