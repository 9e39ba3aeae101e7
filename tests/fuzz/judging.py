"""What is wrong with how a command ended: its code, what it printed, and what it left behind."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

from tests.fuzz.programs import PRINTED
from tests.fuzz.running import STARTS_PROGRAMS, Case, Outcome
from tests.fuzz.texts import OPEN, SECRET

CODES = {0, 1, 2, 3, 130}
_LINE = re.compile(r"(error|hint|note|warning): |  |secret |interrupted$|$")
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SECRET, _OPEN = SECRET.strip("+").casefold(), OPEN.strip("+").casefold()
_ENCODED = tuple(b64encode(b"x" * n + SECRET.encode())[4 : 4 + 12].decode() for n in range(3))


def judged(case: Case, outcome: Outcome) -> Iterator[str]:
    """What is wrong with how it ended and what it printed."""
    code, out, err = outcome
    if case.meant[0] == "pipeline":
        err = err.replace(PRINTED, "")
    if code not in (CODES | {126, 127} if _is_exec(case) else CODES):
        yield f"it ended with {code}"
    if "Traceback" in err + out or "internal:" in err:
        yield "a failure of nobody's"
    yield from _shown(case, outcome)
    if (found := _UNSAFE.search(err)) is not None:
        yield f"{found[0]!r} is in stderr as it is"
    if _is_exec(case) and "error: " not in err:
        return  # that was the program
    if (
        code in (1, 2, 3)
        and not re.search("^error: ", err, re.MULTILINE)
        and not _tells_by_result(case, out, err)
    ):
        yield "it failed, and says no error"
    if code == 0 and re.search("^error: ", err, re.MULTILINE):
        yield "it says an error, and ended well"
    if not is_help(err) and case.meant not in STARTS_PROGRAMS:
        for line in err.splitlines():
            if not _LINE.match(line):
                yield f"a line of stderr is of no kind: {line!r}"
                break


def _is_exec(case: Case) -> bool:
    return case.meant == ("exec",)


def is_help(err: str) -> bool:
    return "Usage: lockwork" in err


def _tells_by_result(case: Case, out: str, err: str) -> bool:
    """Reports whose result is a report of what is wrong; help that is shown where nothing was asked."""
    return is_help(err) or bool(out and {"validate", "explain", "verify", "run"} & set(case.words))


def _shown(case: Case, outcome: Outcome) -> Iterator[str]:
    code, out, err = outcome
    asked = code == 0 and _shows_values(case)
    for name, text in (("stdout", "" if asked else out), ("stderr", err)):
        found = text.casefold()
        if _SECRET in found or any(part in text for part in _ENCODED):
            yield f"a value is in {name}"
        if code != 0 and _OPEN in found:
            yield f"what was given is quoted in {name}"


def _shows_values(case: Case) -> bool:
    words = case.words
    if "get" in words:
        return case.program == "zenml" or any(word.startswith(("--reveal", "--key")) for word in words)
    return "export" in words or "inject" in words


def changed(
    code: int, before: tuple[str, dict[str, bytes]], after: tuple[str, dict[str, bytes]]
) -> Iterator[str]:
    """What a command that failed changed all the same; what any left half-done."""
    if code != 0 and before[0] != after[0]:
        yield "it failed, and the store is not as it was"
    if code != 0 and before[1] != after[1]:
        names = [
            name for name in before[1].keys() | after[1].keys() if before[1].get(name) != after[1].get(name)
        ]
        yield f"it failed, and these files are not as they were: {names}"
    left = [name for name in after[1] if name.endswith((".new", ".part", ".tmp"))]
    if left:
        yield f"it left {left}"
