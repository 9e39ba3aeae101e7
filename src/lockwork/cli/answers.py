"""What a person is asked, one thing after the other: typed on a terminal, or lines of standard input."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from lockwork.cli import terminal
from lockwork.domain.errors import InvalidInput

F = TypeVar("F", bound=Callable[..., Any])

_LONGEST = 4096


def stdin_option(command: F) -> F:
    """`--stdin`, for scripts."""
    return click.option(
        "--stdin",
        "stdin",
        is_flag=True,
        help="Take what would be asked from standard input: a line each, in that order, passwords once.",
    )(command)


class Answers:
    """Asks `what` needs. Without a terminal it fails, and names the flag."""

    def __init__(
        self, what: str, *, stdin: bool, instead: str = "--stdin takes the answers from there"
    ) -> None:
        self._stdin = stdin
        if not stdin:
            terminal.must_be_interactive(what, instead)

    def line(self, prompt: str) -> str:
        """What may be seen."""
        return self._read() if self._stdin else terminal.ask_line(prompt, str)

    def hidden(self, prompt: str) -> str:
        """What may not."""
        return self._read() if self._stdin else terminal.ask_hidden(prompt, str)

    def chosen_password(self) -> str:
        """A new password; typed twice, as nobody sees it."""
        first = self.hidden("choose a password (not shown): ")
        if not self._stdin and terminal.ask_hidden("once more: ", str) != first:
            raise InvalidInput("the two are not the same; nothing was changed")
        return first

    def _read(self) -> str:
        try:
            line = sys.stdin.readline(_LONGEST)
        except UnicodeDecodeError:  # it carries what was read
            line = None
        if line is None:
            raise InvalidInput("standard input is not UTF-8")
        if not line:
            raise InvalidInput("standard input ended before all was answered; nothing was changed")
        return line.rstrip("\r\n")
