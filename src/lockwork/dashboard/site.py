"""The dashboard as a whole: from a request to a page, past who asks and whether it is really them.

Everything is answered here, in this order: who came in, by which session; for a change, whether it comes from
a page of ours; then the page's own function, over a Client of the caller; then how it is told, as a page or,
to a script of ours, as data.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import msgspec

from lockwork.client.api import Client
from lockwork.dashboard import notes, rendering
from lockwork.dashboard.commands import runnable
from lockwork.dashboard.cookies import Cookies, shown_cookies
from lockwork.dashboard.forms import NOTHING, Form, parsed
from lockwork.dashboard.pages import Answer, Ask, Came, Data, For, Page, Shown, To, address, local
from lockwork.dashboard.sessions import Ended, Entrance, Outdated, check_origin, check_token, token_for
from lockwork.domain.errors import LockworkError, NotFound, NotLoggedIn, NotReady
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
_GO_ON = "log in again in another tab, then go on here: what you typed stays"
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
            return visit.problem(failure, page.whose)

    def failed(self, came: Came, origin: str, failure: LockworkError, whose: For = For.EVERYONE) -> Reply:
        """For what went wrong before a page was asked."""
        return _Visit(self.entrance, came, Cookies(origin)).problem(failure, whose)


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
        is_checked = page.method != "GET" and not page.is_from_outside
        if is_checked:
            check_origin(self._came, origin)
        form = NOTHING
        if page.method != "GET":
            form = parsed(self._came.body, self._came.headers.get("content-type", ""))
        ask = self._question(form, self._session)
        if page.whose is For.USERS:
            _ = ask.me  # who has no name goes no further
            self._asked = ask
        if is_checked:
            check_token("" if self._is_new else self._bound, form.text("csrf"))
        return ask

    def _question(self, form: Form, session: str | None) -> Ask:
        begins_in = self._entrance.workspace
        return Ask(
            came=self._came,
            client=Client(
                workspace=self._came.fields.get("workspace", begins_in),
                gateway=self._entrance.gateway(session, self._came),
            ),
            form=form,
            csrf=token_for(self._bound),
            cookies=self._cookies,
            is_embedded=self._entrance.is_embedded,
            begins_in=begins_in,
        )

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
        if answer.told and self._is_for_a_script:
            return self._reply(answer.status, msgspec.json.encode(answer.told), "application/json")
        assert self._asked is not None or page.whose is For.EVERYONE  # noqa: S101 - `ask` has seen to it
        if self._asked is None:
            body = rendering.alone(self._question(NOTHING, None), answer, theme=self._theme, note=self._note)
        else:
            spaces = _spaces(self._asked)
            body = rendering.whole(self._asked, answer, theme=self._theme, spaces=spaces, note=self._note)
        told = (self._cookies.forget(self._cookies.note),) if self._note else ()
        return self._reply(answer.status, body, "text/html", _set((*answer.cookies, *told)))

    def _sent_to(self, to: To) -> Reply:
        # Whoever came to a form to mend something is led back to where that was told.
        path = local(self._asked.form.text("back", to.path)) if self._asked else to.path
        cookies = to.cookies
        if to.note:
            cookies += (self._cookies.set_shortly(self._cookies.note, notes.kept(to.note, path)),)
        if self._is_for_a_script:
            return self._reply(200, msgspec.json.encode({"to": path}), "application/json", _set(cookies))
        return self._reply(303, b"", "text/html", (*_set(cookies), ("location", path)))

    def problem(self, failure: LockworkError, whose: For) -> Reply:
        """What went wrong, told to a person or a script; who must come in first is sent to the door."""
        if isinstance(failure, NotLoggedIn) and whose is For.USERS and self._asked is None:
            failure = Ended()
        status, _ = problem_of(failure)
        if self._is_for_a_script:
            return self._reply(status, msgspec.json.encode(self._as_data(failure)), "application/json")
        if self._came.method == "GET" and isinstance(failure, NotReady):
            return self._sent_to(To("/setup"))
        if self._came.method == "GET" and isinstance(failure, Ended):
            return self._sent_to(self._door())
        ask, spaces = self._frame()
        body = rendering.problem(failure, self._came, theme=self._theme, ask=ask, spaces=spaces)
        return self._reply(status, body, "text/html")

    def _as_data(self, failure: LockworkError) -> dict[str, Any]:
        """As `send.js` tells it, beside what was typed."""
        has_ended = isinstance(failure, Ended)
        hint = _GO_ON if has_ended else runnable(failure.hint or "", self._asked)
        return {
            "problem": rendering.sentence(failure.message),
            "hint": rendering.sentence(hint),
            "has_ended": has_ended,
            "is_outdated": isinstance(failure, Outdated),
        }

    def _door(self) -> To:
        """The log-in, which leads back; it says that a session has ended, where there was one."""
        path = f"/login?next={quote(_as_asked(self._came), safe='')}"
        if self._session is None:
            return To(path)
        return To(path, "session-ended", cookies=(self._cookies.forget(self._cookies.session),))

    def _frame(self) -> tuple[Ask | None, tuple[str, ...]]:
        """Who has come in and what stands around their page; None where the page stands better alone."""
        if self._asked is None:
            return None, ()
        try:
            spaces = _spaces(self._asked)
        except LockworkError:
            return None, ()  # such as a store that does not answer, which may be what is told
        if not spaces:
            return None, ()
        if self._asked.workspace in spaces:
            return self._asked, spaces
        # Around a workspace that is not there every link would fail too: they lead into another.
        gateway = self._entrance.gateway(self._session, self._came)
        return replace(self._asked, client=Client(workspace=spaces[0], gateway=gateway)), spaces

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


def nowhere(ask: Ask) -> Answer:
    """What no page answers; a slash too many is taken away."""
    path = ask.came.path
    if path.endswith("/"):
        return To(local(path.rstrip("/")))
    raise NotFound("page", path)
