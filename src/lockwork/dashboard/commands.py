"""Commands as pages show them: pasted into a terminal, each means what the page means.

A command that names no workspace is asked in the one that is active where it is typed, and of a store of
one's own as the user who is active there: both are said wherever they are not `default`.
"""

import re
from shlex import quote

from lockwork.dashboard.pages import Ask
from lockwork.domain.stacks import ComponentType
from lockwork.domain.workspaces import DEFAULT

OF_A_WORKSPACE = frozenset(
    {
        "secret",
        "exec",
        "inject",
        "scan",
        "stack",
        "pipeline",
        "run",
        *(type_.dashed for type_ in ComponentType),
    }
)
"""Groups of commands that ask within a workspace; all others are the same from everywhere."""
_ANY = "|".join(map(re.escape, sorted(OF_A_WORKSPACE | {"TYPE"})))
_COMMAND = re.compile(rf"\blockwork (?=(?:{_ANY}) )")


def runnable(text: str, ask: Ask | None) -> str:
    """The text, with the workspace and the user of the page in its commands; None: nobody has come in."""
    words = "" if ask is None else _globals(ask)
    return _COMMAND.sub(lambda _: f"lockwork {words}", text) if words else text


def _globals(ask: Ask) -> str:
    words = ""
    if (ask.workspace, ask.begins_in) != (DEFAULT, DEFAULT):
        words += f"--workspace {quote(ask.workspace)} "
    if ask.is_embedded and ask.me.name != DEFAULT:
        words += f"--as {quote(ask.me.name)} "
    return words
