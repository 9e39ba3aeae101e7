"""Whether a server lives, whether it can answer, and how much it does: for who watches over it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lockwork.domain.errors import LockworkError
from lockwork.server.addresses import is_loopback
from lockwork.server.app import Site
from lockwork.server.paths import Answering


def health(site: Site) -> dict[str, Answering]:
    """`/healthz` asks nothing; `/readyz` asks the database, and for the root key; `/metrics` counts.

    Numbers tell what a team does and when: they are for this host, and for who shows any token that is good.
    """

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        try:
            await site.ready.run()
        except LockworkError as failure:
            why = {"why": "its log says why"}
            if is_loopback(request.state.address):
                why = {"why": failure.message, "hint": failure.hint or ""}
            return JSONResponse({"status": "not ready", **why}, 503)
        return JSONResponse({"status": "ok"})

    async def metrics(request: Request) -> Response:
        if not is_loopback(request.state.address):
            await site.check_named(request)
        return Response(site.metrics.text(), headers={"content-type": site.metrics.MEDIA_TYPE})

    return {"/healthz": alive, "/readyz": ready, "/metrics": metrics}
