"""The dashboard as a whole: from a request to a page, past who asks and whether it is really them.

Everything is answered here, in this order: who came in, by which session; for a change, whether it comes from
a page of ours; then the page's own function, over a Client of the caller; then how it is told, as a page or,
to a script of ours, as data.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from lockwork.client.api import Client
from lockwork.dashboard import notes, rendering
from lockwork.dashboard.commands import runnable
from lockwork.dashboard.cookies import Cookies, shown_cookies
from lockwork.dashboard.forms import NOTHING, parsed
from lockwork.dashboard.pages import Answer, Ask, Came, Data, For, Page, Shown, To, address
from lockwork.dashboard.sessions import Entrance, check_is_ours, token_for
from lockwork.domain.errors import LockworkError, NotLoggedIn, NotReady
from lockwork.wire.problems import problem_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("content-security-policy", POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    # Not `no-referrer`: browsers would then leave out of a form's request where it comes from.
    ("referrer-policy", "same-origin"),
)
_KEPT = (("cache-control", "public, max-age=31536000, immutable"),)
MOST_SPACES = 200
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: nothing of HTTP is left to decide."""

    status: int
    body: bytes
    media_type: str
    headers: tuple[tuple[str, str], ...] = ()


class Dashboard:
    """All pages, over one way in."""

    def __init__(self, entrance: Entrance, pages: Iterable[Page]) -> None:
        self.entrance = entrance
        self.pages = tuple(pages)

    def answered(self, page: Page, came: Came, origin: str) -> Reply:
        """The reply to a request for this page; `origin` is how it was asked for: `https://lockwork.example`."""
        visit = _Visit(self.entrance, came, Cookies(origin))
        try:
            answer = page.answer(visit.ask(page, origin))
            return visit.told(page, answer)
        except LockworkError as failure:
            return visit.problem(failure)

    def failed(self, came: Came, origin: str, failure: LockworkError) -> Reply:
        """For what went wrong before a page was asked."""
        return _Visit(self.entrance, came, Cookies(origin)).problem(failure)


class _Visit:
    """One request, from its cookies to its reply."""

    def __init__(self, entrance: Entrance, came: Came, cookies: Cookies) -> None:
        self._entrance = entrance
        self._came = came
        self._cookies = cookies
        shown = shown_cookies(came.headers)
        self._session = shown.get(cookies.session) or None
        self._visit = shown.get(cookies.visit) or None
        self._is_new = self._session is None and self._visit is None
        if self._is_new:
            self._visit = os.urandom(16).hex()
        theme = shown.get(cookies.theme, "")
        self._theme = theme if theme in THEMES else ""
        self._note = notes.told(shown.get(cookies.note, ""), came.path)
        self._asked: Ask | None = None

    def ask(self, page: Page, origin: str) -> Ask:
        """The question, of a caller who may put it at all."""
        form = NOTHING
        if page.method != "GET":
            form = parsed(self._came.body, self._came.headers.get("content-type", ""))
            if not page.is_from_outside:
                check_is_ours(self._came, origin, "" if self._is_new else self._bound, form.text("csrf"))
        gateway = self._entrance.gateway(self._session, self._came)
        ask = Ask(
            came=self._came,
            client=Client(
                workspace=self._came.fields.get("workspace", self._entrance.workspace), gateway=gateway
            ),
            form=form,
            csrf=token_for(self._bound),
            cookies=self._cookies,
            is_embedded=self._entrance.is_embedded,
            begins_in=self._entrance.workspace,
        )
        if page.whose is For.USERS:
            _ = ask.me  # who has no name goes no further
            self._asked = ask
        return ask

    @property
    def _bound(self) -> str:
        return self._session or self._visit or ""

    def told(self, page: Page, answer: Answer) -> Reply:
        """An answer as a reply."""
        if isinstance(answer, Data):
            if answer.is_kept:
                return Reply(200, answer.body, answer.media_type, (*_HEADERS, *_KEPT))
            return self._reply(200, answer.body, answer.media_type)
        if isinstance(answer, To):
            return self._sent_to(answer)
        assert self._asked is not None or page.whose is For.EVERYONE  # noqa: S101 - `ask` has seen to it
        if self._asked is None:
            body = rendering.alone(self._stranger(), answer, theme=self._theme, note=self._note)
        else:
            spaces = _spaces(self._asked)
            body = rendering.whole(self._asked, answer, theme=self._theme, spaces=spaces, note=self._note)
        told = (self._cookies.forget(self._cookies.note),) if self._note else ()
        return self._reply(answer.status, body, "text/html", _set((*answer.cookies, *told)))

    def _stranger(self) -> Ask:
        return Ask(
            came=self._came,
            client=Client(gateway=self._entrance.gateway(None, self._came)),
            form=NOTHING,
            csrf=token_for(self._bound),
            cookies=self._cookies,
            is_embedded=self._entrance.is_embedded,
            begins_in=self._entrance.workspace,
        )

    def _sent_to(self, to: To) -> Reply:
        cookies = to.cookies
        if to.note:
            cookies += (self._cookies.set_shortly(self._cookies.note, notes.kept(to.note, to.path)),)
        if self._is_for_a_script:
            return self._reply(200, msgspec.json.encode({"to": to.path}), "application/json", _set(cookies))
        return self._reply(303, b"", "text/html", (*_set(cookies), ("location", to.path)))

    def problem(self, failure: LockworkError) -> Reply:
        """What went wrong, told to a person or a script; who must come in first is sent to the door."""
        status, _ = problem_of(failure)
        if self._is_for_a_script:
            told = {"problem": failure.message, "hint": runnable(failure.hint or "", self._asked)}
            return self._reply(status, msgspec.json.encode(told), "application/json")
        if self._came.method == "GET" and isinstance(failure, NotReady):
            return self._sent_to(To("/setup"))
        if self._came.method == "GET" and isinstance(failure, NotLoggedIn):
            forget = (self._cookies.forget(self._cookies.session),) if self._session else ()
            return self._sent_to(To(f"/login?next={quote(_as_asked(self._came), safe='')}", cookies=forget))
        ask, spaces = self._frame()
        body = rendering.problem(failure, self._came, theme=self._theme, ask=ask, spaces=spaces)
        return self._reply(status, body, "text/html")

    def _frame(self) -> tuple[Ask | None, tuple[str, ...]]:
        """Who has come in and what stands around their page; None where the page stands better alone."""
        if self._asked is None:
            return None, ()
        try:
            spaces = _spaces(self._asked)
        except LockworkError:
            return None, ()  # such as a store that does not answer, which may be what is told
        # Around a workspace that is not there every link would fail too.
        return (self._asked, spaces) if self._asked.workspace in spaces else (None, ())

    @property
    def _is_for_a_script(self) -> bool:
        return self._came.is_by_script

    def _reply(
        self, status: int, body: bytes, media_type: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> Reply:
        new = (
            (("set-cookie", self._cookies.set(self._cookies.visit, self._visit or "")),)
            if self._is_new
            else ()
        )
        return Reply(status, body, media_type, (*_HEADERS, *headers, *new))


def _set(cookies: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple(("set-cookie", line) for line in cookies)


def _as_asked(came: Came) -> str:
    """The address, to come back to."""
    query = "&".join(f"{quote(name)}={quote(text)}" for name, text in came.query.items())
    return came.path + (f"?{query}" if query else "")


def _spaces(ask: Ask) -> tuple[str, ...]:
    """The workspaces to switch between."""
    return tuple(space.name for space in ask.client.list_workspaces(size=MOST_SPACES))


def first_page(ask: Ask) -> Answer:
    """The secrets of the workspace where one begins."""
    spaces = _spaces(ask)
    if not spaces:
        return Shown("nowhere.html", "No workspace")
    wanted = ask.client.workspace
    return To(address("w", wanted if wanted in spaces else spaces[0], "secrets"))
