"""Commands in hints as they can be run as they stand: with the words that this call itself was given.

Without them a hint would lead elsewhere: to another workspace, to another user's secrets, or to the other one
of two secrets of one name. What comes from the environment or from files holds for the next call by itself.
"""

import re
import shlex

_ABOUT_ALL = frozenset({"workspace", "user", "token", "login", "server", "completion"})
"""Groups that are the same from everywhere; a workspace that is not there could not list the others."""
_SECRET = re.compile(
    r"\blockwork (?:--\S+ \S+ )*secret (?:get|update|rename|delete|export|versions|restore|destroy|usage) "
    r"[A-Za-z0-9][A-Za-z0-9_-]*(?!.* --scope)"
)

_globals: list[str] = []
_scope: list[str] = []


def forget() -> None:
    """A new call begins."""
    _globals.clear()
    _scope.clear()


def carry_globals(workspace: str | None, user: str | None) -> None:
    """What stands before the group on this command line."""
    for option, value in (("--workspace", workspace), ("--as", user)):
        if value is not None:
            _globals.extend([option, value])


def carry_scope(scope: str) -> None:
    """The scope that this command line names."""
    _scope[:] = ["--scope", scope]


def runnable(text: str) -> str:
    """A hint whose commands say all that this command line said."""
    if _globals:
        words = shlex.join(_globals)
        text = _commands().sub(lambda _: f"lockwork {words} ", text)
    if _scope:
        words = shlex.join(_scope)
        text = _SECRET.sub(lambda found: f"{found[0]} {words}", text)
    return text


def runnable_fixes(text: str) -> str:
    """A message in which lines that say `fix:` are hints."""
    return "\n".join(
        runnable(line) if line.lstrip().startswith("fix: ") else line for line in text.split("\n")
    )


def _commands() -> re.Pattern[str]:
    from lockwork.cli.main import COMMANDS  # lazy: it imports this module

    groups = "|".join(map(re.escape, COMMANDS.keys() - _ABOUT_ALL))
    return re.compile(rf"\blockwork (?=(?:{groups})\b(?!(?: [a-z-]+)? --help))")
