"""The dashboard's pages on line: a request becomes what a page is asked, its reply becomes a response."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from lockwork.crypto.tokens import hash_of
from lockwork.dashboard.cookies import Cookies, shown_cookies
from lockwork.dashboard.pages import Came, For, Page
from lockwork.dashboard.site import Dashboard, Reply, nowhere
from lockwork.domain.errors import InvalidInput, LockworkError, NotFound
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import WhoAmI
from lockwork.server.app import Site, bounded_body, check_set_up
from lockwork.server.paths import Answering

T = TypeVar("T")


def pages(site: Site, dashboard: Dashboard) -> dict[str, dict[str, Answering]]:
    """What answers each address of the dashboard."""
    found: dict[str, dict[str, Answering]] = {}
    for page in dashboard.pages:
        found.setdefault(page.path, {})[page.method] = _answering(site, dashboard, page)
    return found


def nothing_here(site: Site, dashboard: Dashboard, else_: Answering) -> Answering:
    """For addresses that nothing answers: a page for people, and for programs what they are told else."""

    async def endpoint(request: Request) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return await else_(request)
        origin = _origin(site, request)
        if request.method == "GET" and shown_cookies(dict(request.headers)).get(Cookies(origin).session):
            return await inside(request)
        failure = NotFound("page", request.scope["path"])
        return _response(dashboard.failed(_came(request, {}, b""), origin, failure))

    # Who has come in is told in the frame, from which they can go on.
    inside = _answering(site, dashboard, Page("GET", "/", nowhere))
    return endpoint


def _answering(site: Site, dashboard: Dashboard, page: Page) -> Answering:
    """What answers one page: who asks is named first, as for every question to the store."""

    async def endpoint(request: Request) -> Response:
        origin = _origin(site, request)
        came = _came(request, request.path_params, b"")
        visitor = _Visitor(site, dashboard, came, origin)
        try:
            if page.method != "GET":
                body = await bounded_body(request, visitor.check_named if visitor.session else None)
                came = replace(came, body=body)
            return _response(await reply(visitor, came, origin))
        except LockworkError as failure:
            return _response(dashboard.failed(came, origin, failure, page.whose))

    async def reply(visitor: _Visitor, came: Came, origin: str) -> Reply:
        if page.whose is For.EVERYONE and page.method == "GET":  # it asks nothing of the store
            return dashboard.answered(page, came, origin)
        if page.whose is For.USERS and not page.checks_password:
            return await visitor.asked(dashboard.answered, page, came, origin)
        if page.whose is For.USERS:
            await visitor.check_named()
        return await site.porch.run(dashboard.answered, page, came, origin)

    return endpoint


class _Visitor:
    """Who asks a page, by the session that their browser shows."""

    def __init__(self, site: Site, dashboard: Dashboard, came: Came, origin: str) -> None:
        self._site = site
        self._entrance = dashboard.entrance
        self._came = came
        self.session = shown_cookies(came.headers).get(Cookies(origin).session)
        self._hash = hash_of(Sensitive(self.session)) if self.session else None

    async def asked(self, act: Callable[..., T], *arguments: Any) -> T:
        """What it answers, when it is their turn."""
        return await self._site.turns.run(self._hash, self._check, act, *arguments)

    async def check_named(self) -> None:
        """Refuse who has no session."""
        await self.asked(self._check)

    def _check(self) -> None:
        check_set_up(self._site)
        self._entrance.gateway(self.session, self._came).send(WhoAmI())


def _came(request: Request, fields: dict[str, str], body: bytes) -> Came:
    return Came(
        method=request.method,
        path=request.scope["path"],
        fields={name: _unquoted(text) for name, text in fields.items()},
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=body,
        address=request.state.address,
        request=request.state.request,
    )


def _unquoted(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        pass
    raise InvalidInput("the address is not UTF-8")


def _origin(site: Site, request: Request) -> str:
    """How we were asked, in the form that browsers use."""
    return site.names.origin(request.headers["host"])


def _response(reply: Reply) -> Response:
    response = Response(reply.body, reply.status, media_type=reply.media_type)
    response.raw_headers += [(name.encode(), text.encode("latin-1")) for name, text in reply.headers]
    return response
