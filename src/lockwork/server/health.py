"""Whether a server lives, and whether it can answer: for who watches over it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from lockwork.domain.errors import LockworkError
from lockwork.server.app import Site, in_thread


def health_routes(site: Site) -> list[BaseRoute]:
    """`/healthz` asks nothing; `/readyz` asks the database, and for the root key."""

    async def alive(request: Request) -> Response:
        request.state.route = "/healthz"
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        request.state.route = "/readyz"
        try:
            await in_thread(site, site.check_ready)
        except LockworkError as failure:
            return JSONResponse({"status": "not ready", "why": failure.message}, 503)
        return JSONResponse({"status": "ok"})

    return [Route("/healthz", alive), Route("/readyz", ready)]
