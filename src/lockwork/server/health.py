"""Whether a server lives, whether it can answer, and how much it does: for who watches over it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from lockwork.domain.errors import LockworkError
from lockwork.messages.access import WhoAmI
from lockwork.server.addresses import is_loopback
from lockwork.server.app import Site, in_thread
from lockwork.server.auth import shown


def health_routes(site: Site) -> list[BaseRoute]:
    """`/healthz` asks nothing; `/readyz` asks the database, and for the root key; `/metrics` counts.

    Numbers tell what a team does and when: they are for this host, and for who shows any token that is good.
    """

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

    async def metrics(request: Request) -> Response:
        request.state.route = "/metrics"
        if not is_loopback(request.state.address):
            await in_thread(site, site.gate.answer, shown(request), WhoAmI())
        return Response(site.metrics.text(), headers={"content-type": site.metrics.MEDIA_TYPE})

    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]
