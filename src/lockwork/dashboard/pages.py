"""What a page is: a row that says which address it answers, and a short function from a question to a reply.

A page knows no HTTP beyond its fields: it is given a `Client` of whoever asks, and answers with a `Shown`
page, a way `To` another, or `Data` for a script of ours. What is wrong it raises; `site` tells it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from lockwork.client.api import Client
from lockwork.dashboard.cookies import Cookies
from lockwork.dashboard.forms import Form, whole
from lockwork.domain.access import Held, User


class For(Enum):
    """Who may ask a page at all; what they may do there, the gate says."""

    EVERYONE = "everyone"
    """Also who has not logged in: such as the log-in itself."""
    USERS = "users"


@dataclass(frozen=True, slots=True)
class Came:
    """A request as the server hands it over."""

    method: str
    path: str
    fields: Mapping[str, str]
    """Of the path, such as the name of a workspace."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes
    address: str
    """Where it came from."""
    request: str
    """Its id, which its audit records bear."""

    @property
    def is_by_script(self) -> bool:
        """Whether a script of ours asks, which takes data and shows it itself."""
        return self.headers.get("accept", "") == "application/json"


@dataclass(frozen=True)
class Ask:
    """What a page is asked, and by whom."""

    came: Came
    client: Client
    """Of the caller, in the workspace that the address names."""
    form: Form
    csrf: str
    """Stands in every form of the page: without it nothing is changed."""
    cookies: Cookies
    is_embedded: bool
    """Whether the store is one's own, without users who log in."""
    begins_in: str
    """The workspace where one begins."""

    @property
    def fields(self) -> Mapping[str, str]:
        return self.came.fields

    @property
    def query(self) -> Mapping[str, str]:
        return self.came.query

    @property
    def workspace(self) -> str:
        return self.client.workspace

    @cached_property
    def me(self) -> User:
        """Who asks; NotLoggedIn where nobody known does."""
        return self.client.active_user

    @cached_property
    def held(self) -> Held:
        """What they may do in this workspace: asked once, by the pages that offer something."""
        return self.client.get_rights()

    def number(self, name: str, default: int) -> int:
        """A whole number of the query; what is none counts as not given."""
        return whole(self.query.get(name, "")) or default

    def at(self, *parts: str) -> str:
        """The address of a page of this workspace."""
        return address("w", self.workspace, *parts)


@dataclass(frozen=True)
class Shown:
    """A page to show: a template and what it says."""

    template: str
    title: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    """What does the same on the command line."""
    section: str = ""
    """Which entry of the side bar it belongs to."""
    status: int = 200
    cookies: tuple[str, ...] = ()
    """`Set-Cookie` lines."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What a script of ours is told instead, which has on its page what this one would show again."""


@dataclass(frozen=True)
class To:
    """Another page, after a change; `note` is a key of `lockwork.dashboard.notes.NOTES`, told there once."""

    path: str
    note: str = ""
    cookies: tuple[str, ...] = ()
    """`Set-Cookie` lines, as a log-in makes them."""


@dataclass(frozen=True)
class Data:
    """An answer for a script of ours, or plain text, such as one revealed value."""

    body: bytes
    media_type: str = "application/json"
    is_kept: bool = False
    """Whether a browser may keep it: it is the same for everyone, and its address changes with it."""


Answer = Shown | To | Data


class Page(NamedTuple):
    """A row of the table of pages."""

    method: str
    path: str
    answer: Callable[[Ask], Answer]
    whose: For = For.USERS
    is_from_outside: bool = False
    """Whether it may be sent by what is no page of ours: what it takes must prove itself."""
    checks_password: bool = False
    """Whether answering it hashes one, which takes time and memory: few at once do."""


def address(*parts: str) -> str:
    """A path of these parts, each quoted whole."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


_LOCAL = re.compile(r"/(?![/\\\\])[!-~]*")


def local(path: str) -> str:
    """The path, if it is one of this site; else the first page: nobody is sent elsewhere."""
    return path if _LOCAL.fullmatch(path) and "\\" not in path else "/"
