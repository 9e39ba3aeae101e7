"""The server, put together: every request passes here, from its name to its answer.

A request is of one of our own names or it is refused; it gets an id; its body has an end; its message is made
and answered in a thread, since the store is synchronous; and whatever happens, what goes out is an answer or
a problem of ours, with headers that let nobody keep it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lockwork.dashboard.site import Dashboard
from lockwork.domain.errors import (
    Fault,
    InvalidInput,
    LockworkError,
    NotJson,
    NotReady,
    StoreUnusable,
    Tampered,
    TooLarge,
)
from lockwork.messages import Message
from lockwork.messages.access import WhoAmI
from lockwork.server.addresses import Names, Proxies
from lockwork.server.auth import shown
from lockwork.server.logs import Log
from lockwork.server.metrics import Metrics
from lockwork.server.threads import Shared, Threads, Turns
from lockwork.service.callers import Shown
from lockwork.wire import API, API_HEADER
from lockwork.wire.problems import MEDIA_TYPE, problem_of

T = TypeVar("T")
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    API_HEADER: f"{API} {version('lockwork')}",
}
_HEADERS = [(name.encode(), text.encode()) for name, text in HEADERS.items()]
LARGEST = 24 * 1024 * 1024
"""Bytes of a body: a secret of 4 MiB, each of whose characters JSON writes as six."""
LARGEST_OF_STRANGERS = 64 * 1024
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SLOWEST = 30
"""Seconds in which a body must have arrived."""


class Asked(Protocol):
    """The gate, or what stands for it."""

    def answer(self, door: Any, message: Message[Any]) -> Any:
        """The answer, or a failure from `lockwork.domain.errors`."""
        ...

    def answer_together(self, asked: Sequence[tuple[Any, Message[Any]]]) -> list[Any]:
        """Of each the answer, the failure that stands for it, or None: that is to be asked alone."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """What all requests to one server share."""

    gate: Asked
    names: Names
    proxies: Proxies
    log: Log
    is_set_up: Callable[[], bool]
    ready: Shared
    """Raises what is wrong with the database or the root key."""
    turns: Turns
    porch: Threads
    """For who has no name yet: however many knock, those inside are answered."""
    lanes: Sequence[Threads]
    """For what is answered together."""
    dashboard: Dashboard
    is_own: bool = False
    """Whether it is there for its owner's browser alone, and answers no program."""
    metrics: Metrics = field(default_factory=Metrics)

    def close(self) -> None:
        """Let nobody in any more."""
        self.turns.close()
        self.porch.close()
        self.ready.close()
        for lane in self.lanes:
            lane.close()

    async def asked(self, door: Shown, act: Callable[..., T], *arguments: Any) -> T:
        """What it answers, to who shows a token that is good, when it is their turn."""
        return await self.turns.run(door.token, partial(self._check_named, door), act, *arguments)

    async def admit(self, door: Shown) -> None:
        """Let in who shows a token that is good: strangers wait apart from who is known."""
        await self.turns.admit(door.token, partial(self._check_named, door))

    async def check_named(self, request: Request) -> None:
        """Refuse who shows no token that is good."""
        door = shown(request)
        await self.asked(door, self._check_named, door)

    def _check_named(self, door: Shown) -> None:
        check_set_up(self)
        self.gate.answer(door, WhoAmI())


def problem(failure: LockworkError) -> Response:
    """A failure as a response."""
    status, told = problem_of(failure)
    headers = {"retry-after": str(told["seconds"])} if "seconds" in told else {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(msgspec.json.encode(told, enc_hook=str), status, headers, media_type=MEDIA_TYPE)


async def body_of(site: Site, request: Request) -> bytes:
    """The whole body, which is JSON. A large one is taken of who is known alone."""
    says_who = "authorization" in request.headers
    body = await bounded_body(request, partial(site.check_named, request) if says_who else None)
    if body and not _is_json(request):
        raise NotJson("the body does not say that it is JSON", hint="Content-Type: application/json")
    return body


async def bounded_body(request: Request, check_known: Callable[[], Awaitable[None]] | None) -> bytes:
    """The whole body, which has an end in size and time; a large one once `check_known` has not failed.

    None: whoever asks does not even say who they are.
    """
    is_known = False
    most = LARGEST_OF_STRANGERS if check_known is None else LARGEST
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > most:
        raise TooLarge(f"a body is at most {most:,} bytes here")
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(SLOWEST):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise TooLarge(f"a body is at most {most:,} bytes here")
                if size > LARGEST_OF_STRANGERS and not is_known and check_known is not None:
                    await check_known()
                    is_known = True
                parts.append(part)
    except TimeoutError:
        pass
    else:
        request.state.is_read = True
        return b"".join(parts)
    raise InvalidInput(f"the body did not arrive within {SLOWEST} seconds")


def _is_json(request: Request) -> bool:
    """A form, which any page may send from a browser, never is."""
    said = request.headers.getlist("content-type")
    return len(said) == 1 and said[0].partition(";")[0].strip().lower() == "application/json"


def _is_left_unread(scope: Scope) -> bool:
    """Whether more of the request may come, which nobody will look at: its connection then ends here."""
    has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])
    return has_body and not scope["state"]["is_read"]


class Door:
    """Around all routes: names, request ids, headers, failures, the log."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Quoted, as it came: what is quoted in a name is no separator.
        scope["path"] = scope["raw_path"].decode("ascii", "replace")
        state = scope["state"] = {"request": self._site.log.new_id(), "route": None, "is_read": False}
        if scope["method"] not in METHODS:
            scope["method"] = "OTHER"  # it is written down, and anything may stand there
        began, status = time.perf_counter(), 500
        self._site.metrics.begun()

        async def answered(event: Any) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = event["status"]
                there = {name for name, _ in event["headers"]}
                event["headers"] += [header for header in _HEADERS if header[0] not in there]
                event["headers"].append((b"x-request-id", state["request"].encode()))
                if _is_left_unread(scope):
                    event["headers"].append((b"connection", b"close"))
            await send(event)

        try:
            await self._passed(scope, receive, answered)
        except ClientDisconnect:
            status = 499  # as nginx calls it
        finally:
            seconds = time.perf_counter() - began
            self._site.log.request(scope, state, status, seconds)
            self._site.metrics.answered(scope["method"], state["route"], status, seconds)

    async def _passed(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._site.names.check(scope)
            scope["state"]["address"] = self._site.proxies.address_of(scope)
            await self._app(scope, receive, send)
            return
        except LockworkError as failure:
            response = problem(self._for_strangers(scope, failure))
        except ClientDisconnect:
            raise
        except Exception as unforeseen:
            fault = Fault(unforeseen)
            self._site.log.fault(scope["state"]["request"], fault)
            response = problem(fault)
        await response(scope, receive, send)

    def _for_strangers(self, scope: Scope, failure: LockworkError) -> LockworkError:
        """Where a server's store lies is for whoever runs it: it is in the log, and in no answer."""
        if not isinstance(failure, StoreUnusable) or isinstance(failure, Tampered):
            return failure
        self._site.log.say("store-away", request=scope["state"]["request"], problem=failure.message)
        return StoreUnusable(
            "the server cannot use its store at this moment",
            hint="try again; if it stays so, tell whoever runs the server: its log says why",
        )


def check_set_up(site: Site) -> None:
    """Until there is an admin, nothing else is answered."""
    if not site.is_set_up():
        raise NotReady(
            "this server has no admin yet", hint="lockwork login URL --setup, with the code that it printed"
        )


def application(site: Site) -> ASGIApp:
    """The ASGI application of a site."""
    from lockwork.server.routes import paths  # lazy: they build on what is above

    return Door(paths(site), site)
