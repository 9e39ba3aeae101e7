"""Whom we talk to: results on stdout, everything else on stderr, questions on a terminal only.

What is data may hold anything, escape sequences too: on a terminal it is shown escaped, elsewhere it goes
out byte for byte.
"""

import os
import re
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import TextIO, TypeVar

from click.exceptions import Exit

from lockwork.cli import hints
from lockwork.domain.errors import InvalidInput, LockworkError, WrongUsage
from lockwork.domain.terminals import escaped

T = TypeVar("T")

_LINE_WITHIN, _INDENTED = re.compile(r"\n(?! )"), "\n  "
"""The further lines of a message are indented: no file's name can pass for another message."""
_LONGEST_LINE = 4095
"""Bytes of a line that a terminal takes in its usual mode; it drops the rest without a word."""


def prepare() -> None:
    """UTF-8 whatever the locale says: values go out byte for byte, and no encoder's failure quotes one."""
    _stand_in_for_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _stand_in_for_closed() -> None:
    """What a caller closed (`>&-`) is opened on nothing, lest the store's own files get its number.

    What code of the user's closed in this process is opened again: its number is still there. Results that
    nobody takes are a failure like a full disk; messages that nobody takes are none.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        stream = getattr(sys, name)
        if stream is not None and not stream.closed:
            continue
        try:
            os.fstat(number)
        except OSError:
            # Not for writing where results go: each write then fails, and is told.
            nowhere = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            assert nowhere == number  # noqa: S101 - the lowest number that is free; those below are taken
            os.set_inheritable(nowhere, True)
        if mode == "w":
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - open to the end


def stop_writing(*streams: TextIO) -> None:
    """Nobody takes what these hold: leave the interpreter nothing to complain of at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


# --- telling -----------------------------------------------------------------------------------------------


def say(text: str) -> None:
    """A result, as a line on stdout."""
    print(for_stream(text, sys.stdout))


def note(text: str) -> None:
    _tell("note", text, "36")


def hint(text: str) -> None:
    _tell("hint", hints.runnable(text), "36")


def warning(text: str) -> None:
    """Something that was done all the same, and will be in the way later."""
    _tell("warning", text, "33")


def error(text: str) -> None:
    _tell("error", text, "1;31")


def aside(text: str) -> None:
    """A line on stderr that is no warning, such as what is about to be stored."""
    sys.stdout.flush()
    _to_stderr(escaped(text))


def notes(texts: tuple[str, ...] | list[str]) -> None:
    for text in texts:
        note(text)


def told(failure: LockworkError) -> None:
    """A failure, with the way out where there is one."""
    error(hints.runnable_fixes(failure.message))
    if failure.hint:
        hint(failure.hint)


def _tell(kind: str, text: str, style: str) -> None:
    sys.stdout.flush()  # what was said before stands before it, where both go to one file
    word = f"\x1b[{style}m{kind}:\x1b[0m" if is_coloured(sys.stderr) else f"{kind}:"
    _to_stderr(f"{word} {_LINE_WITHIN.sub(_INDENTED, escaped(text))}")


def _to_stderr(line: str) -> None:
    """What nobody can be told ends no command: its result is what counts."""
    try:
        print(line, file=sys.stderr)
    except OSError:
        stop_writing(sys.stderr)


def for_stream(text: str, stream: TextIO, spell: Callable[[str], str] | None = None) -> str:
    """Text as this stream should get it; `spell` says how an escape is written in what the text is."""
    if not stream.isatty():
        return text
    return escaped(text, spell) if spell else escaped(text)


def write(text: str) -> None:
    """A result that goes out byte for byte, but on a terminal, where it is noted if it is not as it is."""
    shown = for_stream(text, sys.stdout)
    sys.stdout.write(shown)
    if shown != text:
        note("control characters are shown escaped; a pipe or a file gets them as they are")


def is_coloured(stream: TextIO) -> bool:
    if not stream.isatty():
        return False
    from lockwork.settings import Settings  # lazy: only a terminal has colours

    settings = Settings.load()
    return settings.variable("NO_COLOR") is None and settings.variable("TERM") != "dumb"


# --- asking ------------------------------------------------------------------------------------------------


def is_interactive() -> bool:
    """Whether there is somebody to ask: both ends are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def must_be_interactive(what: str, instead: str) -> None:
    """Refuse to ask where nobody could answer, and say which flag to pass instead."""
    if not is_interactive():
        raise WrongUsage(f"{what} needs a terminal, and there is none", hint=instead)


def ask_hidden(prompt: str, check: Callable[[str], T]) -> T:
    """What is typed, unseen, once `check` takes it; what it refuses is asked for again."""
    return _until_right(check, prompt, is_hidden=True)


def ask_line(prompt: str, check: Callable[[str], T]) -> T:
    """What is typed, once `check` takes it."""
    return _until_right(check, prompt, is_hidden=False)


def confirm(question: str, flag: str = "--yes") -> bool:
    """Whether the answer is yes; without a terminal it fails and names the flag."""
    must_be_interactive("the question whether to go on", f"{flag} goes on without asking")
    return ask_line(f"{question} [y/N] ", lambda answer: answer.strip().lower() in ("y", "yes"))


def must_confirm(question: str, flag: str = "--yes") -> None:
    """Go on after a yes; else say that nothing was done, and end."""
    if not confirm(question, flag):
        note("nothing was changed")
        raise Exit(1)


def _until_right(check: Callable[[str], T], prompt: str, *, is_hidden: bool) -> T:
    while True:
        try:
            return check(_typed(prompt, is_hidden=is_hidden))
        except InvalidInput as failure:
            if isinstance(failure, InputEnded):
                raise
            told(failure)


class InputEnded(InvalidInput):
    """No answer where one was expected, and no use to ask again: such as the terminal closed, or Ctrl-D."""


def _typed(prompt: str, *, is_hidden: bool) -> str:
    from lockwork.cli import lines  # lazy: few commands ask

    try:
        line, is_more = lines.read_line(escaped(prompt), is_hidden=is_hidden)
    except EOFError:
        print(file=sys.stderr)
        raise InputEnded("the input ended; nothing was changed") from None
    if is_more:
        raise InputEnded(
            "more than one line was pasted, and this takes one; nothing was changed",
            hint="give a value of several lines as --KEY=@FILE, or as --KEY=@- from a pipe",
        )
    if len(line) >= _LONGEST_LINE:
        raise InvalidInput(
            f"a terminal passes on at most {_LONGEST_LINE:,} bytes of a line, so this may be cut",
            hint="give it as --KEY=@FILE, or as --KEY=@- from a pipe",
        )
    try:
        return line.decode()
    except UnicodeDecodeError:  # it carries what was typed
        pass
    raise InvalidInput("what was typed is not UTF-8")
