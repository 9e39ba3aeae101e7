"""The dashboard's pages on line: a request becomes what a page is asked, its reply becomes a response."""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response

from lockwork.dashboard.cookies import Cookies, shown_cookies
from lockwork.dashboard.pages import Came, For, Page
from lockwork.dashboard.site import Dashboard, Reply
from lockwork.domain.errors import InvalidInput
from lockwork.messages.access import WhoAmI
from lockwork.server.app import Site, bounded_body
from lockwork.server.paths import Answering


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
        came = _came(request, {}, b"")
        return _response(await site.threads.run(dashboard.nothing_here, came, _origin(site, request)))

    return endpoint


def _answering(site: Site, dashboard: Dashboard, page: Page) -> Answering:
    by_strangers = page.whose is For.EVERYONE and page.method != "GET"
    threads = site.porch if by_strangers or page.checks_password else site.threads

    async def endpoint(request: Request) -> Response:
        origin = _origin(site, request)
        body = b""
        if page.method != "GET":
            body = await bounded_body(site, request, _known(dashboard, request, origin))
        return _response(await threads.run(answered, _came(request, request.path_params, body), origin))

    def answered(came: Came, origin: str) -> Reply:
        return dashboard.answered(page, came, origin, is_set_up=site.is_set_up())

    return endpoint


def _known(dashboard: Dashboard, request: Request, origin: str) -> Callable[[], object] | None:
    """What fails unless the sender of a large body is known; None where they do not even say."""
    session = shown_cookies(request.headers).get(Cookies(origin).session)
    if not session:
        return None
    came = _came(request, {}, b"")
    return lambda: dashboard.entrance.gateway(session, came).send(WhoAmI())


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
