"""Pages as HTML: templates that escape all text, and the frame that stands around each."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import jinja2

from lockwork.dashboard import assets, commands, notes
from lockwork.dashboard.pages import Ask, Came, Shown, address, local
from lockwork.dashboard.sessions import Ended
from lockwork.domain.errors import (
    Fault,
    InvalidInput,
    LockworkError,
    NotFound,
    NotLoggedIn,
    NotPermitted,
    Unavailable,
)
from lockwork.domain.terminals import escaped

_TEMPLATES = Path(__file__).parent / "templates"
SECTIONS = (
    ("secrets", "Secrets", "key"),
    ("stacks", "Stacks", "layers"),
    ("components", "Components", "box"),
    ("runs", "Runs", "play"),
    ("audit", "Audit", "list"),
    ("access", "Access", "people"),
    ("settings", "Settings", "gear"),
)
"""Address, title and icon of each entry of the side bar."""
OF_THE_STORE = frozenset({"audit", "access", "settings"})
"""Those that no workspace has to itself; their addresses name none."""


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "ago": ago,
        "is_past": is_past,
        "moment": moment,
        "plural": plural,
        "number": number,
        "lasted": lasted,
        "bytes": in_bytes,
    }
    made.filters["spelt"] = escaped
    made.filters["runnable"] = _runnable
    made.filters["local"] = local
    made.filters["sentence"] = sentence
    made.globals |= {"asset": assets.address_of, "address": address}
    made.tests["a_warning"] = notes.is_warning
    return made


@jinja2.pass_context
def _runnable(around: jinja2.runtime.Context, text: str) -> str:
    return commands.runnable(text, around["ask"])


def whole(ask: Ask, shown: Shown, *, theme: str, spaces: tuple[str, ...], note: str) -> bytes:
    """The page with its frame, for who has come in; `note` tells what they have just done."""
    return _rendered(
        shown, theme, ask=ask, csrf=ask.csrf, me=ask.me, spaces=spaces, note=note, command=shown.command
    )


def alone(ask: Ask, shown: Shown, *, theme: str, note: str) -> bytes:
    """The page without a frame, for who has not."""
    return _rendered(
        shown, theme, ask=ask, csrf=ask.csrf, me=None, spaces=(), note=note, command=shown.command
    )


_TITLES: Mapping[type[LockworkError], str] = {
    NotFound: "Not found",
    NotPermitted: "Not allowed",
    InvalidInput: "Not accepted",
    Ended: "Log in again",
    NotLoggedIn: "Not logged in",
    Fault: "Something is wrong in Lockwork",
    Unavailable: "Not available now",
}


def problem(
    failure: LockworkError, came: Came, *, theme: str, ask: Ask | None, spaces: tuple[str, ...]
) -> bytes:
    """What went wrong: in the frame for who has come in, without one for who has not."""
    is_change = came.method != "GET"
    facts = {"failure": failure, "is_change": is_change, "has_ended": isinstance(failure, Ended)}
    title = next((title for kind, title in _TITLES.items() if isinstance(failure, kind)), "Not done")
    shown = Shown("problem.html", title, facts, section=_section(came))
    csrf, me = (ask.csrf, ask.me) if ask else ("", None)
    return _rendered(shown, theme, ask=ask, csrf=csrf, me=me, spaces=spaces, note="", command="")


def _section(came: Came) -> str:
    """The entry of the side bar under which the address is: `/w/WORKSPACE/SECTION/…`."""
    parts = came.path.split("/")
    return parts[3] if len(parts) > 3 else ""


def _rendered(shown: Shown, theme: str, **around: Any) -> bytes:
    frame: Mapping[str, Any] = {
        "title": shown.title,
        "section": shown.section,
        "sections": SECTIONS,
        "of_the_store": OF_THE_STORE,
        "theme": theme,
        **around,
        **shown.facts,
    }
    return _environment().get_template(shown.template).render(frame).encode()


def moment(when: datetime | None) -> str:
    """A time, to the minute."""
    return "" if when is None else when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def is_past(when: datetime) -> bool:
    """Whether it is over."""
    return when <= datetime.now(UTC)


_UNITS = ((60, 1, "second"), (3600, 60, "minute"), (24 * 3600, 3600, "hour"), (100 * 86400, 86400, "day"))
"""Below how many seconds a unit is told, and how many it has. Then come months, after two years years."""
_MONTH, _YEAR = 30.44 * 86400, 365.25 * 86400


def ago(when: datetime | None) -> str:
    """How long ago, or in how long, to the nearest of a unit that fits."""
    if when is None:
        return "never"
    seconds = (datetime.now(UTC) - when).total_seconds()
    if abs(seconds) < 10:
        return "just now"
    told = _about(abs(seconds))
    return f"{told} ago" if seconds > 0 else f"in {told}"


def _about(seconds: float) -> str:
    for below, size, unit in _UNITS:
        if round(seconds / size) * size < below:
            return plural(round(seconds / size), unit)
    if seconds < 2 * _YEAR:
        return plural(round(seconds / _MONTH), "month")
    return plural(round(seconds / _YEAR), "year")


_WORD = re.compile(r"[a-z]+(?=[ ,:])")


def sentence(text: str) -> str:
    """What a failure says, as a page tells it; a command or a name stays as it is written."""
    begins = _WORD.match(text)
    return text[0].upper() + text[1:] if begins and begins[0] != "lockwork" else text


def number(many: int) -> str:
    """`12,345`."""
    return f"{many:,}"


def plural(many: int, one: str) -> str:
    """`1 key`, `3 keys`."""
    return f"{number(many)} {one}" if many == 1 else f"{number(many)} {one}s"


class Lasting(Protocol):
    """What begins and ends."""

    @property
    def started(self) -> datetime | None: ...
    @property
    def finished(self) -> datetime | None: ...


def lasted(what: Lasting) -> str:
    """How long it took, or takes until now: `0.4 s`, `2 min 05 s`, `3 h 12 min`, `4 d 3 h`."""
    if what.started is None:
        return ""
    seconds = max(0.0, ((what.finished or datetime.now(UTC)) - what.started).total_seconds())
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = int(seconds) // 60
    if minutes < 60:
        return f"{minutes} min {int(seconds) % 60:02} s"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02} min" if hours < 48 else f"{hours // 24:,} d {hours % 24} h"


def in_bytes(many: int) -> str:
    """`12 bytes`, `3.4 kB`, `10.5 MB`."""
    if many < 1000:
        return plural(many, "byte")
    return f"{many / 1000:.1f} kB" if many < 1_000_000 else f"{many / 1_000_000:.1f} MB"
