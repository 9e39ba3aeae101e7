"""What steps printed, masked: the end of a log, what came before it, and what comes next while it grows.

A log may be 10 MiB: a page shows a window of it that fits, and links to the rest. Nothing in it acts: it is
text wherever it stands, and what would act or not be seen is spelt out.
"""

from typing import NamedTuple

import msgspec
from markupsafe import escape

from lockwork.dashboard.pages import Answer, Ask, Data
from lockwork.domain.runs import LogPart, Run, StepRun
from lockwork.domain.terminals import escaped_log
from lockwork.messages.runs import GetLogPart

ALL = "*"
"""In an address, in the place of a step; no step is called so."""
AT_ONCE = 8
"""Logs on one page, each a question of its own to the store."""
WINDOW, BUDGET = 32 * 1024, 20_000
"""Bytes of a log that are shown at most, and what they may come to as HTML."""


class Window(NamedTuple):
    """Some of a log, as text that does nothing."""

    step: StepRun
    text: str
    start: int
    end: int
    size: int
    is_last: bool
    """Whether it ends where the log ends: then it may be followed."""


class Told(NamedTuple):
    """What a script that follows a log is told."""

    text: str
    next: int
    over: bool
    """Whether nothing more will come."""


def chosen(ask: Ask, run: Run, step: str) -> tuple[Window, ...]:
    """The log of that step, or of several, whichever have begun; none where there is no such step."""
    if step == ALL:
        begun = [one for one in run.steps if one.started]
        first = (ask.number("logs", 1) - 1) * AT_ONCE
        return tuple(
            window(ask, run, one, share=AT_ONCE, until=None) for one in begun[first : first + AT_ONCE]
        )
    until = ask.number("until", 0) or None
    return tuple(window(ask, run, one, share=1, until=until) for one in run.steps if one.name == step)


def window(ask: Ask, run: Run, step: StepRun, *, share: int, until: int | None) -> Window:
    """The end of a log, or what came before a byte of it, as much as fits."""
    most = WINDOW // share
    start = -most if until is None else max(until - most, 0)
    part = read(ask, run, step.name, start, most if until is None else min(most, until))
    shown = _whole_lines(part.part, part.start)
    while len(escape(_text(shown))) > BUDGET // share:
        shown = _whole_lines(shown[len(shown) // 2 :], 1)
    if part.end == part.size and not step.status.is_over:
        shown, left = _whole_characters(shown)
    else:
        left = 0
    end = part.end - left
    return Window(step, _text(shown), end - len(shown), end, part.size, part.end == part.size)


def followed(ask: Ask) -> Answer:
    """What a step has printed since a byte, for a script that shows it."""
    run = ask.client.get_run(ask.fields["run"])
    step = run.step(ask.query.get("step", ""))
    part = read(ask, run, step.name, ask.number("from", 0), WINDOW)
    is_all = part.end >= part.size and step.status.is_over
    shown, left = (part.part, 0) if is_all else _whole_characters(part.part)
    told = Told(_text(shown), part.end - left, is_all)
    return Data(msgspec.json.encode(told._asdict()))


def read(ask: Ask, run: Run, step: str, start: int, most: int) -> LogPart:
    """Of a store of one's own also what a step that runs has printed: that lies in a file of this machine."""
    if ask.is_embedded:
        return ask.client.get_run_log_part(run.id, step, start=start, most=most)
    # Never from files: a server's are its own, and records of its users name none of them.
    question = GetLogPart(workspace=ask.workspace, run=run.id, step=step, start=start, most=most)
    return ask.client.send(question)


def _text(part: bytes) -> str:
    return escaped_log(part.decode("utf-8", "replace"))


def _whole_lines(part: bytes, start: int) -> bytes:
    """Without the rest of a line that began before it; of a line without end, without half a character."""
    if start == 0:
        return part
    line = part.find(b"\n") + 1
    if 0 < line < len(part):
        return part[line:]
    while part and part[0] & 0xC0 == 0x80:
        part = part[1:]
    return part


def _whole_characters(part: bytes) -> tuple[bytes, int]:
    """Without a character that has not wholly come yet; and how many bytes of it there are."""
    for back in range(1, min(3, len(part)) + 1):
        byte = part[-back]
        if byte & 0xC0 == 0xC0:
            wanted = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return (part[:-back], back) if back < wanted else (part, 0)
        if byte & 0xC0 != 0x80:
            break
    return part, 0
